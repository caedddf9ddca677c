/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every lesson of the course is proved: read, linted, and played on one
 * processor, by root as root and as nobody; with FORKSHOP_LONG twice, and
 * under load, too.  Each in unprovable/ gets from the player the sentences
 * that it wants in its last lines.
 */
#include <check.h>
#include <dirent.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/shell/command.h"
#include "core/sys/clock.h"
#include "lessons/engine.h"
#include "lessons/lint.h"
#include "lessons/play.h"
#include "lessons/shelf.h"
#include "tests/stage.h"

#define COURSE     "lessons"
#define UNPROVABLE "tests/lessons/unprovable"
#define COURSE_MAX 100
#define LANES_MAX  8
#define LOAD_MAX   16

struct folder {
	char *path[COURSE_MAX];
	int n;
};

static struct folder course, unprovable;
static char programs[4096];

static int
is_lesson(const struct dirent *d)
{
	const char *dot = strchr(d->d_name, '.');

	return dot && strcmp(dot, ".lesson") == 0;
}

static void
find(struct folder *f, const char *folder)
{
	struct dirent **list = NULL;

	f->n = scandir(folder, &list, is_lesson, alphasort);
	for (int i = 0; i < f->n; i++) {
		if (asprintf(&f->path[i], "%s/%s", folder, list[i]->d_name) < 0)
			abort();
		free(list[i]);
	}
	free(list);
}

/* "FILE:LINE: sentence" lines; to be freed. */
static char *
say(struct problems *found)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	problems_sort(found);
	for (int i = 0; i < problems_kept(found); i++) {
		const struct problem *p = problems_nth(found, i);

		fprintf(out, "%s:%d: %s\n", shelf_base(p->file), p->line,
		        p->text);
	}
	fclose(out);
	problems_free(found);
	return text;
}

/* Where a lesson is played: nothing else is there, and nothing stays. */
static char *
play(const char *path, int port, int64_t limit_ns)
{
	struct problems found = { .n = 0 };
	char home[4096], folder[] = "/tmp/forkshop-test-XXXXXX", *full;

	full = realpath(path, NULL);
	ck_assert_ptr_nonnull(full);
	ck_assert_ptr_nonnull(getcwd(home, sizeof(home)));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	setenv("TMPDIR", folder, 1);
	play_file(full, programs, port, limit_ns, &found);
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_msg(rmdir(folder) == 0, "%s: files are left in %s", path,
	              folder);
	free(full);
	return say(&found);
}

/* A lane for each processor *********************************************/

struct lane {
	int cpu;
	int port;  /* for its lessons */
	pid_t pid; /* of who plays in it, or 0 */
};

struct lanes {
	struct lane lane[LANES_MAX];
	int n;
	FILE *report; /* what is not so */
};

static void
lanes_open(struct lanes *l)
{
	cpu_set_t set;

	*l = (struct lanes){ .report = tmpfile() };
	ck_assert_ptr_nonnull(l->report);
	ck_assert_int_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	for (int cpu = 0; cpu < CPU_SETSIZE && l->n < LANES_MAX; cpu++)
		if (CPU_ISSET(cpu, &set)) {
			l->lane[l->n] =
			    (struct lane){ .cpu = cpu,
				           .port = PLAY_PORT + l->n };
			l->n++;
		}
}

/* In a child: play it on this processor, as root or as nobody. */
static void
lane_play(const struct lane *l, const char *path, bool as_nobody, FILE *report)
{
	const struct passwd *nobody = as_nobody ? getpwnam("nobody") : NULL;
	cpu_set_t one;
	char *text;

	CPU_ZERO(&one);
	CPU_SET(l->cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	if (as_nobody &&
	    (!nobody || setgroups(0, NULL) < 0 ||
	     setresgid(nobody->pw_gid, nobody->pw_gid, nobody->pw_gid) < 0 ||
	     setresuid(nobody->pw_uid, nobody->pw_uid, nobody->pw_uid) < 0)) {
		fprintf(report, "cannot become nobody\n");
		return;
	}
	text = play(path, l->port, PLAY_LIMIT_NS);
	if (*text)
		fprintf(report, "%s%s", as_nobody ? "as nobody: " : "", text);
	free(text);
}

static struct lane *
lanes_find(struct lanes *l, pid_t pid)
{
	for (int i = 0; i < l->n; i++)
		if (l->lane[i].pid == pid)
			return &l->lane[i];
	return NULL;
}

/* One of them ends. */
static void
lanes_wait(struct lanes *l)
{
	int status;
	pid_t pid = wait(&status);
	struct lane *lane = lanes_find(l, pid);

	ck_assert_int_gt(pid, 0);
	if (!lane)
		return;
	lane->pid = 0;
	ck_assert_int_eq(status, 0);
}

static bool
lanes_play(const struct lanes *l)
{
	for (int i = 0; i < l->n; i++)
		if (l->lane[i].pid)
			return true;
	return false;
}

static void
lanes_begin(struct lanes *l, const char *path, bool as_nobody)
{
	struct lane *lane;

	while (!(lane = lanes_find(l, 0)))
		lanes_wait(l);
	lane->pid = fork();
	ck_assert_int_ge(lane->pid, 0);
	if (lane->pid == 0) {
		lane_play(lane, path, as_nobody, l->report);
		exit(fclose(l->report) == 0 ? 0 : 1);
	}
}

/* What they have said; to be freed. */
static char *
lanes_close(struct lanes *l)
{
	char *text = NULL;
	size_t size = 0;

	while (lanes_play(l))
		lanes_wait(l);
	rewind(l->report);
	if (getdelim(&text, &size, '\0', l->report) < 0)
		text[0] = '\0';
	fclose(l->report);
	return text;
}

/* The course ************************************************************/

START_TEST(it_has_nothing_wrong)
{
	struct problems found = { .n = 0 };
	char *text;

	lint_file(course.path[_i], &found);
	text = say(&found);
	ck_assert_msg(!*text, "%s", text);
	free(text);
}
END_TEST

/* Where nobody can read it: the programs, and the course beside them. */
static void
publish(char folder[])
{
	char *line = NULL;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_ge(asprintf(&line,
	                          "chmod 755 %s && cp -r %s/*.lesson "
	                          "%s/forkshop* %s",
	                          folder, COURSE, programs, folder),
	                 0);
	ck_assert_int_eq(system(line), 0);
	free(line);
	snprintf(programs, sizeof(programs), "%s", folder);
}

static void
unpublish(const char *folder)
{
	char *line = NULL;

	ck_assert_int_ge(asprintf(&line, "rm -r %s", folder), 0);
	ck_assert_int_eq(system(line), 0);
	free(line);
}

/* All lessons, on one processor each. */
static void
prove(void)
{
	char folder[] = "/tmp/forkshop-course-XXXXXX", *text;
	int users = geteuid() == 0 ? 2 : 1;
	struct lanes lanes;
	struct folder f;

	publish(folder);
	find(&f, folder);
	ck_assert_int_eq(f.n, course.n);
	lanes_open(&lanes);
	for (int i = 0; i < stage_rounds(1, 2) * users * f.n; i++)
		lanes_begin(&lanes, f.path[i % f.n], i / f.n % users);
	text = lanes_close(&lanes);
	unpublish(folder);
	ck_assert_msg(!*text, "%s", text);
	free(text);
}

START_TEST(it_is_proved_on_one_processor)
{
	prove();
}
END_TEST

/* Twice as many who compute as there are processors. */
static int
load_begin(pid_t pids[LOAD_MAX])
{
	int n = (int)sysconf(_SC_NPROCESSORS_ONLN) * 2;

	n = n > LOAD_MAX ? LOAD_MAX : n;
	for (int i = 0; i < n; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				;
		}
	}
	return n;
}

static void
load_end(const pid_t *pids, int n)
{
	for (int i = 0; i < n; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

START_TEST(it_is_proved_under_load)
{
	pid_t pids[LOAD_MAX];
	int n = load_begin(pids);

	prove();
	load_end(pids, n);
}
END_TEST

/* What cannot be proved *************************************************/

static char *
read_wanted(const char *path)
{
	static const char mark[] = "# wanted ";
	FILE *file = fopen(path, "re"), *out;
	char line[2048], *text = NULL;
	size_t size = 0;

	ck_assert_ptr_nonnull(file);
	out = open_memstream(&text, &size);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, mark, sizeof(mark) - 1) == 0)
			fputs(line + sizeof(mark) - 1, out);
	fclose(file);
	fclose(out);
	return text;
}

START_TEST(what_is_not_so_is_said_with_file_and_line)
{
	char *wanted = read_wanted(unprovable.path[_i]);
	char *text = play(unprovable.path[_i], PLAY_PORT, 3 * NS_PER_S);

	ck_assert_str_ne(wanted, "");
	ck_assert_str_eq(text, wanted);
	free(text);
	free(wanted);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("course");
	TCase *tc = tcase_create("course"), *proof = tcase_create("proof"),
	      *bad = tcase_create("unprovable");
	SRunner *runner = srunner_create(suite);
	int failed;

	snprintf(programs, sizeof(programs), "%s",
	         stage_program("forkshop-lab"));
	dirname(programs);
	command_add(engine_commands);
	find(&course, COURSE);
	find(&unprovable, UNPROVABLE);
	tcase_set_timeout(tc, 0);
	tcase_set_timeout(bad, 0);
	tcase_add_loop_test(tc, it_has_nothing_wrong, 0, course.n);
	/* Lessons count threads and children: sanitizers add some. */
	tcase_set_tags(proof, "no-asan no-tsan");
	tcase_set_timeout(proof, 0);
	tcase_add_test(proof, it_is_proved_on_one_processor);
	if (stage_rounds(0, 1))
		tcase_add_test(proof, it_is_proved_under_load);
	tcase_add_loop_test(bad, what_is_not_so_is_said_with_file_and_line, 0,
	                    unprovable.n);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, proof);
	suite_add_tcase(suite, bad);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
