/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/diag.h"

/* The port of one end, or -1. */
static int
guard_port(int fd, int (*name)(int, struct sockaddr *, socklen_t *))
{
	struct sockaddr_in at;
	socklen_t len = sizeof(at);

	if (name(fd, (struct sockaddr *)&at, &len) < 0 ||
	    at.sin_family != AF_INET)
		return -1;
	return ntohs(at.sin_port);
}

static int
guard_ask(int fd, struct diag_socket *peer, struct err *err)
{
	int client = guard_port(fd, getpeername);
	int server = guard_port(fd, getsockname);
	struct err why;
	int diag = diag_open(&why), found = -1;

	if (diag < 0)
		return err_set(err, "it cannot be told who asks: %.200s",
		               why.text);
	if (client >= 0 && server >= 0)
		found =
		    diag_peer(diag, (uint16_t)client, (uint16_t)server, peer);
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
