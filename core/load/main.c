/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forkshop-client - sends HTTP requests to a server and says who answered.
 *
 *	plan     what it was told to do
 *	run      sends, with libcurl and our loop
 *	aim      tells a master for which worker a connection is
 *	tally    counts answers, failures, times
 *	table    the result for people
 *	json     the result for programs
 *
 * By hand it is a program like curl.  The lab starts it with a wire to the
 * shell as descriptor 3, and with a line to the master as 4 when it aims.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/load/aim.h"
#include "core/load/json.h"
#include "core/load/plan.h"
#include "core/load/run.h"
#include "core/load/table.h"
#include "core/load/tally.h"
#include "core/sys/child.h"
#include "core/sys/text.h"
#include "core/sys/title.h"

enum { EXIT_ANSWERED = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_STOPPED = 130 };

static char main_text[TABLE_SIZE];
static struct run_only main_only;

/* Is this descriptor one of our wires, or something of the caller's? */
static bool
main_is_wire(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_SEQPACKET;
}

static void
main_print(const struct plan *plan, struct tally *tally)
{
	bool one = plan->requests == 1 && tally->answered + tally->failed == 1;

	if (plan->json) {
		char *line = one ? json_answer(plan, &main_only.answer)
		                 : json_tally(plan, tally);

		printf("%s\n", line ? line : "{}");
		free(line);
	} else if (one) {
		table_answer(plan, &main_only.answer, main_text, TABLE_SIZE);
		printf("%s\n", main_text);
	} else {
		table_tally(plan, tally, text_draws(), main_text, TABLE_SIZE);
		fputs(main_text, stdout);
	}
	fflush(stdout);
}

static int
main_status(const struct tally *tally, bool stopped)
{
	if (stopped)
		return EXIT_STOPPED;
	return tally->failed || tally->server_errors ? EXIT_FAILED
	                                             : EXIT_ANSWERED;
}

/* Run the plan; the exit status. */
static int
main_run(const struct plan *plan, struct wire *shell, struct aim *aim,
         struct err *err)
{
	struct run_with with = { .plan = plan, .shell = shell, .aim = aim };
	int result, status;

	with.tally = tally_open();
	if (!with.tally)
		return err_sys(err, "no memory to count in");
	with.show_progress = !shell && !plan->json && isatty(STDERR_FILENO);
	result = run_plan(&with, &main_only, err);
	if (result >= 0)
		main_print(plan, with.tally);
	status = result < 0 ? -1 : main_status(with.tally, result == 1);
	tally_close(with.tally);
	return status;
}

static int
main_aim_and_run(const struct plan *plan, struct wire *shell, struct err *err)
{
	struct aim aim;
	int status;

	if (!plan->to_id)
		return main_run(plan, shell, NULL, err);
	if (!main_is_wire(AIM_CHILD_FD))
		return err_set(err,
		               "--to needs a line to the master, which "
		               "only the shell can give: type get --to "
		               "w%u at its prompt",
		               plan->to_id);
	if (aim_open(&aim, AIM_CHILD_FD, plan->to_id, plan->to_thread, err) < 0)
		return -1;
	status = main_run(plan, shell, &aim, err);
	aim_close(&aim);
	return status;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	struct wire *shell = NULL;
	struct plan plan;
	int status;

	child_standard_fds();
	title_init(argc, argv);
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C"); /* 0.5s and 1.5MB in every country */
	signal(SIGPIPE, SIG_IGN);
	if (plan_parse(&plan, argc, argv, &err) < 0) {
		fprintf(stderr, "forkshop-client: %s\n", err.text);
		return EXIT_USAGE;
	}
	if (plan.help) {
		plan_usage(main_text, TABLE_SIZE);
		fputs(main_text, stdout);
		return EXIT_ANSWERED;
	}
	if (plan.name[0])
		title_set("forkshop-client %s", plan.name);
	child_raise_limits();
	if (main_is_wire(WIRE_CHILD_FD))
		shell = wire_open(WIRE_CHILD_FD, &err);
	status = main_aim_and_run(&plan, shell, &err);
	if (status < 0) {
		fprintf(stderr, "forkshop-client: %s\n", err.text);
		status = EXIT_FAILED;
	}
	wire_close(shell);
	return status;
}
