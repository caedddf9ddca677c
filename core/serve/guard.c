/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/diag.h"
#include "core/wire/loopback.h"

/* One end of it, in host byte order; port 0 where it is of no use. */
struct guard_end {
	uint32_t address;
	uint16_t port;
};

static struct guard_end
guard_end(int fd, int (*name)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	if (name(fd, (struct sockaddr *)&at, &len) < 0 ||
	    at.sin_family != AF_INET)
		return (struct guard_end){ 0, 0 };
	return (struct guard_end){ ntohl(at.sin_addr.s_addr),
		                   ntohs(at.sin_port) };
}

static int
guard_ask(int fd, struct diag_socket *peer, struct err *err)
{
	struct guard_end client = guard_end(fd, getpeername);
	struct guard_end server = guard_end(fd, getsockname);
	int diag, found;

	if (client.address == LOOPBACK_STRANGER)
		return err_set(err, "the balancer passed it on for another "
		                    "user, or cannot tell for whom");
	diag = diag_open(NULL);
	found = diag_peer(diag, client.port, server.port, peer);
	if (diag >= 0)
		close(diag);
	if (found < 0)
		err_set(err, "it cannot be told who asks: the other end of "
		             "the connection is gone");
	return found;
}

bool
guard_allows(int fd, struct err *err)
{
	struct diag_socket peer = { .uid = (uid_t)-1 };

	if (guard_ask(fd, &peer, err) < 0)
		return false;
	if (peer.uid == getuid())
		return true;
	err_set(err, "it is for uid %u, who runs this server; you are uid %u",
	        (unsigned)getuid(), (unsigned)peer.uid);
	return false;
}
