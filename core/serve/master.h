/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * master - the process that owns the workers.
 *
 * It forks them, hands them connections, and learns of their deaths.  It has
 * one thread, so it may fork at any turn.  Eleven files share its struct:
 *
 *	master.c	its loop, and what the shell asks for
 *	crew.c		the workers: fork, what they say, reap
 *	reload.c	all workers replaced, one after another
 *	fleet.c		how many there are: respawn, scale
 *	obey.c		the signals that it obeys
 *	accept.c	its listening sockets
 *	share.c		lending them to workers
 *	handoff.c	connections: queue, choose, hand over
 *	offers.c	what is on its way, acknowledged or taken back
 *	aim.c		requests that want one certain worker
 *	pass.c		what a worker is asked about its threads
 *	say.c		what it tells
 */
#ifndef CORE_SERVE_MASTER_H
#define CORE_SERVE_MASTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/serve/elastic.h"
#include "core/serve/life.h"
#include "core/serve/listener.h"
#include "core/serve/policy.h"
#include "core/serve/report.h"
#include "core/serve/settings.h"
#include "core/serve/stage.h"
#include "core/serve/worker.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/loop.h"
#include "core/sys/procfs.h"
#include "core/wire/page.h"
#include "core/wire/wire.h"

#define MASTER_QUEUE   1024 /* accepted connections that wait; then we rest */
#define MASTER_ORDERS  16   /* "fork N" that wait */
#define MASTER_AIMS    1024
#define MASTER_CALLERS 64
#define SLOT_ASKS      16 /* requests of the shell that a worker answers */

/* A connection that was accepted, until a worker has taken it. */
struct arrival {
	struct arrival *next;
	int fd; /* owned */
	uint64_t number;
	uint32_t uid;
	uint16_t port;       /* the client's */
	bool check;          /* a health check: not told */
	int place;           /* of its offer, while it is one: offer.h */
	uint32_t back_from;  /* the worker that it was taken back from, or 0 */
	uint32_t aim_id;     /* the worker that it wants, or 0 */
	uint32_t aim_thread; /* of it, or 0: any */
	struct stage stage;
	struct master *master; /* borrowed */
};

struct arrivals {
	struct arrival *first, *last;
};

/*
 * One worker, as the master knows it.  The slot outlives the process and is
 * used again; the worker's id never is.
 *
 * Invariant: pid > 0 unless NONE; channel is open in STARTING to LEAVING.
 */
struct slot {
	enum life life; /* changed by crew_fact() and nobody else */
	uint32_t id;
	pid_t pid;
	uint64_t start_ticks;
	int64_t born_ns;
	int row;
	struct wire *channel; /* owned */
	bool told;            /* to leave (node-cluster.md N7) */
	bool stopped;         /* by a signal */

	bool joined;   /* gets connections */
	uint64_t turn; /* counts up; its last one; orders the free */
	struct arrival *offers[ROW_OFFERS]; /* owned: handed over, not
	                                       acknowledged; oldest first */
	int noffers;
	int64_t moved_ns;      /* it got the first of these, or took one */
	bool ahead;            /* it may be offered more than one */
	bool full;             /* it has said that there is no room */
	bool wanted;           /* and was told that connections wait */
	bool choked;           /* its channel took no descriptor */
	bool skip_said;        /* this time */
	struct arrivals aimed; /* owned: they want nobody else */

	struct listener *lent; /* borrowed: it accepts there; or NULL */

	uint32_t fork_seq, retire_seq; /* whom to answer; 0 nobody */
	uint32_t asked[SLOT_ASKS];     /* what it was asked; 0 nothing */
	struct master *master;         /* borrowed */
};

/* "fork N", not begun yet. */
struct order {
	int n;
	uint32_t seq;
	bool respawn; /* each of them takes the place of a dead one */
};

/* How many workers there are to be: fleet.c. */
struct fleet {
	struct elastic elastic;
	int look;    /* timer: look at the load; 0: we doze */
	int stir;    /* owned: eventfd, see page.master_dozes; -1: none */
	bool dozing; /* we have asked for it */

	uint32_t dead[SETTINGS_WORKERS]; /* to be replaced, oldest first */
	int ndead;
	int respawn; /* timer: replace them */
	int strikes; /* in a row have ended at once */
	bool gave_up;
	int64_t strike_ns;

	uint32_t seq; /* whom to answer when all stand still; 0 nobody */
	int goal;     /* that many were wanted; 0: as the load asks */
};

/* The workers are being replaced: reload.c. */
struct reload {
	bool running;
	uint32_t seq;    /* whom to answer; 0 nobody */
	uint32_t newest; /* workers up to this id are to go */
	uint32_t fresh;  /* the new one that does not listen yet; 0 none */
	bool forks;      /* the master is to fork the next one */
	bool ahead;      /* an old one was told to leave before that */
};

/* Connections from `port` go to worker `id`, or to a thread of it. */
struct aim {
	uint16_t port; /* 0: free */
	uint32_t id, thread;
	const struct wire *line; /* borrowed: who asked */
};

/* A client's line to us. */
struct caller {
	struct master *master; /* borrowed */
	struct wire *wire;     /* owned; NULL: free */
};

struct master {
	struct settings settings;
	struct loop *loop;   /* owned */
	struct wire *shell;  /* owned; NULL: run by hand */
	struct page *page;   /* owned mapping */
	int wake;            /* the shell's eventfd, or -1 */
	struct procfs *proc; /* owned */
	struct reporter reporter;
	struct gate gate;
	struct listener public, private;
	struct listener own[SETTINGS_WORKERS]; /* reuseport: beside `public`;
	                                          in no order */
	int diag;                              /* owned: for ask-uid, or -1 */

	struct slot slots[SETTINGS_WORKERS];
	int high; /* no slot from here on was ever used */
	int live; /* slots in use */
	uint32_t last_id;
	uint64_t last_turn;
	uint64_t dice;
	struct order orders[MASTER_ORDERS];
	int norders;
	struct reload reload;
	struct fleet fleet;
	struct birth birth; /* what a child takes along */

	struct arrivals queue;  /* for whoever is next */
	struct arrival *spares; /* arrivals that are nobody */
	struct arrival pool[MASTER_QUEUE + SETTINGS_WORKERS];
	int waiting; /* accepted and not handed over yet */
	int aimed;   /* of those, how many are aimed */
	int ahead;   /* offers beyond the first one of a worker */
	bool full;   /* the listeners rest: queue full */
	int strays;  /* timer: fold rows of children whose worker is dead */
	int rest;    /* timer: the listeners rest for a second */
	int retry;   /* timer: try choked channels again */
	int stale;   /* timer: look at what is offered ahead */
	int tidy;    /* timer: then we want acknowledgements by message */
	bool impatient;

	struct aim aims[MASTER_AIMS];
	struct caller callers[MASTER_CALLERS];

	bool stopping, parted; /* parted: all workers were told */
	bool over;
	uint32_t stop_seq;
};

/* How master_run() ends. */
enum master_end {
	MASTER_OVER,  /* the server has ended */
	MASTER_FORKED /* we are the child: be the worker of master->birth */
};

/*
 * Take over what the lab has put on descriptors 3, 4 and 5, or do without,
 * and bind.  On failure the shell has been told.
 */
int master_open(struct master *, const struct settings *, struct err *);

/*
 * Serve until it is over.  Returns once in the master, and once in each
 * worker that it forks: there fork(2) returns 0 and the copy of the master
 * goes back up to main().
 */
enum master_end master_run(struct master *);
void master_close(struct master *);

/* crew.c ******************************************************************/

/*
 * Fork one worker.  Returns 1 in the child, 0 in the master, -1 with err:
 * then nothing has changed.
 */
int crew_fork(struct master *, uint32_t seq, struct err *);

/* Children ended, stopped or went on: SIGCHLD. */
void crew_reap(struct master *);

/* A fact about a worker; does what the table of life.h asks for. */
void crew_fact(struct master *, struct slot *, enum fact);

/* The worker with an id, or NULL. */
struct slot *crew_find(struct master *, uint32_t id);

/* Send to one worker, with a descriptor (-1 none) or without, or to all. */
void crew_send_fd(struct master *, struct slot *, const struct msg *, int fd);
void crew_send(struct master *, struct slot *, const struct msg *);
void crew_send_all(struct master *, const struct msg *);

/* How many get connections. */
int crew_joined(const struct master *);

/* reload.c ****************************************************************/

/*
 * Replace every worker that lives now by a new one, which has the settings of
 * now: fork one, wait until it listens, tell an old one to leave (as retire
 * does), then the next.  Returns at once.  Request `seq` (0: nobody's) is
 * answered DONE when the last old one was reaped, FAILED with a sentence when
 * a new one cannot be had: then those that are left stay.  Returns -1 with
 * err, and has changed nothing, when one is under way or the server stops.
 */
int reload_start(struct master *, uint32_t seq, struct err *);
bool reload_running(const struct master *);

/* A part of each turn; and of the forks after it: returns 1 in the child. */
void reload_step(struct master *);
int reload_fork(struct master *);

/* fleet.c *****************************************************************/

int fleet_open(struct master *, struct err *);

/*
 * Have `min` workers from now on, or, where max is larger, as many as the
 * load asks, within these limits.  Request `seq` is answered when all of them
 * listen and who has to leave is gone.  On failure returns -1 with the
 * sentence and has changed nothing.
 */
int fleet_scale(struct master *, uint32_t seq, int min, int max, struct err *);

/* "web has 3 workers, 1 to 8 as the load asks; respawn off" */
void fleet_text(struct master *, char *buf, size_t size);

/* One more, or one less (at least one stays): by a signal. */
int fleet_add(struct master *, struct err *);
int fleet_remove(struct master *, struct err *);

/* How many are there, or will be, and have not been told to leave. */
int fleet_count(const struct master *);

/* A worker has ended and was reaped; `news`: how. */
void fleet_ended(struct master *, const struct slot *,
                 const struct child_news *);

/* What was ordered: it was forked as the worker `id`, or could not be. */
void fleet_forked(struct master *, const struct order *, uint32_t id);
void fleet_not_forked(struct master *, const struct order *, const char *why);

/* settings.respawn was set; the server stops. */
void fleet_set_respawn(struct master *);
void fleet_rest(struct master *);

/* A part of each turn. */
void fleet_step(struct master *);

/* obey.c ******************************************************************/

/* SIGCHLD, and those of core/wire/orders.h. */
int obey_signals(struct master *, struct err *);

/* master.c: refuse new connections, answer the open ones, end. */
void master_stop(struct master *, uint32_t seq);

/* Let `n` workers be forked.  Returns -1 with err. */
int master_order(struct master *, const struct order *, struct err *);

/* pass.c ******************************************************************/

/* Pass a request about threads to a worker, or say why not. */
void pass_ask(struct master *, const struct msg *);
void pass_answer(struct master *, struct slot *, const struct msg *);
void pass_gone(struct master *, struct slot *);

/* May a request aim at that thread?  If not, why says so. */
bool pass_aims(struct master *, const struct slot *, uint32_t number, char *why,
               size_t size);

/* The worker has ended: fold its row and those of its threads. */
void pass_fold(struct master *, const struct slot *);

/* accept.c ****************************************************************/

/* Listen, because the first worker does; or no more, after the last one. */
int accept_start(struct master *, struct err *);
void accept_stop(struct master *);

/*
 * Take in what the kernel has queued at a listener up to now, as far as there
 * is room.  Returns how many.
 */
int accept_what_waits(struct master *, const struct listener *);

/*
 * The same for the last time: the socket is closed next, and nobody who has
 * begun to connect is to be reset by that.
 */
int accept_last(struct master *, struct listener *);

/*
 * Both listeners rest while the queue is full or descriptors are short; the
 * public one also where the workers accept.
 */
void accept_set_rest(struct master *);

/* TCP_DEFER_ACCEPT as the settings say. */
void accept_defer(struct master *);

/* Rest when too many wait, go on when they do not. */
void accept_check_full(struct master *);

/* share.c *****************************************************************/

/* A worker gets connections from now on: lend it what its policy says. */
void share_join(struct master *, struct slot *);

/*
 * No more.  A worker that leaves gives its own socket back, which is emptied
 * and closed; the one of a dead worker waits for the next.
 */
void share_part(struct master *, struct slot *);

/*
 * The policy was `old`.  On failure returns -1 with err, and everybody
 * accepts as before.
 */
int share_change(struct master *, const struct policy *old, struct err *);

/* Close the sockets of all workers; what waits there is queued here. */
void share_close(struct master *);

/* handoff.c ***************************************************************/

void handoff_init(struct master *);

/* A connection was accepted: into the queue, through the stage. */
void handoff_arrive(struct master *, struct arrival *);

/* Give as many as possible to workers. */
void handoff_run(struct master *);

/* Before the loop sleeps; returns whether there is something to do instead. */
bool handoff_before_sleep(struct master *);

/* It was not taken: back to whom it was for, before all others. */
void handoff_again(struct master *, struct slot *, struct arrival *);

/* Skip that worker for a while. */
void handoff_choke(struct master *, struct slot *);

/* The worker is gone: what it has not taken goes to others. */
void handoff_return(struct master *, struct slot *);

/* Close our copy and forget it. */
void handoff_drop(struct master *, struct arrival *);

/* Close what waits and nobody will ever take. */
void handoff_close_all(struct master *);

void handoff_report(struct master *, const struct arrival *, enum report_type,
                    uint32_t id, const char *text);

/* offers.c ****************************************************************/

#define OFFERS_FRESH_NS (10 * NS_PER_MS)

/*
 * How many offers on their way count against a worker: none while it is
 * fresh, that is, took or got its first within OFFERS_FRESH_NS.
 */
int offers_pending(const struct slot *, int64_t now_ns);

/* Why it is not to be chosen; `level` pending ones are no reason. */
enum busy offers_busy(const struct slot *, int level, int64_t now_ns);

/* The fewest pending ones of any that has room for one more offer. */
int offers_level(const struct master *, int64_t now_ns);

/* How many have room, and nothing on its way. */
int offers_idle(const struct master *);

/*
 * Offer a connection to a worker that has a place for it; it stays ours until
 * it is taken.  Returns -1 when its channel takes no message now.
 */
int offers_send(struct master *, struct slot *, struct arrival *, struct msg *);

/* A worker's answer to a hand-off. */
void offers_answer(struct master *, struct slot *, const struct msg_handoff *);

/* What workers have taken counts as acknowledged; returns whether any was. */
bool offers_look(struct master *);

/*
 * Take the newest offer of a worker back into the queue, if it is not the
 * only one, nor claimed.  Returns whether it was.
 */
bool offers_take_back(struct master *, struct slot *);

/* The worker is dead: what it has not taken goes to others. */
void offers_return(struct master *, struct slot *);

/* aim.c *******************************************************************/

/* The shell brings the wire of a client (owned from here on). */
void aim_line(struct master *, int fd);

/*
 * A connection has come to the private listener: the worker that it wants,
 * or 0, and its thread, and the aim is used up.
 */
uint32_t aim_take(struct master *, uint16_t port, uint32_t *thread);
void aim_close(struct master *);

/* say.c *******************************************************************/

/* Tell the shell, or print for who runs us by hand.  fds: borrowed. */
void say_message(struct master *, const struct msg *, const int *fds, int nfds);

/* Worker `id` listens; 0: the master itself. */
void say_listening(struct master *, uint32_t id);

/* A line for the log. */
void say_note(struct master *, const char *text);

/* DONE with a text, or FAILED, for the request `seq`; 0: nobody asked. */
void say_done(struct master *, uint32_t seq, const char *text);
void say_failed(struct master *, uint32_t seq, const char *text);

/* A line for the log. */
void say_line(struct master *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
