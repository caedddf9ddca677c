/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of format.h share, and nobody else sees.
 */
#ifndef LESSONS_FORMAT_INSIDE_H
#define LESSONS_FORMAT_INSIDE_H

#include "lessons/format.h"

/* A file while it is read. */
struct format {
	const char *path; /* borrowed, as are the others */
	struct problems *problems;
	struct lesson *lesson;
	int line;         /* that is read now */
	bool translation; /* it has texts only */

	/* what the lines belong to that are read now; NULL: to none */
	struct step *step;
	struct question *question;
	struct mistake *mistake;
	bool solution;
	bool lost;     /* to a section that there is not */
	bool was_lost; /* before now */
};

/* Something is wrong in this line, or in another. */
void format_wrong(struct format *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void format_wrong_at(struct format *, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* format-key.c: what can begin a line. */
enum key_where { IN_LESSON, IN_STEP, BELOW, ANYWHERE };

struct key {
	const char *name; /* NULL ends the list */
	enum key_where where;
	bool translated; /* it may stand in a translation */
	bool bare;       /* nothing need stand behind it */
	void (*read)(struct format *, char *value);
};

struct mark {
	char mark; /* NUL ends the list */
	void (*read)(struct format *, char *value);
};

extern const struct key format_keys[];
extern const struct mark format_marks[];

/* Without blanks at both ends, in place. */
char *format_trim(char *text);

/* format-line.c: one line without its newline; it may be written to. */
void format_line(struct format *, char *text);

/* No further line belongs to the step: find what its mistakes mean. */
void format_end_step(struct format *);

#endif
