/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/answers.h"

#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"

static int
answers_worker(struct answers *a, const char *name)
{
	for (int i = 0; i < a->nworkers; i++)
		if (strcmp(a->worker[i].name, name) == 0)
			return i;
	if (a->nworkers < ANSWERS_WORKERS) {
		snprintf(a->worker[a->nworkers].name, NAME_SIZE, "%s", name);
		return a->nworkers++;
	}
	return ANSWERS_WORKERS;
}

void
answers_add(struct answers *a, const struct event *e)
{
	char name[NAME_SIZE];
	int i;

	event_whose(e, name);
	event_worker(name);
	i = answers_worker(a, name);

	if (e->type == EVENT_ANSWER)
		a->worker[i].answered++;
	else
		a->worker[i].broken++;
	if (a->waiting < ANSWERS_TOLD)
		event_text(e, a->text[a->waiting], ANSWERS_TEXT);
	a->waiting++;
}

static void
answers_forget(struct answers *a)
{
	a->waiting = a->nworkers = 0;
	memset(a->worker, 0, sizeof(a->worker));
}

bool
answers_turn(struct answers *a, int64_t now_ns,
             void (*line)(void *arg, const char *text), void *arg)
{
	if (a->waiting == 0)
		return false;
	if (now_ns - a->burst_ns > NS_PER_S) {
		a->burst_ns = now_ns;
		a->told = 0;
	}
	if (a->told + a->waiting > ANSWERS_TOLD) {
		a->told = ANSWERS_TOLD;
		return true;
	}
	for (int i = 0; i < a->waiting; i++)
		line(arg, a->text[i]);
	a->told += a->waiting;
	answers_forget(a);
	return false;
}

/* "w1 answered 120, w2 119" or the same of those that broke off. */
static void
answers_line(const struct answers *a, bool broken, char *buf, size_t size)
{
	buf[0] = '\0';
	for (int i = 0; i <= ANSWERS_WORKERS; i++) {
		unsigned n =
		    broken ? a->worker[i].broken : a->worker[i].answered;
		const char *name =
		    i < ANSWERS_WORKERS ? a->worker[i].name : "others";

		if (n == 0)
			continue;
		if (buf[0])
			text_add(buf, size, ", %s %u", name, n);
		else
			text_add(buf, size, "%s %s %u", name,
			         broken ? "did not finish" : "answered", n);
	}
}

void
answers_sum(struct answers *a, void (*line)(void *arg, const char *text),
            void *arg)
{
	char buf[512];

	answers_line(a, false, buf, sizeof(buf));
	if (buf[0])
		line(arg, buf);
	answers_line(a, true, buf, sizeof(buf));
	if (buf[0])
		line(arg, buf);
	answers_forget(a);
}
