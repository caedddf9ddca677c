/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/wire/wire.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct wire *here, *there;
static struct msg heard;
static int fds[WIRE_FDS], nfds;

static void
setup(void)
{
	int ends[2];

	ck_assert_int_eq(wire_pair(ends, NULL), 0);
	here = wire_open(ends[0], NULL);
	there = wire_open(ends[1], NULL);
	ck_assert_ptr_nonnull(here);
	ck_assert_ptr_nonnull(there);
}

static void
teardown(void)
{
	wire_close(here);
	wire_close(there);
}

static void
say(int n)
{
	struct msg m = msg_make(MSG_ONLINE, "w1");

	m.target.value = n;
	ck_assert_int_eq(wire_send(here, &m, NULL, 0, NULL), 0);
}

static int
hear(void)
{
	return wire_recv(there, &heard, fds, &nfds);
}

/* How many descriptors are open. */
static int
open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 4096; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(a_message_arrives_whole)
{
	struct msg m = msg_make(MSG_CHANGED, "w12");

	m.seq = 7;
	m.change.pid = 42;
	m.change.start_ticks = UINT64_C(1) << 60;
	ck_assert_int_eq(wire_send(here, &m, NULL, 0, NULL), 0);
	ck_assert_int_eq(hear(), 1);
	ck_assert_uint_eq(heard.type, MSG_CHANGED);
	ck_assert_uint_eq(heard.seq, 7);
	ck_assert_int_eq(heard.t_ns, m.t_ns);
	ck_assert_str_eq(heard.name, "w12");
	ck_assert_int_eq(heard.change.pid, 42);
	ck_assert_uint_eq(heard.change.start_ticks, UINT64_C(1) << 60);
	ck_assert_int_eq(nfds, 0);
	ck_assert_int_eq(hear(), 0);
}
END_TEST

START_TEST(every_type_survives_the_way)
{
	for (int type = 0; type < MSG_COUNT; type++) {
		struct msg m = msg_make((enum msg_type)type, "x");

		ck_assert_int_eq(wire_send(here, &m, NULL, 0, NULL), 0);
		ck_assert_int_eq(hear(), 1);
		ck_assert_str_eq(msg_name(heard.type), msg_name(type));
	}
}
END_TEST

START_TEST(of_a_text_only_the_used_part_travels)
{
	struct msg m = msg_say(MSG_SAY, "worker %s died", "w2");

	ck_assert_uint_lt(msg_size(&m), 100);
	wire_send(here, &m, NULL, 0, NULL);
	ck_assert_int_eq(hear(), 1);
	ck_assert_str_eq(heard.text.text, "worker w2 died");
}
END_TEST

START_TEST(descriptors_travel_and_close_on_exec)
{
	struct msg m = msg_make(MSG_START, "web");
	int ends[2], before = open_fds();
	char c;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(wire_send(here, &m, ends, 2, NULL), 0);
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_eq(hear(), 1);
	ck_assert_int_eq(nfds, 2);
	ck_assert_int_eq(write(fds[1], "x", 1), 1);
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	ck_assert_int_eq(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
	wire_drop_fds(fds, nfds);
	ck_assert_int_eq(open_fds(), before);
}
END_TEST

START_TEST(what_cannot_be_sent_waits_in_order)
{
	int sent = 0, n = 0;

	while (!wire_waiting(here))
		say(sent++);
	for (int i = 0; i < 100; i++)
		say(sent++);
	while (hear() == 1) {
		ck_assert_int_eq(heard.target.value, n++);
		ck_assert_int_eq(wire_flush(here), 0);
	}
	ck_assert_int_eq(n, sent);
	ck_assert(!wire_waiting(here));
}
END_TEST

START_TEST(descriptors_wait_with_their_message)
{
	struct msg m = msg_make(MSG_STARTED, "j1");
	int ends[2], before = open_fds(), with = 0;

	while (!wire_waiting(here))
		say(0);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(wire_send(here, &m, ends, 2, NULL), 0);
	close(ends[0]);
	close(ends[1]);
	while (hear() == 1) {
		with += nfds;
		wire_drop_fds(fds, nfds);
		wire_flush(here);
	}
	ck_assert_int_eq(with, 2);
	ck_assert_int_eq(open_fds(), before);
}
END_TEST

START_TEST(a_full_queue_is_a_sentence)
{
	struct msg m = msg_make(MSG_BYE, NULL);
	struct err err = { 0 };

	while (!wire_waiting(here))
		say(0);
	for (int i = 1; i < WIRE_QUEUE; i++)
		say(i);
	ck_assert_int_eq(wire_send(here, &m, NULL, 0, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "is it stopped?"));
}
END_TEST

START_TEST(closing_drops_what_waits)
{
	struct msg m = msg_make(MSG_STARTED, "j1");
	int before = open_fds(), null = open("/dev/null", O_RDONLY);

	while (!wire_waiting(here))
		say(0);
	wire_send(here, &m, &null, 1, NULL);
	close(null);
	wire_close(here);
	here = NULL;
	ck_assert_int_eq(open_fds(), before - 1);
}
END_TEST

START_TEST(a_gone_listener_is_noticed)
{
	struct msg m = msg_make(MSG_BYE, NULL);
	struct err err;

	wire_close(there);
	there = NULL;
	ck_assert_int_eq(wire_send(here, &m, NULL, 0, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "gone"));
	ck_assert_int_eq(wire_send(here, &m, NULL, 0, &err), -1);
	ck_assert_int_eq(wire_recv(here, &heard, fds, &nfds), -1);
}
END_TEST

START_TEST(the_last_words_of_the_dead_are_heard)
{
	say(1);
	say(2);
	wire_close(here);
	here = NULL;
	ck_assert_int_eq(hear(), 1);
	ck_assert_int_eq(hear(), 1);
	ck_assert_int_eq(heard.target.value, 2);
	ck_assert_int_eq(hear(), -1);
}
END_TEST

/* Send raw bytes, as no program of ours would. */
static void
shout(const void *bytes, size_t size)
{
	ck_assert_int_eq(send(wire_fd(here), bytes, size, 0), (ssize_t)size);
	ck_assert_int_eq(hear(), 1);
}

START_TEST(garbage_becomes_a_message_to_ignore)
{
	struct msg m = msg_make(MSG_CHANGED, "w1");
	size_t size = msg_size(&m);

	shout("x", 1);
	ck_assert_uint_eq(heard.type, MSG_NONE);
	shout(&m, size - 1);
	ck_assert_uint_eq(heard.type, MSG_NONE);
	shout(&m, size + 1);
	ck_assert_uint_eq(heard.type, MSG_NONE);
	m.type = MSG_COUNT;
	shout(&m, size);
	ck_assert_uint_eq(heard.type, MSG_NONE);
	m.type = UINT32_MAX;
	shout(&m, sizeof(m));
	ck_assert_uint_eq(heard.type, MSG_NONE);
}
END_TEST

START_TEST(texts_that_do_not_end_are_ended)
{
	struct msg m = msg_make(MSG_SAY, NULL);

	memset(m.name, 'n', sizeof(m.name));
	memset(m.text.text, 't', sizeof(m.text.text));
	shout(&m, offsetof(struct msg, text) + MSG_TEXT);
	ck_assert_uint_eq(heard.type, MSG_SAY);
	ck_assert_uint_eq(strlen(heard.name), NAME_SIZE - 1);
	ck_assert_uint_eq(strlen(heard.text.text), MSG_TEXT - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("wire");
	TCase *tc = tcase_create("wire");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_message_arrives_whole);
	tcase_add_test(tc, every_type_survives_the_way);
	tcase_add_test(tc, of_a_text_only_the_used_part_travels);
	tcase_add_test(tc, descriptors_travel_and_close_on_exec);
	tcase_add_test(tc, what_cannot_be_sent_waits_in_order);
	tcase_add_test(tc, descriptors_wait_with_their_message);
	tcase_add_test(tc, a_full_queue_is_a_sentence);
	tcase_add_test(tc, closing_drops_what_waits);
	tcase_add_test(tc, a_gone_listener_is_noticed);
	tcase_add_test(tc, the_last_words_of_the_dead_are_heard);
	tcase_add_test(tc, garbage_becomes_a_message_to_ignore);
	tcase_add_test(tc, texts_that_do_not_end_are_ended);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
