/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measure WHAT [N]: what processes and threads cost, on this machine and now.
 *
 * The measured ones are children of a program of ours that the lab starts
 * (core/puppet/measure.h), which prints the table.
 */
#include <stdio.h>
#include <string.h>

#include "core/shell/errand.h"
#include "core/shell/inside.h"
#include "core/shell/measure.h"

static uint32_t
measure_start(struct session *s, const struct args *args, struct err *err)
{
	const char *argv[] = { "forkshop-puppet", "--measure", args->argv[0],
		               args->argv[1], NULL };
	char name[NAME_SIZE], cmd[120];
	struct start_plan plan = { .kind = START_MEASURE,
		                   .name = name,
		                   .argv = argv,
		                   .nfds = 1,
		                   .cmd = cmd };
	int wire;

	snprintf(name, sizeof(name), "m%u", s->last_measure + 1);
	snprintf(cmd, sizeof(cmd), "forkshop-puppet --measure %.60s",
	         args->rest);
	s->last_measure++;
	return errand_launch(s, &plan, &wire, err);
}

static enum outcome
run_measure(struct session *s, const struct args *args, struct err *err)
{
	bool memory = strcmp(args->argv[0], "memory") == 0;

	if (args->argc > 1 && !memory) {
		err_set(err,
		        "measure %s takes no number: measure memory 50 "
		        "does",
		        args->argv[0]);
		return OUTCOME_USAGE;
	}
	if (strcmp(args->argv[0], "serve") == 0)
		return measure_serve(s, err);
	return errand_wait(s, measure_start(s, args, err), err);
}

static const char *const measure_words[] = { "create", "switch", "memory",
	                                     "serve", NULL };

const struct command cmd_measure = {
	.name = "measure",
	.group = "measuring",
	.blurb = "what processes and threads cost, here and now",
	.detail =
	    "create: to make one and wait for its end. switch: to go from one "
	    "to another on one processor. memory N: to keep N of them (20). "
	    "serve: the same requests to a server of every model. "
	    "Each takes a few seconds; the measured ones are real, and seen in "
	    "the tree. The digits are those of this machine: what matters is "
	    "how many times dearer one is than the other.",
	.example = "measure create",
	.args = { { .kind = ARG_WORD, .name = "WHAT", .words = measure_words },
	          { .kind = ARG_NUMBER,
	            .name = "N",
	            .optional = true,
	            .min = 1,
	            .max = 200 } },
	.past = PAST_CANNOT,
	.run = run_measure,
};
