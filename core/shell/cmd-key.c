/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * key ^C: what a finger does at the lab's terminal, for scripts and lessons.
 */
#include <string.h>

#include "core/shell/inside.h"
#include "core/shell/key.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

static const struct {
	const char *word;
	char byte;
	const char *sends; /* the signal, or NULL */
} key_table[] = {
	{ "^C", 3, "INT" },
	{ "^Z", 26, "TSTP" },
	{ "^\\", 28, "QUIT" },
	{ "^D", 4, NULL },
};
#define NKEYS (sizeof(key_table) / sizeof(key_table[0]))

char
key_byte(const char *word)
{
	for (size_t i = 0; i < NKEYS; i++)
		if (strcmp(word, key_table[i].word) == 0)
			return key_table[i].byte;
	return '\0';
}

/* "p1 p3": who is in the group. */
static void
key_members(struct session *s, pid_t group, char *buf, size_t size)
{
	const struct snapshot *snap = session_snapshot(s);

	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];

		if (p->pgrp != group || p->dead || p->tid)
			continue;
		if (p->name[0])
			text_add(buf, size, " %s", p->name);
		else
			text_add(buf, size, " %d", (int)p->pid);
	}
}

static enum outcome
key_press(struct session *s, size_t i, struct err *err)
{
	char members[256] = "";
	pid_t group = session_front_group(s);

	if (!group) {
		err_set(err,
		        "the prompt has the terminal, so nobody gets %s: p1 "
		        "tcsetpgrp takes it for the group of p1",
		        key_table[i].word);
		return OUTCOME_FAILED;
	}
	key_members(s, group, members, sizeof(members));
	session_terminal_input(s, &key_table[i].byte, 1);
	if (key_table[i].sends)
		session_say(s, LINE_RESULT,
		            "%s: the terminal sends %s to its foreground "
		            "process group, %d:%s",
		            key_table[i].word, key_table[i].sends, (int)group,
		            members);
	else
		session_say(s, LINE_RESULT,
		            "%s: who reads the terminal finds the end of its "
		            "input",
		            key_table[i].word);
	return OUTCOME_DONE;
}

static enum outcome
run_key(struct session *s, const struct args *args, struct err *err)
{
	for (size_t i = 0; i < NKEYS; i++)
		if (strcmp(args->rest, key_table[i].word) == 0)
			return key_press(s, i, err);
	err_set(err, "the keys are " KEY_WORDS);
	return OUTCOME_USAGE;
}

const struct command cmd_key = {
	.name = "key",
	.group = "processes",
	.blurb = "press ^C, ^Z, ^\\ or ^D at the lab's terminal",
	.detail = "The terminal makes signals of some keys, and sends them to "
	          "its foreground process group, to nobody else. At the screen "
	          "the keys themselves do that while somebody else than the "
	          "prompt has the terminal; this command is for scripts.",
	.example = "key ^C",
	.args = { { .kind = ARG_REST, .name = "^C|^Z|^\\|^D" } },
	.raw = true,
	.run = run_key,
};
