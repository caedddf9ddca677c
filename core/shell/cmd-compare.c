/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compare A B: what two processes or threads share, what one of them has
 * copied, and what is its own.
 *
 * Start reading at run_compare().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/compare.h"
#include "core/shell/inside.h"

/* Who they are **********************************************************/

/*
 * The tree may not have heard of it yet: it has given back its memory, or is
 * a zombie.
 */
static bool
compare_ended(struct session *s, const struct proc *p)
{
	struct proc_stat st;

	return p->dead || procfs_stat(s->procfs, p->pid, p->tid, &st) < 0 ||
	       st.vsize_bytes == 0;
}

static int
compare_take(struct session *s, struct compared *c, const char *word,
             struct err *err)
{
	const struct puppet *puppet = troupe_find(s->troupe, word);

	c->proc = session_target(s, word, err);
	if (!c->proc)
		return -1;
	explain_name(c->proc, c->name);
	if (puppet && puppet->tid) /* its row may not have the name yet */
		snprintf(c->name, sizeof(c->name), "%s", puppet->name);
	if (compare_ended(s, c->proc))
		return err_set(err,
		               "%s has ended: there is nothing left to "
		               "compare",
		               c->name);
	c->id = c->proc->tid ? c->proc->tid : c->proc->pid;
	if (procfs_status(s->procfs, c->proc->pid, c->proc->tid, &c->status) <
	    0)
		return err_set(err, "%s is gone", c->name);
	if (procfs_link(s->procfs, c->proc->pid, "exe", c->exe,
	                sizeof(c->exe)) < 0)
		c->exe[0] = '\0';
	return 0;
}

/* One way or the other: "p1 is the parent of p2". */
static const struct compared *
compare_parent(const struct compare *c)
{
	if (c->b.proc->ppid == c->a.proc->pid)
		return &c->a;
	return c->a.proc->ppid == c->b.proc->pid ? &c->b : NULL;
}

static void
compare_say_kin(const struct compare *c)
{
	const struct compared *parent = compare_parent(c);
	const struct compared *child = parent == &c->a ? &c->b : &c->a;
	char text[160], names[2 * NAME_SIZE + 8];

	snprintf(names, sizeof(names), "%s, %s", c->a.name, c->b.name);
	if (c->a.proc->pid == c->b.proc->pid)
		snprintf(text, sizeof(text),
		         "two threads of one process, pid %d: tid %d and %d",
		         (int)c->a.proc->pid, (int)c->a.id, (int)c->b.id);
	else if (parent)
		snprintf(text, sizeof(text),
		         "two processes, pid %d and %d; %s is the parent of %s",
		         (int)c->a.proc->pid, (int)c->b.proc->pid, parent->name,
		         child->name);
	else
		snprintf(text, sizeof(text), "two processes, pid %d and %d, %s",
		         (int)c->a.proc->pid, (int)c->b.proc->pid,
		         c->a.proc->ppid == c->b.proc->ppid
		             ? "children of one parent"
		             : "neither is the other's child");
	session_say(c->e.session, LINE_RESULT, "%s: %s", names, text);
}

static void
compare_say_program(const struct compare *c)
{
	if (!c->a.exe[0] || !c->b.exe[0])
		explain_say(&c->e, "program", "the kernel does not tell it");
	else if (c->one_program)
		explain_say(&c->e, "program", "one: %s", c->a.exe);
	else
		explain_say(&c->e, "program", "different program: %s and %s",
		            c->a.exe, c->b.exe);
}

static void
compare_say(struct compare *c)
{
	c->one_memory = compare_one(c, SAME_MEMORY);
	c->one_program = c->a.exe[0] && strcmp(c->a.exe, c->b.exe) == 0;
	compare_say_kin(c);
	compare_say_program(c);
	compare_memory(c);
	compare_descriptors(c);
	compare_folder(c);
	compare_signals(c);
	compare_user(c);
}

static enum outcome
run_compare(struct session *s, const struct args *args, struct err *err)
{
	struct compare *c = calloc(1, sizeof(*c));
	int good;

	if (!c) {
		err_sys(err, "cannot compare");
		return OUTCOME_FAILED;
	}
	watch_refresh(session_watch(s));
	c->e = (struct explain){ .session = s, .fs = s->procfs };
	good = compare_take(s, &c->a, args->argv[0], err);
	if (good == 0)
		good = compare_take(s, &c->b, args->argv[1], err);
	if (good == 0 && c->a.id == c->b.id)
		good = err_set(err,
		               "%s and %s are one and the same: compare two, "
		               "such as w1 and w2",
		               args->argv[0], args->argv[1]);
	if (good == 0)
		compare_say(c);
	free(c);
	return good == 0 ? OUTCOME_DONE : OUTCOME_FAILED;
}

const struct command cmd_compare = {
	.name = "compare",
	.group = "looking",
	.blurb = "tell what two processes or threads share",
	.detail =
	    "Row by row, from the kernel's own data: shared (one for both), a "
	    "copy (with the pages that are still the same), its own, or a "
	    "different program. After a fork nearly all pages are the same; "
	    "each write makes one its writer's own.",
	.example = "compare w1 w2",
	.args = { { .kind = ARG_TARGET, .name = "A" },
	          { .kind = ARG_TARGET, .name = "B" } },
	.past = PAST_CANNOT,
	.run = run_compare,
};
