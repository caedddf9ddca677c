/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/probe.h"

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
	if (diag_exact(diag, AF_INET, client, server, out) < 0 &&
	    diag_exact(diag, AF_INET6, client, server, out) < 0)
		return -1;
	return out->inode && out->state == TCP_ESTABLISHED ? 0 : -1;
}

/* Read one dump; stops at the first listener on the port. */
static int
diag_dump(int diag, int family, uint16_t port, struct diag_socket *out)
{
	struct diag_request r;
	union {
		struct nlmsghdr head;
		char bytes[16384];
	} answer;
	bool found = false;

	diag_prepare(&r, family, NLM_F_DUMP);
	r.req.idiag_states = 1 << TCP_LISTEN;
	if (send(diag, &r, sizeof(r), 0) < 0)
		return -1;
	for (;;) {
		ssize_t n = recv(diag, &answer, sizeof(answer), 0);
		struct nlmsghdr *h = &answer.head;

		if (n <= 0)
			return -1;
		for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
			struct inet_diag_msg *msg = NLMSG_DATA(h);

			if (h->nlmsg_type == NLMSG_DONE ||
			    h->nlmsg_type == NLMSG_ERROR)
				return found ? 0 : -1;
			if (ntohs(msg->id.idiag_sport) != port)
				continue;
			diag_fill(out, msg);
			found = true;
		}
	}
}

int
diag_listener(int diag, uint16_t port, struct diag_socket *out)
{
	if (diag_dump(diag, AF_INET, port, out) == 0)
		return 0;
	return diag_dump(diag, AF_INET6, port, out);
}
