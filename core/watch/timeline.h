/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * timeline - everything that happened, in order, in a ring.
 *
 * Events carry the time of the place where they happened.  The timeline
 * orders by it and never shows an effect before its cause: reaped comes after
 * exited, an answer after its hand-off.
 */
#ifndef CORE_WATCH_TIMELINE_H
#define CORE_WATCH_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/watch/snapshot.h"
#include "core/wire/msg.h"

/*
 * X(NAME, word, rank): the words are those of facts (`ever forked(w1)`).
 * Where two events of one process have the same time, the lower rank is the
 * cause.
 */
// clang-format off
#define EVENTS(X) \
	X(FORKED,       "forked",       1)  /* who: child; other: parent */ \
	X(STARTED,      "started",      1)  /* by the lab; text: its command */ \
	X(RESPAWNED,    "respawned",    2)  /* in the place of worker a */ \
	X(THREAD,       "thread",       2)  /* a thread was started */ \
	X(EXEC,         "exec",         2)  /* text: the new program */ \
	X(ONLINE,       "online",       3)  /* a: port of a master */ \
	X(LISTENING,    "listening",    4)  /* a: port; text: address */ \
	X(ACCEPTED,     "accepted",     5)  /* connection */ \
	X(SKIPPED,      "skipped",      5)  /* who was passed over; text: why */ \
	X(HANDOFF,      "handoff",      6)  /* who got it; text: why */ \
	X(ROUTED,       "routed",       6)  /* by a balancer; text: to whom */ \
	X(REFUSED_BY,   "refused_by",   7)  /* a worker refused a hand-off */ \
	X(REQUEST,      "request",      8)  /* begins; text: path */ \
	X(HARM,         "harm",         8)  /* is about to do it; text: path */ \
	X(DISTURBED,    "disturbed",    8)  /* by another thread; text: how */ \
	X(SPIED,        "spied",        8)  /* read a secret; text: which */ \
	X(ANSWER,       "answer",       9)  /* a: status, b: ns; text: path */ \
	X(BROKEN,       "broken",       9)  /* ended without a whole answer */ \
	X(CLOSED,       "closed",      10)  /* the connection */ \
	X(SIGNAL,       "signal",      11)  /* sent by us; a: signal */ \
	X(STOPPED,      "stopped",     12)  /* a: signal */ \
	X(CONTINUED,    "continued",   12) \
	X(LEAVING,      "leaving",     12)  /* was told to leave */ \
	X(DISCONNECTED, "disconnected",13) \
	X(THREAD_ENDED, "thread_ended",13) \
	X(EXITED,       "exited",      14)  /* a: code, or -1; b: signal, 0 none, -1 not known; text: why, or a job's command */ \
	X(ADOPTED,      "adopted",     15)  /* other: who took it */ \
	X(REAPED,       "reaped",      16)  /* other: who waited */ \
	X(REFUSED,      "refused",     17)  /* a: port */ \
	X(TERMINAL,     "terminal",    17)  /* who has the terminal now */ \
	X(FIRED,        "fired",       18)  /* a client has ended its run; a: answered, b: failed */ \
	X(LOST,         "lost",        18)  /* a: reports that were dropped */ \
	X(TYPED,        "typed",        0)  /* other: a command or program that runs from the prompt; text: what follows its name */ \
	X(CALLED,       "called",      18)  /* who: a puppet; other: its call, that has returned a; text: all of it */ \
	X(NOTE,         "note",        18)  /* text: a sentence for the log */
// clang-format on

enum event_type {
	EVENT_NONE,
#define X(NAME, word, rank) EVENT_##NAME,
	EVENTS(X)
#undef X
	    EVENT_TYPES
};

struct who {
	char name[NAME_SIZE];
	pid_t pid;
	pid_t tid;      /* 0: the process */
	enum kind kind; /* KIND_SHELL also where it was not said */
};

struct event {
	uint64_t n;   /* number, from 1, as it was added; 0 before */
	int64_t t_ns; /* clock_ns() where it happened */
	enum event_type type;
	struct who who, other;
	int64_t a, b;
	int64_t took_ns;     /* FIRED */
	uint64_t connection; /* 0 none */
	char server[NAME_SIZE];
	bool told;    /* EXITED: it had been told to leave */
	bool several; /* servers are up: w1 alone says little */
	char text[128];
	char via[64]; /* of a request through balancers: "c1 → lb1 → web2" */
	char why[64]; /* ANSWER, BROKEN: this worker served it; or "" */
};

struct timeline;

/* Room for `size` events; the oldest are forgotten. */
struct timeline *timeline_open(size_t size);
void timeline_close(struct timeline *);

/*
 * A copy that ends with event n, as if nothing had happened since: for who
 * looks at the past.  The caller owns it; NULL without memory.
 */
struct timeline *timeline_until(const struct timeline *, uint64_t n);

/*
 * Put a copy in where its time belongs, but behind what caused it and before
 * what it caused, whatever their clocks said.  Returns its number.
 */
uint64_t timeline_add(struct timeline *, const struct event *);

/*
 * Iterate in the order of time: the i-th of those kept (0: the oldest).  An
 * event put in late moves the ones behind it; to see each event once, ask by
 * number: timeline_newer gives the next one added after number n, or NULL.
 * timeline_nth gives the one with that number, NULL when it is forgotten.
 * Pointers are good until the next timeline_add.
 */
size_t timeline_count(const struct timeline *);
const struct event *timeline_at(const struct timeline *, size_t i);
const struct event *timeline_newer(const struct timeline *, uint64_t n);
const struct event *timeline_nth(const struct timeline *, uint64_t n);
uint64_t timeline_last(const struct timeline *); /* newest number, 0 none */

/* Who it happened to; where several servers are up, as "web2.w1". */
void event_whose(const struct event *, char name[NAME_SIZE]);

/*
 * In a sum a worker speaks for its threads and children: "w1.t2" and "w1.f7",
 * of which there may be hundreds, become "w1".
 */
void event_worker(char *name);

const char *event_word(enum event_type);
enum event_type event_by_word(const char *); /* EVENT_NONE: no such word */

/*
 * The event as a line of the log: "worker w2 (pid 9412) died: killed by
 * TERM".  Returns buf.
 */
const char *event_text(const struct event *, char *buf, size_t size);

#endif
