/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * balancer - a process in front of several servers.
 *
 * It works on connections, as haproxy's TCP mode: each one that it accepts is
 * joined to a connection to one of its servers, and bytes go both ways,
 * untouched.  One thread, one loop.  Its files:
 *
 *	balancer.c		its loop, and what the shell asks for
 *	balancer-options.c	its command line
 *	balancer-address.c	the address: alone, as a twin, as a standby
 *	balancer-link.c		a connection: its begin, its end, its age
 *	balancer-route.c	on its way: to which server, both sockets
 *	balancer-flow.c		one direction of it: bytes
 *	balancer-backend.c	its servers: which one is next, up and down
 *	balancer-health.c	asks each server for /health
 *	balancer-say.c		what it tells
 *
 * It is the one process of ours with a timer that always runs: each second
 * it asks its servers for their health and drops what is silent too long.
 */
#ifndef CORE_SERVE_BALANCER_H
#define CORE_SERVE_BALANCER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/serve/listener.h"
#include "core/serve/policy.h"
#include "core/serve/report.h"
#include "core/serve/stage.h"
#include "core/sys/loop.h"
#include "core/wire/page.h"
#include "core/wire/wire.h"

#define BALANCER_LINKS      4096  /* connections; more wait in the kernel */
#define BALANCER_BUFFER     16384 /* bytes that wait in one direction */
#define BALANCER_TICK_NS    NS_PER_S
#define BALANCER_CONNECT_NS (2 * NS_PER_S) /* then another server is tried */
#define BALANCER_RISE       2 /* good checks until a server is up again */
#define BALANCER_FALL       3 /* bad checks until one is down */

/* A connection that all servers have refused waits so long for one ... */
#define BALANCER_PATIENCE_NS (3 * NS_PER_S)
#define BALANCER_AGAIN_NS    (100 * NS_PER_MS) /* ... and is tried so often */

#define BALANCER_STANDBY_FD 6 /* a pidfd of whom we stand by for */

/* A server as it was named: "web1=3000", or "3000". */
struct balancer_to {
	char name[NAME_SIZE];
	uint16_t port;
};

struct balancer_options {
	char name[NAME_SIZE];
	int port; /* 0: the kernel picks one */
	int backlog;
	int timeout_s;           /* a connection that is silent so long ends */
	char check[64];          /* page to ask for; "": connecting is enough */
	bool twin;               /* share the port with others of our user */
	char standby[NAME_SIZE]; /* of whom; "" nobody */
	const struct policy *policy;
	struct balancer_to to[PAGE_BACKENDS];
	int nto;
};

/* One direction of a connection. */
struct flow {
	unsigned char *rest; /* owned: read and not passed on; or NULL */
	uint32_t at, len;    /* of rest */
	bool ended;          /* the sender has closed its side */
	bool closed;         /* ... and the receiver was told */
	bool held;           /* ... which cannot be told yet */
};

enum flow_result { FLOW_FINE, FLOW_FROM_BROKE, FLOW_TO_BROKE };

enum link_state {
	LINK_FREE,
	LINK_WAITING,    /* at the stage "hand-off", or for a server */
	LINK_CONNECTING, /* to its server */
	LINK_OPEN,       /* something came from its server, or went there */
};

/*
 * A connection: a client's socket and one to a server.
 *
 * Invariant: client >= 0 unless FREE; server >= 0 in CONNECTING and OPEN.
 */
struct link {
	struct balancer *balancer;   /* borrowed */
	struct link *older, *newer;  /* by the last byte; spares by older */
	struct backend_slot *server; /* borrowed: whose it is; or NULL */
	enum link_state state;
	uint64_t number;
	uint16_t port;    /* the client's */
	bool stranger;    /* another user's */
	bool check;       /* of health: passed on, neither counted nor told */
	bool asked;       /* bytes went to the server: no other may get it */
	bool answered;    /* bytes came from it */
	bool last_up;     /* the client was the last to say something */
	bool left;        /* the client broke it */
	uint32_t tried;   /* servers that failed, by number */
	bool waits;       /* for a server: all have refused it ... */
	int64_t waits_ns; /* ... for the first time at */
	int client_fd, server_fd; /* owned */
	uint32_t client_events, server_events;
	struct flow up, down; /* to the server, to the client */
	int64_t active_ns;
	struct stage stage;
};

/* A health check that is under way. */
struct check {
	int fd; /* owned; -1: none */
	bool sent;
	char head[16]; /* "HTTP/1.1 200" */
	uint32_t len;
};

/* One of its servers.  What others may know of it stands in the page. */
struct backend_slot {
	struct balancer *balancer; /* borrowed */
	struct backend *row;       /* borrowed: in the page */
	uint64_t turn;             /* when it was chosen last */
	int good, bad;             /* checks in a row */
	bool leaving;              /* removed; free when its links ended */
	struct check check;
};

struct balancer {
	struct balancer_options options;
	struct loop *loop;  /* owned */
	struct wire *shell; /* owned; NULL: run by hand */
	struct page *page;  /* owned mapping */
	int wake;           /* the shell's eventfd, or -1 */
	struct reporter reporter;
	struct row *row; /* borrowed: our own in the page */
	struct gate gate;
	int diag; /* owned: tells whose connection it is */

	struct listener listener; /* fd -1: the address is another's */
	bool rests;               /* it accepts nothing: too many are open */
	int standby;     /* owned: pidfd; -1: for nobody, or it is gone */
	int64_t gone_ns; /* when we learnt that it is gone */
	bool waits_said; /* that the address is not free yet */
	int retry;       /* timer: then it is tried again */

	struct backend_slot servers[PAGE_BACKENDS];
	uint64_t last_turn, last_link, dice;
	bool none_said; /* that no server is up */
	bool wait_said; /* that connections wait for one */
	int again;      /* timer: then those that wait are looked at */

	struct link *links; /* owned: BALANCER_LINKS */
	struct link *spares, *oldest, *newest;
	int open;

	int64_t now_ns; /* of this turn */
	bool stopping, over;
	uint32_t stop_seq;
};

/* Are these the arguments of a balancer, and not of a web server? */
bool balancer_wanted(int argc, char **argv);

/* Read them and run.  Returns what main() is to return. */
int balancer_main(int argc, char **argv);

/* As settings_parse: 0, 1 when help was printed, -1 with err. */
int balancer_options_parse(struct balancer_options *, int argc, char **argv,
                           struct err *);

/* "web1=3000" or "3000"; returns -1 with err and has changed nothing. */
int balancer_options_to(const char *text, struct balancer_to *, struct err *);

/* The policy of that name that a balancer can have; NULL and err. */
const struct policy *balancer_options_policy(const char *name, struct err *);

/* balancer-address.c ******************************************************/

/*
 * Get the address: at once, or as soon as it is free when we stand by for
 * somebody.  Returns -1 with err where it cannot be had at all.
 */
int address_open(struct balancer *, struct err *);

/* Let others of our user join (SO_REUSEPORT). */
void address_share(struct balancer *);

/* Too many are open, or there is room again. */
void address_rest(struct balancer *, bool rest);
void address_close(struct balancer *);

/* balancer-link.c *********************************************************/

int link_init(struct balancer *, struct err *);

/* Accept one connection.  Returns false when there is none, or no room. */
bool link_accept(struct balancer *);

/* A tick: what takes too long. */
void link_tick(struct balancer *);

/* Something happened on it. */
void link_touch(struct link *);

/* Close one of its sockets, by a reset when it broke. */
void link_close(struct link *, int *fd, bool broke);

/* End it, by a reset when it broke.  Both sides learn it. */
void link_end(struct link *, bool broke);
void link_end_all(struct balancer *);

/* Is this an error of our own, that says nothing about the server? */
bool link_is_ours(int code);

/* balancer-route.c ********************************************************/

/* arg: a link that is through the stage.  Choose a server, and connect. */
void route_begin(void *arg);
void route_client_ready(void *arg, uint32_t events);

/* This server does not have it; nothing is lost, so try another. */
void route_another(struct link *, int code);

/* balancer-flow.c *********************************************************/

/*
 * Read once and pass on; what the receiver does not take now is kept, and
 * must be pushed before more is read.  *moved: bytes that were passed on.
 */
enum flow_result flow_pull(struct flow *, int from, int to, uint64_t *moved);
enum flow_result flow_push(struct flow *, int to, uint64_t *moved);

/* Is there something to be pushed?  Was all of it, and the end? */
bool flow_waits(const struct flow *);
bool flow_over(const struct flow *);
void flow_drop(struct flow *);

/* balancer-backend.c ******************************************************/

int backend_add(struct balancer *, const struct balancer_to *, struct err *);
struct backend_slot *backend_find(struct balancer *, const char *name);

/* No new connections; forgotten when the open ones have ended. */
void backend_remove(struct backend_slot *);
void backend_drain(struct backend_slot *, bool);

/* The server is at another port now; its checks begin anew. */
void backend_move(struct backend_slot *, uint16_t port);

/*
 * Who gets this connection: not one that it has tried.  NULL: none is up.
 * Then why[] says it, otherwise why that one.
 */
struct backend_slot *backend_choose(struct balancer *, const struct link *,
                                    char *why, size_t size);

/*
 * Is there one that is up?  Or one that went down so lately that it is worth
 * waiting for?
 */
bool backend_any_up(const struct balancer *);
bool backend_may_return(const struct balancer *, int64_t now_ns);

/* A connection to it begins; did not come about; ends. */
void backend_taken(struct backend_slot *, const struct link *);
void backend_untaken(struct backend_slot *, const struct link *);
void backend_left(struct backend_slot *, const struct link *, bool broke);

/* It refused a connection: down at once.  Or a check went well, or badly. */
void backend_refused(struct backend_slot *, const char *why);
void backend_checked(struct backend_slot *, bool well, const char *why);

/* balancer-health.c *******************************************************/

void health_tick(struct balancer *);
void health_stop(struct backend_slot *);

/* Connections wait: ask those that are down, without waiting for a tick. */
void health_hurry(struct balancer *);

/*
 * A socket that is connecting to a port of 127.0.0.1, from an address of
 * ours (host byte order; 0 any), or -1 with errno.
 */
int health_connect(uint32_t from, uint16_t port);

/* balancer-say.c **********************************************************/

void balancer_say(struct balancer *, const struct msg *);
void balancer_note(struct balancer *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void balancer_done(struct balancer *, uint32_t seq);
void balancer_failed(struct balancer *, uint32_t seq, const char *text);
void balancer_report(struct balancer *, const struct link *, enum report_type,
                     uint16_t port, const char *text);

#endif
