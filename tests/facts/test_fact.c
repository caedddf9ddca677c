/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is so now: every value and every set, true, false with what is missing,
 * unknown with the reason.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/sys/clock.h"
#include "core/watch/watch.h"
#include "tests/tableau.h"

#define BIT(sig) ((int64_t)(UINT64_C(1) << ((sig)-1)))

struct question {
	const char *fact;
	enum verdict verdict;
	const char *say; /* NULL: whatever it says */
};

/* web: w1 (12 requests, two threads), w2 (11), w3 killed and reaped. */
static void
draw_server(struct tableau *t)
{
	struct server *web = tableau_server(t, "web", 3000);
	struct proc *w1 = tableau_worker(t, "web", "w1", 12);
	struct proc *w2 = tableau_worker(t, "web", "w2", 11);
	struct proc *thread = tableau_row(t, "w1", KIND_THREAD, "w1.t1");

	web->answered = 23;
	web->failed = 2;
	thread->pid = w1->pid;
	thread->tid = 9999;
	w1->threads = 2;
	w1->started = 14;
	w1->open = 3;
	w1->failed = 2;
	w1->cpu_ns = 1500 * NS_PER_MS;
	w1->rss_kb = 12288;
	w2->state = 'T';
	w2->life = LIFE_LEAVING;
	tableau_end(tableau_worker(t, "web", "w3", 0), true, SIGTERM, true);
}

/* p1 and its zombie p2; the orphan p3; the job j1 in the foreground. */
static void
draw_puppets(struct tableau *t)
{
	struct proc *p1 = tableau_row(t, "lab", KIND_PUPPET, "p1");
	struct proc *p4 = tableau_row(t, "lab", KIND_PUPPET, "p4");

	p1->blocked = BIT(SIGINT) | BIT(64);
	p1->pending = BIT(SIGINT);
	p1->ignored = BIT(SIGHUP);
	p1->caught = BIT(SIGUSR1) | BIT(SIGTERM);
	p4->private_kb = p4->switches = p4->fds = p4->uid = -1;
	p4->processors = -1;
	p4->pending = p4->blocked = p4->ignored = p4->caught = -1;
	p1->generation = 1;
	p1->nvars = 1;
	p1->var[0] = (struct proc_var){ "x", 5, 0x1000 };
	p4->nvars = 1;
	p4->var[0] = (struct proc_var){ "x", -7, 0x1000 };
	tableau_end(tableau_row(t, "p1", KIND_PUPPET, "p2"), false, 7, false);
	tableau_row(t, "lab", KIND_PUPPET, "p3")->adopted = true;
	tableau_row(t, "lab", KIND_JOB, "j1")->foreground = true;
}

static void
expect(struct tableau *t, const struct question *q)
{
	char say[FACT_EXPLAIN];
	struct err err;
	struct fact *fact = fact_parse(q->fact, &err);
	enum verdict verdict;

	ck_assert_msg(fact, "%s: %s", q->fact, err.text);
	verdict = fact_evaluate(fact, t->snapshot, t->timeline, t->now_ns);
	fact_explain(fact, say, sizeof(say));
	ck_assert_msg(verdict == q->verdict, "%s: %s (%s), wanted %s", q->fact,
	              fact_verdict_word(verdict), say,
	              fact_verdict_word(q->verdict));
	ck_assert_msg(!q->say || strcmp(say, q->say) == 0,
	              "%s: \"%s\", wanted \"%s\"", q->fact, say, q->say);
	fact_free(fact);
}

static void
expect_all(const struct question *rows, size_t n)
{
	struct tableau t = tableau_open(16);

	draw_server(&t);
	draw_puppets(&t);
	for (size_t i = 0; i < n; i++)
		expect(&t, &rows[i]);
	tableau_close(&t);
}

#define EXPECT(rows) expect_all(rows, sizeof(rows) / sizeof((rows)[0]))

// clang-format off
START_TEST(the_life_of_a_process_can_be_asked)
{
	static const struct question rows[] = {
		{ "alive(w1)", FACT_TRUE, "w1 is alive" },
		{ "alive(w3)", FACT_FALSE, "w3 is dead: killed by TERM" },
		{ "alive(w9)", FACT_FALSE, "there is no w9" },
		{ "not alive(w9)", FACT_TRUE, "there is no w9" },
		{ "state(p2) = Z", FACT_TRUE, "state of p2: Z" },
		{ "state(w1) = T", FACT_FALSE, "state of w1: S, wanted T" },
		{ "state(w2) != T", FACT_FALSE, "state of w2: T, wanted another than T" },
		{ "state(w9) = Z", FACT_UNKNOWN, "there is no w9" },
		{ "life(w1) = listening", FACT_TRUE, "life of w1: listening" },
		{ "life(w2) = online", FACT_FALSE, "life of w2: leaving, wanted online" },
		{ "life(w3) = dead", FACT_TRUE, NULL },
		{ "life(p1) = none", FACT_TRUE, "life of p1: none (p1 is not a worker)" },
		{ "exitcode(p2) = 7", FACT_TRUE, "exitcode of p2: 7" },
		{ "exitcode(p2) = 0", FACT_FALSE, "exitcode of p2: 7, wanted 0" },
		{ "exitcode(w1) = 0", FACT_FALSE, "exitcode of w1: none (w1 still lives), wanted 0" },
		{ "exitcode(w3) = none", FACT_TRUE, "exitcode of w3: none (w3 was killed by TERM)" },
		{ "exitcode(w9) = 0", FACT_UNKNOWN, "there is no w9" },
		{ "termsig(w3) = TERM", FACT_TRUE, "termsig of w3: TERM" },
		{ "termsig(w3) = 15", FACT_TRUE, NULL },
		{ "9 = termsig(w3)", FACT_FALSE, NULL },
		{ "termsig(w3) = KILL", FACT_FALSE, "termsig of w3: TERM, wanted KILL" },
		{ "termsig(p2) = TERM", FACT_FALSE, "termsig of p2: none (p2 was not killed, it exited 7), wanted TERM" },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(the_tree_can_be_asked)
{
	static const struct question rows[] = {
		{ "parent(w1) = web", FACT_TRUE, "parent of w1: web" },
		{ "parent(p2) = p1", FACT_TRUE, NULL },
		{ "parent(p3) = p1", FACT_FALSE, "parent of p3: lab, wanted p1" },
		{ "parent(p3) = parent(web)", FACT_TRUE, NULL },
		{ "parent(shell) = none", FACT_TRUE, "parent of shell: none (the parent of shell is outside the tree)" },
		{ "children(web) = 2", FACT_TRUE, "children of web: 2" },
		{ "children(p1) = 0", FACT_FALSE, "children of p1: 1, wanted 0" },
		{ "threads(w1) = 2", FACT_TRUE, NULL },
		{ "threads(w3) = 0", FACT_TRUE, NULL },
		{ "foreground(j1)", FACT_TRUE, "j1 has the terminal" },
		{ "foreground(w1)", FACT_FALSE, "w1 does not have the terminal" },
		{ "parent(web.w1) = web", FACT_TRUE, NULL },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(requests_and_servers_can_be_asked)
{
	static const struct question rows[] = {
		{ "requests(w1) = 12", FACT_TRUE, "requests of w1: 12" },
		{ "requests(web) = 24", FACT_FALSE, "requests of web: 23, wanted 24" },
		{ "requests(p1) = 0", FACT_UNKNOWN, "p1 does not count requests" },
		{ "requests(w9) = 0", FACT_UNKNOWN, "there is no w9" },
		{ "failed(w1) = 2", FACT_TRUE, NULL },
		{ "failed(web) = 2", FACT_TRUE, NULL },
		{ "inflight(w1) = 2", FACT_TRUE, NULL },
		{ "inflight(web) = 2", FACT_TRUE, NULL },
		{ "inflight(w3) = 0", FACT_TRUE, NULL },
		{ "connections(web) > 3", FACT_FALSE, "connections of web: 3, wanted more than 3" },
		{ "connections(w2) = 0", FACT_TRUE, NULL },
		{ "port(3000) = web", FACT_TRUE, "port(3000): web" },
		{ "port(3001) = web", FACT_FALSE, "port(3001): none (no server of the laboratory listens on port 3001), wanted web" },
		{ "port(3001) = none", FACT_TRUE, NULL },
		{ "policy(web) = rr", FACT_TRUE, "policy of web: rr" },
		{ "policy(w1) = rr", FACT_UNKNOWN, "there is no server w1" },
		{ "model(web) = pool", FACT_FALSE, "model of web: event, wanted pool" },
		{ "model(x) = pool", FACT_UNKNOWN, "there is no server x" },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(what_the_machine_gives_can_be_asked)
{
	static const struct question rows[] = {
		{ "rss(w1) = 12MB", FACT_TRUE, "rss of w1: 12.0 MB" },
		{ "rss(w2) > 0.5gb", FACT_FALSE, "rss of w2: 4.2 MB, wanted more than 512.0 MB" },
		{ "rss(w2) > 0", FACT_TRUE, NULL },
		{ "0 < rss(w2)", FACT_TRUE, NULL },
		{ "rss(w1) - rss(w2) = 7988kB", FACT_TRUE, NULL },
		{ "private(p1) = 1024kB", FACT_TRUE, "private of p1: 1.0 MB" },
		{ "private(p4) = 0", FACT_UNKNOWN, "private(p4) was not read" },
		{ "cpu(w1) > 1s", FACT_TRUE, "cpu of w1: 1500 ms" },
		{ "cpu(w1) > 2s", FACT_FALSE, "cpu of w1: 1500 ms, wanted more than 2 s" },
		{ "switches(w1) >= 30", FACT_TRUE, NULL },
		{ "switches(p4) >= 30", FACT_UNKNOWN, "switches(p4) was not read" },
		{ "processors(w1) = 1", FACT_FALSE, "processors of w1: 2, wanted 1" },
		{ "processors(p4) = 1", FACT_UNKNOWN, "processors(p4) was not read" },
		{ "fds(w1) < 8", FACT_TRUE, NULL },
		{ "fds(p4) < 8", FACT_UNKNOWN, "the descriptors of p4 were not read" },
		{ "uid(w1) = 1000", FACT_TRUE, NULL },
		{ "uid(p4) = 1000", FACT_UNKNOWN, "the user of p4 was not read" },
		{ "uid(w1) <= 999", FACT_FALSE, "uid of w1: 1000, wanted at most 999" },
		{ "uid(w1) < 1000", FACT_FALSE, "uid of w1: 1000, wanted less than 1000" },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(variables_of_puppets_can_be_asked)
{
	static const struct question rows[] = {
		{ "value(p1, x) = 5", FACT_TRUE, "value of x in p1: 5" },
		{ "value(p4, x) < 0", FACT_TRUE, NULL },
		{ "value(p1, x) = 6", FACT_FALSE, "value of x in p1: 5, wanted 6" },
		{ "value(p1, x) > value(p4, x)", FACT_TRUE, NULL },
		{ "value(p1, y) = none", FACT_TRUE, "value of y in p1: none (p1 has no variable y)" },
		{ "value(p2, x) = none", FACT_TRUE, NULL },
		{ "value(w1, x) = 5", FACT_UNKNOWN, "w1 was not asked since: peek asks it" },
		{ "value(p9, x) = 5", FACT_UNKNOWN, "there is no p9" },
		{ "any(puppets, value(x) = 5)", FACT_TRUE, NULL },
		{ "all(puppets, value(x) = 5)", FACT_FALSE, NULL },
		{ "address(p1, x) = address(p4, x)", FACT_TRUE, NULL },
		{ "generation(p1) = 1", FACT_TRUE, "generation of p1: 1" },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(signals_can_be_asked_one_by_one_and_as_a_set)
{
	static const struct question rows[] = {
		{ "pending(p1, INT)", FACT_TRUE, "INT is pending in p1" },
		{ "pending(p1, SIGTERM)", FACT_FALSE, "TERM is not pending in p1" },
		{ "pending(p1) = INT", FACT_TRUE, "pending of p1: INT" },
		{ "pending(w1) = none", FACT_TRUE, "pending of w1: none" },
		{ "blocked(p1, INT)", FACT_TRUE, NULL },
		{ "blocked(p1, 64)", FACT_TRUE, NULL },
		{ "blocked(p1) = none", FACT_FALSE, "blocked of p1: INT RTMIN+30, wanted none" },
		{ "ignored(p1) = HUP", FACT_TRUE, NULL },
		{ "caught(p1, USR1) and caught(p1, TERM)", FACT_TRUE, NULL },
		{ "caught(p1) = USR1", FACT_FALSE, NULL },
		{ "blocked(p4) = none", FACT_UNKNOWN, "blocked(p4) was not read" },
		{ "blocked(p4, INT)", FACT_UNKNOWN, "blocked(p4) was not read" },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(sets_are_counted)
{
	static const struct question rows[] = {
		{ "count(workers) = 2", FACT_TRUE, "workers: 2" },
		{ "count(workers) = 3", FACT_FALSE, "workers: 2, wanted 3" },
		{ "count(workers of web) = 2", FACT_TRUE, "workers of web: 2" },
		{ "count(workers of web2) = 2", FACT_UNKNOWN, "there is no web2" },
		{ "count(zombies) = 1", FACT_TRUE, NULL },
		{ "count(zombies of web) = 0", FACT_TRUE, NULL },
		{ "count(zombies of p1) = 0", FACT_FALSE, "zombies of p1: 1, wanted 0" },
		{ "count(threads of w1) = 2", FACT_TRUE, "threads of w1: 2" },
		{ "count(threads of w2) = 1", FACT_TRUE, NULL },
		{ "count(threads) = 10", FACT_TRUE, NULL },
		{ "count(children of web) = 2", FACT_TRUE, NULL },
		{ "count(children of p1) = 1", FACT_TRUE, NULL },
		{ "count(processes) = 9", FACT_TRUE, NULL },
		{ "count(orphans) = 1", FACT_TRUE, NULL },
		{ "count(servers) = 1", FACT_TRUE, NULL },
		{ "count(balancers) = 0", FACT_TRUE, NULL },
		{ "count(puppets) = 3", FACT_TRUE, NULL },
		{ "count(clients) = 0", FACT_TRUE, NULL },
		{ "count(jobs) = 1", FACT_TRUE, NULL },
		{ "count(workers) + count(jobs) = 2", FACT_FALSE, "count(workers) + count(jobs): 3, wanted 2" },
		{ "count(workers) = count(jobs)", FACT_FALSE, "workers: 2, wanted 1 (jobs)" },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(a_set_can_be_asked_together)
{
	static const struct question rows[] = {
		{ "all(workers, requests >= 10) and max(workers, requests) - min(workers, requests) <= 1", FACT_TRUE,
		  "requests of w1: 12; requests of w2: 11; difference in requests: 1" },
		{ "all(workers, requests >= 12)", FACT_FALSE, "requests of w2: 11, wanted at least 12" },
		{ "all(workers, alive)", FACT_TRUE, "w1 is alive; w2 is alive" },
		{ "any(workers, state = T)", FACT_TRUE, "state of w2: T" },
		{ "any(workers, state = Z)", FACT_FALSE, "state of w1: S, wanted Z; state of w2: T, wanted Z" },
		{ "any(puppets, blocked = none)", FACT_TRUE, "blocked of p3: none" },
		{ "all(puppets, uid = 1000)", FACT_UNKNOWN, "the user of p4 was not read" },
		{ "all(puppets, uid = 0)", FACT_FALSE, NULL },
		{ "all(balancers, alive)", FACT_UNKNOWN, "there are no balancers" },
		{ "any(balancers, alive)", FACT_FALSE, "there are no balancers" },
		{ "all(workers of web2, alive)", FACT_UNKNOWN, "there is no web2" },
		{ "max(workers, requests) = 12", FACT_TRUE, NULL },
		{ "min(workers, requests) = 12", FACT_FALSE, "min(workers, requests): 11, wanted 12" },
		{ "sum(workers, requests) = requests(web)", FACT_TRUE, NULL },
		{ "sum(balancers, requests) = 0", FACT_TRUE, NULL },
		{ "max(balancers, requests) = 0", FACT_UNKNOWN, "there are no balancers" },
		{ "max(puppets, requests) = 0", FACT_UNKNOWN, "p1 does not count requests" },
		{ "all(workers, requests <= min(workers, requests) + 1)", FACT_TRUE, NULL },
		{ "all(workers, parent = web and not (state = Z or state = X))", FACT_TRUE, NULL },
		{ "all(processes, threads < 0)", FACT_FALSE,
		  "threads of shell: 1, wanted less than 0; threads of lab: 1, wanted less than 0; threads of web: 1, wanted less than 0; and 6 more" },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(what_is_unknown_spreads_only_where_it_matters)
{
	static const struct question rows[] = {
		{ "alive(w1) and uid(p4) = 0", FACT_UNKNOWN, "the user of p4 was not read" },
		{ "alive(w3) and uid(p4) = 0", FACT_FALSE, "w3 is dead: killed by TERM" },
		{ "alive(w1) or uid(p4) = 0", FACT_TRUE, "w1 is alive" },
		{ "alive(w3) or uid(p4) = 0", FACT_UNKNOWN, "the user of p4 was not read" },
		{ "not uid(p4) = 0", FACT_UNKNOWN, "the user of p4 was not read" },
		{ "alive(w9) or alive(w9)", FACT_FALSE, "there is no w9" },
		{ "alive(w3) or alive(w9)", FACT_FALSE, "w3 is dead: killed by TERM; there is no w9" },
		{ "exitcode(w1) + 1 = 1", FACT_UNKNOWN, "w1 still lives" },
		{ "exitcode(w1) > 0", FACT_FALSE, NULL },
	};

	EXPECT(rows);
}
END_TEST
// clang-format on

START_TEST(and_binds_tighter_than_or)
{
	static const struct question rows[] = {
		{ "1 = 1 or 1 = 1 and 1 = 2", FACT_TRUE, NULL },
		{ "(1 = 1 or 1 = 1) and 1 = 2", FACT_FALSE, "1: 1, wanted 2" },
		{ "not 1 = 2 and 1 = 1", FACT_TRUE, NULL },
		{ "10 - 3 - 2 = 5", FACT_TRUE, NULL },
		{ "10 - (3 - 2) == 9", FACT_TRUE, NULL },
	};

	EXPECT(rows);
}
END_TEST

START_TEST(what_a_client_came_to_is_known_when_its_row_is_gone)
{
	struct tableau t = tableau_open(16);
	struct question rows[] = {
		{ "requests(c1) = 9", FACT_TRUE, "requests of c1: 9" },
		{ "failed(c1) = 3", FACT_TRUE, "failed of c1: 3" },
		{ "took(c1) = 0ms", FACT_TRUE, NULL },
		{ "failed(c2) = 0", FACT_UNKNOWN,
		  "c2 has not said yet what it came to" },
		{ "took(c3) > 0ms", FACT_UNKNOWN, "there is no c3" },
		{ "took(p1) > 0ms", FACT_UNKNOWN, "p1 is no client" },
	};

	tableau_row(&t, "lab", KIND_CLIENT, "c2");
	tableau_row(&t, "lab", KIND_PUPPET, "p1");
	tableau_event(&t, EVENT_FIRED, "c1", NULL, 9, 3);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(&t, &rows[i]);
	tableau_close(&t);
}
END_TEST

START_TEST(an_ending_is_known_when_the_row_is_gone)
{
	struct tableau t = tableau_open(16);
	struct question rows[] = {
		{ "exitcode(j2) = 3", FACT_TRUE, "exitcode of j2: 3" },
		{ "termsig(j3) = KILL", FACT_TRUE, "termsig of j3: KILL" },
		{ "exitcode(j4) = 0", FACT_UNKNOWN,
		  "how j4 ended is not known" },
	};

	tableau_event(&t, EVENT_EXITED, "j2", NULL, 3, 0);
	tableau_event(&t, EVENT_EXITED, "j3", NULL, -1, SIGKILL);
	tableau_event(&t, EVENT_EXITED, "j4", NULL, -1, -1);
	for (size_t i = 0; i < 3; i++)
		expect(&t, &rows[i]);
	tableau_close(&t);
}
END_TEST

START_TEST(escape_sequences_never_come_out_of_a_fact)
{
	struct question q = { "alive(\"a\033[2Jb\")", FACT_FALSE,
		              "there is no a?[2Jb" };
	struct tableau t = tableau_open(16);
	struct err err;

	expect(&t, &q);
	ck_assert_ptr_null(fact_parse("\"\033[2J\"(w1)", &err));
	ck_assert_msg(!strchr(err.text, '\033'), "%s", err.text);
	tableau_close(&t);
}
END_TEST

START_TEST(a_fact_says_which_values_must_be_read)
{
	static const struct {
		const char *fact;
		int wants;
	} rows[] = {
		{ "count(workers) = 2", 0 },
		{ "requests(w1) = 2", 0 },
		{ "count(threads of w1) = 2", WANT_STAT },
		{ "private(w1) > 1MB", WANT_MEMORY },
		{ "all(workers, blocked = none)", WANT_STATUS },
		{ "fds(w1) = 2 or state(w1) = T", WANT_FDS | WANT_STAT },
	};
	struct err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact *fact = fact_parse(rows[i].fact, &err);

		ck_assert_msg(fact, "%s: %s", rows[i].fact, err.text);
		ck_assert_int_eq(fact_wants_values(fact), rows[i].wants);
		fact_free(fact);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fact");
	TCase *c = tcase_create("now");
	SRunner *r;
	int failed;

	tcase_add_test(c, the_life_of_a_process_can_be_asked);
	tcase_add_test(c, the_tree_can_be_asked);
	tcase_add_test(c, requests_and_servers_can_be_asked);
	tcase_add_test(c, what_the_machine_gives_can_be_asked);
	tcase_add_test(c, variables_of_puppets_can_be_asked);
	tcase_add_test(c, signals_can_be_asked_one_by_one_and_as_a_set);
	tcase_add_test(c, sets_are_counted);
	tcase_add_test(c, a_set_can_be_asked_together);
	tcase_add_test(c, what_is_unknown_spreads_only_where_it_matters);
	tcase_add_test(c, and_binds_tighter_than_or);
	tcase_add_test(c, what_a_client_came_to_is_known_when_its_row_is_gone);
	tcase_add_test(c, an_ending_is_known_when_the_row_is_gone);
	tcase_add_test(c, escape_sequences_never_come_out_of_a_fact);
	tcase_add_test(c, a_fact_says_which_values_must_be_read);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
