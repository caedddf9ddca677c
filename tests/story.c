/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/story.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORY_ARGS 64
#define STORY_TAIL 4000 /* fits into a message of libcheck */

/* The last of what it has printed, for a failure. */
static const char *
story_tail(const struct story *story)
{
	size_t from = story->len > STORY_TAIL ? story->len - STORY_TAIL : 0;

	return story->text + from;
}

static void
story_exec(const struct story *story, const char *const argv[], int in, int out,
           pid_t parent)
{
	/* execvp(3) takes the arguments as not const, and changes nothing. */
	char *const *args = (char *const *)(const void *)argv;
	char path[4096];

	snprintf(path, sizeof(path), "%s", stage_program(argv[0]));
	stage_enter(&story->stage, parent);
	dup2(in, 0);
	dup2(out, 1);
	dup2(out, 2);
	execvp(path, args);
	fprintf(stderr, "cannot start %s: %s\n", path, strerror(errno));
	_exit(127);
}

struct story *
story_start(const char *const argv[])
{
	struct story *story = calloc(1, sizeof(*story));
	pid_t parent = getpid();
	int in[2], out[2];

	ck_assert_ptr_nonnull(story);
	stage_open(&story->stage);
	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	signal(SIGPIPE, SIG_IGN);
	story->text = strdup("");
	story->stage.pid = fork();
	ck_assert_int_ge(story->stage.pid, 0);
	if (story->stage.pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		story_exec(story, argv, in[0], out[1], parent);
	}
	close(in[0]);
	close(out[1]);
	story->to = in[1];
	story->from = out[0];
	return story;
}

struct story *
story_open(const char *const argv[])
{
	const char *all[STORY_ARGS] = { "forkshop", "--plain" };
	bool port = true;
	int n = 2;

	for (int i = 0; argv && argv[i]; i++) {
		ck_assert_int_lt(n, STORY_ARGS - 3);
		if (strncmp(argv[i], "--port", 6) == 0 ||
		    strcmp(argv[i], "--empty") == 0)
			port = false;
		all[n++] = argv[i];
	}
	if (port) {
		all[n++] = "--port";
		all[n++] = "0";
	}
	return story_start(all);
}

void
story_send(struct story *story, const char *fmt, ...)
{
	char line[4096];
	size_t len;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	strcat(line, "\n");
	len = strlen(line);
	ck_assert_msg(write(story->to, line, len) == (ssize_t)len,
	              "it takes no more input; it said:\n%s",
	              story_tail(story));
}

/* Take what it has printed, waiting for it at most `wait_ms`. */
static void
story_read(struct story *story, int wait_ms)
{
	struct pollfd pfd = { .fd = story->from, .events = POLLIN };
	char bytes[65536];
	ssize_t n;

	if (story->end_of_file || poll(&pfd, 1, wait_ms) <= 0)
		return;
	n = read(story->from, bytes, sizeof(bytes));
	if (n <= 0) {
		story->end_of_file = true;
		return;
	}
	story->text = realloc(story->text, story->len + (size_t)n + 1);
	ck_assert_ptr_nonnull(story->text);
	memcpy(story->text + story->len, bytes, (size_t)n);
	story->len += (size_t)n;
	story->text[story->len] = '\0';
}

static void
story_compile(regex_t *regex, const char *text)
{
	ck_assert_msg(regcomp(regex, text, REG_EXTENDED | REG_NEWLINE) == 0,
	              "not a regular expression: %s", text);
}

/*
 * Match whole lines only, from byte `from`: the last one may still grow,
 * unless the output has ended.  Returns the byte behind the line, or 0.
 */
static size_t
story_match(struct story *story, const regex_t *regex, size_t from,
            regmatch_t m[STORY_PARTS])
{
	char *end = strrchr(story->text + from, '\n');
	char kept;
	size_t after = 0;

	if (story->end_of_file)
		end = story->text + story->len;
	if (!end)
		return 0;
	kept = *end;
	*end = '\0';
	if (regexec(regex, story->text + from, STORY_PARTS, m, 0) == 0) {
		after = from + (size_t)m[0].rm_eo;
		after += strcspn(story->text + after, "\n");
	}
	*end = kept;
	return after > 0 && story->text[after] == '\n' ? after + 1 : after;
}

/* As story_match, and wait for it. */
static size_t
story_await(struct story *story, const char *text, size_t from,
            regmatch_t m[STORY_PARTS])
{
	long end_ms = stage_now_ms() + stage_limit_ms();
	regex_t regex;
	size_t after;

	story_compile(&regex, text);
	while (!(after = story_match(story, &regex, from, m))) {
		long left_ms = end_ms - stage_now_ms();

		ck_assert_msg(left_ms > 0 && !story->end_of_file,
		              "%s, and no line matched\n\t%s\nit said:\n%s",
		              story->end_of_file ? "it has ended"
		                                 : "time is up",
		              text, story_tail(story));
		story_read(story, (int)left_ms);
	}
	regfree(&regex);
	return after;
}

static void
story_keep_parts(struct story *story, const regmatch_t *m)
{
	const char *base = story->text + story->seen;

	for (int i = 0; i < STORY_PARTS; i++) {
		size_t len =
		    m[i].rm_so < 0 ? 0 : (size_t)(m[i].rm_eo - m[i].rm_so);

		free(story->parts[i]);
		story->parts[i] = strndup(len ? base + m[i].rm_so : "", len);
		ck_assert_ptr_nonnull(story->parts[i]);
	}
}

const char *const *
story_expect(struct story *story, const char *regex)
{
	regmatch_t m[STORY_PARTS];
	size_t after = story_await(story, regex, story->seen, m);

	story_keep_parts(story, m);
	story->seen = after;
	return (const char *const *)story->parts;
}

void
story_expect_each(struct story *story, ...)
{
	size_t furthest = story->seen;
	const char *regex;
	va_list ap;

	va_start(ap, story);
	while ((regex = va_arg(ap, const char *))) {
		regmatch_t m[STORY_PARTS];
		size_t after = story_await(story, regex, story->seen, m);

		if (after > furthest)
			furthest = after;
	}
	va_end(ap);
	story->seen = furthest;
}

bool
story_saw(struct story *story, const char *text)
{
	regmatch_t m[STORY_PARTS];
	regex_t regex;
	bool saw;

	story_read(story, 0);
	story_compile(&regex, text);
	saw = story_match(story, &regex, 0, m) > 0;
	regfree(&regex);
	return saw;
}

int
story_port(struct story *story)
{
	regmatch_t m[STORY_PARTS];

	if (story->stage.port == 0) {
		story_await(story, "listening on 127\\.0\\.0\\.1:([0-9]+)", 0,
		            m);
		story->stage.port = atoi(story->text + m[1].rm_so);
	}
	return story->stage.port;
}

const char *
story_outside(struct story *story, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = stage_voutside(&story->stage, fmt, ap);
	va_end(ap);
	return text;
}

/* It may have more to say than a pipe holds: read until it has ended. */
static bool
story_ended(void *arg)
{
	struct story *story = arg;

	story_read(story, 0);
	return stage_ended(&story->stage);
}

int
story_wait(struct story *story)
{
	stage_until(story_ended, story, "the program ends");
	return stage_wait(&story->stage);
}

void
story_nothing_left(struct story *story)
{
	story_wait(story);
	stage_nothing_left(&story->stage);
}

int
story_close(struct story *story)
{
	int status;

	if (story->to >= 0)
		close(story->to);
	story->to = -1;
	story_nothing_left(story);
	status = stage_wait(&story->stage);
	stage_close(&story->stage);
	close(story->from);
	for (int i = 0; i < STORY_PARTS; i++)
		free(story->parts[i]);
	free(story->text);
	free(story);
	return status;
}
