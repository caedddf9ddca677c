/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A random walk of legal calls over up to fifty puppets.  After each one,
 * once it is quiet, the tree is what ps(1) says, and no puppet is lost.
 *
 * A failure prints the seed and the calls; FORKSHOP_SEED plays it again.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/story.h"

enum { PUPPETS = 50, ROWS = 400, RECENT = 30 };

/* A process, as the tree or ps shows it; state T, Z or o for all others. */
struct row {
	int pid, ppid, depth;
	char state;
	char name[24], kind[16], command[64];
};

struct tree {
	int n;
	struct row row[ROWS];
};

static struct story *story;
static struct tree drawn, kernel;
static unsigned seed;
static int lab;
static char recent[RECENT][64]; /* calls, for the message of a failure */
static int calls;

static int
chance(int below)
{
	return rand_r(&seed) % below;
}

/* What the tree shows ***************************************************/

static char
reduced(char state)
{
	return state == 'T' || state == 't' ? 'T' : state == 'Z' ? 'Z' : 'o';
}

static void
copy(char *to, size_t size, json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	snprintf(to, size, "%s", value ? value : "");
}

static int
number(json_t *object, const char *key)
{
	return (int)json_integer_value(json_object_get(object, key));
}

/* From the lab down, but for those that are reaped and linger. */
static void
draw_row(json_t *object)
{
	struct row *r = &drawn.row[drawn.n];
	char state[4];

	copy(state, sizeof(state), object, "state");
	if (number(object, "depth") == 0 || state[0] == 'X' ||
	    json_object_get(object, "tid"))
		return;
	ck_assert_int_lt(drawn.n, ROWS);
	drawn.n++;
	r->pid = number(object, "pid");
	r->ppid = number(object, "ppid");
	r->depth = number(object, "depth");
	r->state = reduced(state[0]);
	copy(r->name, sizeof(r->name), object, "name");
	copy(r->kind, sizeof(r->kind), object, "kind");
	copy(r->command, sizeof(r->command), object, "command");
}

static void
draw(void)
{
	const char *const *m;
	json_t *line, *object;
	size_t i;

	story_send(story, "tree");
	m = story_expect(story, "^\\{\"type\":\"tree\".*$");
	line = json_loads(m[0], 0, NULL);
	ck_assert_ptr_nonnull(line);
	drawn.n = 0;
	json_array_foreach(json_object_get(line, "processes"), i, object)
	    draw_row(object);
	json_decref(line);
	ck_assert_str_eq(drawn.row[0].name, "lab");
	lab = drawn.row[0].pid;
}

/* What the kernel says **************************************************/

static const struct row *
find(const struct tree *t, int pid)
{
	for (int i = 0; i < t->n; i++)
		if (t->row[i].pid == pid)
			return &t->row[i];
	return NULL;
}

/* Add whose parent is in already; returns whether there was one. */
static bool
ask_below(const char *text)
{
	struct row r;
	char state[16];
	bool found = false;

	for (; text && *text; text = strchr(text, '\n'), text += text != NULL) {
		if (sscanf(text, "%d %d %15s", &r.pid, &r.ppid, state) != 3 ||
		    state[0] == 'X' || find(&kernel, r.pid) ||
		    (r.pid != lab && !find(&kernel, r.ppid)))
			continue;
		r.state = reduced(state[0]);
		ck_assert_int_lt(kernel.n, ROWS);
		kernel.row[kernel.n++] = r;
		found = true;
	}
	return found;
}

static void
ask(void)
{
	FILE *ps = popen("ps -e -o pid=,ppid=,stat=", "r");
	static char text[1 << 18];
	size_t n = fread(text, 1, sizeof(text) - 1, ps);

	text[n] = '\0';
	pclose(ps);
	kernel.n = 0;
	while (ask_below(text))
		continue;
}

/* Both agree ************************************************************/

/* The row above that is one step nearer to the root: the parent as drawn. */
static int
drawn_parent(int i)
{
	for (int up = i - 1; up >= 0; up--)
		if (drawn.row[up].depth == drawn.row[i].depth - 1)
			return drawn.row[up].pid;
	return -1;
}

/*
 * Who lives has a name.  A child of `race` has none, and may be left as a
 * zombie when its parent is killed and a puppet adopts it.
 */
static bool
well_named(const struct row *r)
{
	return r->name[0] || r->state == 'Z';
}

/* The first difference, or NULL. */
static const char *
difference(void)
{
	static char text[200];

	for (int i = 0; i < kernel.n; i++)
		if (!find(&drawn, kernel.row[i].pid)) {
			snprintf(text, sizeof(text), "%d is not drawn",
			         kernel.row[i].pid);
			return text;
		}
	for (int i = 0; i < drawn.n; i++) {
		const struct row *d = &drawn.row[i], *k = find(&kernel, d->pid);

		if (k && k->state == d->state && k->ppid == d->ppid &&
		    (i == 0 || drawn_parent(i) == k->ppid) && well_named(d))
			continue;
		snprintf(text, sizeof(text),
		         "drawn %d %d(%d %s) %c \"%s\" %s, ps %d %d %c", d->pid,
		         d->ppid, drawn_parent(i),
		         find(&drawn, d->ppid) ? find(&drawn, d->ppid)->name
		                               : "?",
		         d->state, d->name, d->command, k ? k->pid : 0,
		         k ? k->ppid : 0, k ? k->state : '-');
		return text;
	}
	return NULL;
}

/* No name stands at two processes. */
static void
assert_names(void)
{
	for (int i = 0; i < drawn.n; i++)
		for (int k = 0; k < i && drawn.row[i].name[0]; k++)
			ck_assert_msg(
			    strcmp(drawn.row[i].name, drawn.row[k].name) != 0,
			    "two are called %s", drawn.row[i].name);
}

static const char *
recent_text(void)
{
	static char text[RECENT * 70];
	size_t n = 0;

	text[0] = '\0';
	for (int i = calls > RECENT ? calls - RECENT : 0; i < calls; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "\n\t%d: %s",
		                      i, recent[i % RECENT]);
	return text;
}

static void
assert_agreement(void)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	long until_ms = stage_now_ms() + stage_limit_ms() / 2;
	const char *wrong;

	for (;;) {
		draw();
		ask();
		wrong = difference();
		if (!wrong)
			break;
		ck_assert_msg(stage_now_ms() < until_ms, "%s after the calls%s",
		              wrong, recent_text());
		nanosleep(&pause, NULL);
	}
	assert_names();
}

/* The walk **************************************************************/

static bool
runs_puppet(const struct row *r)
{
	return strncmp(r->command, "forkshop-puppet", 15) == 0;
}

/* Any of them, dead or alive; the lab is none. */
static const struct row *
anybody(void)
{
	return drawn.n > 1 ? &drawn.row[1 + chance(drawn.n - 1)] : NULL;
}

static void
tell(const char *fmt, const char *name, int n)
{
	char *line = recent[calls % RECENT];
	size_t size = sizeof(recent[0]);

	snprintf(line, size, fmt, name, n);
	calls++;
	story_send(story, "%s", line);
}

static void
send_signal(const struct row *r)
{
	static const char *const signals[] = { "STOP", "STOP", "CONT", "CONT",
		                               "CONT", "KILL", "TERM", "USR1" };
	char line[64];

	snprintf(line, sizeof(line), "kill -%s %%s",
	         r->state == 'T' && chance(3)
	             ? "CONT"
	             : signals[chance(sizeof(signals) / sizeof(*signals))]);
	tell(line, r->name, 0);
}

/* What does not make anybody, as often as it stands here. */
static const char *const plain_calls[] = {
	"%s exit %d",
	"%s exit %d",
	"%s _exit %d",
	"%s abort",
	"%s wait",
	"%s wait",
	"%s waitpid -1 nohang",
	"%s waitpid -1 nohang",
	"%s setsid",
	"%s setpgid",
	"%s pthread_create",
	"%s pthread_create",
	"%s.t1 getpid",
	"%s.t1 pthread_exit",
	"%s execve sleep 1000",
	"%s execve /no/such/program",
	"%s alloc 1",
	"%s touch 1",
	"%s free",
	"%s set x %d",
	"%s get x",
	"%s signal CHLD catch",
	"%s signal USR1 catch",
	"%s signal TERM ignore",
	"%s signal CHLD ignore",
	"%s signal CHLD default",
	"%s sigprocmask block TERM",
	"%s raise STOP",
	"%s raise USR1",
	"%s prctl subreaper on",
	"%s prctl subreaper off",
	"%s sleep 5ms",
	"%s spin 2ms",
	"%s pause",
	"%s race 2",
	"%s getppid",
	"%s pipe",
	"%s print x",
};

static void
step(void)
{
	const struct row *r = anybody();
	int what = chance(100);
	int nplain = sizeof(plain_calls) / sizeof(plain_calls[0]);

	if (!r || !r->name[0] || (drawn.n < 4 && what < 50))
		tell("puppet", "", 0);
	else if (what < 25)
		send_signal(r);
	else if (r->state == 'Z' || !runs_puppet(r))
		tell(chance(2) ? "kill -KILL %s" : "kill -TERM %s", r->name, 0);
	else if (what < 55 && drawn.n <= PUPPETS)
		tell(chance(8) ? "%s fork" : "%s.t1 fork", r->name, 0);
	else
		tell(plain_calls[chance(nplain)], r->name, chance(256));
}

/* Whoever lives still hangs on its string. */
static void
assert_answers(const char *name)
{
	char answer[128];

	snprintf(answer, sizeof(answer),
	         "%s: getppid|%s is still in|%s is stopped|thread of %s has",
	         name, name, name, name);
	story_send(story, "%s getppid", name);
	story_expect(story, answer);
}

static void
assert_nobody_lost(void)
{
	for (int i = 1; i < drawn.n; i++)
		if (drawn.row[i].state != 'Z' && runs_puppet(&drawn.row[i]))
			assert_answers(drawn.row[i].name);
}

START_TEST(the_tree_is_what_ps_says)
{
	static const char *const argv[] = { "--json", "--empty", NULL };
	const char *text = getenv("FORKSHOP_SEED");
	int rounds = stage_rounds(200, 1000);

	seed = text ? (unsigned)strtoul(text, NULL, 10)
	            : (unsigned)(getpid() * 1000 + time(NULL));
	printf("seed %u\n", seed);
	fflush(stdout);
	story = story_open(argv);
	draw();
	while (calls < rounds) {
		step();
		assert_agreement();
	}
	assert_nobody_lost();
	assert_agreement();
	story_close(story);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("random_walk");
	TCase *tc = tcase_create("walk");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, the_tree_is_what_ps_says);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
