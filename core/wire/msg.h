/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * msg - everything that our processes say to each other.
 *
 * One list (MSG_TYPES) names each message, who sends it to whom, and its
 * body.  Only the head and the body of its type travel.  High-rate news
 * (hand-offs, requests) do not come this way but through the rings of the
 * shared page (page.h).
 */
#ifndef CORE_WIRE_MSG_H
#define CORE_WIRE_MSG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NAME_SIZE     24   /* "web", "w12", "w12.t3", "p1" with its NUL */
#define MSG_TEXT      2048 /* sentences, command lines */
#define MSG_ARGV      8192 /* arguments, each ended by NUL */
#define WIRE_CHILD_FD 3    /* a child's end of its wire */
#define PAGE_CHILD_FD 4    /* a server's shared page */
#define WAKE_CHILD_FD 5    /* the eventfd that wakes the shell */
#define AIM_CHILD_FD  4    /* a client's line to a master; see MSG_AIM */
#define LAB_TTY_FD    4    /* the lab's terminal, the slave of a pty */

/* What the lab is asked to start. */
enum start_kind {
	START_SERVER,
	START_CLIENT,
	START_PUPPET,
	START_JOB,
	START_MEASURE
};

/*
 * shell -> lab.  Descriptors of the message: first the child's 1 and 2 (one
 * descriptor, a pipe) unless `on_terminal`; then those that become 3, 4, 5.
 * A job's standard input is the lab's terminal; a server's, client's and
 * puppet's is /dev/null unless on_terminal.  It becomes a process group of
 * its own.
 */
struct msg_start {
	int32_t kind;        /* enum start_kind */
	int32_t foreground;  /* give it the lab's terminal */
	int32_t on_terminal; /* 0, 1 and 2 are the lab's terminal */
	int32_t argc;
	char cwd[1024];
	char argv[MSG_ARGV]; /* argc strings, each ended by NUL; then NAME=
	                        VALUE strings for the environment up to an
	                        empty one */
};

/* lab, master -> shell: a process was born.  Descriptor: its pidfd. */
struct msg_born {
	int32_t pid;
	int32_t ppid;
	int32_t pgid;
	uint32_t id;          /* of a worker: 1 2 3, never reused; else 0 */
	int32_t row;          /* of a worker: its row in the shared page */
	uint64_t start_ticks; /* proc_stat: with the pid, the identity */
};

/* lab, master -> shell: what waitid(2) told about a child. */
struct msg_change {
	int32_t pid;
	uint32_t id;     /* of a worker, else 0 */
	int32_t change;  /* enum child_change */
	int32_t code;    /* exit code, or signal */
	int32_t dumped;  /* a core was written */
	int32_t raw;     /* as from wait(2) */
	int32_t told;    /* it was told to leave (exitedAfterDisconnect) */
	int32_t adopted; /* an orphan that the lab took over */
	uint64_t start_ticks;
};

/* A process, a group or a worker, and a number about it. */
struct msg_target {
	int32_t pid;   /* or process group, where the message says so */
	uint32_t id;   /* worker id */
	int32_t value; /* signal, port, thread, count: as the message says */
};

/* master -> shell: it listens; worker -> master: so do I. */
struct msg_listening {
	uint32_t id; /* worker, or 0: the master itself */
	uint16_t port, private_port;
	char address[46];
};

/*
 * master -> worker: one connection (the descriptor).  worker -> master: the
 * same head back as MSG_TAKEN.  client -> master: MSG_AIM, "what comes from
 * this port is for that worker".  master -> worker: MSG_ACCEPT, of which
 * only `why` counts, and `connection`: page.lending.
 */
enum {
	HANDOFF_REFUSED, /* the next worker gets it */
	HANDOFF_TAKEN,   /* taken, and another can be */
	HANDOFF_LAST     /* taken; a TAKEN of connection 0 says "room again" */
};

struct msg_handoff {
	uint64_t connection; /* numbered from 1 by who accepts */
	uint32_t id;         /* worker aimed at, or 0 */
	uint32_t thread;     /* thread aimed at, or 0: any */
	uint32_t uid;        /* of the client's end; (uint32_t)-1 unknown */
	uint16_t port;       /* the client's port */
	uint8_t accepted;    /* MSG_TAKEN: one of HANDOFF_...; to a model:
	                        HANDOFF_TAKEN, no hand-off: nobody waits */
	uint8_t check;       /* a health check: not counted, not told */
	uint8_t place;       /* of the offer: offer.h */
	char why[96];        /* this worker got it because ... */
};

/* A setting of a running server: how many, how slow. */
struct msg_set {
	char name[32];
	char value[64];
};

/* client -> shell: how far a run is, and how it ended. */
struct msg_progress {
	uint64_t wanted, sent, answered, failed;
	uint64_t refused; /* of those that failed: nobody listens on port */
	uint16_t port;
	int64_t took_ns, p50_ns, p99_ns; /* of a RESULT */
};

/* puppet -> shell: what a call came to. */
struct msg_returned {
	int64_t value;  /* as the call returned it */
	int32_t error;  /* errno where it failed, else 0 */
	int32_t reaped; /* value is the pid of a child that it waited for ... */
	int32_t status; /* ... with this from wait(2) */
	char call[32];
	char text[512]; /* what there is to say besides, or "" */
};

/* what a process says of one of its variables, asked by a VARIABLE */
struct msg_variable {
	uint64_t address; /* in its own memory; 0: it has no such variable */
	int64_t value;
	int32_t pid, tid; /* who says so */
};

struct msg_text {
	char text[MSG_TEXT]; /* ends in NUL */
};

/*
 * X(NAME, body): the list.  Bodies of which only the used part travels are
 * MSG_TEXTs: up to the NUL.
 */
// clang-format off
#define MSG_TYPES(X) \
	X(NONE,         empty)     /* nothing, or unknown: ignore */ \
	/* shell -> lab */ \
	X(START,        start)     /* name: what it will be called */ \
	X(SIGNAL_GROUP, target)    /* pid: group of a child; value: signal */ \
	X(FOREGROUND,   target)    /* pid: group, continued; 0: the lab takes the terminal back */ \
	X(BACKGROUND,   target)    /* pid: group, continued in the background */ \
	X(SCREEN,       target)    /* value: 1 the screen is up, 0 down; fd: the real terminal, once */ \
	X(CLEAR,        empty)     /* end everything but yourself */ \
	X(BYE,          empty)     /* end everything, then yourself */ \
	/* lab -> shell */ \
	X(HELLO,        target)    /* pid: the lab */ \
	X(STARTED,      born)      /* seq of the START; fd: pidfd */ \
	X(NOT_STARTED,  text)      /* seq of the START */ \
	X(ADOPTED,      born)      /* an orphan came to the lab; fd: pidfd */ \
	X(CHANGED,      change)    /* ended (still a zombie), stopped, continued */ \
	X(REAPED,       change)    /* the zombie of a CHANGED is gone */ \
	X(TERMINAL,     target)    /* pid: the group now in the foreground */ \
	X(CLEARED,      empty)     /* nothing is left; it answers a CLEAR */ \
	/* shell -> master */ \
	X(FORK,         target)    /* value: how many */ \
	X(RETIRE,       target)    /* id: a worker; value: a thread or 0 */ \
	X(THREAD,       target)    /* id: a worker; value: how many more; passed to it */ \
	X(STOP,         empty)     /* whole server, gracefully */ \
	X(SET,          set)       /* a setting */ \
	X(SCALE,        target)    /* id, value: workers at least, at most; 0: which? */ \
	X(RELOAD,       empty)     /* new workers in place of all */ \
	X(AIM_LINE,     empty)     /* fd: the wire of a client */ \
	/* master -> shell; the worker's own words pass through it */ \
	X(LISTENING,    listening) /* master (id 0) or worker */ \
	X(ONLINE,       target)    /* id, pid: runs; worker -> master too */ \
	X(FORKED,       born)      /* fd: pidfd */ \
	X(DISCONNECTED, target)    /* id, pid: its channel is closed */ \
	X(SCALED,       target)    /* id, value: least and most, as the load asks; 0: not */ \
	X(RESPAWNED,    target)    /* id, pid: in the place of worker value */ \
	X(SAY,          text)      /* a line for the log */ \
	X(DONE,         text)      /* seq is done; text "" or what it came to */ \
	X(FAILED,       text)      /* seq failed: the sentence */ \
	/* master <-> worker */ \
	X(HANDOFF,      handoff)   /* fd: the connection */ \
	X(TAKEN,        handoff)   /* the acknowledgement */ \
	X(ACCEPT,       handoff)   /* fd: listening, accept yourself and say why; none: no more */ \
	X(WANTED,       empty)     /* connections wait: who keeps idle ones alive, yield */ \
	X(LEAVE,        target)    /* finish what is open, then exit 0 */ \
	X(LEAVING,      target)    /* the worker will take no more */ \
	/* client <-> master, by the aim line */ \
	X(AIM,          handoff)   /* port -> worker id, thread */ \
	X(AIMED,        listening) /* private_port: connect there now */ \
	/* client -> shell */ \
	X(PROGRESS,     progress) \
	X(RESULT,       progress) \
	X(FROM,         target)    /* value: a port that it connects from */ \
	X(REFUSED,      target)    /* value: a port; the first time only */ \
	/* shell -> master -> worker, shell -> puppet; and back */ \
	X(VARIABLE,     set)       /* tell this variable; value not "": set it */ \
	X(VALUE,        variable)  /* seq of the VARIABLE; a puppet's without: name is now so */ \
	/* shell <-> puppet, by its string */ \
	X(CALL,         text)      /* text: "exit 7"; name: of a child to be */ \
	X(CALLING,      text)      /* it is about to: the call as it stands */ \
	X(RETURNED,     returned)  /* what it came to */ \
	X(STRING,       born)      /* name: who will hold it; fd: our end */ \
	X(AWAKE,        born)      /* a new puppet or thread; fd: pidfd */ \
	X(CAUGHT,       target)    /* value: a signal; id: how often so far */ \
	X(PASS,         text)      /* fd, for the puppet in text; then to it */ \
	X(PASSED,       target)    /* value: the number that it has there */
// clang-format on

struct msg_empty {
	char none;
};

enum msg_type {
#define X(NAME, body) MSG_##NAME,
	MSG_TYPES(X)
#undef X
	    MSG_COUNT
};

struct msg {
	uint32_t type; /* enum msg_type */
	uint32_t seq;  /* chosen by who asks, repeated in the answer; 0 */
	int64_t t_ns;  /* clock_ns() where and when it happened */
	char name[NAME_SIZE];
	union {
		struct msg_empty empty;
		struct msg_start start;
		struct msg_born born;
		struct msg_change change;
		struct msg_target target;
		struct msg_listening listening;
		struct msg_handoff handoff;
		struct msg_set set;
		struct msg_progress progress;
		struct msg_returned returned;
		struct msg_variable variable;
		struct msg_text text;
	};
};

/* A message of a type, its time now, everything else zero. */
struct msg msg_make(enum msg_type, const char *name);

/* The same with a sentence in text.text; for SAY, DONE, FAILED and so on. */
struct msg msg_say(enum msg_type, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "HANDOFF", for error messages and tests. */
const char *msg_name(enum msg_type);

/* How many bytes of it travel. */
size_t msg_size(const struct msg *);

/*
 * Is what arrived (`size` bytes) a whole message?  Ends its texts in NUL.
 * Returns 0, or -1: then the type becomes MSG_NONE.
 */
int msg_check(struct msg *, size_t size);

#endif
