/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who of the lab has the other end of a pipe, a channel or a connection: the
 * kernel gives the inode of that end, and the descriptors of each process
 * say who holds it.  A listening socket has no other end: there it is who
 * holds the same one; of all others that is told besides.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/explain.h"
#include "core/sys/same.h"
#include "core/sys/text.h"

#define HOLDER_FDS 1024 /* of each process that are looked at */

/* The other ends *******************************************************/

static struct explain_fd *
explain_socket(struct explain_fds *fds, uint32_t inode, int i)
{
	for (; inode && i < fds->n; i++)
		if (fds->at[i].kind == FD_SOCKET && fds->at[i].inode == inode)
			return &fds->at[i];
	return NULL;
}

/* Two numbers may stand for one socket: all of them are filled. */
static void
explain_take_tcp(void *arg, const struct diag_tcp *tcp)
{
	struct explain_fds *fds = arg;
	struct explain_fd *d = explain_socket(fds, tcp->socket.inode, 0);

	for (; d; d = explain_socket(fds, tcp->socket.inode,
	                             (int)(d - fds->at) + 1)) {
		d->is_tcp = true;
		d->tcp = *tcp;
	}
}

static void
explain_take_unix(void *arg, const struct diag_unix *u)
{
	struct explain_fds *fds = arg;
	struct explain_fd *d = explain_socket(fds, u->inode, 0);

	for (; d; d = explain_socket(fds, u->inode, (int)(d - fds->at) + 1)) {
		d->is_unix = true;
		d->unix_socket = *u;
		d->other = u->peer;
	}
}

void
explain_sockets(struct explain_fds *fds)
{
	struct diag_socket peer;
	struct err err;
	int diag = diag_open(&err);
	bool asked;

	if (diag < 0)
		return;
	asked = diag_each_tcp(diag, explain_take_tcp, fds) == 0;
	asked = diag_each_unix(diag, explain_take_unix, fds) == 0 && asked;
	for (int i = 0; i < fds->n; i++) {
		struct explain_fd *d = &fds->at[i];

		d->asked = asked;
		if (d->is_tcp && d->tcp.socket.state == TCP_LISTEN)
			d->other = d->inode; /* no other end, but co-owners */
		else if (d->is_tcp && d->tcp.peer_port &&
		         diag_peer(diag, d->tcp.peer_port, d->tcp.port,
		                   &peer) == 0)
			d->other = peer.inode;
	}
	close(diag);
}

/* Who holds them *******************************************************/

/* One more process that holds it: "w1 (fd 1, 2)". */
static void
explain_add_holder(const struct explain *e, struct explain_who *who,
                   const struct proc *p, int fd)
{
	size_t len = strlen(who->text);
	char name[NAME_SIZE];

	if (len + NAME_SIZE + 24 > sizeof(who->text)) {
		who->more += who->last != p->pid;
		who->last = p->pid;
		return;
	}
	if (who->last == p->pid) {
		snprintf(who->text + len - 1, sizeof(who->text) - len, ", %d)",
		         fd);
		return;
	}
	who->last = p->pid;
	text_add(who->text, sizeof(who->text), "%s%s (fd %d)", len ? ", " : "",
	         p->pid == e->proc->pid ? "itself" : explain_name(p, name), fd);
}

/* Of a pipe: does that descriptor go the same way as d? */
static bool
explain_same_way(const struct explain *e, const struct explain_fd *d,
                 const struct proc *p, int fd)
{
	int64_t pos;
	int flags;

	return procfs_fdinfo(e->fs, p->pid, fd, &pos, &flags) == 0 &&
	       (flags & O_ACCMODE) == (d->flags & O_ACCMODE);
}

/*
 * A descriptor of p beside one of ours: is it the other end, or the same
 * thing?  A file that is opened twice has two offsets: only the kernel can
 * say whether it is one, kcmp(2).
 */
static void
explain_beside(const struct explain *e, struct explain_fd *d,
               const struct proc *p, int fd, const char *link)
{
	uint32_t inode;
	enum explain_fd_kind kind = explain_fd_kind(link, &inode);
	bool same = d->kind == kind && inode && d->inode == inode;
	bool end = d->kind == kind && inode && d->other == inode;

	if (kind == FD_PIPE && same) {
		same = explain_same_way(e, d, p, fd);
		end = !same;
	}
	if (kind == FD_OTHER && strcmp(link, d->link) == 0)
		same = same_file(e->proc->pid, d->fd, p->pid, fd) == 1;
	if (end)
		explain_add_holder(e, &d->ends, p, fd);
	else if (same)
		explain_add_holder(e, &d->same, p, fd);
}

static void
explain_holder_fd(const struct explain *e, struct explain_fds *fds,
                  const struct proc *p, int fd)
{
	char what[32], link[sizeof(fds->at[0].link)];

	snprintf(what, sizeof(what), "fd/%d", fd);
	if (procfs_link(e->fs, p->pid, what, link, sizeof(link)) < 0)
		return;
	for (int i = 0; i < fds->n; i++)
		if (p->pid != e->proc->pid || fd != fds->at[i].fd)
			explain_beside(e, &fds->at[i], p, fd, link);
}

void
explain_holders(const struct explain *e, struct explain_fds *fds)
{
	int numbers[HOLDER_FDS];

	for (int i = 0; i < e->snap->nprocs; i++) {
		const struct proc *p = &e->snap->proc[i];
		int n = 0;

		if (!p->tid && !p->dead)
			n = procfs_fds(e->fs, p->pid, numbers, HOLDER_FDS);
		for (int k = 0; k < n; k++)
			explain_holder_fd(e, fds, p, numbers[k]);
	}
}
