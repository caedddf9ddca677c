/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Order and words of events.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/watch/timeline.h"

#define MS NS_PER_MS

static struct timeline *t;

static void
setup(void)
{
	t = timeline_open(8);
}

static void
teardown(void)
{
	timeline_close(t);
}

static uint64_t
add(enum event_type type, pid_t pid, int64_t t_ns)
{
	struct event e = { .type = type, .t_ns = t_ns, .who.pid = pid };

	return timeline_add(t, &e);
}

static uint64_t
add_connection(enum event_type type, const char *server, uint64_t connection,
               int64_t t_ns)
{
	struct event e = { .type = type,
		           .t_ns = t_ns,
		           .connection = connection };

	snprintf(e.server, sizeof(e.server), "%s", server);
	return timeline_add(t, &e);
}

/* The words of all events in the order of time. */
static const char *
order(void)
{
	static char text[512];

	text[0] = '\0';
	for (size_t i = 0; i < timeline_count(t); i++) {
		if (i)
			strcat(text, " ");
		strcat(text, event_word(timeline_at(t, i)->type));
	}
	return text;
}

START_TEST(events_stand_in_the_order_of_their_times)
{
	add(EVENT_ONLINE, 1, 30 * MS);
	add(EVENT_FORKED, 2, 20 * MS);
	add(EVENT_FORKED, 1, 10 * MS);
	add(EVENT_NOTE, 0, 40 * MS);
	ck_assert_str_eq(order(), "forked forked online note");
	ck_assert_int_eq(timeline_at(t, 0)->who.pid, 1);
	ck_assert_ptr_null(timeline_at(t, 4));
}
END_TEST

START_TEST(each_event_is_seen_once_by_its_number)
{
	ck_assert_ptr_null(timeline_newer(t, 0));
	ck_assert_uint_eq(timeline_last(t), 0);
	ck_assert_uint_eq(add(EVENT_NOTE, 0, 9 * MS), 1);
	ck_assert_uint_eq(add(EVENT_EXEC, 5, 3 * MS), 2);
	ck_assert_uint_eq(timeline_newer(t, 0)->n, 1);
	ck_assert_uint_eq(timeline_newer(t, 1)->n, 2);
	ck_assert_int_eq(timeline_newer(t, 1)->type, EVENT_EXEC);
	ck_assert_ptr_null(timeline_newer(t, 2));
}
END_TEST

START_TEST(the_oldest_are_forgotten)
{
	for (int i = 1; i <= 20; i++)
		add(EVENT_NOTE, i, (i % 2 ? 100 + i : i) * MS);
	ck_assert_uint_eq(timeline_count(t), 8);
	ck_assert_uint_eq(timeline_newer(t, 0)->n, 13);
	ck_assert_ptr_null(timeline_nth(t, 12));
	ck_assert_int_eq(timeline_nth(t, 20)->who.pid, 20);
	for (size_t i = 1; i < 8; i++)
		ck_assert_int_lt(timeline_at(t, i - 1)->t_ns,
		                 timeline_at(t, i)->t_ns);
}
END_TEST

START_TEST(reaped_comes_after_exited_whoever_spoke_first)
{
	add(EVENT_REAPED, 7, 10 * MS);
	add(EVENT_NOTE, 0, 11 * MS);
	add(EVENT_EXITED, 7, 12 * MS);
	ck_assert_str_eq(order(), "exited reaped note");
}
END_TEST

START_TEST(nothing_of_a_process_comes_before_its_birth)
{
	add(EVENT_ONLINE, 7, 10 * MS);
	add(EVENT_ONLINE, 8, 10 * MS);
	add(EVENT_FORKED, 7, 12 * MS);
	ck_assert_str_eq(order(), "forked online online");
	ck_assert_int_eq(timeline_at(t, 2)->who.pid, 8);
}
END_TEST

START_TEST(a_cause_that_is_noted_late_stands_before_its_effect)
{
	add(EVENT_EXITED, 7, 12 * MS);
	add(EVENT_REAPED, 7, 11 * MS);
	ck_assert_str_eq(order(), "exited reaped");
}
END_TEST

START_TEST(of_two_at_the_same_time_the_cause_is_first)
{
	add(EVENT_ANSWER, 7, MS);
	add(EVENT_REQUEST, 7, MS);
	add(EVENT_ONLINE, 7, MS);
	ck_assert_str_eq(order(), "online request answer");
}
END_TEST

START_TEST(an_answer_comes_after_its_hand_off)
{
	add_connection(EVENT_REQUEST, "web", 12, 10 * MS);
	add_connection(EVENT_ANSWER, "web", 12, 11 * MS);
	add_connection(EVENT_HANDOFF, "web", 12, 12 * MS);
	add_connection(EVENT_ACCEPTED, "web", 12, 13 * MS);
	ck_assert_str_eq(order(), "accepted handoff request answer");
}
END_TEST

START_TEST(connections_of_two_servers_are_strangers)
{
	add_connection(EVENT_REQUEST, "web", 12, 10 * MS);
	add_connection(EVENT_HANDOFF, "api", 12, 12 * MS);
	ck_assert_str_eq(order(), "request handoff");
}
END_TEST

START_TEST(a_second_request_of_a_connection_stays_behind_the_first)
{
	add_connection(EVENT_HANDOFF, "web", 3, 1 * MS);
	add_connection(EVENT_REQUEST, "web", 3, 2 * MS);
	add_connection(EVENT_ANSWER, "web", 3, 3 * MS);
	add_connection(EVENT_REQUEST, "web", 3, 4 * MS);
	add_connection(EVENT_ANSWER, "web", 3, 5 * MS);
	ck_assert_str_eq(order(), "handoff request answer request answer");
}
END_TEST

START_TEST(words_and_types_belong_together)
{
	for (int i = 1; i < EVENT_TYPES; i++)
		ck_assert_int_eq(event_by_word(event_word((enum event_type)i)),
		                 i);
	ck_assert_int_eq(event_by_word("Forked"), EVENT_FORKED);
	ck_assert_int_eq(event_by_word("nonsense"), EVENT_NONE);
}
END_TEST

/* Sentences *************************************************************/

#define W2                                                                     \
	{                                                                      \
		"w2", 9412, 0, KIND_WORKER                                     \
	}
#define WEB                                                                    \
	{                                                                      \
		"web", 9400, 0, KIND_MASTER                                    \
	}
#define LAB                                                                    \
	{                                                                      \
		"lab", 9399, 0, KIND_LAB                                       \
	}
#define J1                                                                     \
	{                                                                      \
		"j1", 9500, 0, KIND_JOB                                        \
	}
#define ANON                                                                   \
	{                                                                      \
		"", 9600, 0, KIND_OTHER                                        \
	}
#define HIM                                                                    \
	{                                                                      \
		"w1.t2", 9410, 9420, KIND_THREAD                               \
	}

static const struct {
	struct event e;
	const char *text;
} sentences[] = {
	// clang-format off
	{ { .type = EVENT_EXITED, .who = W2, .a = -1, .b = 15 },
	  "worker w2 (pid 9412) died: killed by TERM" },
	{ { .type = EVENT_EXITED, .who = W2, .a = 7 },
	  "worker w2 (pid 9412) died: exited 7" },
	{ { .type = EVENT_EXITED, .who = W2, .a = 0, .told = true },
	  "worker w2 (pid 9412) exited 0" },
	{ { .type = EVENT_EXITED, .who = W2, .a = 0,
	    .text = "its channel to web closed" },
	  "worker w2 (pid 9412) exited 0: its channel to web closed" },
	{ { .type = EVENT_EXITED, .who = W2, .a = -1, .b = -1 },
	  "worker w2 (pid 9412) died: nobody knows how" },
	{ { .type = EVENT_EXITED, .who = WEB, .a = -1, .b = 9 },
	  "master web (pid 9400) died: killed by KILL" },
	{ { .type = EVENT_EXITED, .who = J1, .text = "sleep 100" },
	  "sleep (j1) exited 0" },
	{ { .type = EVENT_EXITED, .who = J1, .a = -1, .b = 2,
	    .text = "sleep 100" }, "sleep (j1) was killed by INT" },
	{ { .type = EVENT_EXITED, .who = ANON, .a = -1, .b = -1,
	    .text = "cat" }, "cat (pid 9600) ended, nobody knows how" },
	{ { .type = EVENT_FORKED, .who = W2, .other = WEB },
	  "worker w2 (pid 9412) forked by web" },
	{ { .type = EVENT_FORKED, .who = ANON, .other = J1 },
	  "process 9600 forked by j1" },
	{ { .type = EVENT_STARTED, .who = J1, .text = "sleep 100" },
	  "j1 (pid 9500) started: sleep 100" },
	{ { .type = EVENT_ONLINE, .who = W2 }, "worker w2 (pid 9412) online" },
	{ { .type = EVENT_ONLINE, .who = WEB, .a = 3000 },
	  "master web (pid 9400) online, port 3000" },
	{ { .type = EVENT_LISTENING, .who = W2, .a = 3000,
	    .text = "127.0.0.1" },
	  "worker w2 (pid 9412) listening on 127.0.0.1:3000" },
	{ { .type = EVENT_HANDOFF, .who = W2, .connection = 12,
	    .text = "next in turn" }, "connection 12 → w2: next in turn" },
	{ { .type = EVENT_ANSWER, .who = W2, .a = 200, .b = 312000,
	    .text = "/" }, "w2 answered / with 200 in 0.3 ms" },
	{ { .type = EVENT_ANSWER, .who = W2, .a = 200, .b = 312000,
	    .text = "/", .why = "next in turn" },
	  "w2 answered / with 200 in 0.3 ms: next in turn" },
	{ { .type = EVENT_BROKEN, .who = W2, .text = "/crash",
	    .why = "aimed at w2" },
	  "w2 did not finish its answer to /crash: aimed at w2" },
	{ { .type = EVENT_SKIPPED, .who = W2, .text = "it is stopped" },
	  "w2 passed over: it is stopped" },
	{ { .type = EVENT_ADOPTED, .who = { "p3", 9700, 0, KIND_PUPPET },
	    .other = LAB }, "orphan p3 (pid 9700) adopted by the lab" },
	{ { .type = EVENT_REAPED, .who = W2, .other = WEB },
	  "w2 reaped by web" },
	{ { .type = EVENT_REAPED, .who = ANON, .other = LAB },
	  "pid 9600 reaped by the lab" },
	{ { .type = EVENT_SIGNAL, .who = W2, .a = 15 },
	  "TERM sent to w2 (pid 9412)" },
	{ { .type = EVENT_STOPPED, .who = W2, .a = 19 },
	  "w2 stopped by STOP" },
	{ { .type = EVENT_STOPPED, .who = { "lb1", 9700, 0, KIND_BALANCER },
	    .a = 19 },
	  "lb1 stopped by STOP: not dead, so it keeps its address, and who "
	  "connects waits; a standby, too" },
	{ { .type = EVENT_CONTINUED, .who = W2 }, "w2 goes on" },
	{ { .type = EVENT_DISCONNECTED, .who = W2, .server = "web" },
	  "worker w2 (pid 9412) disconnected: its channel to web is closed" },
	{ { .type = EVENT_THREAD, .who = HIM },
	  "thread w1.t2 (tid 9420) started" },
	{ { .type = EVENT_EXEC, .who = ANON, .text = "cat -" },
	  "process 9600 is now cat -" },
	{ { .type = EVENT_REFUSED, .a = 3000 },
	  "connection to port 3000 refused: nobody listens" },
	{ { .type = EVENT_TERMINAL, .who = J1 }, "j1 has the terminal" },
	{ { .type = EVENT_TERMINAL, .who = LAB },
	  "the prompt has the terminal" },
	{ { .type = EVENT_LOST, .a = 12, .server = "web" },
	  "12 reports of web came too fast to be told; all is counted" },
	{ { .type = EVENT_NOTE, .text = "a \033[31mred\tnote" },
	  "a ?[31mred note" },
	// clang-format on
};

START_TEST(every_event_is_a_sentence)
{
	char buf[256];

	ck_assert_str_eq(event_text(&sentences[_i].e, buf, sizeof(buf)),
	                 sentences[_i].text);
}
END_TEST

START_TEST(no_type_is_speechless)
{
	char buf[256];

	for (int i = 1; i < EVENT_TYPES; i++) {
		struct event e = { .type = (enum event_type)i,
			           .who = W2,
			           .text = "something" };

		event_text(&e, buf, sizeof(buf));
		ck_assert_msg(buf[0], "%s says nothing", event_word(e.type));
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("timeline");
	TCase *c = tcase_create("timeline");
	SRunner *r = srunner_create(s);
	int failed;

	suite_add_tcase(s, c);
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, events_stand_in_the_order_of_their_times);
	tcase_add_test(c, each_event_is_seen_once_by_its_number);
	tcase_add_test(c, the_oldest_are_forgotten);
	tcase_add_test(c, reaped_comes_after_exited_whoever_spoke_first);
	tcase_add_test(c, nothing_of_a_process_comes_before_its_birth);
	tcase_add_test(c, a_cause_that_is_noted_late_stands_before_its_effect);
	tcase_add_test(c, of_two_at_the_same_time_the_cause_is_first);
	tcase_add_test(c, an_answer_comes_after_its_hand_off);
	tcase_add_test(c, connections_of_two_servers_are_strangers);
	tcase_add_test(c,
	               a_second_request_of_a_connection_stays_behind_the_first);
	tcase_add_test(c, words_and_types_belong_together);
	tcase_add_loop_test(c, every_event_is_a_sentence, 0,
	                    sizeof(sentences) / sizeof(sentences[0]));
	tcase_add_test(c, no_type_is_speechless);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
