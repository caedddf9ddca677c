/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view-logbook.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"

enum { TALLY_NAMES = 12, TALLIES = 3, TALLY_NEAR = 12 };

/* Events of one type: whom they happened to, and how often. */
struct tally {
	unsigned long line; /* its number, from 1; 0: not in use */
	bool folded;        /* too many: workers speak for their threads */
	int n;              /* names */
	char name[TALLY_NAMES][NAME_SIZE];
	uint64_t count[TALLY_NAMES];
	uint64_t others; /* of those who have no place in name */
};

/* What is counted; the words come before the first number. */
static const struct {
	enum event_type type;
	const char *words;
	enum style style;
} tallies[TALLIES] = {
	{ EVENT_ANSWER, "answered", ST_DIM },
	{ EVENT_BROKEN, "did not finish", ST_ERROR },
	{ EVENT_SKIPPED, "passed over", ST_DIM },
};

struct logbook {
	struct logline line[LOGBOOK_LINES]; /* the text of free ones is NULL */
	unsigned long added; /* the newest stands at (added - 1) % LINES */
	size_t count;
	int64_t past_ns, left_ns; /* see logbook_past() */
	struct tally tally[TALLIES];
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
	memset(book->tally, 0, sizeof(book->tally));
}

unsigned long
logbook_added(const struct logbook *book)
{
	return book->added;
}

static const struct logline *
logbook_nth(const struct logbook *book, size_t i)
{
	return i < book->count
	           ? &book->line[(book->added - 1 - i) % LOGBOOK_LINES]
	           : NULL;
}

/* The past **************************************************************/

void
logbook_past(struct logbook *book, int64_t past_ns, int64_t left_ns)
{
	book->past_ns = past_ns;
	book->left_ns = left_ns;
}

static bool
logbook_hides(const struct logbook *book, const struct logline *l)
{
	bool said = l->kind != LINE_EVENT && l->kind != LINE_OUTPUT;

	return book->past_ns && l->t_ns > book->past_ns &&
	       !(said && l->t_ns >= book->left_ns);
}

size_t
logbook_size(const struct logbook *book)
{
	size_t n = 0;

	if (!book->past_ns)
		return book->count;
	for (size_t i = 0; i < book->count; i++)
		n += !logbook_hides(book, logbook_nth(book, i));
	return n;
}

const struct logline *
logbook_back(const struct logbook *book, size_t i)
{
	const struct logline *l;

	if (!book->past_ns)
		return logbook_nth(book, i);
	for (size_t k = 0; (l = logbook_nth(book, k)); k++)
		if (!logbook_hides(book, l) && i-- == 0)
			break;
	return l;
}

/* Lines *****************************************************************/

static void
logbook_put(struct logbook *book, enum line_kind kind, enum style style,
            const char *name, const char *text)
{
	struct logline *line = &book->line[book->added % LOGBOOK_LINES];
	char *copy = strndup(text, LOGBOOK_TEXT);

	if (!copy)
		return; /* without memory the log has a gap */
	free(line->text);
	*line = (struct logline){
		.kind = kind, .style = style, .text = copy, .t_ns = clock_ns()
	};
	text_add(line->name, sizeof(line->name), "%s", name ? name : "");
	book->added++;
	if (book->count < LOGBOOK_LINES)
		book->count++;
}

static const enum style logbook_styles[] = {
	[LINE_COMMAND] = ST_PROMPT, [LINE_RESULT] = ST_NORMAL,
	[LINE_EVENT] = ST_DIM,      [LINE_OUTPUT] = ST_NORMAL,
	[LINE_ERROR] = ST_ERROR,    [LINE_GOOD] = ST_GOOD,
	[LINE_GUIDE] = ST_BOLD,     [LINE_TREE] = ST_NORMAL,
};

void
logbook_add(struct logbook *book, enum line_kind kind, const char *name,
            const char *text)
{
	if (kind == LINE_COMMAND)
		memset(book->tally, 0, sizeof(book->tally));
	logbook_put(book, kind, logbook_styles[kind], name, text);
}

/* Events ****************************************************************/

static const enum style logbook_events[EVENT_TYPES] = {
	// clang-format off
	[EVENT_FORKED]    = ST_NEW,
	[EVENT_THREAD]    = ST_THREAD,
	[EVENT_LISTENING] = ST_GOOD,
	[EVENT_STOPPED]   = ST_STOPPED,
	[EVENT_EXITED]    = ST_DEAD,
	[EVENT_ADOPTED]   = ST_ZOMBIE,
	[EVENT_REFUSED]   = ST_ERROR,
	// clang-format on
};

void
logbook_add_event(struct logbook *book, const struct event *e, const char *text)
{
	enum style style = logbook_events[e->type];

	if (style == ST_NORMAL ||
	    (e->type == EVENT_EXITED && e->a == 0 && e->b == 0))
		style = ST_DIM;
	memset(book->tally, 0, sizeof(book->tally));
	logbook_put(book, LINE_EVENT, style, "", text);
}

/* "w1 answered 120, w2 119" */
static void
tally_text(const struct tally *t, const char *words, char *text, size_t size)
{
	text[0] = '\0';
	for (int i = 0; i < t->n; i++)
		text_add(text, size, "%s%s %s%s%" PRIu64, i ? ", " : "",
		         t->name[i], i ? "" : words, i ? "" : " ", t->count[i]);
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
		return NULL;
	snprintf(t->name[t->n], NAME_SIZE, "%s", name);
	return &t->count[t->n++];
}

/* "w1.f1 1, w1.f2 1, w2.f1 1" becomes "w1 2, w2 1". */
static void
tally_fold(struct tally *t)
{
	struct tally before = *t;

	t->folded = true;
	t->n = 0;
	memset(t->count, 0, sizeof(t->count));
	for (int i = 0; i < before.n; i++) {
		event_worker(before.name[i]);
		*tally_find(t, before.name[i]) += before.count[i];
	}
}

static void
tally_add(struct tally *t, const struct event *e)
{
	char name[NAME_SIZE];
	uint64_t *count;

	event_whose(e, name);
	if (t->folded)
		event_worker(name);
	count = tally_find(t, name);
	if (!count && !t->folded) {
		tally_fold(t);
		event_worker(name);
		count = tally_find(t, name);
	}
	++*(count ? count : &t->others);
}

/* A line that is out of sight does not count on. */
static void
tally_refresh(const struct logbook *book, struct tally *t)
{
	if (t->line && book->added - t->line >= TALLY_NEAR)
		memset(t, 0, sizeof(*t));
}

/* From the second one on: the line of the first one counts them. */
static void
tally_write(struct logbook *book, const struct tally *t, const char *words)
{
	struct logline *line = &book->line[(t->line - 1) % LOGBOOK_LINES];
	char text[512], *copy;

	tally_text(t, words, text, sizeof(text));
	copy = strdup(text);
	if (!copy)
		return;
	free(line->text);
	line->text = copy;
}

bool
logbook_count(struct logbook *book, const struct event *e)
{
	char text[512];
	int i = 0;

	while (i < TALLIES && tallies[i].type != e->type)
		i++;
	if (i == TALLIES)
		return false;
	tally_refresh(book, &book->tally[i]);
	tally_add(&book->tally[i], e);
	if (book->tally[i].line) {
		tally_write(book, &book->tally[i], tallies[i].words);
		return true;
	}
	logbook_put(book, LINE_EVENT, tallies[i].style, "",
	            event_text(e, text, sizeof(text)));
	book->tally[i].line = book->added;
	return true;
}
