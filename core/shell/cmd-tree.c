/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree [TARGET]: the live tree, as text.
 */
#include <string.h>

#include "core/shell/session.h"
#include "core/shell/treetext.h"

static void
tree_say(void *arg, const char *text)
{
	struct session *s = arg;

	session_say(s, LINE_TREE, "%s", text);
}

static enum outcome
run_tree(struct session *s, const struct args *args, struct err *err)
{
	const struct front *front = session_front(s);
	struct tree_style style = { .lines = TREE_ASCII };
	const struct proc *root = NULL;

	style.structure = args_option(args, "-p") != NULL;
	style.generations = args_option(args, "--generations") != NULL;
	if (args_option(args, "--threads"))
		style.threads = 64;
	watch_refresh(session_watch(s));
	if (args->argc && !(root = session_target(s, args->argv[0], err)))
		return OUTCOME_FAILED;
	style.root = root ? root->pid : 0;
	if (front->tree)
		front->tree(front->arg, session_snapshot(s), &style);
	else
		tree_text(session_snapshot(s), &style, tree_say, s);
	return OUTCOME_DONE;
}

const struct command cmd_tree = {
	.name = "tree",
	.group = "looking",
	.blurb = "print the tree of processes, as it is now",
	.example = "tree web",
	.args = { { .kind = ARG_TARGET, .name = "TARGET", .optional = true } },
	.options = {
		{ "-p", { .kind = ARG_NONE }, "pids and structure alone" },
		{ "--threads", { .kind = ARG_NONE }, "every thread" },
		{ "--generations",
		  { .kind = ARG_NONE },
		  "number each by its births below the lab, column GEN" },
	},
	.past = PAST_LOOKS,
	.run = run_tree,
};
