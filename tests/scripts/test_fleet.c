/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Life of a fleet: the dead are replaced, as many work as were asked for or
 * as the load asks for, and nobody who asks notices.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"

/* Respawn ***************************************************************/

START_TEST(nobody_is_replaced_before_it_is_asked_for)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "respawn\nkill -KILL w1");
	story_expect(c.s, "web has 2 workers; respawn off");
	story_expect(c.s, "w1 .*died: killed by KILL");
	story_send(
	    c.s, "until never respawned(w3) for 1s; check count(workers) = 1");
	story_expect(c.s, "^true: count.workers. = 1");
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(who_dies_unasked_is_replaced_and_the_fact_says_so)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "respawn on\nrespawn");
	story_expect(c.s, "^web has 2 workers; respawn on$");
	story_outside(c.s, "kill -KILL %d", (int)cast_pid(&c, "w1"));
	story_expect(c.s, "w3 .*takes the place of w1");
	story_send(c.s, "until respawned(w3) then listening(w3)");
	story_expect(c.s, "^true: respawned");
	story_send(c.s, "check ever respawned(w3) and count(workers) = 2");
	story_expect(c.s, "^true: ever respawned");
	cast_assert_answers(&c, "w2");
	cast_assert_answers(&c, "w3");
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(who_was_told_to_leave_is_not_replaced)
{
	struct cast c = cast_open(NULL);

	story_send(c.s,
	           "respawn on\nretire w1\ncheck count(workers) = 1\nscale 3\n"
	           "scale 1\ncheck count(workers) = 1");
	story_expect(c.s, "^true: count.workers. = 1");
	story_expect(c.s, "^web has 3 workers");
	story_expect(c.s, "^web has 1 worker;");
	story_expect(c.s, "^true: count.workers. = 1");
	ck_assert(!story_saw(c.s, "takes the place"));
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

/* Each way to die, and how the line tells it. */
static const struct {
	const char *page, *end, *again;
} crashes[] = {
	{ "/exit?code=1", "exited 1: while", "w%d exited 1 at once" },
	{ "/crash", "killed by SEGV", "w%d was killed by SEGV at once" },
};

START_TEST(who_dies_at_once_comes_later_and_later_until_respawn_gives_up)
{
	static const char *const one[] = { "--workers", "1", NULL };
	struct cast c = { .s = story_open(one) };
	char line[128];
	int id, ms = 100;

	story_expect(c.s, "web is http");
	c.port = story_port(c.s);
	story_send(c.s, "respawn on");
	for (id = 1; id <= 7; id++, ms *= 2) {
		story_send(c.s, "get --to w%d %s", id, crashes[_i].page);
		snprintf(line, sizeof(line), "w%d .*%s", id, crashes[_i].end);
		story_expect(c.s, line);
		if (id == 7)
			break;
		snprintf(line, sizeof(line), crashes[_i].again, id);
		story_expect(c.s, line);
		snprintf(line, sizeof(line), "in %d ms, try %d of 6", ms, id);
		ck_assert(story_saw(c.s, line));
		snprintf(line, sizeof(line), "w%d .*listening", id + 1);
		story_expect(c.s, line);
	}
	snprintf(line, sizeof(line), crashes[_i].again, 7);
	strcat(line, ", as 6 before it: respawn gives up");
	story_expect(c.s, line);
	story_send(c.s, "respawn");
	story_expect(c.s, "web has 0 workers; respawn off");
	story_send(c.s, "respawn on");
	story_expect(c.s, "w8 .*takes the place of w7");
	story_expect(c.s, "w8 .*listening");
	cast_assert_answers(&c, "w8");
	story_close(c.s);
}
END_TEST

/* Scale and reload ******************************************************/

START_TEST(scale_forks_and_retires_until_so_many_are_left)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "scale 5\ncheck count(workers) = 5\nscale 5\nscale 2\n"
	                "check count(workers) = 2\nget -n 4");
	story_expect(c.s, "^web has 5 workers; respawn off");
	story_expect(c.s, "^true: count.workers. = 5");
	story_expect(c.s, "^web has 5 workers; respawn off");
	story_expect(c.s, "^web has 2 workers; respawn off");
	story_expect(c.s, "^true: count.workers. = 2");
	story_expect(c.s, "^order: w1 w2 w1 w2");
	for (int id = 3; id <= 5; id++)
		cast_wait_gone(
		    cast_pid(&c, (char[]){ 'w', (char)('0' + id), '\0' }));
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

// clang-format off
static const struct {
	const char *line, *says;
} refused[] = {
	{ "scale 0", "^a server is scaled to 1 worker or more: shutdown ends it" },
	{ "scale 8..1", "^the smaller number comes first: scale 1..8" },
	{ "scale 100000", "^scale takes a number from 1 to 128, .*\"100000\"" },
	{ "scale 1..100000", "^scale takes a number from 1 to 128" },
	{ "scale 0..4", "^a server is scaled to 1 worker or more" },
	{ "scale 4..", "^scale takes a number from 1 to 128, .*not \"\"" },
	{ "scale -3", "-3" },
	{ "scale 2.5", "^scale takes a number from 1 to 128, .*\"2.5\"" },
	{ "scale 2 nobody", "^there is no server nobody" },
	{ "scale we", "^there is no server we: did you mean web" },
	{ "reload nobody", "^there is no server nobody" },
	{ "respawn on nobody", "^there is no server nobody" },
	{ "respawn maybe", "on, off.*\"maybe\"" },
};
// clang-format on

START_TEST(what_makes_no_sense_is_one_sentence_and_changes_nothing)
{
	struct cast c = cast_open(NULL);

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		story_send(c.s, "%s", refused[i].line);
		story_expect(c.s, refused[i].says);
	}
	story_send(c.s, "scale");
	story_expect(c.s, "^web has 2 workers; respawn off");
	ck_assert(!story_saw(c.s, "w3"));
	story_close(c.s);
}
END_TEST

START_TEST(a_reload_under_load_loses_no_request)
{
	struct cast c = cast_open(NULL);

	story_send(c.s, "get /sleep?ms=200 -n 3000 -c 250%s",
	           _i ? " --keep-alive" : "");
	story_expect(c.s, "answered [0-9]+");
	story_outside(c.s, "kill -HUP %d", (int)cast_pid(&c, "web"));
	story_expect(c.s, "web got HUP");
	story_expect_each(c.s, "w1 .*exited 0", "w2 .*exited 0",
	                  "w3 .*listening", "w4 .*listening", NULL);
	story_expect(c.s, "^total +3,000 +answered");
	ck_assert(!story_saw(c.s, "fail|broken|empty|reset"));
	story_send(c.s, "check requests(web) = 3000 and failed(web) = 0");
	story_expect(c.s, "^true: requests");
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

/* The load decides ******************************************************/

/* Where the master hands over, and where it never sees a connection. */
static const char *const servers[] = {
	"--policy rr",
	"--policy shared",
	"--policy shared --model prefork",
};

START_TEST(workers_follow_a_load_that_rises_and_falls)
{
	static const char *const empty[] = { "--empty", NULL };
	struct story *s = story_open(empty);

	story_send(s, "serve web --port 0 --workers 1 %s; scale 1..4",
	           servers[_i]);
	story_expect(s, "web has 1 worker, 1 to 4 as the load asks");
	story_send(s, "get -n 10; check count(workers) = 1");
	story_expect(s, "^total +10 +answered");
	story_expect(s, "^true: count.workers. = 1");
	story_send(s, "get /sleep?ms=100 -n 600 -c 12");
	story_expect(s, "web 1..4: 1 worker, .* requests under way: fork 1");
	story_expect(s, "web 1..4: 3 workers, .* requests under way: fork 1");
	story_expect(s, "w4 .*listening");
	story_expect(s, "^total +600 +answered");
	ck_assert(!story_saw(s, "retire"));
	story_send(s, "until count(workers) = 1");
	story_expect(s, "web 1..4: 4 workers, .* requests under way: retire");
	story_expect(s, "web 1..4: 2 workers, .* requests under way: retire 1");
	story_expect(s, "^true: count.workers. = 1");
	ck_assert(!story_saw(s, "w5"));
	story_send(s, "check requests(web) = 610 and failed(web) = 0");
	story_expect(s, "^true: requests");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

/* Signals ***************************************************************/

START_TEST(a_master_obeys_the_signals_of_real_servers)
{
	struct cast c = cast_open(NULL);
	int web = (int)cast_pid(&c, "web");

	story_outside(c.s, "kill -TTIN %d", web);
	story_expect(c.s, "web got TTIN: one worker more");
	story_expect(c.s, "w3 .*listening");
	story_outside(c.s, "kill -TTOU %d", web);
	story_expect(c.s, "web got TTOU: one worker less");
	story_expect(c.s, "w3 .*exited 0");
	story_send(c.s, "get -n 6");
	story_expect(c.s, "^total +6 +answered");
	story_outside(c.s, "kill -USR1 %d", web);
	story_expect(c.s, "web: 2 workers; 6 begun, 6 answered, 0 failed");
	story_expect(c.s, "w1 .*: 3 answered, 0 failed");
	story_expect(c.s, "w2 .*: 3 answered, 0 failed");
	story_outside(c.s, "kill -HUP %d", web);
	story_expect_each(c.s, "w1 .*exited 0", "w2 .*exited 0",
	                  "w4 .*listening", "w5 .*listening", NULL);
	story_send(c.s, "retire w4\ncheck count(workers) = 1");
	story_expect(c.s, "^true: count.workers. = 1");
	story_outside(c.s, "kill -TTOU %d", web);
	story_expect(c.s, "the last worker stays: QUIT ends web");
	cast_assert_answers(&c, "w5");
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

/* A request of the real curl that is under way. */
static void
ask_slowly(struct cast *c)
{
	story_outside(c->s,
	              "curl -sS -m 25 http://localhost:%d/sleep?ms=1500 "
	              ">/dev/null 2>&1 &",
	              c->port);
	story_send(c->s, "until inflight(web) = 1");
	story_expect(c->s, "^true: inflight");
}

START_TEST(quit_finishes_what_is_under_way)
{
	struct cast c = cast_open(NULL);

	ask_slowly(&c);
	story_outside(c.s, "kill -QUIT %d", (int)cast_pid(&c, "web"));
	story_expect(c.s, "web got QUIT: finish what is under way");
	story_outside(c.s, "! curl -s -m 5 http://localhost:%d/", c.port);
	story_expect(c.s, "w1 answered /sleep");
	story_expect(c.s, "master web .*exited 0");
	story_send(c.s, "fork");
	story_expect(c.s, "there is no server");
	story_close(c.s);
}
END_TEST

START_TEST(term_is_fast)
{
	struct cast c = cast_open(NULL);

	ask_slowly(&c);
	story_outside(c.s, "kill -TERM %d", (int)cast_pid(&c, "web"));
	story_expect(c.s, "master web .*died: killed by TERM");
	cast_wait_gone(cast_pid(&c, "w1"));
	cast_wait_gone(cast_pid(&c, "w2"));
	ck_assert(!story_saw(c.s, "w1 answered /sleep"));
	ck_assert_int_eq(story_close(c.s), 0);
}
END_TEST

START_TEST(help_tells_what_signals_do_here_and_elsewhere)
{
	static const char *const empty[] = { "--empty", NULL };
	struct story *s = story_open(empty);

	story_send(s, "help signals");
	story_expect(s, "TTIN +one worker more");
	story_expect(s, "QUIT +finish what is under way");
	story_expect(s, "TERM +end at once");
	story_expect(s, "nginx.*gunicorn");
	story_expect(s, "round: TERM finishes, QUIT and INT are fast");
	ck_assert_int_eq(story_close(s), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fleet");
	TCase *tc = tcase_create("fleet");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, nobody_is_replaced_before_it_is_asked_for);
	tcase_add_test(tc, who_dies_unasked_is_replaced_and_the_fact_says_so);
	tcase_add_test(tc, who_was_told_to_leave_is_not_replaced);
	tcase_add_loop_test(
	    tc, who_dies_at_once_comes_later_and_later_until_respawn_gives_up,
	    0, 2);
	tcase_add_test(tc, scale_forks_and_retires_until_so_many_are_left);
	tcase_add_test(tc,
	               what_makes_no_sense_is_one_sentence_and_changes_nothing);
	tcase_add_loop_test(tc, a_reload_under_load_loses_no_request, 0, 2);
	tcase_add_loop_test(tc, workers_follow_a_load_that_rises_and_falls, 0,
	                    3);
	tcase_add_test(tc, a_master_obeys_the_signals_of_real_servers);
	tcase_add_test(tc, quit_finishes_what_is_under_way);
	tcase_add_test(tc, term_is_fast);
	tcase_add_test(tc, help_tells_what_signals_do_here_and_elsewhere);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
