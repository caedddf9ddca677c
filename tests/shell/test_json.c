/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each line is an object of JSON with the keys that json.h promises.
 */
#include <check.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/json.h"
#include "core/sys/clock.h"

static json_t *object;

static void
teardown(void)
{
	json_decref(object);
	object = NULL;
}

/* Takes the line; it must be one line, and an object. */
static void
read_line(char *line)
{
	json_error_t error;

	teardown();
	ck_assert_ptr_nonnull(line);
	ck_assert_ptr_null(strchr(line, '\n'));
	object = json_loads(line, 0, &error);
	ck_assert_msg(json_is_object(object), "%s: %s", error.text, line);
	free(line);
}

static const char *
string(const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "(none)";
}

static long
integer(const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? (long)json_integer_value(value) : -4711;
}

START_TEST(a_line_says_what_it_is)
{
	read_line(json_of_line(LINE_OUTPUT, "j1", "hello \"you\" \\ → ✓"));
	ck_assert_str_eq(string("type"), "output");
	ck_assert_str_eq(string("name"), "j1");
	ck_assert_str_eq(string("text"), "hello \"you\" \\ → ✓");
	read_line(json_of_line(LINE_ERROR, NULL, "no"));
	ck_assert_str_eq(string("type"), "error");
	ck_assert_str_eq(string("name"), "(none)");
	read_line(json_of_line(LINE_COMMAND, "", "fork"));
	ck_assert_str_eq(string("type"), "command");
	read_line(json_of_progress("420 of 1000"));
	ck_assert_str_eq(string("text"), "420 of 1000");
	read_line(json_of_progress(""));
	ck_assert_str_eq(string("text"), "");
	read_line(json_of_end(2));
	ck_assert_str_eq(string("type"), "end");
	ck_assert_int_eq(integer("status"), 2);
}
END_TEST

START_TEST(any_bytes_become_valid_utf8)
{
	char bytes[257];

	for (int i = 0; i < 256; i++)
		bytes[i] = (char)(i + 1);
	bytes[256] = '\0';
	read_line(json_of_line(LINE_OUTPUT, bytes, bytes));
	ck_assert_str_ne(string("text"), "(none)");
	read_line(json_of_line(LINE_OUTPUT, "j1", "a\xff\xc3(\x1b[31mred"));
	ck_assert_str_eq(string("text"), "a?"
	                                 "?(?[31mred");
	read_line(json_of_line(LINE_OUTPUT, "j1", "cut \xe2\x82"));
	ck_assert_str_eq(string("text"), "cut ??");
}
END_TEST

START_TEST(a_long_line_is_cut_between_characters)
{
	size_t len = 30000;
	char *text = malloc(len + 1);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < len; i += 3)
		memcpy(text + i, "→", 3);
	text[len] = '\0';
	read_line(json_of_line(LINE_RESULT, NULL, text));
	ck_assert_uint_gt(strlen(string("text")), 4000);
	ck_assert_uint_eq(strlen(string("text")) % 3, 0);
	free(text);
}
END_TEST

static struct event
event(enum event_type type)
{
	struct event e = { .n = 12, .t_ns = 5 * NS_PER_S / 2, .type = type };

	snprintf(e.who.name, sizeof(e.who.name), "w2");
	e.who.kind = KIND_WORKER;
	e.who.pid = 9412;
	return e;
}

START_TEST(an_event_names_who_and_what)
{
	struct event e = event(EVENT_FORKED);
	json_t *who;

	snprintf(e.other.name, sizeof(e.other.name), "web");
	e.other.kind = KIND_MASTER;
	e.other.pid = 9400;
	read_line(json_of_event(&e));
	ck_assert_str_eq(string("type"), "event");
	ck_assert_str_eq(string("event"), "forked");
	ck_assert_int_eq(integer("n"), 12);
	ck_assert_double_eq_tol(json_real_value(json_object_get(object, "t")),
	                        2.5, 1e-9);
	who = json_object_get(object, "who");
	ck_assert_str_eq(json_string_value(json_object_get(who, "name")), "w2");
	ck_assert_str_eq(json_string_value(json_object_get(who, "kind")),
	                 "worker");
	ck_assert_int_eq(json_integer_value(json_object_get(who, "pid")), 9412);
	ck_assert_ptr_null(json_object_get(who, "tid"));
	who = json_object_get(object, "other");
	ck_assert_int_eq(json_integer_value(json_object_get(who, "pid")), 9400);
	ck_assert_ptr_nonnull(strstr(string("line"), "w2"));
}
END_TEST

START_TEST(numbers_have_the_names_of_what_they_are)
{
	struct event e = event(EVENT_EXITED);

	e.b = SIGTERM;
	e.a = -1;
	read_line(json_of_event(&e));
	ck_assert_str_eq(string("signal"), "TERM");
	ck_assert_int_eq(integer("code"), -4711);
	e.a = 7;
	e.b = 0;
	e.told = true;
	read_line(json_of_event(&e));
	ck_assert_str_eq(string("signal"), "(none)");
	ck_assert_int_eq(integer("code"), 7);
	ck_assert(json_is_true(json_object_get(object, "told")));
	e = event(EVENT_ANSWER);
	e.a = 200;
	e.b = 3 * NS_PER_MS;
	e.connection = 5;
	read_line(json_of_event(&e));
	ck_assert_int_eq(integer("status"), 200);
	ck_assert_int_eq(integer("connection"), 5);
	ck_assert_double_eq_tol(json_real_value(json_object_get(object, "ms")),
	                        3, 1e-9);
	e = event(EVENT_LISTENING);
	e.a = 3000;
	read_line(json_of_event(&e));
	ck_assert_int_eq(integer("port"), 3000);
}
END_TEST

START_TEST(every_type_of_event_is_an_object)
{
	for (int type = 1; type < EVENT_TYPES; type++) {
		struct event e = event((enum event_type)type);

		read_line(json_of_event(&e));
		ck_assert_str_eq(string("event"),
		                 event_word((enum event_type)type));
	}
}
END_TEST

static struct snapshot *
lab(void)
{
	static const char *const names[] = { "forkshop", "lab", "web", "w1",
		                             "j1" };
	static const enum kind kinds[] = { KIND_SHELL, KIND_LAB, KIND_MASTER,
		                           KIND_WORKER, KIND_JOB };
	static const int parents[] = { -1, 0, 1, 2, 1 };
	struct snapshot *s = calloc(1, sizeof(*s) + 5 * sizeof(struct proc));

	ck_assert_ptr_nonnull(s);
	s->t_ns = NS_PER_S;
	s->nprocs = 5;
	for (int i = 0; i < 5; i++) {
		struct proc *p = &s->proc[i];

		snprintf(p->name, sizeof(p->name), "%s", names[i]);
		p->kind = kinds[i];
		p->parent = parents[i];
		p->depth = i ? s->proc[p->parent].depth + 1 : 0;
		p->pid = 100 + i;
		p->state = 'S';
		p->private_kb = p->switches = p->fds = p->uid = -1;
	}
	s->nservers = 1;
	snprintf(s->server[0].name, NAME_SIZE, "web");
	s->server[0].port = 3000;
	return s;
}

static json_t *
process(size_t i, const char *key)
{
	json_t *list = json_object_get(object, "processes");

	return json_object_get(json_array_get(list, i), key);
}

START_TEST(a_tree_lists_servers_and_processes)
{
	struct snapshot *s = lab();
	struct proc *w1 = &s->proc[3];
	json_t *server;

	w1->counts = true;
	w1->answered = 40;
	w1->dead = w1->reaped = true;
	w1->end =
	    (struct ending){ .known = true, .killed = true, .code = SIGKILL };
	read_line(json_of_tree(s, 0));
	ck_assert_str_eq(string("type"), "tree");
	ck_assert_uint_eq(json_array_size(json_object_get(object, "processes")),
	                  5);
	ck_assert_str_eq(json_string_value(process(3, "name")), "w1");
	ck_assert_int_eq(json_integer_value(process(3, "depth")), 3);
	ck_assert_int_eq(json_integer_value(process(3, "answered")), 40);
	ck_assert_str_eq(json_string_value(process(3, "signal")), "KILL");
	ck_assert_ptr_null(process(3, "private_kb"));
	ck_assert_ptr_null(process(4, "answered"));
	ck_assert_ptr_null(process(4, "dead"));
	server = json_array_get(json_object_get(object, "servers"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(server, "port")),
	                 3000);
	ck_assert(json_is_false(json_object_get(server, "up")));
	free(s);
}
END_TEST

START_TEST(a_subtree_is_its_root_and_what_is_under_it)
{
	struct snapshot *s = lab();
	json_t *list;

	read_line(json_of_tree(s, 102));
	list = json_object_get(object, "processes");
	ck_assert_uint_eq(json_array_size(list), 2);
	ck_assert_str_eq(json_string_value(process(0, "name")), "web");
	ck_assert_str_eq(json_string_value(process(1, "name")), "w1");
	read_line(json_of_tree(s, 4711));
	list = json_object_get(object, "processes");
	ck_assert_uint_eq(json_array_size(list), 0);
	free(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *tcase = tcase_create("json");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, a_line_says_what_it_is);
	tcase_add_test(tcase, any_bytes_become_valid_utf8);
	tcase_add_test(tcase, a_long_line_is_cut_between_characters);
	tcase_add_test(tcase, an_event_names_who_and_what);
	tcase_add_test(tcase, numbers_have_the_names_of_what_they_are);
	tcase_add_test(tcase, every_type_of_event_is_an_object);
	tcase_add_test(tcase, a_tree_lists_servers_and_processes);
	tcase_add_test(tcase, a_subtree_is_its_root_and_what_is_under_it);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
