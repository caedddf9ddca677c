/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pool and thread: what threads of one process share, and how they come and
 * go in a running worker.
 */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/cluster.h"

static struct cluster *
open_pool(int workers, const char *threads)
{
	const char *args[] = { "--threads", threads, NULL };

	return cluster_open(workers, args);
}

/* Ask a worker about its threads; the answer, "" when it is well. */
static const char *
ask(struct cluster *c, enum msg_type type, uint32_t id, int value)
{
	struct msg m = msg_make(type, NULL);

	m.target.id = id;
	m.target.value = value;
	cluster_ask(c, &m, -1);
	return cluster_answer(c, m.seq);
}

/* Those that serve, by their names. */
static int
threads_with_ps(struct cluster *c, uint32_t id)
{
	return atoi(stage_outside(&c->stage,
	                          "ps -L -o comm= -p %d | grep -c '^w%u[.]t'",
	                          (int)c->pids[id], id));
}

/* n at a time; returns how many were answered with 200. */
static int
at_a_time(struct cluster *c, const char *path, int n)
{
	int fds[16], well = 0;

	for (int i = 0; i < n; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], path, false);
	}
	for (int i = 0; i < n; i++) {
		well += cluster_read(fds[i]).status == 200;
		close(fds[i]);
	}
	return well;
}

static int64_t
counter_of(struct cluster *c)
{
	struct answer a = cluster_get(c, "/count?n=0");
	int64_t value = -1;

	ck_assert_int_eq(sscanf(answer_body(&a), "counter is %" SCNd64, &value),
	                 1);
	return value;
}

/* What is shared **********************************************************/

#define STEPS 3000000

START_TEST(four_threads_lose_updates_without_a_lock_and_none_with_it)
{
	struct cluster *c = open_pool(1, "4");
	int64_t lost = 0, was = 0;

	/* On one processor they must be interrupted in mid-step. */
	for (int i = 0; i < 20 && lost == 0; i++) {
		was = counter_of(c);
		ck_assert_int_eq(at_a_time(c, "/count?n=3000000", 4), 4);
		lost = was + 4 * (int64_t)STEPS - counter_of(c);
	}
	ck_assert_int_gt(lost, 0);
	was = counter_of(c);
	ck_assert_int_eq(at_a_time(c, "/count?n=100000&lock=on", 4), 4);
	ck_assert_int_eq(counter_of(c), was + 400000);
	cluster_close(c);
}
END_TEST

START_TEST(four_processes_have_a_counter_each)
{
	struct cluster *c = cluster_open(4, NULL);

	ck_assert_int_eq(at_a_time(c, "/count?n=100000", 4), 4);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(counter_of(c), 100000);
	cluster_close(c);
}
END_TEST

static int
reported(struct cluster *c, enum report_type type, const char *what)
{
	struct report r[256];
	int n = cluster_reports(c, r, 256), found = 0;

	for (int i = 0; i < n; i++)
		found += r[i].type == type && strstr(r[i].text, what);
	return found;
}

START_TEST(spy_reads_the_secret_of_another_thread)
{
	struct cluster *c = open_pool(1, "2");
	struct answer a = cluster_get(c, "/spy"), b;
	char path[64], secret[64];

	ck_assert_int_eq(sscanf(answer_body(&a), "\"%63[^\"]", secret), 1);
	ck_assert_int_eq(
	    sscanf(strstr(answer_body(&a), "/spy?addr="), "%63s", path), 1);
	ck_assert_ptr_nonnull(strstr(secret, "of w1.t1"));
	b = cluster_get(c, path); /* the other one waits longer */
	ck_assert_ptr_nonnull(strstr(answer_body(&b), secret));
	ck_assert_ptr_null(strstr(b.text, strstr(a.text, "X-Tid")));
	ck_assert_int_eq(reported(c, REPORT_SPIED, secret), 1);
	cluster_close(c);
}
END_TEST

START_TEST(the_first_secret_is_found_by_name_and_ones_own_is_no_news)
{
	struct cluster *c = open_pool(2, "1");
	struct answer a = cluster_get(c, "/spy"), b;
	char secret[64];

	ck_assert_int_eq(sscanf(answer_body(&a), "\"%63[^\"]", secret), 1);
	b = cluster_get(c, "/spy?addr=secret");
	ck_assert_int_ne(a.worker, b.worker);
	ck_assert_ptr_nonnull(strstr(answer_body(&b), ": \"\""));
	b = cluster_get(c, "/spy?addr=secret");
	ck_assert_int_eq(a.worker, b.worker);
	ck_assert_ptr_nonnull(strstr(answer_body(&b), secret));
	ck_assert_int_eq(reported(c, REPORT_SPIED, ""), 0);
	cluster_close(c);
}
END_TEST

START_TEST(an_unsafe_function_is_disturbed_by_another_thread)
{
	struct cluster *c = open_pool(1, "2");
	bool disturbed = false;

	for (int i = 0; i < 50 && !disturbed; i++) {
		int fd = cluster_connect(c->port);
		struct answer a;

		cluster_request(fd, "/unsafe?ms=100", false);
		a = cluster_get(c, "/unsafe?ms=100");
		disturbed = strncmp(answer_body(&a), "disturbed", 9) == 0;
		a = cluster_read(fd);
		disturbed |= strncmp(answer_body(&a), "disturbed", 9) == 0;
		close(fd);
	}
	ck_assert(disturbed);
	ck_assert_int_ge(reported(c, REPORT_DISTURBED, "gmtime"), 1);
	cluster_close(c);
}
END_TEST

START_TEST(requests_that_compute_share_a_processor_and_take_longer)
{
	struct cluster *c = open_pool(1, "2");
	long begun;
	int fd;

	stage_outside(&c->stage, "taskset -apc 0 %d", (int)c->pids[1]);
	fd = cluster_connect(c->port);
	begun = stage_now_ms();
	cluster_request(fd, "/cpu?ms=300", false);
	ck_assert_int_eq(cluster_get(c, "/cpu?ms=300").status, 200);
	ck_assert_int_eq(cluster_read(fd).status, 200);
	ck_assert_int_ge(stage_now_ms() - begun, 600);
	close(fd);
	cluster_close(c);
}
END_TEST

/* Coming and going ********************************************************/

START_TEST(event_becomes_a_pool_by_threads_and_keeps_what_is_open)
{
	struct cluster *c = cluster_open(1, NULL);
	int fd = cluster_connect(c->port);
	struct answer a;

	cluster_request(fd, "/sleep?ms=300", false);
	ck_assert_str_eq(cluster_order(c, 1), "1");
	ck_assert_int_eq(threads_with_ps(c, 1), 0);
	ck_assert_str_eq(ask(c, MSG_THREAD, 1, 2), "");
	ck_assert_int_eq(threads_with_ps(c, 1), 2);
	a = cluster_get(c, "/whoami");
	ck_assert_ptr_nonnull(strstr(answer_body(&a), "thread  1\n"));
	ck_assert_int_eq(cluster_read(fd).status, 200);
	close(fd);
	cluster_close(c);
}
END_TEST

START_TEST(a_retired_thread_ends_after_its_answer)
{
	struct cluster *c = open_pool(1, "2");
	int fd = cluster_connect(c->port);

	cluster_request(fd, "/sleep?ms=300", false);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	ck_assert_str_eq(ask(c, MSG_RETIRE, 1, 1), "");
	ck_assert(cluster_readable(fd, 0));
	ck_assert_int_eq(cluster_read(fd).status, 200);
	close(fd);
	ck_assert_int_eq(threads_with_ps(c, 1), 1);
	ck_assert_int_eq(at_a_time(c, "/", 8), 8);
	cluster_until_quiet(c);
	ck_assert_uint_eq(page_totals(c->page).done, 10);
	ck_assert_str_eq(ask(c, MSG_RETIRE, 1, 1), "w1 has no thread t1");
	ck_assert_str_eq(ask(c, MSG_RETIRE, 1, 2),
	                 "w1.t2 is the last serving thread of w1: retire w1 "
	                 "itself");
	cluster_close(c);
}
END_TEST

START_TEST(limits_and_refusals_are_sentences)
{
	struct cluster *c = open_pool(2, "3");

	ck_assert_str_eq(ask(c, MSG_THREAD, 1, 62),
	                 "cannot start 62: w1 has 3 serving threads and may "
	                 "have 64");
	ck_assert_int_eq(threads_with_ps(c, 1), 3);
	ck_assert_str_eq(ask(c, MSG_THREAD, 9, 1), "there is no worker w9");
	cluster_kill(c, 2, SIGSTOP);
	ck_assert_str_eq(ask(c, MSG_THREAD, 2, 1),
	                 "w2 is stopped, so it cannot do that: kill -CONT w2 "
	                 "lets it go on");
	cluster_kill(c, 2, SIGCONT);
	ck_assert_str_eq(ask(c, MSG_THREAD, 2, 1), "");
	cluster_close(c);
}
END_TEST

START_TEST(an_idle_kept_alive_connection_makes_room_in_a_pool)
{
	struct cluster *c = open_pool(1, "1");
	int kept = cluster_connect(c->port);

	cluster_request(kept, "/", true);
	ck_assert_int_eq(cluster_read(kept).status, 200);
	ck_assert_int_eq(cluster_get(c, "/").status, 200);
	ck_assert_int_eq(cluster_read(kept).status, 0);
	close(kept);
	cluster_close(c);
}
END_TEST

START_TEST(a_crashed_worker_leaves_no_row_of_its_threads)
{
	struct cluster *c = open_pool(2, "4");

	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	for (uint32_t i = 1; i < c->page->high; i++)
		ck_assert(!c->page->row[i].used || c->page->row[i].id != 1);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pool");
	TCase *tc = tcase_create("threads"), *unsafe = tcase_create("unsafe");
	SRunner *r;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(
	    tc, four_threads_lose_updates_without_a_lock_and_none_with_it);
	tcase_add_test(tc, four_processes_have_a_counter_each);
	tcase_add_test(tc, spy_reads_the_secret_of_another_thread);
	tcase_add_test(
	    tc, the_first_secret_is_found_by_name_and_ones_own_is_no_news);
	tcase_set_timeout(unsafe, 0);
	tcase_set_tags(unsafe, "no-tsan"); /* it finds the race */
	tcase_add_test(unsafe,
	               an_unsafe_function_is_disturbed_by_another_thread);
	suite_add_tcase(s, unsafe);
	tcase_add_test(tc,
	               requests_that_compute_share_a_processor_and_take_longer);
	tcase_add_test(tc,
	               event_becomes_a_pool_by_threads_and_keeps_what_is_open);
	tcase_add_test(tc, a_retired_thread_ends_after_its_answer);
	tcase_add_test(tc, limits_and_refusals_are_sentences);
	tcase_add_test(tc, an_idle_kept_alive_connection_makes_room_in_a_pool);
	tcase_add_test(tc, a_crashed_worker_leaves_no_row_of_its_threads);
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
