/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lessons/lesson.h"

const char template_text[] =
    "# `forkshop help lesson-format` explains each line.  Prove it with\n"
    "# `forkshop lessons check --play NAME.lesson`, try it while you write\n"
    "# with `forkshop learn --watch ./NAME.lesson`.\n"
    "@lesson NAME\n"
    "title    TODO: what it is about, in a few words\n"
    "minutes  5\n"
    "start    puppet                # typed in an empty laboratory\n"
    "\n"
    "@step first\n"
    "say      TODO: what the student is to do, in plain words.\n"
    "predict  before p1 fork        # asked before this may run\n"
    "  ?      TODO: what will happen?\n"
    "  -      TODO: a wrong answer  -> TODO: why it is not so\n"
    "  *      TODO: the right answer\n"
    "  truth  alive(p2)             # holds after the command has run\n"
    "goal     p2 lives : alive(p2)\n"
    "keep     p1 lives : alive(p1)  # from the start, or the step is lost\n"
    "hint     TODO: a small help\n"
    "solution\n"
    "  > p1 fork\n"
    "mistake  p1 ends instead\n"
    "  > p1 exit\n"
    "  expect keep p1 lives\n"
    "note     TODO: for the teacher\n"
    "caption  TODO: what stands below a recording\n"
    "more     fork(2)\n";

static bool
template_name_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && !name[n] && n < LESSON_ID && name[0] >= 'a' &&
	       name[0] <= 'z';
}

static void
template_print(FILE *out, const char *name)
{
	const char *text = template_text, *at;

	for (; (at = strstr(text, "NAME")); text = at + strlen("NAME"))
		fprintf(out, "%.*s%s", (int)(at - text), text, name);
	fputs(text, out);
}

int
template_write(const char *name, char *path, size_t size, struct err *err)
{
	FILE *out;
	int fd;

	if (!template_name_good(name))
		return err_set(err,
		               "a lesson's name has small letters, digits and "
		               "-, and begins with a letter: not \"%.40s\"",
		               name);
	snprintf(path, size, "%s.lesson", name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out && errno == EEXIST)
		return err_set(err,
		               "%s is there already: choose another name, or "
		               "move it away",
		               path);
	if (!out)
		return err_sys(err, "cannot write %s", path);
	template_print(out, name);
	if (fclose(out) != 0)
		return err_sys(err, "cannot write %s", path);
	return 0;
}
