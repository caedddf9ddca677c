/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peek - one variable, as it stands in each process that has it.
 *
 * Every process is asked by its wire, and answers for its own memory: so an
 * address is what the process itself says, and who is stopped cannot answer.
 */
#ifndef CORE_SHELL_PEEK_H
#define CORE_SHELL_PEEK_H

#include "core/shell/session.h"

#define PEEK_MAX     256
#define PEEK_SECONDS 2 /* that an answer may take */

enum peek_state {
	PEEK_ASKED,
	PEEK_TOLD,
	PEEK_LACKS,   /* it has no variable of that name */
	PEEK_STOPPED, /* it was not asked: it would answer when continued */
	PEEK_CALLING, /* a puppet that is in a call: not asked either */
	PEEK_SILENT,  /* no answer in time */
	PEEK_GONE,
	PEEK_WITHIN /* a thread: the memory is that of the process */
};

/* One process, or one thread. */
struct peeked {
	char name[NAME_SIZE], server[NAME_SIZE];
	bool puppet; /* or a thread of one */
	pid_t pid, tid;
	enum peek_state state;
	uint32_t seq;     /* ASKED */
	uint64_t address; /* TOLD */
	int64_t value;
	uint64_t page; /* TOLD: its entry as procfs_pages() gives it; or 0 */
};

struct peek {
	char var[32];
	int64_t limit_ns;
	int n;
	struct peeked at[PEEK_MAX];
};

/* Ask everybody who may have it. */
void peek_all(struct session *, struct peek *, const char *var);

/*
 * Ask one process, and set the variable first when `value` is not NULL.
 * Returns -1 and err when it cannot be asked now: then nothing was sent.
 */
int peek_one(struct session *, struct peek *, const struct proc *,
             const char *var, const char *value, struct err *);

/* Take in what was answered.  Returns whether all is known. */
bool peek_over(struct session *, struct peek *);

/* Forget those who have not answered. */
void peek_drop(struct session *, struct peek *);

/*
 * Say it as a table.  Returns -1 and err when nobody has the variable.
 */
int peek_say(struct session *, const struct peek *, struct err *);

#endif
