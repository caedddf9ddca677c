/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lessons/format-inside.h"

/* Problems **************************************************************/

static void
format_vwrong(struct format *f, int line, const char *fmt, va_list ap)
{
	char text[ERR_TEXT_SIZE];

	vsnprintf(text, sizeof(text), fmt, ap);
	problem_add(f->problems, f->path, line, "%s", text);
}

void
format_wrong(struct format *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format_vwrong(f, f->line, fmt, ap);
	va_end(ap);
}

void
format_wrong_at(struct format *f, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	format_vwrong(f, line, fmt, ap);
	va_end(ap);
}

/* Bytes *****************************************************************/

/* The bytes of one character of UTF-8 at s, 0 when it is none (RFC 3629). */
static size_t
format_character(const unsigned char *s, size_t len)
{
	size_t n = s[0] < 0x80       ? 1
	           : s[0] >> 5 == 6  ? 2
	           : s[0] >> 4 == 14 ? 3
	           : s[0] >> 3 == 30 ? 4
	                             : 0;
	unsigned c = n > 1 ? s[0] & (0x7fu >> n) : s[0];

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3fu);
	}
	if ((n == 2 && c < 0x80) || (n == 3 && c < 0x800) ||
	    (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

/* Nothing but text: UTF-8, and no control character but tab and newline. */
static bool
format_bytes_good(struct format *f, const char *text, size_t len)
{
	f->line = 1;
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)text[i];
		size_t n =
		    format_character((const unsigned char *)text + i, len - i);

		if (n == 0) {
			format_wrong(f, "this is not UTF-8: save the file in "
			                "that encoding");
			return false;
		}
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
		    c == 0x7f) {
			format_wrong(f,
			             "there is a control character (0x%02x) "
			             "in the line: take it out",
			             c);
			return false;
		}
		f->line += c == '\n';
		i += n;
	}
	return true;
}

/* The whole *************************************************************/

static void
format_question_whole(struct format *f, const struct question *q)
{
	if (!q->ask.text)
		format_wrong_at(f, q->before.line,
		                "this predict asks nothing: a line \"? ...\" "
		                "below it does");
	if (q->answers < 2)
		format_wrong_at(f, q->before.line,
		                "a question has two answers at least: lines "
		                "\"- ...\", and \"* ...\" for the right one");
	else if (q->right < 0)
		format_wrong_at(f, q->before.line,
		                "no answer is marked as the right one: begin "
		                "its line with *");
	if (!q->truth.text && !f->translation)
		format_wrong_at(f, q->before.line,
		                "this question has no truth: a fact that holds "
		                "after the command has run");
}

static void
format_mistake_whole(struct format *f, const struct mistake *m)
{
	if (!m->types)
		format_wrong_at(f, m->name.line,
		                "this mistake types nothing: lines \"> "
		                "COMMAND\" below it do");
	if (m->expect == EXPECT_NONE && !m->expected.text)
		format_wrong_at(f, m->name.line,
		                "this mistake says not what comes of it: "
		                "expect fail TEXT, keep, goal, when or error");
}

static void
format_step_whole(struct format *f, const struct step *s)
{
	if (step_count(s, CHECK_GOAL) == 0)
		format_wrong_at(f, s->line, "the step %s has no goal", s->id);
	for (int i = 0; i < s->questions; i++)
		format_question_whole(f, &s->question[i]);
	for (int i = 0; i < s->mistakes; i++)
		format_mistake_whole(f, &s->mistake[i]);
}

static void
format_whole(struct format *f)
{
	const struct lesson *l = f->lesson;

	if (!l->line)
		format_wrong_at(f, 1,
		                "there is no lesson in it: the first line is "
		                "\"@lesson NAME\"");
	else if (!l->steps && !f->was_lost)
		format_wrong_at(f, l->line,
		                "the lesson %s has no step: \"@step NAME\" "
		                "begins one",
		                l->id);
	for (int i = 0; i < l->steps; i++)
		format_step_whole(f, &l->step[i]);
}

/* Every line is copied, so that it may be taken apart. */
static void
format_lines(struct format *f, const char *text, size_t len)
{
	char line[LESSON_LINE + 1];

	f->line = 0;
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		f->line++;
		if (n > LESSON_LINE) {
			format_wrong(f, "a line has at most %d bytes",
			             LESSON_LINE);
		} else {
			memcpy(line, text, n);
			line[n] = '\0';
			format_line(f, line);
		}
		text += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
}

static struct lesson *
format_any(const char *path, const char *text, size_t len, bool translation,
           struct problems *problems)
{
	struct format f = { .path = path,
		            .problems = problems,
		            .translation = translation };
	int before = problems->n;

	if (len > LESSON_BYTES)
		format_wrong(&f, "it has %zu bytes: a lesson has at most %d",
		             len, LESSON_BYTES);
	else if (format_bytes_good(&f, text, len)) {
		f.lesson = calloc(1, sizeof(*f.lesson));
		if (f.lesson)
			f.lesson->path = strdup(path);
		if (f.lesson && f.lesson->path) {
			format_lines(&f, text, len);
			format_end_step(&f);
			format_whole(&f);
		} else {
			format_wrong(&f, "no memory for a lesson");
		}
	}
	if (problems->n == before)
		return f.lesson;
	lesson_free(f.lesson);
	return NULL;
}

struct lesson *
format_text(const char *path, const char *text, size_t len,
            struct problems *problems)
{
	return format_any(path, text, len, false, problems);
}

/* Files *****************************************************************/

/* Up to one byte more than is allowed.  Returns how many, -1 with errno. */
static ssize_t
format_slurp(const char *path, char **text)
{
	size_t size = LESSON_BYTES + 1, len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	*text = NULL;
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if ((*text = malloc(size)))
		while ((n = read(fd, *text + len, size - len)) > 0)
			len += (size_t)n;
	close(fd);
	return n < 0 ? -1 : (ssize_t)len;
}

static struct lesson *
format_file(const char *path, bool translation, struct problems *problems)
{
	struct lesson *lesson = NULL;
	char *text;
	ssize_t len = format_slurp(path, &text);

	if (len < 0)
		problem_add(problems, path, 0, "cannot read it: %s",
		            strerrordesc_np(errno));
	else if (len > LESSON_BYTES)
		problem_add(problems, path, 0,
		            "it is longer than %d bytes, which is more than a "
		            "lesson may have",
		            LESSON_BYTES);
	else
		lesson =
		    format_any(path, text, (size_t)len, translation, problems);
	free(text);
	return lesson;
}

struct lesson *
format_read(const char *path, struct problems *problems)
{
	return format_file(path, false, problems);
}

struct lesson *
format_translation(const char *path, struct problems *problems)
{
	return format_file(path, true, problems);
}
