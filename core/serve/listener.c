/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shutdown(2) on a listening TCP socket ends the listening and, when the
 * port was bound by its number, keeps the port; listen(2) begins anew.
 */
#include "core/serve/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/diag.h"
#include "core/sys/procfs.h"
#include "core/sys/text.h"
#include "core/wire/loopback.h"

#define LISTENER_DEFER_S 30

/* Who holds the port *****************************************************/

static bool
listener_holds(struct procfs *proc, pid_t pid, const char *socket)
{
	int fds[1024], n = procfs_fds(proc, pid, fds, 1024);

	for (int i = 0; i < n; i++) {
		char name[32], link[64];

		snprintf(name, sizeof(name), "fd/%d", fds[i]);
		if (procfs_link(proc, pid, name, link, sizeof(link)) >= 0 &&
		    strcmp(link, socket) == 0)
			return true;
	}
	return false;
}

/* "1234 node" of the process that holds a socket, or "". */
static void
listener_holder(uint32_t inode, char *buf, size_t size)
{
	static pid_t pids[32768];
	struct procfs *proc = procfs_open(NULL, NULL);
	char socket[32];
	struct proc_stat st;
	int n;

	buf[0] = '\0';
	if (!proc)
		return;
	snprintf(socket, sizeof(socket), "socket:[%u]", inode);
	n = procfs_all(proc, pids, 32768);
	for (int i = 0; i < n && !buf[0]; i++)
		if (listener_holds(proc, pids[i], socket) &&
		    procfs_stat(proc, pids[i], 0, &st) == 0)
			snprintf(buf, size, "%d %s ", (int)pids[i], st.comm);
	procfs_close(proc);
}

static int
listener_in_use(int port, struct err *err)
{
	struct diag_socket who;
	const struct passwd *user;
	char holder[PROC_COMM_SIZE + 16];
	int diag = diag_open(NULL), known;

	known = diag_listener(diag, (uint16_t)port, &who) == 0;
	if (diag >= 0)
		close(diag);
	if (!known)
		return err_set(err,
		               "port %d is in use: choose another with "
		               "--port, or --port 0 for any free one",
		               port);
	listener_holder(who.inode, holder, sizeof(holder));
	user = getpwuid(who.uid);
	return err_set(err,
	               "port %d is in use by %s(user %s): end that one, or "
	               "choose another with --port",
	               port, holder, user ? user->pw_name : "unknown");
}

static int
listener_refused(int port, struct err *err)
{
	int code = errno;

	if (code == EADDRINUSE)
		listener_in_use(port, err);
	else if (code == EACCES)
		err_set(err,
		        "port %d is reserved for root, as all below 1024: "
		        "choose a higher one with --port",
		        port);
	else
		err_sys(err, "cannot listen on 127.0.0.1:%d", port);
	if (err)
		err->code = code;
	return -1;
}

/* The socket **************************************************************/

/* SO_REUSEADDR: connections in TIME_WAIT do not hold up a restart. */
static int
listener_socket(int port, int share)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int one = 1, code;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &share, sizeof(share));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

/* Only a port that was bound by its number outlives a shutdown(2). */
static int
listener_pick_port(void)
{
	struct sockaddr_in at = { .sin_port = 0 };
	socklen_t len = sizeof(at);
	int fd = listener_socket(0, 0);

	if (fd < 0)
		return 0;
	getsockname(fd, (struct sockaddr *)&at, &len);
	close(fd);
	return ntohs(at.sin_port);
}

int
listener_bind(struct listener *l, int port, struct err *err)
{
	*l = (struct listener){ .fd = -1 };
	for (int tries = 0; tries < 10 && l->fd < 0; tries++) {
		l->port = port ? port : listener_pick_port();
		l->fd = listener_socket(l->port, 0);
		if (port)
			break;
	}
	return l->fd < 0 ? listener_refused(l->port, err) : 0;
}

void
listener_defer(struct listener *l, bool defer)
{
	int seconds = defer ? LISTENER_DEFER_S : 0;

	setsockopt(l->fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
	           sizeof(seconds));
}

int
listener_start(struct listener *l, int backlog, bool defer, struct err *err)
{
	listener_defer(l, defer);
	if (listen(l->fd, backlog) < 0)
		return listener_refused(l->port, err);
	l->listens = true;
	return 0;
}

int
listener_join(struct listener *l, const struct listener *other, int backlog,
              bool defer, struct err *err)
{
	*l = (struct listener){ .port = other->port };
	l->fd = listener_socket(l->port, 1);
	if (l->fd >= 0 && listener_start(l, backlog, defer, err) == 0)
		return 0;
	if (l->fd < 0)
		err_sys(err, "cannot listen on 127.0.0.1:%d once more",
		        l->port);
	listener_close(l);
	return -1;
}

void
listener_share(struct listener *l, bool share)
{
	int on = share;

	setsockopt(l->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
}

bool
listener_steer(struct listener *first, bool steer)
{
	/* Who listened first has the number 0. */
	struct sock_filter to_first[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog filter = { 1, to_first };
	int none = 0;

	if (!steer)
		return setsockopt(first->fd, SOL_SOCKET,
		                  SO_DETACH_REUSEPORT_BPF, &none,
		                  sizeof(none)) == 0;
	return setsockopt(first->fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF,
	                  &filter, sizeof(filter)) == 0;
}

/* What a filter of a TCP socket reads begins with the TCP header. */
void
listener_deafen(struct listener *l)
{
	struct sock_filter no_first[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13), /* its flags */
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, TH_SYN | TH_ACK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TH_SYN, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, (unsigned)-1),
	};
	struct sock_fprog filter = { 5, no_first };

	setsockopt(l->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
	           sizeof(filter));
}

bool
listener_half_open(const struct listener *l, int *diag)
{
	if (*diag < 0)
		*diag = diag_open(NULL);
	return diag_half_open(*diag, (uint16_t)l->port) > 0;
}

void
listener_stop(struct listener *l)
{
	int none = 0;

	if (l->listens)
		shutdown(l->fd, SHUT_RDWR);
	l->listens = false;
	setsockopt(l->fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
}

void
listener_close(struct listener *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

/* Connections *************************************************************/

int
listener_accept(int fd, struct listener_client *client)
{
	struct sockaddr_in from = { .sin_port = 0 };
	socklen_t len = sizeof(from);
	int got = accept4(fd, (struct sockaddr *)&from, &len,
	                  SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (got < 0)
		return -1;
	client->port = ntohs(from.sin_port);
	client->check = from.sin_addr.s_addr == htonl(LOOPBACK_CHECK);
	return got;
}

bool
listener_short(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

uint32_t
listener_ask_uid(int *diag, uint16_t client, uint16_t server)
{
	struct diag_socket peer;

	if (*diag < 0)
		*diag = diag_open(NULL);
	return diag_peer(*diag, client, server, &peer) < 0 ? (uint32_t)-1
	                                                   : peer.uid;
}
