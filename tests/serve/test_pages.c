/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pages answer, and what those that do harm do to whom.
 */
#include <check.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/probe.h"
#include "tests/cluster.h"

static struct cluster *c;

static void
open_two(void)
{
	c = cluster_open(2, NULL);
}

static void
close_it(void)
{
	cluster_close(c);
}

/* Ask, and see the status and how the answer begins. */
static struct answer
ask(const char *path, int status, const char *begins)
{
	struct answer a = cluster_get(c, path);

	ck_assert_msg(a.status == status, "%s: %d, wanted %d: %s", path,
	              a.status, status, answer_body(&a));
	ck_assert_msg(strncmp(answer_body(&a), begins, strlen(begins)) == 0,
	              "%s: \"%s\", wanted \"%s\"", path, answer_body(&a),
	              begins);
	return a;
}

/* Good and bad ************************************************************/

struct wrong {
	const char *path, *says;
};

// clang-format off
static const struct wrong wrong[] = {
	{ "/cpu",              "ms is a number from 0 to 10000, not nothing" },
	{ "/cpu?ms=-1",        "ms is a number from 0 to 10000, not -1" },
	{ "/cpu?ms=10001",     "ms is a number from 0 to 10000, not 10001" },
	{ "/cpu?ms=1e99",      "ms is a number from 0 to 10000, not 1e99" },
	{ "/cpu?ms=",          "ms is a number from 0 to 10000, not " },
	{ "/cpu?ms=%1b%5b31m", "ms is a number from 0 to 10000, not ?[31m" },
	{ "/disk",             "mb is a number from 0 to 64, not nothing" },
	{ "/disk?mb=65",       "mb is a number from 0 to 64, not 65" },
	{ "/count?n=many",     "n is a number from 0 to 100000000, not many" },
	{ "/count?lock=maybe", "lock is on or off" },
	{ "/sleep?ms=1e99",    "how long?" },
};

static const struct wrong wrong_harm[] = {
	{ "/exit?code=256",    "code is a number from 0 to 255, not 256" },
	{ "/leak",             "mb is a number from 0 to 1024, not nothing" },
	{ "/leak?mb=-1",       "mb is a number from 0 to 1024, not -1" },
	{ "/leak?mb=1025",     "mb is a number from 0 to 1024, not 1025" },
	{ "/unsafe?ms=x",      "ms is a number from 0 to 1000, not x" },
	{ "/spy?addr=",        "which address?" },
	{ "/spy?addr=main",    "which address?" },
	{ "/spy?addr=10000000000000000", "which address?" },
};
// clang-format on

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

START_TEST(a_wrong_parameter_gets_400_and_a_sentence)
{
	for (size_t i = 0; i < N(wrong); i++)
		ask(wrong[i].path, 400, wrong[i].says);
	ask("/", 200, "hello world");
}
END_TEST

START_TEST(cpu_computes_as_long_as_it_was_told)
{
	long begun = stage_now_ms();
	struct answer a = ask("/cpu?ms=100", 200, "w1 computed for 100 ms, ");
	const char *on = strstr(answer_body(&a), "on processor ");

	ck_assert_int_ge(stage_now_ms() - begun, 100);
	ck_assert_ptr_nonnull(on);
	ck_assert_int_lt(atoi(on + 13), (int)sysconf(_SC_NPROCESSORS_CONF));
}
END_TEST

/* Processor time of a process so far: proc(5), schedstat. */
static int64_t
cpu_ns(pid_t pid)
{
	char path[64];
	int64_t ns = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%" SCNd64, &ns), 1);
	fclose(f);
	return ns;
}

/* Two workers that share a processor need twice the time, not half the work. */
START_TEST(cpu_is_processor_time_however_many_compute)
{
	int fd[2];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(
		    sched_setaffinity(c->pids[i + 1], sizeof(one), &one), 0);
		fd[i] = cluster_connect(c->port);
		cluster_request(fd[i], "/cpu?ms=150", false);
	}
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(cluster_read(fd[i]).status, 200);
	for (int i = 0; i < 2; i++)
		ck_assert_int_ge(cpu_ns(c->pids[i + 1]), 150 * 1000 * 1000);
}
END_TEST

START_TEST(disk_writes_and_keeps_nothing_open)
{
	char link[64], to[256];

	ask("/disk?mb=1", 200, "w1 wrote 1 MB to ");
	for (int fd = 3; fd < 64; fd++) {
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)c->pids[1],
		         fd);
		n = readlink(link, to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = '\0';
		ck_assert_msg(strstr(to, "/tmp") == NULL, "%s: %s", link, to);
	}
}
END_TEST

START_TEST(count_is_a_variable_of_each_process_at_one_address)
{
	int64_t value[3];
	void *at[3];

	ask("/count?n=5", 200, "counter is 5 at ");
	ask("/count?n=3&lock=on", 200, "counter is 3 at ");
	for (int i = 0; i < 2; i++) {
		struct answer a = cluster_get(c, "/count?n=0");

		ck_assert_int_eq(sscanf(answer_body(&a),
		                        "counter is %" SCNd64 " at %p",
		                        &value[a.worker], &at[a.worker]),
		                 2);
	}
	ck_assert_int_eq(value[1], 5);
	ck_assert_int_eq(value[2], 3);
	ck_assert_ptr_eq(at[1], at[2]);
}
END_TEST

START_TEST(whoami_says_who_serves)
{
	char want[128];

	snprintf(want, sizeof(want),
	         "worker  w1\nthread  0\npid     %d\ntid     %d\nppid    %d\n",
	         (int)c->pids[1], (int)c->pids[1], (int)c->pids[0]);
	ask("/whoami", 200, want);
}
END_TEST

/* Harm ********************************************************************/

START_TEST(a_wrong_parameter_does_no_harm)
{
	for (size_t i = 0; i < N(wrong_harm); i++)
		ask(wrong_harm[i].path, 400, wrong_harm[i].says);
	ck_assert_int_eq(cluster_count(c, MSG_CHANGED, 1), 0);
	ck_assert_int_eq(cluster_count(c, MSG_CHANGED, 2), 0);
}
END_TEST

START_TEST(exit_ends_the_worker_with_the_code)
{
	const struct msg *m;

	ck_assert_int_le(cluster_get(c, "/exit?code=7").status, 0);
	m = cluster_expect(c, MSG_CHANGED, 1);
	ck_assert_int_eq(m->change.change, CHILD_EXITED);
	ck_assert_int_eq(m->change.code, 7);
	ck_assert_int_eq(m->change.told, 0);
	ask("/", 200, "hello world from w2");
}
END_TEST

static bool
have_started_eight(void *page)
{
	return page_totals(page).started == 8;
}

static bool
somebody_died(void *cluster)
{
	return cluster_count(cluster, MSG_CHANGED, 1) ||
	       cluster_count(cluster, MSG_CHANGED, 2);
}

/* The worker that was killed by SEGV, without a core file. */
static uint32_t
who_died(void)
{
	const struct msg *m;
	uint32_t id;

	stage_until(somebody_died, c, "end of a worker");
	id = cluster_count(c, MSG_CHANGED, 1) ? 1 : 2;
	m = cluster_expect(c, MSG_CHANGED, id);
	ck_assert_int_eq(m->change.change, CHILD_KILLED);
	ck_assert_int_eq(m->change.code, SIGSEGV);
	ck_assert_int_eq(m->change.dumped, 0);
	ck_assert_int_eq(cluster_count(c, MSG_CHANGED, 3 - id), 0);
	return id;
}

/* Eight requests are in service; then one of the two gets the page. */
static void
dies_with_its_requests(const char *path)
{
	int fds[8], failed = 0, in_service[3];
	uint32_t dead;

	for (int i = 0; i < 8; i++) {
		fds[i] = cluster_connect(c->port);
		cluster_request(fds[i], "/sleep?ms=700", false);
	}
	stage_until(have_started_eight, c->page, "eight in service");
	for (int i = 1; i <= 2; i++)
		in_service[i] = (int)c->page->row[i].started;
	ck_assert_int_le(cluster_get(c, path).status, 0);
	dead = who_died();
	for (int i = 0; i < 8; i++) {
		struct answer a = cluster_read(fds[i]);

		failed += a.status <= 0;
		ck_assert_msg(a.status <= 0 || (a.status == 200 &&
		                                a.worker == 3 - (int)dead),
		              "%s, request %d: %d", path, i, a.status);
		close(fds[i]);
	}
	ck_assert_int_ge(in_service[dead], 1);
	ck_assert_int_eq(failed, in_service[dead]);
	ck_assert_int_eq(cluster_get(c, "/").worker, 3 - (int)dead);
}

START_TEST(crash_fails_what_its_worker_serves_and_nothing_else)
{
	dies_with_its_requests("/crash");
}
END_TEST

START_TEST(overflow_fails_what_its_worker_serves_and_nothing_else)
{
	dies_with_its_requests("/overflow");
}
END_TEST

START_TEST(what_does_harm_says_so_before)
{
	struct report r[64];
	int n, harm = 0;

	cluster_get(c, "/crash");
	cluster_expect(c, MSG_REAPED, 1);
	n = cluster_reports(c, r, 64);
	for (int i = 0; i < n; i++)
		if (r[i].type == REPORT_HARM) {
			ck_assert_str_eq(r[i].text, "/crash");
			ck_assert_uint_eq(r[i].connection, 1);
			ck_assert_int_eq(r[i].pid, c->pids[1]);
			harm++;
		}
	ck_assert_int_eq(harm, 1);
}
END_TEST

/* Resident memory of a worker in MB; -1: there is none. */
static long
rss_mb(uint32_t id)
{
	const char *out = stage_outside(
	    &c->stage, "awk '/^VmRSS/ { print $2 }' /proc/%d/status",
	    (int)c->pids[id]);

	return out[0] >= '0' && out[0] <= '9' ? atol(out) / 1024 : -1;
}

START_TEST(leak_grows_its_worker_until_that_ends)
{
	long before = rss_mb(1), other = rss_mb(2);

	ask("/leak?mb=100", 200, "w1 keeps 100 MB now");
	ck_assert_int_ge(rss_mb(1) - before, 100);
	ck_assert_int_lt(rss_mb(2) - other, 50);
	ask("/leak?mb=1", 200, "w2 keeps 1 MB now");
	ask("/leak?mb=20", 200, "w1 keeps 120 MB now");
	ck_assert_int_ge(rss_mb(1) - before, 120);
	cluster_kill(c, 1, SIGTERM);
	cluster_expect(c, MSG_REAPED, 1);
	ck_assert_int_eq(rss_mb(1), -1);
	ck_assert_int_lt(rss_mb(2) - other, 50);
}
END_TEST

/* Of the machine, in MB. */
static long
free_mb(void)
{
	return atol(stage_outside(
	           &c->stage, "awk '/^MemFree/ { print $2 }' /proc/meminfo")) /
	       1024;
}

/* Others use the machine too: half of it must be seen to come back. */
START_TEST(what_was_leaked_is_the_machines_again)
{
	long before;

	ask("/leak?mb=600", 200, "w1 keeps 600 MB now");
	before = free_mb();
	cluster_kill(c, 1, SIGKILL);
	cluster_expect(c, MSG_REAPED, 1);
	ck_assert_int_ge(free_mb() - before, 300);
}
END_TEST

START_TEST(leak_has_a_limit_in_all)
{
	ask("/leak?mb=3", 200, "w1 keeps 3 MB now");
	ask("/", 200, "hello world from w2");
	ask("/leak?mb=1022", 400,
	    "w1 keeps 3 MB already, and may keep 1024: at most 1021 more");
}
END_TEST

START_TEST(one_thread_is_not_disturbed)
{
	ask("/unsafe?ms=20", 200, "not disturbed: w1 asked gmtime() for ");
}
END_TEST

START_TEST(spy_reads_its_own_worker_and_no_other)
{
	struct answer a = ask("/spy", 200, "\"secret ");
	const char *body = answer_body(&a);
	const char *addr = strstr(body, "/spy?addr=");
	char path[64], secret[64];

	ck_assert_int_eq(sscanf(body, "\"%63[^\"]", secret), 1);
	ck_assert_int_eq(sscanf(addr, "%63s", path), 1);
	ck_assert_ptr_nonnull(strstr(secret, "of w1.t0"));
	a = ask(path, 200, "pid ");
	ck_assert_int_eq(a.worker, 2);
	ck_assert_ptr_null(strstr(answer_body(&a), secret));
	a = ask(path, 200, "pid ");
	ck_assert_int_eq(a.worker, 1);
	ck_assert_ptr_nonnull(strstr(answer_body(&a), secret));
}
END_TEST

START_TEST(spy_of_a_bad_address_is_an_error_and_no_signal)
{
	struct answer a = cluster_get(c, "/spy?addr=0x10");

	ck_assert_int_eq(a.status, 400);
	ck_assert_ptr_nonnull(strstr(answer_body(&a), "(EFAULT)"));
	ck_assert_int_eq(cluster_count(c, MSG_CHANGED, 1), 0);
}
END_TEST

static void
add_harm(TCase *harm)
{
	tcase_add_test(harm, a_wrong_parameter_does_no_harm);
	tcase_add_test(harm, exit_ends_the_worker_with_the_code);
	tcase_add_test(harm,
	               crash_fails_what_its_worker_serves_and_nothing_else);
	tcase_add_test(harm,
	               overflow_fails_what_its_worker_serves_and_nothing_else);
	tcase_add_test(harm, what_does_harm_says_so_before);
	tcase_add_test(harm, leak_grows_its_worker_until_that_ends);
	tcase_add_test(harm, what_was_leaked_is_the_machines_again);
	tcase_add_test(harm, leak_has_a_limit_in_all);
	tcase_add_test(harm, one_thread_is_not_disturbed);
	tcase_add_test(harm, spy_reads_its_own_worker_and_no_other);
	tcase_add_test(harm, spy_of_a_bad_address_is_an_error_and_no_signal);
}

int
main(void)
{
	Suite *s = suite_create("pages");
	TCase *good = tcase_create("good"), *harm = tcase_create("harm");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(good, open_two, close_it);
	tcase_add_test(good, a_wrong_parameter_gets_400_and_a_sentence);
	tcase_add_test(good, cpu_computes_as_long_as_it_was_told);
	tcase_add_test(good, cpu_is_processor_time_however_many_compute);
	tcase_add_test(good, disk_writes_and_keeps_nothing_open);
	tcase_add_test(good,
	               count_is_a_variable_of_each_process_at_one_address);
	tcase_add_test(good, whoami_says_who_serves);
	suite_add_tcase(s, good);
	tcase_add_checked_fixture(harm, open_two, close_it);
	add_harm(harm);
	suite_add_tcase(s, harm);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
