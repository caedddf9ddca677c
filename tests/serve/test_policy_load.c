/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Policies change and workers come and leave while clients ask: nothing is
 * lost, under the kernel's choice as under the master's.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/wire/models.h"
#include "tests/cluster.h"

#define CLIENTS 4

struct load {
	int port;
	_Atomic bool ends;
	_Atomic int answered, lost;
};

/* A connection for each request, one after the other. */
static void *
ask_again(void *arg)
{
	static const char text[] =
	    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	struct load *load = arg;
	char answer[2048];

	while (!load->ends) {
		int fd = cluster_connect(load->port);
		ssize_t n = -1;

		if (fd >= 0 &&
		    send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL) > 0)
			n = recv(fd, answer, sizeof(answer), 0);
		if (n > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0)
			load->answered++;
		else
			load->lost++;
		if (fd >= 0)
			close(fd);
	}
	return NULL;
}

static void
load_begin(struct load *load, pthread_t clients[CLIENTS], int port)
{
	load->port = port;
	for (int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(
		    pthread_create(&clients[i], NULL, ask_again, load), 0);
}

static bool
load_moves(void *arg)
{
	struct load *load = arg;

	return load->answered >= 100;
}

/* A hundred more answers. */
static void
load_goes_on(struct load *load)
{
	load->answered = 0;
	stage_until(load_moves, load, "answers under load");
}

static void
load_end(struct load *load, pthread_t clients[CLIENTS])
{
	load->ends = true;
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(clients[i], NULL);
	ck_assert_int_eq(load->lost, 0);
}

static const char *const way[] = { "shared", "reuseport", "rr",     "reuseport",
	                           "shared", "least",     "shared", "rr" };
#define NWAY (int)(sizeof(way) / sizeof(way[0]))

START_TEST(policies_change_in_every_direction_and_nothing_is_lost)
{
	struct cluster *c = cluster_open(4, NULL);
	pthread_t clients[CLIENTS];
	struct load load = { 0 };

	load_begin(&load, clients, c->port);
	for (int round = 0; round < stage_rounds(3, 50); round++)
		for (int i = 0; i < NWAY; i++) {
			cluster_set(c, "", "policy", way[i]);
			load_goes_on(&load);
			ck_assert_int_eq(load.lost, 0);
		}
	load_end(&load, clients);
	cluster_close(c);
}
END_TEST

START_TEST(workers_come_and_leave_and_nothing_is_lost)
{
	static const char *const policies[] = { "rr", "shared", "reuseport" };
	const char *args[] = { "--policy", policies[_i], NULL };
	struct cluster *c = cluster_open(2, args);
	pthread_t clients[CLIENTS];
	struct load load = { 0 };
	uint32_t oldest = 1;

	load_begin(&load, clients, c->port);
	for (int round = 0; round < stage_rounds(6, 50); round++) {
		cluster_do(c, MSG_FORK, 0, 1);
		load_goes_on(&load);
		cluster_do(c, MSG_RETIRE, oldest++, 0);
		load_goes_on(&load);
		ck_assert_int_eq(load.lost, 0);
	}
	load_end(&load, clients);
	cluster_close(c);
}
END_TEST

/* Every model takes from the channel and from accept alike. */

#define X(id, word, ...) word,
static const char *const models[] = { MODELS(X) };
#undef X

#define NMODELS (int)(sizeof(models) / sizeof(models[0]))

START_TEST(every_model_serves_under_every_policy)
{
	const char *args[] = { "--model", models[_i], NULL };
	struct cluster *c = cluster_open(2, args);
	pthread_t clients[CLIENTS];
	struct load load = { 0 };

	load_begin(&load, clients, c->port);
	for (int i = 0; i < NWAY; i++) {
		cluster_set(c, "", "policy", way[i]);
		load_goes_on(&load);
		ck_assert_int_eq(load.lost, 0);
	}
	load_end(&load, clients);
	cluster_until_quiet(c);
	cluster_close(c);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("policies under load");
	TCase *t = tcase_create("load");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 0);
	tcase_add_test(t,
	               policies_change_in_every_direction_and_nothing_is_lost);
	tcase_add_loop_test(t, workers_come_and_leave_and_nothing_is_lost, 0,
	                    3);
	tcase_add_loop_test(t, every_model_serves_under_every_policy, 0,
	                    NMODELS);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
