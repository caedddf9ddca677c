/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * life - what becomes of a worker, and what the master does about it.
 *
 * A table of states and facts, without any side effect: life_step() says
 * which actions a fact asks for.  Each action stands on each way through the
 * table at most once, so every event is reported once, and "disconnected"
 * before "exited", whichever side began (node-cluster.md N1, N8).
 */
#ifndef CORE_SERVE_LIFE_H
#define CORE_SERVE_LIFE_H

enum life {
	LIFE_NONE,      /* the slot is free */
	LIFE_STARTING,  /* forked, not heard of yet */
	LIFE_ONLINE,    /* runs */
	LIFE_LISTENING, /* takes connections */
	LIFE_LEAVING,   /* was told to leave, or says that it leaves */
	LIFE_CUT,       /* its channel is closed, it has not ended yet */
	LIFE_DEAD,      /* ended; its slot is free after the reap */
	LIFE_COUNT
};

enum fact {
	FACT_FORKED,
	FACT_ONLINE,       /* the worker says so */
	FACT_LISTENING,    /* the worker says so */
	FACT_TOLD,         /* somebody asks us to retire it */
	FACT_LEAVING,      /* the worker will take no more */
	FACT_DISCONNECTED, /* end of file on its channel */
	FACT_EXITED,       /* waitid(2) told */
	FACT_REAPED,
	FACT_COUNT
};

/* What the master does, in this order. */
enum life_action {
	ACT_SAY_FORKED = 1 << 0,
	ACT_SAY_ONLINE = 1 << 1,
	ACT_SAY_LISTENING = 1 << 2,
	ACT_JOIN = 1 << 3,  /* into the set of those who get connections */
	ACT_TELL = 1 << 4,  /* send MSG_LEAVE */
	ACT_PART = 1 << 5,  /* out of that set */
	ACT_CLOSE = 1 << 6, /* our end of the channel; what it had not
	                       taken goes to others */
	ACT_SAY_DISCONNECTED = 1 << 7,
	ACT_SAY_EXITED = 1 << 8,
	ACT_FREE = 1 << 9 /* the slot */
};

/*
 * A fact comes to a worker in `*life`, which becomes the next state.
 * Returns the actions as bits; 0 when the fact has nothing new.
 */
unsigned life_step(enum life *life, enum fact);

/* "listening", for messages and tests. */
const char *life_name(enum life);

#endif
