/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The shell is killed, and nothing is left.
 *
 * Three processes play: the test; the user's own shell ("login"), which
 * leads the session of a real terminal; and the shell of the lab ("front"),
 * which login starts in the foreground, which draws on that terminal, and
 * which the test kills.
 */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/pty.h"
#include "tests/front.h"

/* What the user's shell does when the lab's shell is stopped or dead. */
enum login_kind { LOGIN_WAITS, LOGIN_TAKES_OVER };

/* What the three tell each other. */
struct board {
	volatile pid_t front, lab;
	volatile int ready;    /* front has given all its orders */
	volatile int taken;    /* login has taken the terminal over */
	volatile int finished; /* login may go */
};

static struct stage stage;
static struct front front;
static struct board *board;
static int screen_master, screen_slave;
static char screen_name[PTY_NAME_SIZE];
static char self[4096];

static void
pause_ns(long ns)
{
	const struct timespec pause = { .tv_nsec = ns };

	nanosleep(&pause, NULL);
}

static void
setup(void)
{
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	ck_assert_int_gt(n, 0);
	self[n] = '\0';
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
	             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(board != MAP_FAILED);
	stage_open(&stage);
	ck_assert_int_eq(
	    pty_open(&screen_master, &screen_slave, screen_name, NULL), 0);
}

static void
teardown(void)
{
	close(screen_master);
	close(screen_slave);
	munmap(board, sizeof(*board));
	stage_close(&stage);
}

/* Roles *****************************************************************/

/*
 * The worst orphan: it replaces itself for ever, each time in a session of
 * its own.  It gives up after a while, so that a failing test ends too.
 */
static void
play_phoenix(void)
{
	int64_t end_ns = clock_ns() + 5 * NS_PER_S;

	while (clock_ns() < end_ns) {
		if (fork() != 0)
			_exit(0);
		setsid();
	}
}

static const char *const crowd[] = {
	"exec sleep 999",
	"while :; do :; done",
	"trap '' HUP INT TERM; while :; do sleep 1; done",
	"kill -STOP $$",
	"(setsid sh -c 'kill -STOP $$' &); (setsid sleep 999 &)",
	"i=0; while [ $i -lt 200 ]; do setsid sleep 999 & i=$((i+1)); done",
};

static void
front_play_crowd(void)
{
	char phoenix[sizeof(self) + 32];

	for (size_t i = 0; i < sizeof(crowd) / sizeof(crowd[0]); i++)
		front_start(&front, FRONT_BACKGROUND, crowd[i], -1);
	snprintf(phoenix, sizeof(phoenix), "exec %s phoenix", self);
	front_start(&front, FRONT_BACKGROUND, phoenix, -1);
	front_start(&front, FRONT_BACKGROUND, phoenix, -1);
	front_start(&front, FRONT_FOREGROUND, "stty raw; exec cat", -1);
}

static void
front_play_screen(void)
{
	static const char on[] = "\033[?1049h\033[?1000h\033[?2026h";
	struct msg m = msg_make(MSG_SCREEN, NULL);
	struct termios t;

	m.target.value = 1;
	front_send(&front, &m, screen_slave);
	tcgetattr(screen_slave, &t);
	cfmakeraw(&t);
	tcsetattr(screen_slave, TCSANOW, &t);
	ck_assert_int_gt(write(screen_slave, on, sizeof(on) - 1), 0);
}

static void
play_front(bool lab_stops)
{
	front.forgetful = true;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	front_open(&front, &stage, NULL);
	board->lab = front.lab;
	front_play_screen();
	front_play_crowd();
	front_order(&front, MSG_SIGNAL_GROUP, 1, 0);
	front_hear(&front, MSG_SAY, 0); /* by now it has heard all of them */
	if (lab_stops)
		kill(front.lab, SIGSTOP);
	board->ready = 1;
	for (;;)
		front_listen(&front, 1000);
}

static void
play_login(enum login_kind kind, bool lab_stops)
{
	struct termios t;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTTOU, SIG_IGN);
	setsid();
	close(open(screen_name, O_RDWR));
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(screen_slave, getpid());
		play_front(lab_stops);
	}
	setpgid(pid, pid);
	tcsetpgrp(screen_slave, pid);
	board->front = pid;
	ck_assert_int_eq(waitpid(pid, NULL, WUNTRACED), pid);
	if (kind == LOGIN_TAKES_OVER) {
		tcsetpgrp(screen_slave, getpid());
		tcgetattr(screen_slave, &t);
		t.c_cc[VQUIT] = 'q'; /* raw still: as an editor would be */
		tcsetattr(screen_slave, TCSANOW, &t);
	}
	board->taken = 1;
	waitpid(pid, NULL, 0);
	while (!board->finished)
		pause_ns(1000000);
	_exit(0);
}

/* The test **************************************************************/

static bool
front_is_there(void *arg)
{
	(void)arg;
	return board->front > 0;
}

static bool
front_is_ready(void *arg)
{
	(void)arg;
	return board->ready;
}

static bool
terminal_is_taken(void *arg)
{
	(void)arg;
	return board->taken;
}

static bool
nobody_is_left(void *arg)
{
	(void)arg;
	return board->taken && *stage_family(&stage) == '\0';
}

static void
begin(enum login_kind kind, bool lab_stops)
{
	memset((void *)(uintptr_t)board, 0, sizeof(*board));
	stage.pid = fork();
	if (stage.pid == 0)
		play_login(kind, lab_stops);
	stage_until(front_is_there, NULL, "the shell starts");
}

/* Kill the shell and return how long its processes lived on. */
static long
strike(void)
{
	long began_ms = stage_now_ms(), took_ms;

	kill(board->front, SIGKILL);
	stage_until(nobody_is_left, NULL, stage_family(&stage));
	took_ms = stage_now_ms() - began_ms;
	board->finished = 1;
	ck_assert_int_eq(stage_wait(&stage), 0);
	return took_ms;
}

/* What the terminal was made to show so far. */
static const char *
shown(void)
{
	static char text[8192];
	struct pollfd p = { .fd = screen_master, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) - 1 && poll(&p, 1, 0) == 1 &&
	       (n = read(screen_master, text + len, sizeof(text) - 1 - len)) >
	           0)
		len += (size_t)n;
	text[len] = '\0';
	return text;
}

static void
expect_reset(void)
{
	static const char *const off[] = { "\033[?1049l", "\033[?25h",
		                           "\033[?1000l", "\033[?2004l",
		                           "\033[?2026l", "\033[m" };
	const char *text = shown();

	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		ck_assert_msg(strstr(text, off[i]) != NULL,
		              "no ESC%s was written", off[i] + 1);
}

START_TEST(a_killed_shell_leaves_nothing_and_a_sane_terminal)
{
	struct termios before, after;

	ck_assert_int_eq(tcgetattr(screen_slave, &before), 0);
	begin(LOGIN_WAITS, false);
	stage_until(front_is_ready, NULL, "the crowd is there");
	strike();
	expect_reset();
	ck_assert_int_eq(tcgetattr(screen_slave, &after), 0);
	ck_assert_uint_eq(after.c_iflag, before.c_iflag);
	ck_assert_uint_eq(after.c_oflag, before.c_oflag);
	ck_assert_uint_eq(after.c_cflag, before.c_cflag);
	ck_assert_uint_eq(after.c_lflag, before.c_lflag);
	ck_assert_mem_eq(after.c_cc, before.c_cc, sizeof(after.c_cc));
}
END_TEST

START_TEST(a_lab_that_was_stopped_ends_as_well)
{
	begin(LOGIN_WAITS, true);
	stage_until(front_is_ready, NULL, "the crowd is there");
	strike();
	expect_reset();
}
END_TEST

START_TEST(settings_of_whoever_took_the_terminal_over_stay)
{
	struct termios after;

	begin(LOGIN_TAKES_OVER, false);
	stage_until(front_is_ready, NULL, "the crowd is there");
	kill(board->front, SIGSTOP);
	stage_until(terminal_is_taken, NULL, "the user's shell notices");
	strike();
	ck_assert_int_eq(tcgetattr(screen_slave, &after), 0);
	ck_assert_int_eq(after.c_lflag & ICANON, 0);
	ck_assert_int_eq(after.c_cc[VQUIT], 'q');
}
END_TEST

static int
rounds(void)
{
	const char *text = getenv("FORKSHOP_ROUNDS");

	return text ? atoi(text) : stage_rounds(20, 100);
}

START_TEST(a_shell_killed_at_any_moment_leaves_nothing)
{
	long slowest_ms = 0;
	unsigned seed = (unsigned)getpid();

	for (int i = 0; i < rounds(); i++) {
		long took_ms;

		begin(LOGIN_WAITS, false);
		pause_ns(rand_r(&seed) % 80000000);
		took_ms = strike();
		if (took_ms > slowest_ms)
			slowest_ms = took_ms;
		shown();
	}
	printf("the slowest of %d ends took %ld ms\n", rounds(), slowest_ms);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("lab death");
	TCase *tc = tcase_create("lab death");
	SRunner *runner;
	int failed;

	if (argc > 1 && strcmp(argv[1], "phoenix") == 0) {
		play_phoenix();
		return EXIT_SUCCESS;
	}
	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_killed_shell_leaves_nothing_and_a_sane_terminal);
	tcase_add_test(tc, a_lab_that_was_stopped_ends_as_well);
	tcase_add_test(tc, settings_of_whoever_took_the_terminal_over_stay);
	tcase_add_test(tc, a_shell_killed_at_any_moment_leaves_nothing);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
