/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diag - who holds a socket, from the kernel's socket diagnosis.
 *
 * netlink INET_DIAG and UNIX_DIAG, sock_diag(7).  Works for ordinary users;
 * an exact look-up takes microseconds, where reading /proc/net/tcp takes
 * milliseconds.  The lists of all sockets are for who asks by hand.
 *
 * Where the kernel has no diagnosis, and `diag` is -1, the calls for TCP read
 * that file.
 */
#ifndef CORE_SYS_DIAG_H
#define CORE_SYS_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/sys/err.h"

struct diag_socket {
	uid_t uid;
	uint32_t inode; /* as in /proc/PID/fd: socket:[inode] */
	int state;      /* TCP_ESTABLISHED and so on, netinet/tcp.h */
	uint32_t queue; /* listening: connections that wait to be accepted */
};

/* A netlink socket (owned by the caller) for the calls below, or -1. */
int diag_open(struct err *);

/*
 * The client's end of a connection between two ports of 127.0.0.1: local
 * port `client`, remote port `server`, host byte order; v6-mapped ones too.
 * Returns 0 with *out filled only for a live socket with an inode, else -1.
 */
int diag_peer(int diag, uint16_t client, uint16_t server,
              struct diag_socket *out);

/*
 * How many connections to a port of ours have begun and are not there yet
 * (SYN_RECV); -1 when the kernel would not tell.
 */
int diag_half_open(int diag, uint16_t port);

/* The socket that listens on a port, at 127.0.0.1 or at any address. */
int diag_listener(int diag, uint16_t port, struct diag_socket *out);

#define DIAG_ADDRESS 64

/* A TCP socket, and both of its ends as text. */
struct diag_tcp {
	struct diag_socket socket;
	uint16_t port, peer_port; /* host byte order; 0 none */
	char here[DIAG_ADDRESS];  /* "127.0.0.1:3000", "[::1]:80" */
	char there[DIAG_ADDRESS];
};

/* A Unix socket. */
struct diag_unix {
	uint32_t inode;
	uint32_t peer; /* inode of the other end; 0: closed, or none */
	int type;      /* SOCK_STREAM and so on */
	bool listens;
};

/*
 * Call fn for each TCP socket of IPv4 and IPv6, or each Unix socket, of the
 * network namespace.  Returns 0, or -1 when the kernel would not tell all.
 */
int diag_each_tcp(int diag, void (*fn)(void *arg, const struct diag_tcp *),
                  void *arg);
int diag_each_unix(int diag, void (*fn)(void *arg, const struct diag_unix *),
                   void *arg);

#endif
