/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * source FILE, record FILE|off, mark TITLE, caption TEXT: what core/tape does
 * for a session.
 */
#include <string.h>

#include "core/shell/session.h"
#include "core/sys/text.h"

enum { TAPE_TEXT = 1024 };

static const struct tape_ops *
tape_ops(struct session *s, struct err *err)
{
	const struct tape_ops *ops = session_tape_ops(s);

	if (!ops)
		err_set(err, "there is nothing here that plays or records");
	return ops;
}

static enum outcome
run_source(struct session *s, const struct args *args, struct err *err)
{
	const struct tape_ops *ops = tape_ops(s, err);

	return ops && ops->source(ops->arg, args->argv[0], err) == 0
	           ? OUTCOME_DONE
	           : OUTCOME_FAILED;
}

static enum outcome
run_record(struct session *s, const struct args *args, struct err *err)
{
	const struct tape_ops *ops = tape_ops(s, err);
	bool off = strcmp(args->argv[0], "off") == 0;

	return ops && ops->record(ops->arg, off ? NULL : args->argv[0],
	                          args_option(args, "--keys"), err) == 0
	           ? OUTCOME_DONE
	           : OUTCOME_FAILED;
}

/* The words, with or without quotes around all of them. */
static const char *
tape_words(const struct args *args, char buf[TAPE_TEXT])
{
	buf[0] = '\0';
	for (int i = 0; i < args->argc; i++)
		text_add(buf, TAPE_TEXT, "%s%s", i ? " " : "", args->argv[i]);
	return buf;
}

static enum outcome
run_mark(struct session *s, const struct args *args, struct err *err)
{
	const struct tape_ops *ops = tape_ops(s, err);
	char title[TAPE_TEXT];

	return ops && ops->mark(ops->arg, tape_words(args, title), err) == 0
	           ? OUTCOME_DONE
	           : OUTCOME_FAILED;
}

static enum outcome
run_caption(struct session *s, const struct args *args, struct err *err)
{
	const struct tape_ops *ops = tape_ops(s, err);
	char text[TAPE_TEXT];

	if (!ops)
		return OUTCOME_FAILED;
	ops->caption(ops->arg, tape_words(args, text));
	return OUTCOME_DONE;
}

const struct command cmd_record = {
	.name = "record",
	.group = "recording",
	.blurb = "write what the screen shows into a file, as asciicast v2",
	.detail = "`asciinema play FILE` shows it again. `mark` begins a "
	          "chapter, `record off` ends the file; so does `quit`. What "
	          "was recorded is there also when the shell is killed.",
	.example = "record lecture.cast",
	.args = { { .kind = ARG_FILE, .name = "FILE|off" } },
	.options = { { "--keys", { .kind = ARG_NONE }, "the keys, too" } },
	.past = PAST_LOOKS,
	.run = run_record,
};

const struct command cmd_mark = {
	.name = "mark",
	.group = "recording",
	.blurb = "begin a chapter of the recording",
	.example = "mark \"Two workers\"",
	.args = { { .kind = ARG_TEXT, .name = "TITLE", .many = true } },
	.past = PAST_LOOKS,
	.run = run_mark,
};

const struct command cmd_caption = {
	.name = "caption",
	.group = "recording",
	.blurb = "show a line of text to the room; none takes it away",
	.example = "caption \"Both workers have the same parent\"",
	.args = { { .kind = ARG_TEXT,
	            .name = "TEXT",
	            .optional = true,
	            .many = true } },
	.past = PAST_LOOKS,
	.run = run_caption,
};

const struct command cmd_source = {
	.name = "source",
	.group = "recording",
	.blurb = "run the commands of a file, one a line",
	.detail = "A line that begins with # is a comment. One that begins "
	          "with #! is for the script itself: until FACT, expect FACT "
	          "(a fact that fails ends the script), mark, caption, beat, "
	          "type T, step LESSON STEP. `forkshop play FILE` types the "
	          "commands on the screen, `forkshop run FILE` needs none.",
	.example = "source demo.shop",
	.args = { { .kind = ARG_FILE, .name = "FILE" } },
	.past = PAST_LOOKS,
	.run = run_source,
};
