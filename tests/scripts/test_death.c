/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whatever is killed, and whenever: nothing is left, the port is free, and
 * the terminal is as it was.
 *
 * Each round types the same evil lines, in an order and up to a moment that
 * a seed decides.  A failure prints the seed; FORKSHOP_SEED plays it again.
 */
#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/cast.h"
#include "tests/screens/screen.h"

enum { ROUND_MS = 500, EVIL = 11 };

/*
 * Workers stopped and orphaned and mid-fork, jobs that hide; and puppets:
 * forked twice, in sessions of their own, stopped, subreapers, children of
 * dead ones, with threads, deaf to signals, and become other programs.
 */
static const char *const evil[EVIL] = {
	"kill -STOP w1",
	"serve web2 --port 0 --on-parent-death orphan; kill -KILL web2",
	"fork 20",
	"setsid sleep 999 &",
	"(setsid sh -c 'sleep 999 & (sleep 999 &); kill -STOP $$' &)",
	"nohup sh -c 'trap \"\" HUP INT TERM; sleep 999' >/dev/null 2>&1 &",
	"puppet; p1 fork; p2 fork; p2 exit; p3 setsid; p3 fork; kill -STOP p3",
	"puppet 2; all fork; all fork; all setsid; all pthread_create",
	"puppet 3; all prctl subreaper on; all fork; all fork; "
	"all signal TERM ignore; kill -KILL p4; all setpgid; all pause",
	"puppet; all fork; all execve sleep 999; puppet; all spin 9s",
	"sh -c 'i=0; while [ $i -lt 50 ]; do sleep 999 & i=$((i+1)); done' &",
};

static unsigned seed;

static void
seed_round(int round)
{
	const char *text = getenv("FORKSHOP_SEED");

	seed = text ? (unsigned)atoi(text) : (unsigned)getpid() * 1000u;
	seed += (unsigned)round;
	printf("seed %u\n", seed);
	fflush(stdout);
}

static int
chance(int below)
{
	return rand_r(&seed) % below;
}

static void
pause_ms(int ms)
{
	const struct timespec t = { .tv_sec = ms / 1000,
		                    .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* A port that nobody has, below those that the kernel hands out. */
static int
free_port(void)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int port, bound;

	do {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		port = 20000 + chance(10000);
		a.sin_port = htons((uint16_t)port);
		bound = bind(fd, (struct sockaddr *)&a, sizeof(a));
		close(fd);
	} while (bound < 0);
	return port;
}

/* All the evil lines in any order, and then many requests. */
static void
evil_text(char *text, size_t size, const char *end)
{
	int order[EVIL];
	size_t len = 0;

	for (int i = 0; i < EVIL; i++) {
		int at = chance(i + 1);

		order[i] = order[at];
		order[at] = i;
	}
	for (int i = 0; i < EVIL; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s",
		                        evil[order[i]], end);
	snprintf(text + len, size - len, "get -n 100000 -c 8%s", end);
}

/* The only child; waits for it. */
static pid_t
child_of(struct stage *stage, pid_t parent)
{
	int pid, ppid;

	for (;;) {
		const char *row = stage_family(stage);

		for (; sscanf(row, "%d %d", &pid, &ppid) == 2;
		     row = strchr(row, '\n') + 1)
			if (ppid == parent)
				return pid;
		pause_ms(1);
	}
}

static bool
only_sh_is_left(void *stage)
{
	return *stage_family(stage) == '\0';
}

/* The user's own shell has its terminal back, and ends as ours has. */
static void
screen_close_round(struct screen *s, int status)
{
	stage_until(only_sh_is_left, &s->stage, "only sh is left");
	ck_assert_msg(screen_sane(s), "the terminal is not sane:\n%s",
	              screen_text(s));
	screen_type(s, "\r");
	ck_assert_int_eq(screen_wait_end(s), status);
	screen_close(s);
}

static struct story *
plain_round(int round)
{
	char port[16], text[2048];
	const char *const argv[] = { "--port", port, NULL };
	struct story *s;

	seed_round(round);
	snprintf(port, sizeof(port), "%d", free_port());
	s = story_open(argv);
	s->stage.port = atoi(port);
	evil_text(text, sizeof(text), "\n");
	story_send(s, "%s", text);
	return s;
}

/*
 * A terminal is hung up when the leader of its session ends, so the user's
 * own shell leads it, as it does in life.
 */
static struct screen *
screen_round(int round)
{
	char text[2048];
	const char *const argv[] = { "sh", "-c", text, NULL };
	struct screen *s;
	int port;

	seed_round(round);
	port = free_port();
	snprintf(text, sizeof(text),
	         "forkshop --port %d; status=$?; read x; exit $status", port);
	s = screen_open(argv, 30, 100);
	s->stage.port = port;
	if (chance(4) > 0)
		screen_wait(s, "^forkshop>");
	evil_text(text, sizeof(text), "\r");
	screen_type(s, text);
	return s;
}

START_TEST(a_plain_shell_killed_at_any_moment_leaves_nothing)
{
	struct story *s = plain_round(_i);

	pause_ms(chance(ROUND_MS));
	kill(s->stage.pid, SIGKILL);
	ck_assert_int_eq(story_close(s), 128 + SIGKILL);
}
END_TEST

START_TEST(a_shell_on_a_terminal_killed_at_any_moment_leaves_it_sane)
{
	struct screen *s = screen_round(_i);

	screen_idle(s, chance(ROUND_MS));
	kill(child_of(&s->stage, s->stage.pid), SIGKILL);
	screen_close_round(s, 128 + SIGKILL);
}
END_TEST

START_TEST(a_plain_shell_ends_what_a_killed_lab_has_left)
{
	struct story *s = plain_round(_i);

	pause_ms(chance(ROUND_MS));
	kill(child_of(&s->stage, s->stage.pid), SIGKILL);
	story_expect(s, "the lab .*(is gone, killed by KILL|ended before)");
	ck_assert_int_eq(story_wait(s), 1);
	ck_assert_int_eq(story_close(s), 1);
}
END_TEST

START_TEST(a_shell_on_a_terminal_tells_that_its_lab_is_gone)
{
	struct screen *s = screen_round(_i);
	pid_t shell = child_of(&s->stage, s->stage.pid);

	screen_wait(s, "PID STAT"); /* the lab may be above the rows shown */
	screen_idle(s, chance(ROUND_MS));
	kill(child_of(&s->stage, shell), SIGKILL);
	/* Many workers' ends may be told after it. */
	screen_wait(s, "the lab .*is gone, killed|nothing of it is left|"
	               "nobody knows how");
	screen_type(s, "\003quit\r");
	screen_close_round(s, 1);
}
END_TEST

static void
add(Suite *suite, const char *name, const TTest *test)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, 0);
	tcase_add_loop_test(tc, test, 0, stage_rounds(10, 100));
	suite_add_tcase(suite, tc);
}

int
main(void)
{
	Suite *suite = suite_create("death");
	SRunner *runner;
	int failed;

	add(suite, "plain shell",
	    a_plain_shell_killed_at_any_moment_leaves_nothing);
	add(suite, "shell on a terminal",
	    a_shell_on_a_terminal_killed_at_any_moment_leaves_it_sane);
	add(suite, "plain lab", a_plain_shell_ends_what_a_killed_lab_has_left);
	add(suite, "lab on a terminal",
	    a_shell_on_a_terminal_tells_that_its_lab_is_gone);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
