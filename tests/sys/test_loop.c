/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/loop.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/sys/clock.h"

static struct loop *loop;
static char told[256]; /* a letter for each call */
static int ends[2][2];

static void
setup(void)
{
	loop = loop_open(NULL);
	ck_assert_ptr_nonnull(loop);
	told[0] = '\0';
	ck_assert_int_eq(pipe(ends[0]), 0);
	ck_assert_int_eq(pipe(ends[1]), 0);
}

static void
teardown(void)
{
	loop_close(loop);
	for (int i = 0; i < 4; i++)
		close(ends[i / 2][i % 2]);
}

static void
tell(void *letters)
{
	strcat(told, letters);
}

static void
tell_fd(void *letters, uint32_t events)
{
	ck_assert(events & (EPOLLIN | EPOLLHUP));
	strcat(told, letters);
}

static void
tell_signal(void *letters, const struct signalfd_siginfo *info)
{
	ck_assert_int_eq((int)info->ssi_signo, SIGUSR1);
	strcat(told, letters);
}

static int
work_twice(void *left)
{
	int *n = left;

	if (*n == 0)
		return 0;
	strcat(told, "w");
	return (*n)--;
}

static void
turn(void)
{
	ck_assert_int_eq(loop_turn(loop, 0, NULL), 0);
}

static void
fill(int i)
{
	ck_assert_int_eq(write(ends[i][1], "x", 1), 1);
}

START_TEST(a_turn_has_one_shape)
{
	static char f[] = "f", t[] = "t", s[] = "s", b[] = "b";
	int work = 2;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	loop_before_sleep(loop, tell, b);
	loop_work(loop, work_twice, &work);
	loop_timer(loop, clock_ns(), tell, t);
	loop_watch(loop, ends[0][0], EPOLLIN, tell_fd, f, NULL);
	ck_assert_int_eq(loop_signals(loop, &set, tell_signal, s, NULL), 0);
	fill(0);
	raise(SIGUSR1);
	turn();
	ck_assert_str_eq(told, "sftwwb");
}
END_TEST

START_TEST(timers_fire_in_the_order_of_their_time)
{
	static char letters[10][2];
	static const int order[10] = { 5, 2, 8, 1, 9, 0, 3, 7, 6, 4 };
	int64_t now_ns = clock_ns() - 100;

	for (int i = 0; i < 10; i++) {
		snprintf(letters[i], 2, "%d", order[i]);
		loop_timer(loop, now_ns + order[i], tell, letters[i]);
	}
	turn();
	ck_assert_str_eq(told, "0123456789");
}
END_TEST

START_TEST(a_cancelled_timer_does_not_fire)
{
	static char a[] = "a", b[] = "b", c[] = "c";
	int64_t now_ns = clock_ns();
	int id;

	loop_timer(loop, now_ns - 2, tell, a);
	id = loop_timer(loop, now_ns - 1, tell, b);
	loop_timer(loop, now_ns, tell, c);
	loop_cancel(loop, id);
	loop_cancel(loop, id);
	loop_cancel(loop, 0);
	turn();
	ck_assert_str_eq(told, "ac");
}
END_TEST

START_TEST(no_timer_fires_too_early)
{
	static char a[] = "a";
	int64_t at_ns = clock_ns() + 5 * NS_PER_MS;

	loop_timer(loop, at_ns, tell, a);
	while (!told[0])
		ck_assert_int_eq(loop_turn(loop, -1, NULL), 0);
	ck_assert_int_ge(clock_ns(), at_ns);
}
END_TEST

static void
set_again(void *arg)
{
	strcat(told, "x");
	loop_timer(loop, clock_ns() - 1, set_again, arg);
}

START_TEST(a_timer_set_by_a_timer_waits_for_the_next_turn)
{
	loop_timer(loop, clock_ns(), set_again, NULL);
	turn();
	ck_assert_str_eq(told, "x");
	turn();
	ck_assert_str_eq(told, "xx");
}
END_TEST

START_TEST(timers_are_bounded)
{
	static char a[] = "";
	int64_t later_ns = clock_ns() + 3600 * NS_PER_S;

	for (int i = 0; i < LOOP_TIMERS; i++)
		ck_assert_int_gt(loop_timer(loop, later_ns - i, tell, a), 0);
	ck_assert_int_eq(loop_timer(loop, later_ns, tell, a), 0);
}
END_TEST

static void
drop_both(void *arg, uint32_t events)
{
	(void)arg;
	(void)events;
	strcat(told, "d");
	loop_drop(loop, ends[0][0]);
	loop_drop(loop, ends[1][0]);
}

START_TEST(a_watch_that_was_dropped_in_this_turn_is_not_called)
{
	loop_watch(loop, ends[0][0], EPOLLIN, drop_both, NULL, NULL);
	loop_watch(loop, ends[1][0], EPOLLIN, drop_both, NULL, NULL);
	fill(0);
	fill(1);
	turn();
	turn();
	ck_assert_str_eq(told, "d");
}
END_TEST

START_TEST(a_resting_watch_is_silent_until_it_is_changed_back)
{
	static char f[] = "f";

	loop_watch(loop, ends[0][0], EPOLLIN, tell_fd, f, NULL);
	fill(0);
	loop_change(loop, ends[0][0], 0);
	turn();
	ck_assert_str_eq(told, "");
	loop_change(loop, ends[0][0], EPOLLIN);
	turn();
	ck_assert_str_eq(told, "f");
}
END_TEST

START_TEST(what_cannot_be_watched_is_a_sentence)
{
	static char f[] = "f";
	struct err err;

	ck_assert_int_eq(loop_watch(loop, 999, EPOLLIN, tell_fd, f, &err), -1);
	ck_assert_str_eq(err.text,
	                 "cannot watch descriptor 999: Bad file descriptor");
	loop_drop(loop, 999);
	loop_drop(loop, -1);
	loop_change(loop, 5000, EPOLLIN);
}
END_TEST

static void
stop(void *arg)
{
	loop_stop(arg);
}

START_TEST(it_runs_until_it_is_stopped)
{
	loop_timer(loop, clock_ns() + NS_PER_MS, stop, loop);
	ck_assert_int_eq(loop_run(loop, NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("loop");
	TCase *tc = tcase_create("loop");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_turn_has_one_shape);
	tcase_add_test(tc, timers_fire_in_the_order_of_their_time);
	tcase_add_test(tc, a_cancelled_timer_does_not_fire);
	tcase_add_test(tc, no_timer_fires_too_early);
	tcase_add_test(tc, a_timer_set_by_a_timer_waits_for_the_next_turn);
	tcase_add_test(tc, timers_are_bounded);
	tcase_add_test(tc, a_watch_that_was_dropped_in_this_turn_is_not_called);
	tcase_add_test(tc, a_resting_watch_is_silent_until_it_is_changed_back);
	tcase_add_test(tc, what_cannot_be_watched_is_a_sentence);
	tcase_add_test(tc, it_runs_until_it_is_stopped);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
