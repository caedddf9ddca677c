/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/load/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"

#define TABLE_BAR 30 /* columns of a bar at 100 % */

void
table_time(int64_t ns, char buf[TABLE_TIME_SIZE])
{
	if (ns < NS_PER_MS)
		snprintf(buf, TABLE_TIME_SIZE, "%" PRId64 " us",
		         ns / NS_PER_US);
	else if (ns < NS_PER_S)
		snprintf(buf, TABLE_TIME_SIZE, "%.1f ms",
		         (double)ns / (double)NS_PER_MS);
	else
		snprintf(buf, TABLE_TIME_SIZE, "%.2f s",
		         (double)ns / (double)NS_PER_S);
}

void
table_number(uint64_t n, char buf[TABLE_TIME_SIZE])
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), out = 0;

	for (int i = 0; i < len && out < TABLE_TIME_SIZE - 2; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[out++] = ',';
		buf[out++] = digits[i];
	}
	buf[out] = '\0';
}

void
table_reason(const struct plan *plan, enum tally_reason reason, const char *why,
             char *buf, size_t size)
{
	static const char *const sentences[TALLY_REASONS] = {
		[TALLY_ANSWERED] = "answered",
		[TALLY_EMPTY] =
		    "empty reply: the worker died with it, or hung up",
		[TALLY_RESET] = "reset: torn down before the answer came",
		[TALLY_CUT] = "cut off: the connection ended inside the answer",
		[TALLY_GARBAGE] = "not HTTP: no web server answers there",
		[TALLY_NO_PORT] =
		    "no free port left here: use --keep-alive, or fewer",
	};
	char time[TABLE_TIME_SIZE];

	if (reason == TALLY_REFUSED) {
		snprintf(buf, size, "refused: nothing listens on port %d",
		         plan->port);
	} else if (reason == TALLY_TIMEOUT) {
		table_time(plan->timeout_ns, time);
		snprintf(buf, size, "timed out: no answer after %s", time);
	} else {
		snprintf(buf, size, "%s",
		         sentences[reason] ? sentences[reason] : why);
	}
}

void
table_answer(const struct plan *plan, const struct answer *a, char *buf,
             size_t size)
{
	char time[TABLE_TIME_SIZE], text[TABLE_WIDTH];
	const char *end;

	if (a->reason != TALLY_ANSWERED) {
		table_reason(plan, a->reason, a->why, buf, size);
		return;
	}
	table_time(a->took_ns, time);
	buf[0] = '\0';
	text_add(buf, size, "%d  ", a->status);
	if (a->worker[0])
		text_add(buf, size, "%s ", a->worker);
	if (a->pid)
		text_add(buf, size, "(pid %d) ", a->pid);
	text_add(buf, size, " %s", time);
	if (!a->body_len)
		return;
	end = memchr(a->body, '\n', a->body_len);
	text_clean(text, sizeof(text), a->body,
	           end ? (size_t)(end - a->body) : a->body_len);
	text_add(buf, size, "  %s", text);
}

static void
table_workers(const struct tally *t, bool utf8, char *buf, size_t size)
{
	char count[TABLE_TIME_SIZE];
	int width = 9;

	if (!t->nworkers)
		return;
	for (int i = 0; i < t->nworkers; i++) {
		int len = (int)strlen(tally_name(t, t->workers[i].name));

		width = len > width ? len : width;
	}
	text_add(buf, size, "%-*s   answers   share\n", width, "worker");
	for (int i = 0; i < t->nworkers; i++) {
		const struct tally_worker *w = &t->workers[i];

		table_number(w->answers, count);
		text_add(buf, size, "%-*s %9s  %5.1f%%  ", width,
		         tally_name(t, w->name), count,
		         100.0 * (double)w->answers / (double)t->answered);
		text_bar(buf, size, (int64_t)w->answers, (int64_t)t->answered,
		         TABLE_BAR, utf8);
		text_add(buf, size, "\n");
	}
}

static void
table_failures(const struct plan *plan, const struct tally *t, char *buf,
               size_t size)
{
	char count[TABLE_TIME_SIZE], text[TALLY_WHY];

	for (int i = 0; i < t->nstatuses; i++) {
		if (t->statuses[i].status < 400)
			continue;
		table_number(t->statuses[i].answers, count);
		text_add(buf, size, "status    %9s  answered with HTTP %d\n",
		         count, t->statuses[i].status);
	}
	for (int r = TALLY_ANSWERED + 1; r < TALLY_REASONS; r++) {
		if (!t->reasons[r])
			continue;
		table_number(t->reasons[r], count);
		table_reason(plan, (enum tally_reason)r, t->why, text,
		             sizeof(text));
		text_add(buf, size, "%-9s %9s  %s\n", "failed", count, text);
	}
}

static void
table_times(struct tally *t, char *buf, size_t size)
{
	static const double percents[] = { 50, 95, 99 };
	char time[TABLE_TIME_SIZE];

	if (!t->answered)
		return;
	text_add(buf, size, "time     ");
	for (int i = 0; i < 3; i++) {
		table_time(tally_percentile(t, percents[i]), time);
		text_add(buf, size, " p%.0f %s  ", percents[i], time);
	}
	table_time(t->max_ns, time);
	text_add(buf, size, " max %s\n", time);
}

/* What the clients saw of it, when something was not there for a while. */
static void
table_gap(const struct tally *t, char *buf, size_t size)
{
	char time[TABLE_TIME_SIZE];

	if (!t->sent)
		return;
	table_time(tally_gap(t), time);
	text_add(buf, size,
	         "gap       %9s  was the longest time without an "
	         "answer\n",
	         time);
}

static void
table_total(const struct plan *plan, const struct tally *t, char *buf,
            size_t size)
{
	uint64_t open = t->sent - t->answered - t->failed;
	double seconds = (double)t->took_ns / (double)NS_PER_S;
	char count[TABLE_TIME_SIZE], time[TABLE_TIME_SIZE];

	table_time(t->took_ns, time);
	table_number(t->answered, count);
	text_add(buf, size, "total     %9s  answered", count);
	if (t->failed)
		text_add(buf, size, ", %" PRIu64 " failed", t->failed);
	if (open)
		text_add(buf, size, ", %" PRIu64 " given up", open);
	if (t->retried)
		text_add(buf, size, ", %" PRIu64 " sent again", t->retried);
	table_number((uint64_t)((double)t->answered / seconds), count);
	text_add(buf, size, ", in %s: %s per second\n", time,
	         seconds > 0 ? count : "-");
	if (plan->keep_alive)
		text_add(buf, size, "          %9" PRIu64 "  connection%s\n",
		         t->connections, t->connections == 1 ? "" : "s");
}

/* Only where it is short and means something: requests one by one. */
static void
table_order(const struct plan *plan, const struct tally *t, char *buf,
            size_t size)
{
	if (plan->at_once > 1 || t->sent > TALLY_ORDER || !t->answered)
		return;
	text_add(buf, size, "order:");
	for (uint64_t i = 0; i < t->sent; i++)
		if (t->order[i][0])
			text_add(buf, size, " %s", tally_name(t, t->order[i]));
	text_add(buf, size, "\n");
}

void
table_tally(const struct plan *plan, struct tally *t, bool utf8, char *buf,
            size_t size)
{
	buf[0] = '\0';
	tally_sort(t);
	table_workers(t, utf8, buf, size);
	table_failures(plan, t, buf, size);
	table_times(t, buf, size);
	table_total(plan, t, buf, size);
	table_gap(t, buf, size);
	table_order(plan, t, buf, size);
}
