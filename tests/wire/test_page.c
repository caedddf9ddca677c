/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/wire/page.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "tests/stage.h"

static struct page *page;
static int page_fd;

/* What the reader saw. */
static uint64_t seen, next, lost;
static int last_row;

static void
setup(void)
{
	struct err err;

	page = page_create(&page_fd, &err);
	ck_assert_msg(page != NULL, "%s", err.text);
	seen = next = lost = 0;
}

static void
teardown(void)
{
	page_unmap(page);
	close(page_fd);
}

/* Every byte of a report follows from its number, so a torn one shows. */
static struct report
numbered(uint64_t n)
{
	struct report r = { .type = REPORT_ANSWER, .connection = n };

	r.t_ns = r.took_ns = (int64_t)n;
	r.id = r.uid = (uint32_t)n;
	snprintf(r.text, sizeof(r.text), "%060llu", (unsigned long long)n);
	return r;
}

static void
see(void *arg, int row, const struct report *r)
{
	struct report wanted = numbered(r->connection);

	(void)arg;
	ck_assert_str_eq(r->text, wanted.text);
	ck_assert_int_eq(r->took_ns, wanted.took_ns);
	ck_assert_uint_eq(r->uid, wanted.uid);
	ck_assert_uint_ge(r->connection, next);
	next = r->connection + 1;
	last_row = row;
	seen++;
}

static int
drain(void)
{
	return page_drain(page, see, NULL, &lost);
}

static bool
report(int row, uint64_t n)
{
	struct report r = numbered(n);

	return page_report(page, row, &r);
}

/* Rows *******************************************************************/

START_TEST(the_first_row_is_the_masters)
{
	ck_assert_int_eq(page_row_take(page, 0, 0), 0);
	ck_assert_int_eq(page_row_take(page, 0, 0), -1);
	ck_assert_int_eq(page_row_take(page, 1, 0), 1);
	ck_assert_int_eq(page_row_take(page, 2, 0), 2);
}
END_TEST

START_TEST(rows_end_and_come_back)
{
	for (int i = 1; i < PAGE_ROWS; i++)
		ck_assert_int_eq(page_row_take(page, (uint32_t)i, 0), i);
	ck_assert_int_eq(page_row_take(page, 1000, 0), -1);
	page_row_fold(page, 7);
	ck_assert_int_eq(page_row_take(page, 1000, 3), 7);
	ck_assert_uint_eq(page->row[7].id, 1000);
	ck_assert_uint_eq(page->row[7].thread, 3);
}
END_TEST

START_TEST(totals_are_the_same_before_and_after_a_fold)
{
	struct page_totals before, after;

	for (uint32_t id = 1; id <= 3; id++) {
		int row = page_row_take(page, id, 0);

		page->row[row].started = 10 * id;
		page->row[row].answered = 9 * id;
		page->row[row].done = 8 * id;
		page->row[row].failed = id;
		page->row[row].accepted = 2 * id;
	}
	before = page_totals(page);
	ck_assert_uint_eq(before.started, 60);
	page_row_fold(page, 2);
	page_row_fold(page, 1);
	after = page_totals(page);
	ck_assert_int_eq(memcmp(&before, &after, sizeof(before)), 0);
	page_row_take(page, 4, 0);
	after = page_totals(page);
	ck_assert_int_eq(memcmp(&before, &after, sizeof(before)), 0);
}
END_TEST

#define LIVES 2000

static _Atomic uint64_t truth; /* requests begun by all owners so far */
static _Atomic int looks;      /* of the reader, since the last fold */

/* One short life after the other; the truth rests until it was looked at. */
static void *
live_often(void *arg)
{
	(void)arg;
	for (uint32_t id = 1; id <= LIVES; id++) {
		int row = page_row_take(page, id, 0);

		truth++;
		page->row[row].started = 1;
		page_row_fold(page, row);
		looks = 0;
		while (looks < 2)
			sched_yield();
	}
	return NULL;
}

START_TEST(totals_are_never_more_than_the_truth)
{
	struct page_totals t = { 0 };
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, live_often, NULL), 0);
	for (int same = 0; same < 4; looks++) {
		t = page_totals(page);
		ck_assert_uint_le(t.started, truth);
		same = t.started == LIVES ? same + 1 : 0;
	}
	pthread_join(thread, NULL);
	ck_assert_uint_eq(page_totals(page).started, LIVES);
}
END_TEST

START_TEST(the_page_is_the_same_for_both_sides)
{
	struct page *other = page_map(page_fd, NULL);
	int row = page_row_take(page, 1, 0);

	page->row[row].done = 42;
	ck_assert_uint_eq(other->row[row].done, 42);
	page_unmap(other);
}
END_TEST

/* Rings ******************************************************************/

START_TEST(reports_come_out_as_they_went_in)
{
	int row = page_row_take(page, 1, 0);

	for (uint64_t n = 0; n < 5 * RING_SIZE; n++) {
		report(row, n);
		if (n % 100 == 99)
			ck_assert_int_eq(drain(), 100);
	}
	drain();
	ck_assert_uint_eq(seen, 5 * RING_SIZE);
	ck_assert_uint_eq(lost, 0);
	ck_assert_int_eq(last_row, row);
}
END_TEST

START_TEST(a_full_ring_drops_the_new_and_counts)
{
	int row = page_row_take(page, 1, 0);

	for (uint64_t n = 0; n < RING_SIZE + 10; n++)
		report(row, n);
	ck_assert_uint_eq(page_totals(page).lost, 10);
	ck_assert_int_eq(drain(), RING_SIZE);
	ck_assert_uint_eq(next, RING_SIZE);
	ck_assert_uint_eq(lost, 10);
	ck_assert_uint_eq(page_totals(page).lost, 10);
	ck_assert_int_eq(drain(), 0);
	ck_assert_uint_eq(lost, 10);
}
END_TEST

START_TEST(only_one_writer_wakes_a_sleeper)
{
	int a = page_row_take(page, 1, 0), b = page_row_take(page, 2, 0);

	ck_assert(page_sleep(page));
	ck_assert(report(a, 0));
	ck_assert(!report(b, 3));
	ck_assert(!page_sleep(page)); /* something came meanwhile */
	ck_assert(!report(a, 2));
	page_awake(page);
	drain();
}
END_TEST

START_TEST(a_mad_head_is_skipped)
{
	int row = page_row_take(page, 1, 0);

	report(row, 1);
	page->row[row].ring.head = 1000000;
	ck_assert_int_eq(drain(), 0);
	report(row, 2);
	ck_assert_int_eq(drain(), 1);
}
END_TEST

/* Killed writers *********************************************************/

/* Serve "requests" for ever, as a worker does. */
static void
write_for_ever(int i, uint64_t n)
{
	struct row *row = &page->row[i];

	for (;; n++) {
		atomic_fetch_add(&row->started, 1);
		report(i, n);
		atomic_fetch_add(&row->answered, 1);
		atomic_fetch_add(&row->done, 1);
	}
}

static pid_t
writer(int row, uint64_t n)
{
	pid_t pid = child_fork(NULL);

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		child_follow_parent(getppid(), SIGKILL);
		write_for_ever(row, n);
	}
	return pid;
}

/* Drain for a while, kill the writer in whatever it does, drain the rest. */
static void
read_and_kill(pid_t pid, long ns)
{
	const struct timespec pause = { .tv_nsec = ns };

	drain();
	nanosleep(&pause, NULL);
	drain();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	drain();
}

START_TEST(a_writer_killed_in_mid_write_leaves_no_torn_report)
{
	unsigned seed = (unsigned)getpid();
	int rounds = stage_rounds(100, 1000);
	struct page_totals totals;
	uint64_t sum = 0, n = 0;

	for (int i = 0; i < rounds; i++) {
		int at = page_row_take(page, (uint32_t)i + 1, 0);
		struct row *row = &page->row[at];

		ck_assert_int_eq(at, 1); /* always the one that was freed */
		read_and_kill(writer(at, n), rand_r(&seed) % 2000000);
		n += (uint64_t)1 << 32; /* numbers go on, whoever writes */
		ck_assert_uint_le(row->done, row->answered);
		ck_assert_uint_le(row->answered, row->started);
		ck_assert_uint_le(row->started, row->done + 1);
		sum += row->started;
		page_row_fold(page, at);
	}
	totals = page_totals(page);
	ck_assert_uint_eq(totals.started, sum);
	ck_assert_uint_ge(totals.started, totals.done);
	ck_assert_uint_le(totals.started, totals.done + (uint64_t)rounds);
	/* A report that was neither seen nor lost was never finished. */
	ck_assert_uint_le(seen + lost, totals.started);
	ck_assert_uint_le(totals.started, seen + lost + (uint64_t)rounds);
	ck_assert_uint_gt(seen, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("page");
	TCase *tc = tcase_create("page");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_first_row_is_the_masters);
	tcase_add_test(tc, rows_end_and_come_back);
	tcase_add_test(tc, totals_are_the_same_before_and_after_a_fold);
	tcase_add_test(tc, totals_are_never_more_than_the_truth);
	tcase_add_test(tc, the_page_is_the_same_for_both_sides);
	tcase_add_test(tc, reports_come_out_as_they_went_in);
	tcase_add_test(tc, a_full_ring_drops_the_new_and_counts);
	tcase_add_test(tc, only_one_writer_wakes_a_sleeper);
	tcase_add_test(tc, a_mad_head_is_skipped);
	tcase_add_test(tc, a_writer_killed_in_mid_write_leaves_no_torn_report);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
