/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view-logbook.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/text.h"

enum { TALLY_NAMES = 12 };

/* Answers that followed each other: who gave how many. */
struct tally {
	enum event_type type; /* EVENT_NONE: the last line is no tally */
	int n;                /* names */
	char name[TALLY_NAMES][NAME_SIZE];
	uint64_t count[TALLY_NAMES];
	uint64_t others; /* of those who have no place in name */
};

struct logbook {
	struct logline line[LOGBOOK_LINES]; /* the text of free ones is NULL */
	unsigned long added; /* the newest stands at (added - 1) % LINES */
	size_t count;
	struct tally tally;
};

struct logbook *
logbook_open(struct err *err)
{
	struct logbook *book = calloc(1, sizeof(*book));

	if (!book)
		err_sys(err, "cannot keep a log");
	return book;
}

void
logbook_close(struct logbook *book)
{
	if (!book)
		return;
	logbook_clear(book);
	free(book);
}

void
logbook_clear(struct logbook *book)
{
	for (size_t i = 0; i < LOGBOOK_LINES; i++) {
		free(book->line[i].text);
		book->line[i].text = NULL;
	}
	book->count = 0;
	book->tally.type = EVENT_NONE;
}

size_t
logbook_count(const struct logbook *book)
{
	return book->count;
}

unsigned long
logbook_added(const struct logbook *book)
{
	return book->added;
}

const struct logline *
logbook_back(const struct logbook *book, size_t i)
{
	return i < book->count
	           ? &book->line[(book->added - 1 - i) % LOGBOOK_LINES]
	           : NULL;
}

/* Lines *****************************************************************/

static void
logbook_put(struct logbook *book, enum line_kind kind, enum style style,
            const char *name, const char *text)
{
	struct logline *line = &book->line[book->added % LOGBOOK_LINES];
	char *copy = strndup(text, LOGBOOK_TEXT);

	book->tally.type = EVENT_NONE;
	if (!copy)
		return; /* without memory the log has a gap */
	free(line->text);
	*line = (struct logline){ .kind = kind, .style = style, .text = copy };
	text_add(line->name, sizeof(line->name), "%s", name ? name : "");
	book->added++;
	if (book->count < LOGBOOK_LINES)
		book->count++;
}

static const enum style logbook_styles[] = {
	[LINE_COMMAND] = ST_PROMPT, [LINE_RESULT] = ST_NORMAL,
	[LINE_EVENT] = ST_DIM,      [LINE_OUTPUT] = ST_NORMAL,
	[LINE_ERROR] = ST_ERROR,    [LINE_GOOD] = ST_GOOD,
	[LINE_TREE] = ST_NORMAL,
};

void
logbook_add(struct logbook *book, enum line_kind kind, const char *name,
            const char *text)
{
	logbook_put(book, kind, logbook_styles[kind], name, text);
}

/* Events ****************************************************************/

static void
tally_text(const struct tally *t, char *text, size_t size)
{
	const char *verb =
	    t->type == EVENT_ANSWER ? "answered" : "did not finish";

	text[0] = '\0';
	for (int i = 0; i < t->n; i++)
		text_add(text, size, "%s%s %s%s%" PRIu64, i ? ", " : "",
		         t->name[i], i ? "" : verb, i ? "" : " ", t->count[i]);
	if (t->others)
		text_add(text, size, ", others %" PRIu64, t->others);
}

static uint64_t *
tally_find(struct tally *t, const char *name)
{
	for (int i = 0; i < t->n; i++)
		if (strcmp(t->name[i], name) == 0)
			return &t->count[i];
	if (t->n == TALLY_NAMES)
		return &t->others;
	text_add(t->name[t->n], NAME_SIZE, "%s", name);
	return &t->count[t->n++];
}

/* The first one is told in full, from the second on they are counted. */
static void
logbook_count_event(struct logbook *book, const struct event *e,
                    enum style style)
{
	struct tally t = book->tally;
	char text[512];

	if (t.type != e->type)
		memset(&t, 0, sizeof(t));
	++*tally_find(&t, e->who.name);
	if (t.type == e->type) {
		struct logline *line =
		    &book->line[(book->added - 1) % LOGBOOK_LINES];
		char *copy;

		tally_text(&t, text, sizeof(text));
		copy = strdup(text);
		if (copy) {
			free(line->text);
			line->text = copy;
		}
	} else
		logbook_put(book, LINE_EVENT, style, "",
		            event_text(e, text, sizeof(text)));
	t.type = e->type;
	book->tally = t;
}

/* What an event is in the log. */
enum telling {
	TOLD_NOT,    /* the tree shows it, or nobody would read it */
	TOLD,        /* a line */
	TOLD_LAB,    /* a line, but not of jobs and of what they start */
	TOLD_COUNTED /* in one line with others of its type */
};

static const struct {
	enum telling telling;
	enum style style;
} logbook_events[EVENT_TYPES] = {
	// clang-format off
	[EVENT_FORKED]       = { TOLD_LAB,     ST_NEW },
	[EVENT_STARTED]      = { TOLD_LAB,     ST_DIM },
	[EVENT_THREAD]       = { TOLD_LAB,     ST_THREAD },
	[EVENT_THREAD_ENDED] = { TOLD_LAB,     ST_DIM },
	[EVENT_ONLINE]       = { TOLD,         ST_DIM },
	[EVENT_LISTENING]    = { TOLD_LAB,     ST_GOOD },
	[EVENT_ANSWER]       = { TOLD_COUNTED, ST_DIM },
	[EVENT_BROKEN]       = { TOLD_COUNTED, ST_ERROR },
	[EVENT_SIGNAL]       = { TOLD,         ST_NORMAL },
	[EVENT_STOPPED]      = { TOLD,         ST_STOPPED },
	[EVENT_CONTINUED]    = { TOLD,         ST_NORMAL },
	[EVENT_LEAVING]      = { TOLD,         ST_DIM },
	[EVENT_DISCONNECTED] = { TOLD,         ST_DIM },
	[EVENT_EXITED]       = { TOLD,         ST_DEAD },
	[EVENT_ADOPTED]      = { TOLD,         ST_ZOMBIE },
	[EVENT_REAPED]       = { TOLD_LAB,     ST_DIM },
	[EVENT_REFUSED]      = { TOLD,         ST_ERROR },
	[EVENT_LOST]         = { TOLD,         ST_DIM },
	[EVENT_NOTE]         = { TOLD,         ST_NORMAL },
	// clang-format on
};

/* A job, a client, and whatever they start: their own output tells of them. */
static bool
logbook_of_job(const struct event *e)
{
	return e->who.kind == KIND_JOB || e->who.kind == KIND_CLIENT ||
	       e->who.kind == KIND_OTHER;
}

static bool
logbook_tells(const struct event *e)
{
	if (e->type == EVENT_LISTENING && e->who.kind == KIND_WORKER)
		return false;
	if (e->type == EVENT_EXITED && logbook_of_job(e))
		return e->b > 0 || e->who.kind == KIND_JOB;
	return logbook_events[e->type].telling != TOLD_LAB ||
	       !logbook_of_job(e);
}

void
logbook_event(struct logbook *book, const struct event *e)
{
	enum style style;
	char text[512];

	if (e->type >= EVENT_TYPES ||
	    logbook_events[e->type].telling == TOLD_NOT || !logbook_tells(e))
		return;
	style = logbook_events[e->type].style;
	if (logbook_events[e->type].telling == TOLD_COUNTED) {
		logbook_count_event(book, e, style);
		return;
	}
	if (e->type == EVENT_EXITED && e->a == 0 && e->b == 0)
		style = ST_DIM;
	logbook_put(book, LINE_EVENT, style, "",
	            event_text(e, text, sizeof(text)));
}
