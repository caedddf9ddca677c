/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peek and poke: each process tells its own value, one write changes one
 * process, and the kernel says which page was copied for it.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/story.h"

#define ADDRESS "(0x[0-9a-f]+)"
#define SHARED  "shared with others"
#define OWN     "a page of its own"

static struct story *
workers(const char *n)
{
	const char *argv[] = { "--workers", n, NULL };

	return story_open(argv);
}

START_TEST(all_workers_have_the_counter_at_one_address)
{
	struct story *s = workers("2");
	char web[32];

	story_send(s, "peek counter");
	strcpy(web, story_expect(s, "web +[0-9]+ +" ADDRESS " +0 +" SHARED)[1]);
	story_expect(s, "w1 .* 0 +" SHARED);
	story_expect(s, "w2 .* 0 +" SHARED);
	story_expect(s, "3 processes: the same address, the same value");
	story_close(s);
}
END_TEST

START_TEST(a_poke_changes_one_worker_only)
{
	struct story *s = workers("2");
	int port = story_port(s);

	story_send(s, "poke w1 counter 5");
	story_expect(s, "w1: counter at " ADDRESS " was 0, is 5");
	story_expect(s, "the write made a copy for w1 alone");
	story_expect(s, "private memory of w1: [0-9]+K before, [0-9]+K after");
	story_expect(s, "w1 .* 5 +" OWN);
	story_expect(s, "w2 .* 0 +" SHARED);
	story_expect(s, "the same address, 2 values");
	story_send(s, "get --to w1 /count");
	story_expect(s, "counter is 6 at");
	story_send(s, "get --to w2 /count");
	story_expect(s, "counter is 1 at");
	ck_assert_ptr_nonnull(
	    strstr(story_outside(s, "curl -s http://127.0.0.1:%d/whoami", port),
	           "counter "));
	story_close(s);
}
END_TEST

START_TEST(a_worker_is_born_with_the_value_of_its_master)
{
	struct story *s = workers("1");

	story_send(s, "poke web counter 100");
	story_expect(s, "web: counter at .* was 0, is 100");
	story_send(s, "fork");
	story_expect(s, "w2 .* listening");
	story_send(s, "peek counter");
	story_expect(s, "w1 .* 0 ");
	story_expect(s, "w2 .* 100 ");
	story_close(s);
}
END_TEST

START_TEST(a_second_write_copies_nothing)
{
	struct story *s = workers("1");

	story_send(s, "poke w1 counter -1");
	story_expect(s, "the write made a copy for w1 alone");
	story_send(s, "poke w1 counter 9223372036854775807");
	story_expect(s, "was -1, is 9223372036854775807");
	story_expect(s, "w1's own already: nothing had to be copied");
	story_close(s);
}
END_TEST

START_TEST(what_peek_was_told_is_a_fact_until_its_worker_serves)
{
	struct story *s = workers("2");

	story_send(s, "check value(w1, counter) = 0");
	story_expect(s, "unknown: w1 was not asked since: peek asks it");
	story_send(s, "get --to w1 /count?n=7");
	story_expect(s, "counter is 7");
	story_send(s, "peek counter");
	story_expect(s, "w1 .* 7 ");
	story_send(s,
	           "check value(w1, counter) = 7 and value(w2, counter) = 0");
	story_expect(s, "true: ");
	story_send(s, "check address(w1, counter) = address(w2, counter)");
	story_expect(s, "true: ");
	story_send(s, "get --to w1");
	story_expect(s, "hello world");
	story_send(s, "check value(w2, counter) = 0");
	story_expect(s, "true: ");
	story_send(s, "check value(w1, counter) = 7");
	story_expect(s, "unknown: w1 was not asked since");
	story_close(s);
}
END_TEST

START_TEST(a_child_puppet_has_the_address_and_a_value_of_its_own)
{
	const char *argv[] = { "--empty", NULL };
	struct story *s = story_open(argv);

	story_send(s, "puppet; p1 set x 1; p1 fork; peek x");
	story_expect(s, "p1 .* 1 +" SHARED);
	story_expect(s, "p2 .* 1 +" SHARED);
	story_send(s, "p2 set x 5; peek x");
	story_expect(s, "p1 .* 1 +" OWN);
	story_expect(s, "p2 .* 5 +" OWN);
	story_expect(s, "2 processes: the same address, 2 values");
	story_send(s, "p1 pthread_create; poke p1.t1 x 7; p1 get x");
	story_expect(s, "p1.t1: x at .* was 1, is 7");
	story_expect(s, "p1.t1 .* 7 +a thread: same memory");
	story_expect(s, "p1: get\\(x\\) = 7");
	story_close(s);
}
END_TEST

START_TEST(who_cannot_answer_is_told_at_once)
{
	struct story *s = workers("2");

	story_send(s, "kill -STOP w2; until state(w2) = T; peek counter");
	story_expect(s, "w2 +[0-9]+ +stopped, so it cannot answer");
	story_send(s, "poke w2 counter 3");
	story_expect(s, "w2 is stopped and cannot answer: kill -CONT w2");
	story_send(s, "peek nix");
	story_expect(s, "nobody has told of a variable nix; w2: stopped, so");
	story_send(s, "kill -CONT w2; until state(w2) = S; peek counter");
	story_expect(s, "w2 .* 0 ");
	story_send(s, "kill -KILL w2; until state(w2) = X; poke w2 counter 3");
	story_expect(s, "w2 has ended: it has no memory any more");
	story_send(s, "puppet; p1 set x 1; p1 pause; poke p1 x 2");
	story_expect(s, "p1 is in a call and hears nothing until it returns");
	story_send(s, "quit");
	ck_assert_int_eq(story_wait(s), 1);
	story_close(s);
}
END_TEST

START_TEST(threads_and_servers_are_told_apart)
{
	struct story *s = workers("1");

	story_send(s, "serve web2 --port 0 --workers 1 --model pool");
	story_expect(s, "web2 is http");
	story_send(s, "until requests(web2.w1.t1) = 0 and "
	              "requests(web2.w1.t4) = 0 within 10s");
	story_send(s, "poke web2.w1 counter 4; peek counter");
	story_expect(s, "web.w1 .* 0 ");
	story_expect(s, "web2.w1 .* 4 +" OWN);
	story_expect(s, "web2.w1.t1 +[0-9]+ +" ADDRESS
	                " +4 +a thread: same memory");
	story_expect(s, "4 processes: 2 addresses, 2 values");
	story_close(s);
}
END_TEST

/* A request sleeps in it for as long as the test lasts. */
static struct story *
child_of_a_worker(int *pid)
{
	struct story *s = workers("1");
	char name[32];

	story_send(s, "model fork; set linger off");
	story_expect(s, "worker w2 .* listening");
	story_outside(s,
	              "curl -s -m 60 'http://127.0.0.1:%d/sleep?ms=50000' "
	              ">/dev/null 2>&1 &",
	              story_port(s));
	story_send(s, "until count(children of w2) = 1 and "
	              "inflight(web) = 1 within 10s; peek counter");
	strcpy(name, story_expect(s, "w2.f1 +([0-9]+) ")[1]);
	*pid = atoi(name);
	return s;
}

START_TEST(a_child_of_a_worker_has_its_own_value)
{
	int pid;
	struct story *s = child_of_a_worker(&pid);

	story_send(s, "poke w2.f1 counter 5");
	story_expect(s, "w2.f1: counter at " ADDRESS " was 0, is 5");
	story_expect(s, "the write made a copy for w2.f1 alone");
	story_expect(s, " w2 +[0-9]+ +" ADDRESS " +0 +");
	story_expect(s, " w2.f1 +[0-9]+ +" ADDRESS " +5 +" OWN);
	story_expect(s, "3 processes: the same address, 2 values");
	story_send(s, "check value(w2.f1, counter) = 5 and "
	              "address(w2.f1, counter) = address(w2, counter)");
	story_expect(s, "^true: ");
	story_close(s);
}
END_TEST

START_TEST(a_child_that_is_stopped_or_gone_is_said_so)
{
	int pid;
	struct story *s = child_of_a_worker(&pid);

	story_send(s, "kill -STOP w2.f1; until state(w2.f1) = T; peek counter");
	story_expect(s, "w2.f1 +[0-9]+ +stopped, so it cannot answer");
	story_send(s, "kill -KILL w2.f1; until count(children of w2) = 0 "
	              "within 5s");
	story_send(s, "poke %d counter 5", pid);
	story_expect(s, "[0-9]+ is not a process of the lab");
	story_send(s, "peek counter");
	story_expect(s, "2 processes: the same address, the same value");
	story_close(s);
}
END_TEST

START_TEST(nonsense_is_one_sentence_and_changes_nothing)
{
	static const char *const rows[][2] = {
		{ "peek nix", "nobody has a variable nix" },
		{ "peek \"\"", "that is no name of a variable" },
		{ "poke w9 counter 3", "there is no process w9" },
		{ "poke w1 counter many", "many is no whole number" },
		{ "poke w1 counter 9223372036854775808", "is no whole number" },
		{ "poke w1 nix 3", "w1 has no variable nix" },
		{ "poke lab counter 3", "only workers, servers and puppets" },
		{ "poke w1 counter", "VALUE" },
	};
	struct story *s = workers("1");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		story_send(s, "%s", rows[i][0]);
		story_expect(s, rows[i][1]);
	}
	story_send(s, "peek counter");
	story_expect(s, "w1 .* 0 +" SHARED);
	story_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("peek");
	TCase *tc = tcase_create("stories");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, all_workers_have_the_counter_at_one_address);
	tcase_add_test(tc, a_poke_changes_one_worker_only);
	tcase_add_test(tc, a_worker_is_born_with_the_value_of_its_master);
	tcase_add_test(tc, a_second_write_copies_nothing);
	tcase_add_test(tc,
	               what_peek_was_told_is_a_fact_until_its_worker_serves);
	tcase_add_test(tc,
	               a_child_puppet_has_the_address_and_a_value_of_its_own);
	tcase_add_test(tc, who_cannot_answer_is_told_at_once);
	tcase_add_test(tc, threads_and_servers_are_told_apart);
	tcase_add_test(tc, a_child_of_a_worker_has_its_own_value);
	tcase_add_test(tc, a_child_that_is_stopped_or_gone_is_said_so);
	tcase_add_test(tc, nonsense_is_one_sentence_and_changes_nothing);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
