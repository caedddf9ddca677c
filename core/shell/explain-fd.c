/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The descriptors of a process: what each number stands for.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/shell/explain.h"
#include "core/sys/text.h"

#define FDS_MAX 4096 /* of one process that are counted */

/* Descriptors of no file, by how their links begin. */
static const struct {
	const char *link, *text;
} fd_words[] = {
	{ "/dev/null", "/dev/null: gives nothing, takes everything" },
	{ "/dev/pts/", "terminal" },
	{ "/dev/tty", "terminal" },
	{ "/dev/ptmx", "master of a terminal (pty)" },
	{ "/memfd:", "memory to share (memfd)" },
	{ "anon_inode:[eventpoll]", "epoll: what its loop waits on" },
	{ "anon_inode:[eventfd]", "eventfd: a counter that wakes a reader" },
	{ "anon_inode:[signalfd]", "signalfd: signals, to be read" },
	{ "anon_inode:[timerfd]", "timerfd: a clock that can be waited for" },
	{ "anon_inode:inotify", "inotify: changes of files" },
};
#define NWORDS (int)(sizeof(fd_words) / sizeof(fd_words[0]))

enum explain_fd_kind
explain_fd_kind(const char *link, uint32_t *inode)
{
	unsigned n;

	*inode = 0;
	if (sscanf(link, "pipe:[%u]", &n) == 1) {
		*inode = n;
		return FD_PIPE;
	}
	if (sscanf(link, "socket:[%u]", &n) == 1) {
		*inode = n;
		return FD_SOCKET;
	}
	return FD_OTHER;
}

static const char *
explain_access(int flags)
{
	if ((flags & O_ACCMODE) == O_RDONLY)
		return "to read";
	if (flags & O_APPEND)
		return "to append";
	return (flags & O_ACCMODE) == O_WRONLY ? "to write"
	                                       : "to read and write";
}

/* ": w1 (fd 5), w2 (fd 5) and 3 more", or that it is nobody of the lab. */
static void
explain_others(const struct explain_fd *d, const char *nobody, char *buf,
               size_t size)
{
	text_add(buf, size, "%s", d->ends.text[0] ? d->ends.text : nobody);
	if (d->ends.more)
		text_add(buf, size, " and %d more", d->ends.more);
}

static void
explain_pipe(const struct explain_fd *d, char *buf, size_t size)
{
	bool reads = (d->flags & O_ACCMODE) == O_RDONLY;

	snprintf(buf, size, "pipe, %s ",
	         reads ? "to read; written by" : "to write; read by");
	explain_others(d, "nobody in the lab", buf, size);
}

static const char *
explain_tcp_state(int state)
{
	static const char *const names[] = {
		[TCP_SYN_SENT] = "SYN_SENT: is being made",
		[TCP_SYN_RECV] = "SYN_RECV: is being made",
		[TCP_FIN_WAIT1] = "FIN_WAIT1: closed here, not yet there",
		[TCP_FIN_WAIT2] = "FIN_WAIT2: closed here, not yet there",
		[TCP_TIME_WAIT] = "TIME_WAIT: is over",
		[TCP_CLOSE] = "CLOSE: is over",
		[TCP_CLOSE_WAIT] = "CLOSE_WAIT: closed there, not yet here",
		[TCP_LAST_ACK] = "LAST_ACK: is over",
		[TCP_CLOSING] = "CLOSING: is over",
	};
	bool known = state >= 0 && state <= TCP_CLOSING;

	return known && names[state] ? names[state] : NULL;
}

static void
explain_tcp(const struct explain_fd *d, char *buf, size_t size)
{
	const struct diag_tcp *t = &d->tcp;

	if (t->socket.state == TCP_LISTEN) {
		snprintf(buf, size,
		         "socket listening on %s; %u wait to be accepted; "
		         "also held by ",
		         t->here, t->socket.queue);
		explain_others(d, "nobody else in the lab", buf, size);
		return;
	}
	snprintf(buf, size, "TCP connection from %s to %s", t->here, t->there);
	if (explain_tcp_state(t->socket.state))
		text_add(buf, size, " (%s)",
		         explain_tcp_state(t->socket.state));
	text_add(buf, size, ", held by ");
	explain_others(d, "nobody in the lab", buf, size);
}

static void
explain_unix(const struct explain_fd *d, char *buf, size_t size)
{
	const struct diag_unix *u = &d->unix_socket;
	const char *type =
	    u->type == SOCK_SEQPACKET ? "channel (Unix socket)" : "Unix socket";

	if (u->listens)
		snprintf(buf, size, "Unix socket that listens");
	else if (!u->peer)
		snprintf(buf, size, "%s; nobody has the other end", type);
	else {
		snprintf(buf, size, "%s to ", type);
		explain_others(d, "somebody outside the lab", buf, size);
	}
}

static void
explain_pidfd(const struct explain *e, const struct explain_fd *d, char *buf,
              size_t size)
{
	const struct proc *p = snapshot_pid(e->snap, d->pid);
	char name[NAME_SIZE];

	if (d->pid <= 0)
		snprintf(buf, size, "pidfd of a process that has ended");
	else if (p)
		snprintf(buf, size, "pidfd of %s", explain_name(p, name));
	else
		snprintf(buf, size, "pidfd of pid %d, not of the lab",
		         (int)d->pid);
}

/* A file, or one of those that are told by their name. */
static void
explain_file(const struct explain_fd *d, char *buf, size_t size)
{
	for (int i = 0; i < NWORDS; i++) {
		size_t len = strlen(fd_words[i].link);

		if (strncmp(d->link, fd_words[i].link, len) != 0)
			continue;
		snprintf(buf, size, "%s", fd_words[i].text);
		if (d->link[0] == '/' && (d->link[len] || len < 9))
			text_add(buf, size, " %s", d->link);
		return;
	}
	if (d->link[0] != '/') {
		snprintf(buf, size, "%s", d->link);
		return;
	}
	snprintf(buf, size, "file %s, %s, at offset %lld%s", d->link,
	         explain_access(d->flags), (long long)d->pos,
	         d->flags & O_CLOEXEC ? ", closed by exec" : "");
}

const char *
explain_fd_text(const struct explain *e, const struct explain_fd *d, char *buf,
                size_t size)
{
	if (d->kind == FD_PIPE)
		explain_pipe(d, buf, size);
	else if (d->is_tcp)
		explain_tcp(d, buf, size);
	else if (d->is_unix)
		explain_unix(d, buf, size);
	else if (d->kind == FD_SOCKET && !d->asked)
		snprintf(buf, size,
		         "socket; the kernel does not say of what "
		         "kind");
	else if (d->kind == FD_SOCKET)
		snprintf(buf, size,
		         "socket of another kind (netlink, UDP, or "
		         "not connected)");
	else if (strstr(d->link, "pidfd"))
		explain_pidfd(e, d, buf, size);
	else
		explain_file(d, buf, size);
	if (d->same.text[0])
		text_add(buf, size, "; also held by %s", d->same.text);
	if (d->same.more)
		text_add(buf, size, " and %d more", d->same.more);
	return buf;
}

/* Returns false when it was closed meanwhile. */
static bool
explain_read_fd(const struct explain *e, int fd, struct explain_fd *d)
{
	pid_t pid = e->proc->pid;
	char name[32];

	memset(d, 0, sizeof(*d));
	d->fd = fd;
	snprintf(name, sizeof(name), "fd/%d", fd);
	if (procfs_link(e->fs, pid, name, d->link, sizeof(d->link)) < 0)
		return false;
	procfs_fdinfo(e->fs, pid, fd, &d->pos, &d->flags);
	d->pid = procfs_fdinfo_pid(e->fs, pid, fd);
	d->kind = explain_fd_kind(d->link, &d->inode);
	d->other = d->kind == FD_PIPE ? d->inode : 0;
	return true;
}

/* The first of them are read, the others counted. */
static void
explain_read_fds(const struct explain *e, struct explain_fds *fds)
{
	int numbers[FDS_MAX];
	int n = procfs_fds(e->fs, e->proc->pid, numbers, FDS_MAX);

	fds->all = n;
	for (int i = 0; i < n && fds->n < EXPLAIN_FDS; i++) {
		if (explain_read_fd(e, numbers[i], &fds->at[fds->n]))
			fds->n++;
		else
			fds->all--;
	}
}

static void
explain_say_fds(const struct explain *e, const struct explain_fds *fds)
{
	char label[EXPLAIN_LABEL], text[512];

	for (int i = 0; i < fds->n; i++) {
		snprintf(label, sizeof(label), "  fd %d", fds->at[i].fd);
		explain_say(
		    e, label, "%s",
		    explain_fd_text(e, &fds->at[i], text, sizeof(text)));
	}
	if (fds->all > fds->n)
		explain_say(e, "", "and %d more", fds->all - fds->n);
}

void
explain_descriptors(const struct explain *e)
{
	struct explain_fds *fds = calloc(1, sizeof(*fds));

	if (!fds)
		return;
	explain_read_fds(e, fds);
	if (fds->all < 0)
		explain_say(e, "descriptors",
		            "the kernel does not show them "
		            "to this user");
	else
		explain_say(e, "descriptors", "%d open%s", fds->all,
		            e->proc->tid ? ", those of the whole process" : "");
	explain_sockets(fds);
	explain_holders(e, fds);
	explain_say_fds(e, fds);
	free(fds);
}
