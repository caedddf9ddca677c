/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/load/json.h"

#include <jansson.h>
#include <stdio.h>

#include "core/load/table.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

static json_t *
json_ms(int64_t ns)
{
	return json_real((double)ns / (double)NS_PER_MS);
}

/* A string of any bytes: as it is where it is UTF-8, else cleaned. */
static json_t *
json_bytes(const char *bytes, size_t len)
{
	json_t *s = json_stringn(bytes, len);
	char line[1024];

	if (s)
		return s;
	text_clean(line, sizeof(line), bytes, len);
	return json_string(line);
}

static char *
json_line(json_t *object)
{
	char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));

	json_decref(object);
	return line;
}

static void
json_put_failure(json_t *o, const struct plan *plan, enum tally_reason reason,
                 const char *why)
{
	char text[TALLY_WHY];

	table_reason(plan, reason, why, text, sizeof(text));
	json_object_set_new(o, "failed",
	                    json_string(tally_reason_name(reason)));
	json_object_set_new(o, "sentence", json_string(text));
}

char *
json_answer(const struct plan *plan, const struct answer *a)
{
	json_t *o = json_object();

	if (a->reason != TALLY_ANSWERED) {
		json_put_failure(o, plan, a->reason, a->why);
		return json_line(o);
	}
	json_object_set_new(o, "status", json_integer(a->status));
	if (a->server[0])
		json_object_set_new(o, "server", json_string(a->server));
	if (a->worker[0])
		json_object_set_new(o, "worker", json_string(a->worker));
	if (a->pid)
		json_object_set_new(o, "pid", json_integer(a->pid));
	json_object_set_new(o, "ms", json_ms(a->took_ns));
	json_object_set_new(o, "body", json_bytes(a->body, a->body_len));
	return json_line(o);
}

static json_t *
json_workers(const struct tally *t)
{
	json_t *o = json_object();

	for (int i = 0; i < t->nworkers; i++)
		json_object_set_new(
		    o, tally_name(t, t->workers[i].name),
		    json_integer((json_int_t)t->workers[i].answers));
	return o;
}

static json_t *
json_statuses(const struct tally *t)
{
	json_t *o = json_object();
	char key[16];

	for (int i = 0; i < t->nstatuses; i++) {
		snprintf(key, sizeof(key), "%d", t->statuses[i].status);
		json_object_set_new(
		    o, key, json_integer((json_int_t)t->statuses[i].answers));
	}
	return o;
}

static json_t *
json_reasons(const struct tally *t)
{
	json_t *o = json_object();

	for (int r = TALLY_ANSWERED + 1; r < TALLY_REASONS; r++)
		if (t->reasons[r])
			json_object_set_new(
			    o, tally_reason_name((enum tally_reason)r),
			    json_integer((json_int_t)t->reasons[r]));
	return o;
}

static void
json_put_times(json_t *o, struct tally *t)
{
	json_object_set_new(o, "p50_ms", json_ms(tally_percentile(t, 50)));
	json_object_set_new(o, "p95_ms", json_ms(tally_percentile(t, 95)));
	json_object_set_new(o, "p99_ms", json_ms(tally_percentile(t, 99)));
	json_object_set_new(o, "max_ms", json_ms(t->max_ns));
	json_object_set_new(o, "gap_ms", json_ms(tally_gap(t)));
}

static json_t *
json_order(const struct tally *t)
{
	json_t *a = json_array();

	for (uint64_t i = 0; i < t->sent; i++)
		json_array_append_new(a, json_string(t->order[i]));
	return a;
}

char *
json_tally(const struct plan *plan, struct tally *t)
{
	double seconds = (double)t->took_ns / (double)NS_PER_S;
	json_t *o = json_object();

	tally_sort(t);
	json_object_set_new(o, "sent", json_integer((json_int_t)t->sent));
	json_object_set_new(o, "answered",
	                    json_integer((json_int_t)t->answered));
	json_object_set_new(o, "failed", json_integer((json_int_t)t->failed));
	json_object_set_new(o, "sent_again",
	                    json_integer((json_int_t)t->retried));
	json_object_set_new(o, "connections",
	                    json_integer((json_int_t)t->connections));
	json_object_set_new(o, "seconds", json_real(seconds));
	json_object_set_new(
	    o, "per_second",
	    json_real(seconds > 0 ? (double)t->answered / seconds : 0));
	json_object_set_new(o, "workers", json_workers(t));
	json_object_set_new(o, "statuses", json_statuses(t));
	json_object_set_new(o, "reasons", json_reasons(t));
	json_put_times(o, t);
	if (plan->at_once == 1 && t->sent <= TALLY_ORDER)
		json_object_set_new(o, "order", json_order(t));
	return json_line(o);
}
