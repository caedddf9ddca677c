/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forkshop - fork + workshop: a teaching shell that draws the live process
 * tree of a real web server.
 *
 * A map of the program.  Five executables, one for each kind of process:
 *
 *	forkshop            this one: screen, prompt, timeline; forks only
 *	 └─ forkshop-lab    core/lab: parent and subreaper of all the rest
 *	     ├─ forkshop-server web   core/serve: accepts, hands over, forks
 *	     │   ├─ forkshop-server w1   a worker: a fork of it, no exec
 *	     │   └─ forkshop-server w2
 *	     ├─ forkshop-server lb1   a balancer in front of servers
 *	     ├─ forkshop-client c1    core/load: fires requests
 *	     ├─ forkshop-puppet p1    core/puppet: a system call when told
 *	     └─ sh -c ...             any program that the student types
 *
 * Commands go down, facts come up, and they meet nowhere else:
 *
 *	keys -> prompt -> parse -> command -> session -> wire -> lab, master
 *	kernel, shared page, reports -> watch -> timeline -> views, facts
 *
 * The rooms, each of which includes only itself and those before it:
 *
 *	core/sys     the kernel's doors: child (fork, exec), procfs, loop
 *	core/wire    messages between our processes; the page of counters
 *	core/lab, core/serve, core/load, core/puppet   programs of their own,
 *	             which nobody includes
 *	core/watch   what is true now (snapshot), and what was (timeline)
 *	core/facts   questions about that state: parse, evaluate, explain
 *	core/shell   the language of the prompt; runs with no terminal
 *	core/tape    scripts that play themselves, and recordings
 *	lessons      the lesson engine, its linter, and the lessons
 *	tui          this room: app, prompt (readline), term (curses), views
 *
 * Start reading at core/wire/msg.h, where all that is said between the
 * processes stands in one list; then core/watch/snapshot.h.
 */
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/plain.h"
#include "core/shell/session.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/loop.h"
#include "core/sys/text.h"
#include "core/tape/tape.h"
#include "core/wire/loopback.h"
#include "lessons/engine.h"
#include "lessons/format.h"
#include "lessons/teach.h"
#include "tui/app.h"
#include "tui/manual.h"

#define MAIN_PACE_NS (700 * NS_PER_MS) /* between lines that are typed */

enum { EXIT_USAGE = 2 };

struct choice {
	struct session_options session;
	struct plain_options plain;
	struct app_tape tape;  /* but for the script */
	const char *file;      /* of `run` and `play`, or NULL */
	struct script *script; /* owned: what stands in it */
	struct engine_options lessons;
	struct engine *engine; /* owned */
	int status;            /* where nothing is to be opened */
	bool play;             /* lessons check --play */
	bool screen;
};

static const char main_help[] =
    "forkshop: a live process tree of a real web server, and a prompt.\n"
    "\n"
    "usage: forkshop [OPTION]...             open the lab on the screen\n"
    "       forkshop [OPTION]... play FILE   type a script on the screen\n"
    "       forkshop [OPTION]... run FILE    play it without one (-: standard "
    "input)\n"
    "       forkshop [OPTION]... -c 'fork; get -n 4; tree'\n"
    "       forkshop [OPTION]... learn [--watch] [NAME|FILE]\n"
    "                                        learn: a lesson, or go "
    "on\n" TEACH_USAGE "\n"
    "  -c COMMANDS     run these without a screen, then quit\n"
    "  -w, --workers N workers of the first server (2)\n"
    "  -p, --port P    its port (3000); 0 picks a free one\n"
    "  -e, --empty     start no server\n"
    "      --plain     line by line, for screen readers and pipes\n"
    "      --json      events and trees as JSON lines\n"
    "      --record FILE  write what the screen shows, as asciicast v2\n"
    "      --keys      record what is typed, too\n"
    "      --version   print the version\n"
    "  -h, --help      print this\n"
    "\n"
    "Exit status: 0, 1 when a command or a fact failed, 2 for wrong usage.\n"
    "At the prompt, `help` lists the commands.\n";

enum {
	OPT_PLAIN = 256,
	OPT_JSON,
	OPT_RECORD,
	OPT_KEYS,
	OPT_VERSION,
	OPT_WATCH,
	OPT_MAN,
	OPT_PLAY
};

static const struct option main_options[] = {
	{ "workers", required_argument, NULL, 'w' },
	{ "port", required_argument, NULL, 'p' },
	{ "empty", no_argument, NULL, 'e' },
	{ "plain", no_argument, NULL, OPT_PLAIN },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "keys", no_argument, NULL, OPT_KEYS },
	{ "watch", no_argument, NULL, OPT_WATCH },
	{ "play", no_argument, NULL, OPT_PLAY },
	{ "man", optional_argument, NULL, OPT_MAN },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int
main_number(const char *what, const char *text, int max, int *value)
{
	int64_t n;

	if (!text_number(text, 0, max, &n)) {
		fprintf(stderr,
		        "forkshop: %s takes a whole number from 0 to %d, not "
		        "\"%s\"\n",
		        what, max, text);
		return -1;
	}
	*value = (int)n;
	return 0;
}

/* One option.  Returns 0 to go on, 1 when all is said, -1 for wrong usage. */
static int
main_option(struct choice *choice, int opt)
{
	switch (opt) {
	case 'c':
		choice->plain.commands = optarg;
		choice->screen = false;
		return 0;
	case 'w':
		return main_number("--workers", optarg, 128,
		                   &choice->session.workers);
	case 'p':
		choice->session.must_port = true;
		return main_number("--port", optarg, 65535,
		                   &choice->session.port);
	case 'e':
		choice->session.empty = true;
		return 0;
	case OPT_JSON:
		choice->plain.json = true;
		choice->screen = false;
		return 0;
	case OPT_PLAIN:
		choice->screen = false;
		return 0;
	case OPT_RECORD:
		choice->tape.path = optarg;
		return 0;
	case OPT_KEYS:
		choice->tape.keys = true;
		return 0;
	case OPT_WATCH:
		choice->lessons.watch = true;
		return 0;
	case OPT_PLAY:
		choice->play = true;
		return 0;
	case OPT_MAN: /* for the Makefile: no line of --help */
		if (optarg && strcmp(optarg, "lesson") == 0)
			manual_lesson(stdout);
		else
			manual_program(stdout, main_help);
		return 1;
	case OPT_VERSION:
		puts("forkshop " VERSION);
		return 1;
	case 'h':
		fputs(main_help, stdout);
		return 1;
	default:
		fputs("forkshop: --help lists the options\n", stderr);
		return -1;
	}
}

/* `run FILE`, `play FILE`. */
static int
main_script(struct choice *choice, int n, char **word)
{
	const char *mode = word[0];

	if (n != 2) {
		fprintf(stderr, "forkshop: `forkshop %s FILE` takes one file\n",
		        mode);
		return -1;
	}
	choice->file = word[1];
	if (strcmp(mode, "run") == 0) {
		choice->plain.script = true;
		choice->screen = false;
	} else if (!choice->screen) {
		fputs("forkshop: `forkshop play` types on the screen; without "
		      "one, `forkshop run FILE` plays the same file\n",
		      stderr);
		return -1;
	}
	return 0;
}

static int
main_learn(struct choice *choice, int n, char **word)
{
	if (n > 2) {
		fputs("forkshop: `forkshop learn NAME` takes one lesson\n",
		      stderr);
		return -1;
	}
	choice->lessons.learn = n > 1 ? word[1] : "";
	choice->session.empty = true;
	return 0;
}

/* Nothing is opened for it: what it comes to is the exit status. */
static int
main_lessons(struct choice *choice, int n, char **word)
{
	choice->status = teach_run(n - 1, word + 1, choice->play);
	return 1;
}

/* `forkshop help lesson-format`, and what --help says. */
static int
main_help_page(struct choice *choice, int n, char **word)
{
	(void)choice;
	if (n == 1) {
		fputs(main_help, stdout);
		return 1;
	}
	if (n == 2 && strcmp(word[1], format_page.name) == 0) {
		fputs(format_page.text, stdout);
		return 1;
	}
	fprintf(stderr,
	        "forkshop: there is `forkshop help %s`; commands are explained "
	        "by help at the prompt\n",
	        format_page.name);
	return -1;
}

/* The word itself is word[0]. */
static const struct {
	const char *word;
	int (*read)(struct choice *, int n, char **word);
} main_modes[] = {
	{ "run", main_script },     { "play", main_script },
	{ "learn", main_learn },    { "lessons", main_lessons },
	{ "help", main_help_page },
};

static int
main_words(struct choice *choice, int argc, char **argv)
{
	if (optind == argc)
		return 0;
	for (size_t i = 0; i < sizeof(main_modes) / sizeof(main_modes[0]); i++)
		if (strcmp(argv[optind], main_modes[i].word) == 0)
			return main_modes[i].read(choice, argc - optind,
			                          argv + optind);
	fprintf(stderr,
	        "forkshop: there is no mode \"%s\"; `forkshop run FILE` "
	        "plays a file, --help lists the rest\n",
	        argv[optind]);
	return -1;
}

/* A recording is of the screen. */
static int
main_recording(const struct choice *choice)
{
	if (choice->screen || (!choice->tape.path && !choice->tape.keys))
		return 0;
	fputs("forkshop: --record and --keys are for the screen: play FILE "
	      "types a script there\n",
	      stderr);
	return -1;
}

static int
main_choose(struct choice *choice, int argc, char **argv)
{
	int opt, result = 0;

	while (result == 0 && (opt = getopt_long(argc, argv, "c:w:p:eh",
	                                         main_options, NULL)) != -1)
		result = main_option(choice, opt);
	if (result == 0)
		result = main_words(choice, argc, argv);
	return result ? result : main_recording(choice);
}

/* A session without a screen: it plays scripts, too. */
static int
main_opened(void *arg, struct session *session, struct err *err)
{
	struct choice *choice = arg;
	struct tape *tape = tape_open(session, NULL, err);
	struct script *script = choice->script;

	if (!tape)
		return -1;
	engine_on_tape(session);
	if (!script)
		return 0;
	choice->script = NULL;
	return tape_play(tape, script, PLAYER_LATER, err);
}

static int
main_run(struct choice *choice, struct err *err)
{
	struct loop *loop;
	int status;

	choice->lessons.port = choice->session.port;
	choice->lessons.panel = choice->screen;
	choice->lessons.pace_ns = choice->screen ? MAIN_PACE_NS : 0;
	choice->engine = engine_open(&choice->lessons, err);
	loop = choice->engine ? loop_open(err) : NULL;
	if (!loop)
		return -1;
	choice->session.guide = engine_guide(choice->engine);
	if (choice->screen)
		choice->tape.script = choice->script;
	if (choice->screen)
		choice->script = NULL; /* the app's */
	status = choice->screen
	             ? app_run(loop, &choice->session, &choice->tape, err)
	             : plain_run(loop, &choice->session, &choice->plain, err);
	loop_close(loop);
	return status;
}

/* Without one, a screen was the wrong thing to ask for. */
static bool
main_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int
main(int argc, char **argv)
{
	struct choice choice = { .screen = true,
		                 .session = { .workers = 2,
		                              .port = LOOPBACK_PORT } };
	struct err err = { 0 };
	int status;

	child_standard_fds();
	setlocale(LC_ALL, "");
	command_add(engine_commands);
	help_add(&format_page);
	setlocale(LC_NUMERIC, "C"); /* 0.5s and 1.5MB in every country */
	signal(SIGPIPE, SIG_IGN);
	status = main_choose(&choice, argc, argv);
	if (status)
		return status < 0 ? EXIT_USAGE : choice.status;
	choice.session.headless = !choice.screen;
	choice.session.opened = choice.screen ? NULL : main_opened;
	choice.session.opened_arg = &choice;
	if (choice.file && !(choice.script = script_read(choice.file, &err))) {
		fprintf(stderr, "forkshop: %s\n", err.text);
		return EXIT_FAILURE;
	}
	if (choice.script && script_begins_lesson(choice.script))
		choice.session.empty = true;
	child_raise_limits();
	status = main_run(&choice, &err);
	script_free(choice.script);
	engine_close(choice.engine);
	if (status < 0) {
		fprintf(stderr, "forkshop: %s\n", err.text);
		return choice.screen && !main_terminal() ? EXIT_USAGE
		                                         : EXIT_FAILURE;
	}
	return status;
}
