/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/probe.h"
#include "core/sys/procfs.h"

struct diag_request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 req;
};

int
diag_open(struct err *err)
{
	int fd;

	if (!probe_allowed("diag"))
		return err_set(err, "socket diagnosis is switched off");
	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return err_sys(err, "cannot ask the kernel who holds a socket");
	return fd;
}

static void
diag_address(char *buf, int family, const __be32 *addr, uint16_t port)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, addr, text, sizeof(text));
	snprintf(buf, DIAG_ADDRESS, family == AF_INET6 ? "[%s]:%d" : "%s:%d",
	         text, port);
}

/* Without the diagnosis **************************************************/

struct diag_walk {
	void (*fn)(void *arg, const struct diag_tcp *);
	void *arg;
};

static void
diag_tell_line(void *arg, const struct proc_tcp *line)
{
	const struct diag_walk *walk = arg;
	int family = line->v6 ? AF_INET6 : AF_INET;
	struct diag_tcp tcp = { .socket = { .uid = line->uid,
		                            .inode = line->inode,
		                            .state = line->state,
		                            .queue = line->queue },
		                .port = line->port,
		                .peer_port = line->peer_port };

	diag_address(tcp.here, family, line->here, tcp.port);
	diag_address(tcp.there, family, line->there, tcp.peer_port);
	walk->fn(walk->arg, &tcp);
}

/* Every TCP socket of the machine, from proc(5). */
static int
diag_walk(void (*fn)(void *arg, const struct diag_tcp *), void *arg)
{
	struct procfs *proc = procfs_open(NULL, NULL);
	struct diag_walk walk = { fn, arg };
	int all = proc ? procfs_each_tcp(proc, diag_tell_line, &walk) : -1;

	procfs_close(proc);
	return all;
}

struct diag_wanted {
	uint16_t port, peer_port;
	bool found;
	struct diag_socket *out;
};

static bool
diag_is_loopback(const char *address)
{
	return strncmp(address, "127.0.0.1:", 10) == 0 ||
	       strncmp(address, "[::ffff:127.0.0.1]:", 19) == 0;
}

static void
diag_if_peer(void *arg, const struct diag_tcp *tcp)
{
	struct diag_wanted *w = arg;

	if (tcp->port != w->port || tcp->peer_port != w->peer_port ||
	    !diag_is_loopback(tcp->here) || !diag_is_loopback(tcp->there))
		return;
	*w->out = tcp->socket;
	w->found = true;
}

static void
diag_if_listens(void *arg, const struct diag_tcp *tcp)
{
	struct diag_wanted *w = arg;

	if (tcp->port != w->port || tcp->socket.state != TCP_LISTEN)
		return;
	*w->out = tcp->socket;
	w->found = true;
}

/* Is it half open, to that port?  arg: the port, and how many. */
static void
diag_if_half_open(void *arg, const struct diag_tcp *tcp)
{
	int *port_and_count = arg;

	port_and_count[1] +=
	    tcp->socket.state == TCP_SYN_RECV && tcp->port == port_and_count[0];
}

/* One ********************************************************************/

static void
diag_prepare(struct diag_request *r, int family, int flags)
{
	memset(r, 0, sizeof(*r));
	r->head.nlmsg_len = sizeof(*r);
	r->head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	r->head.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	r->req.sdiag_family = (uint8_t)family;
	r->req.sdiag_protocol = IPPROTO_TCP;
	r->req.idiag_states = ~0U;
	r->req.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	r->req.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static void
diag_fill(struct diag_socket *out, const struct inet_diag_msg *msg)
{
	out->uid = msg->idiag_uid;
	out->inode = msg->idiag_inode;
	out->state = msg->idiag_state;
	out->queue = msg->idiag_rqueue;
}

static void
diag_loopback(__be32 addr[4], int family)
{
	addr[0] = addr[1] = 0;
	addr[2] = family == AF_INET6 ? htonl(0xffff) : 0;
	addr[3] = family == AF_INET6 ? htonl(INADDR_LOOPBACK) : 0;
	if (family == AF_INET)
		addr[0] = htonl(INADDR_LOOPBACK);
}

static int
diag_exact(int diag, int family, uint16_t client, uint16_t server,
           struct diag_socket *out)
{
	struct diag_request r;
	union {
		struct nlmsghdr head;
		char bytes[1024];
	} answer;
	ssize_t n;

	diag_prepare(&r, family, 0);
	r.req.id.idiag_sport = htons(client);
	r.req.id.idiag_dport = htons(server);
	diag_loopback(r.req.id.idiag_src, family);
	diag_loopback(r.req.id.idiag_dst, family);
	if (send(diag, &r, sizeof(r), 0) < 0)
		return -1;
	n = recv(diag, &answer, sizeof(answer), 0);
	if (n < (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)) ||
	    answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return -1;
	diag_fill(out, NLMSG_DATA(&answer.head));
	return 0;
}

int
diag_peer(int diag, uint16_t client, uint16_t server, struct diag_socket *out)
{
	struct diag_wanted w = { client, server, false, out };

	if (diag < 0)
		diag_walk(diag_if_peer, &w);
	else
		w.found = diag_exact(diag, AF_INET, client, server, out) == 0 ||
		          diag_exact(diag, AF_INET6, client, server, out) == 0;
	return w.found && out->inode && out->state == TCP_ESTABLISHED ? 0 : -1;
}

/* Lists *****************************************************************/

/*
 * Send a request for a list and call fn with each of its messages.  Returns 0
 * at the end of the list, -1 when there was an error before.
 */
static int
diag_list(int diag, const void *request, size_t size,
          void (*fn)(void *arg, const struct nlmsghdr *), void *arg)
{
	union {
		struct nlmsghdr head;
		char bytes[16384];
	} answer;

	if (send(diag, request, size, 0) < 0)
		return -1;
	for (;;) {
		ssize_t n = recv(diag, &answer, sizeof(answer), 0);
		struct nlmsghdr *h = &answer.head;

		if (n <= 0)
			return -1;
		for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR)
				return -1;
			fn(arg, h);
		}
	}
}

static void
diag_if_port(void *arg, const struct nlmsghdr *h)
{
	struct inet_diag_msg *msg = NLMSG_DATA(h);
	struct diag_wanted *w = arg;

	if (ntohs(msg->id.idiag_sport) != w->port)
		return;
	diag_fill(w->out, msg);
	w->found = true;
}

int
diag_listener(int diag, uint16_t port, struct diag_socket *out)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct diag_wanted w = { .port = port, .out = out };
	struct diag_request r;

	if (diag < 0)
		diag_walk(diag_if_listens, &w);
	for (int i = 0; diag >= 0 && i < 2 && !w.found; i++) {
		diag_prepare(&r, families[i], NLM_F_DUMP);
		r.req.idiag_states = 1 << TCP_LISTEN;
		diag_list(diag, &r, sizeof(r), diag_if_port, &w);
	}
	return w.found ? 0 : -1;
}

static void
diag_count(void *arg, const struct nlmsghdr *h)
{
	(void)h;
	++*(int *)arg;
}

int
diag_half_open(int diag, uint16_t port)
{
	struct diag_request r;
	int n = 0, walked[2] = { port, 0 };

	if (diag < 0)
		return diag_walk(diag_if_half_open, walked) < 0 ? -1
		                                                : walked[1];
	diag_prepare(&r, AF_INET, NLM_F_DUMP);
	r.req.idiag_states = 1 << TCP_SYN_RECV;
	r.req.id.idiag_sport = htons(port);
	return diag_list(diag, &r, sizeof(r), diag_count, &n) < 0 ? -1 : n;
}

struct diag_each {
	void (*tcp)(void *arg, const struct diag_tcp *);
	void (*unix_socket)(void *arg, const struct diag_unix *);
	void *arg;
};

static void
diag_tell_tcp(void *arg, const struct nlmsghdr *h)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(h);
	const struct inet_diag_sockid *id = &msg->id;
	const struct diag_each *each = arg;
	struct diag_tcp tcp = { .port = ntohs(id->idiag_sport),
		                .peer_port = ntohs(id->idiag_dport) };

	diag_fill(&tcp.socket, msg);
	diag_address(tcp.here, msg->idiag_family, id->idiag_src, tcp.port);
	diag_address(tcp.there, msg->idiag_family, id->idiag_dst,
	             tcp.peer_port);
	each->tcp(each->arg, &tcp);
}

int
diag_each_tcp(int diag, void (*fn)(void *arg, const struct diag_tcp *),
              void *arg)
{
	struct diag_each each = { .tcp = fn, .arg = arg };
	struct diag_request r;

	if (diag < 0)
		return diag_walk(fn, arg);
	diag_prepare(&r, AF_INET, NLM_F_DUMP);
	if (diag_list(diag, &r, sizeof(r), diag_tell_tcp, &each) < 0)
		return -1;
	diag_prepare(&r, AF_INET6, NLM_F_DUMP);
	return diag_list(diag, &r, sizeof(r), diag_tell_tcp, &each);
}

static void
diag_tell_unix(void *arg, const struct nlmsghdr *h)
{
	const struct unix_diag_msg *msg = NLMSG_DATA(h);
	const struct diag_each *each = arg;
	struct diag_unix u = { .inode = msg->udiag_ino,
		               .type = msg->udiag_type,
		               .listens = msg->udiag_state == TCP_LISTEN };
	struct rtattr *a = (struct rtattr *)(msg + 1);
	int left = (int)NLMSG_PAYLOAD(h, sizeof(*msg));

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == UNIX_DIAG_PEER)
			memcpy(&u.peer, RTA_DATA(a), sizeof(u.peer));
	each->unix_socket(each->arg, &u);
}

int
diag_each_unix(int diag, void (*fn)(void *arg, const struct diag_unix *),
               void *arg)
{
	struct diag_each each = { .unix_socket = fn, .arg = arg };
	struct {
		struct nlmsghdr head;
		struct unix_diag_req req;
	} r;

	memset(&r, 0, sizeof(r));
	r.head.nlmsg_len = sizeof(r);
	r.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	r.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	r.req.sdiag_family = AF_UNIX;
	r.req.udiag_states = ~0U;
	r.req.udiag_show = UDIAG_SHOW_PEER;
	return diag_list(diag, &r, sizeof(r), diag_tell_unix, &each);
}
