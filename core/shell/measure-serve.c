/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measure serve: for each model a server of its own, the same load on it,
 * and its end; then one table.
 *
 * What it does are lines that can be typed, `serve`, `get` and `shutdown`;
 * while the requests run, the server's processes are counted in the tree.
 * Start reading at serving_poll().
 */
#include "core/shell/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/shell/inside.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/wire/models.h"

#define SERVING_LOOK_NS (50 * NS_PER_MS)
#define SERVING_PROCS   40 /* whose memory is read */
#define SERVING_BAR     16
#define SERVING_LOAD    "-c 8 --for 1s"

static const char *const serving_models[] = {
#define X(id, word, text) word,
	MODELS(X)
#undef X
};
#define NMODELS ((int)(sizeof(serving_models) / sizeof(serving_models[0])))

enum serving_step {
	SERVING_NEXT,
	SERVING_STARTS,
	SERVING_LOADED,
	SERVING_ENDS
};

/* What one model came to. */
struct served_model {
	bool done;
	struct msg_progress run;
	int processes, threads; /* the most that were seen at one time */
	int64_t private_kb;
};

struct serving_all {
	struct session *session; /* borrowed */
	enum serving_step step;
	int at; /* the model */
	struct served_model model[NMODELS];
};

/* "try-pool" */
static void
serving_name(const struct serving_all *a, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "try-%.7s", serving_models[a->at]);
}

/* Looking ***************************************************************/

/* The master and all below it, as they are now. */
static void
serving_count(struct serving_all *a)
{
	struct session *s = a->session;
	struct served_model *m = &a->model[a->at];
	const struct snapshot *snap;
	struct served_model now = { 0 };
	const struct proc *master;
	struct proc_memory memory;
	char name[NAME_SIZE];

	serving_name(a, name);
	watch_refresh(s->watch);
	snap = session_snapshot(s);
	master = snapshot_find(snap, name);
	if (!master)
		return;
	for (const struct proc *p = master; p < snap->proc + snap->nprocs;
	     p++) {
		if (p > master && p->depth <= master->depth)
			break;
		if (p->dead || p->tid)
			continue;
		now.processes++;
		now.threads += p->threads > 0 ? p->threads : 1;
		if (now.processes <= SERVING_PROCS &&
		    procfs_memory(s->procfs, p->pid, &memory) == 0)
			now.private_kb += memory.private_kb;
	}
	if (now.processes > m->processes)
		m->processes = now.processes;
	if (now.threads > m->threads)
		m->threads = now.threads;
	if (now.private_kb > m->private_kb)
		m->private_kb = now.private_kb;
}

static void
serving_on_look(void *arg)
{
	struct serving_all *a = arg;

	serving_count(a);
	a->session->looking = loop_timer(
	    a->session->loop, clock_ns() + SERVING_LOOK_NS, serving_on_look, a);
}

static void
serving_look(struct serving_all *a, bool on)
{
	loop_cancel(a->session->loop, a->session->looking);
	a->session->looking =
	    on ? loop_timer(a->session->loop, clock_ns() + SERVING_LOOK_NS,
	                    serving_on_look, a)
	       : 0;
}

/* The table *************************************************************/

static double
serving_rate(const struct served_model *m)
{
	return m->run.took_ns > 0
	           ? (double)m->run.answered * NS_PER_S / (double)m->run.took_ns
	           : 0;
}

static void
serving_say_model(struct session *s, const char *name,
                  const struct served_model *m, double best)
{
	char bar[4 * SERVING_BAR] = "", failed[32] = "";

	text_bar(bar, sizeof(bar), (int64_t)serving_rate(m), (int64_t)best,
	         SERVING_BAR, text_draws());
	if (m->run.failed)
		snprintf(failed, sizeof(failed), " %" PRIu64 " failed",
		         m->run.failed);
	session_say(s, LINE_RESULT,
	            "  %-8s %9.0f %7.2f %7.2f %7" PRId64 "K %6d %4d  %s%s",
	            name, serving_rate(m), (double)m->run.p50_ns / NS_PER_MS,
	            (double)m->run.p99_ns / NS_PER_MS, m->private_kb,
	            m->processes, m->threads, bar, failed);
}

static void
serving_say(const struct serving_all *a)
{
	struct session *s = a->session;
	double best = 0;

	for (int i = 0; i < NMODELS; i++)
		if (serving_rate(&a->model[i]) > best)
			best = serving_rate(&a->model[i]);
	session_say(s, LINE_RESULT,
	            "each model with 2 workers, and get %s; times in ms",
	            SERVING_LOAD);
	session_say(s, LINE_RESULT, "  %-8s %9s %7s %7s %8s %6s %4s", "model",
	            "per s", "p50", "p99", "private", "procs", "thr");
	for (int i = 0; i < NMODELS; i++)
		if (a->model[i].done)
			serving_say_model(s, serving_models[i], &a->model[i],
			                  best);
}

/* Steps *****************************************************************/

static void
serving_start(struct serving_all *a)
{
	char name[NAME_SIZE], line[120];

	serving_name(a, name);
	snprintf(line, sizeof(line), "serve %s --port 0 --model %s", name,
	         serving_models[a->at]);
	a->step = SERVING_STARTS;
	session_nest(a->session, line);
}

static void
serving_load(struct serving_all *a)
{
	char name[NAME_SIZE], line[120];

	serving_name(a, name);
	snprintf(line, sizeof(line), "get %s --server %s", SERVING_LOAD, name);
	memset(&a->session->last_run, 0, sizeof(a->session->last_run));
	a->step = SERVING_LOADED;
	serving_look(a, true);
	snprintf(a->session->hushed, NAME_SIZE, "%s", name);
	session_nest(a->session, line);
}

static void
serving_end(struct serving_all *a)
{
	char name[NAME_SIZE], line[120];

	serving_look(a, false);
	session_catch_up(a->session);
	a->session->hushed[0] = '\0';
	a->model[a->at].run = a->session->last_run;
	a->model[a->at].done = a->session->last_run.answered > 0;
	serving_name(a, name);
	snprintf(line, sizeof(line), "shutdown %s", name);
	a->step = SERVING_ENDS;
	session_nest(a->session, line);
}

/* Each step nests the next one, and is called again when that is over. */
static enum outcome
serving_poll(struct session *s, void *arg, struct err *err)
{
	struct serving_all *a = arg;

	(void)err;
	switch (a->step) {
	case SERVING_STARTS:
		if (s->nested == OUTCOME_DONE || s->interrupted) {
			if (s->interrupted)
				serving_end(a);
			else
				serving_load(a);
			return OUTCOME_WAITS;
		}
		a->at++;
		break;
	case SERVING_LOADED:
		serving_end(a);
		return OUTCOME_WAITS;
	case SERVING_ENDS:
		a->at++;
		break;
	default:
		break;
	}
	if (a->at < NMODELS && !s->interrupted) {
		serving_start(a);
		return OUTCOME_WAITS;
	}
	serving_say(a);
	return s->interrupted ? OUTCOME_FAILED : OUTCOME_DONE;
}

/* Between two steps there is nothing to end. */
static void
serving_interrupt(struct session *s, void *arg)
{
	(void)arg;
	session_news(s);
}

enum outcome
measure_serve(struct session *s, struct err *err)
{
	struct serving_all *a = calloc(1, sizeof(*a));

	if (!a) {
		err_sys(err, "cannot measure");
		return OUTCOME_FAILED;
	}
	a->session = s;
	session_wait(s, serving_poll, serving_interrupt, a, -1);
	return OUTCOME_WAITS;
}
