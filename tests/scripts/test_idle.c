/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While nothing happens nobody wakes: neither shell nor lab nor master nor
 * worker, for ten seconds.  Each time that a process runs and sleeps again it
 * switches context, and the kernel counts it (proc_pid_status(5)).
 */
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/procfs.h"
#include "tests/cast.h"
#include "tests/screens/screen.h"

enum { IDLE_MS = 10000, STILL_MS = 2000, FAMILY = 64 };

/* All processes of a lab, and how often each was switched. */
struct family {
	int n;
	pid_t pids[FAMILY];
	uint64_t switches[FAMILY];
	char text[4096]; /* one line for each */
};

static struct procfs *proc; /* owned */

static void
family_add(struct family *f, pid_t pid)
{
	struct proc_status status;
	char cmd[64];
	size_t len = strlen(f->text);

	ck_assert_int_lt(f->n, FAMILY);
	ck_assert_int_eq(procfs_status(proc, pid, 0, &status), 0);
	procfs_cmdline(proc, pid, cmd, sizeof(cmd));
	f->pids[f->n] = pid;
	f->switches[f->n] =
	    status.voluntary_switches + status.involuntary_switches;
	snprintf(f->text + len, sizeof(f->text) - len,
	         "\t%s (pid %d): %llu switches\n", cmd, (int)pid,
	         (unsigned long long)f->switches[f->n]);
	f->n++;
}

/* A process, its children, and theirs. */
static struct family
family_read(pid_t root)
{
	struct family f = { 0 };

	family_add(&f, root);
	for (int i = 0; i < f.n; i++) {
		pid_t pids[FAMILY];
		int n = procfs_children(proc, f.pids[i], 0, pids, FAMILY);

		for (int j = 0; j < n && j < FAMILY; j++)
			family_add(&f, pids[j]);
	}
	return f;
}

static bool
family_slept(const struct family *before, const struct family *now)
{
	return before->n == now->n &&
	       memcmp(before->pids, now->pids, sizeof(now->pids)) == 0 &&
	       memcmp(before->switches, now->switches, sizeof(now->switches)) ==
	           0;
}

static void
assert_nobody_wakes(pid_t shell)
{
	int64_t end_ns = clock_ns() + stage_limit_ms() * NS_PER_MS;
	struct family before, now = family_read(shell);

	do { /* what was started, and greeted, comes to rest */
		before = now;
		poll(NULL, 0, STILL_MS);
		now = family_read(shell);
		ck_assert_msg(clock_ns() < end_ns, "never at rest:\n%s%s",
		              before.text, now.text);
	} while (!family_slept(&before, &now));
	ck_assert_int_ge(now.n, 4); /* shell, lab, master, worker */
	before = now;
	poll(NULL, 0, IDLE_MS);
	now = family_read(shell);
	ck_assert_msg(family_slept(&before, &now),
	              "somebody woke, before:\n%sand now:\n%s", before.text,
	              now.text);
}

START_TEST(a_lab_at_rest_wakes_nobody)
{
	struct cast c = cast_open(NULL);

	assert_nobody_wakes(c.s->stage.pid);
	story_close(c.s);
}
END_TEST

START_TEST(nor_after_requests_and_a_death)
{
	struct cast c = cast_open(NULL);

	cast_assert_answers(&c, "w1");
	story_outside(c.s, "kill %d", cast_pid(&c, "w2"));
	story_expect(c.s, "w2 .* died: killed by TERM");
	assert_nobody_wakes(c.s->stage.pid);
	story_close(c.s);
}
END_TEST

START_TEST(nor_does_its_screen)
{
	static const char *const argv[] = { "forkshop", "--port", "0", NULL };
	struct screen *s = screen_open(argv, 30, 100);

	screen_wait(s, "forkshop-server w2$");
	screen_wait(s, "^forkshop>$");
	screen_type(s, "get -n 3\r");
	screen_wait(s, " 3 requests$");
	assert_nobody_wakes(s->stage.pid);
	screen_type(s, "quit\r");
	ck_assert_int_eq(screen_wait_end(s), 0);
	screen_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("idle");
	TCase *tc = tcase_create("idle");
	SRunner *runner;
	int failed;

	proc = procfs_open(NULL, NULL);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, a_lab_at_rest_wakes_nobody);
	tcase_add_test(tc, nor_after_requests_and_a_death);
	tcase_add_test(tc, nor_does_its_screen);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	procfs_close(proc);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
