/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A connection gets a new process, which ends with it.  The worker has one
 * thread and never starts libmicrohttpd, so that it may fork at any turn; the
 * child has a lane of its own (lane.h), and stands to the worker as a worker
 * to the master.
 *
 * Start reading at model_fork_fork(), which is called after each turn.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/serve/lane.h"
#include "core/serve/model.h"
#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/title.h"

#define MODEL_FORK_WAITING  16 /* connections taken and not forked for */
#define MODEL_FORK_TIRED_NS (100 * NS_PER_MS)

/* A connection that waits for its process. */
struct waiting {
	int fd; /* owned */
	struct msg_handoff handoff;
};

/* A child, as the worker knows it. */
struct offspring {
	uint32_t number; /* f1, f2, never used again */
	pid_t pid;
	int row;
	struct wire *wire; /* owned: our end */
	uint32_t asked;    /* it is to answer this, and is watched; 0 nothing */
};

struct family {
	struct worker *worker; /* borrowed */
	struct waiting waiting[MODEL_FORK_WAITING];
	int nwaiting;
	struct offspring child[SETTINGS_CHILDREN];
	int n;
	uint32_t last;
	bool tired; /* no process could be had: a timer is set */
	bool tired_said;

	/* In a child: what it was born with. */
	struct waiting mine;
	struct lane_plan plan;
};

/* Asked for a variable *****************************************************/

/* Its answer is here; or why there is none. */
static void
model_fork_unask(struct family *f, struct offspring *child, const char *why)
{
	if (!child->asked)
		return;
	loop_drop(f->worker->loop, wire_fd(child->wire));
	if (why)
		worker_answer(f->worker, child->asked, why);
	child->asked = 0;
}

static void
model_fork_told(void *arg, uint32_t events)
{
	struct family *f = arg;
	static struct msg m;
	int fds[WIRE_FDS], nfds, got;

	(void)events;
	for (int i = 0; i < f->n; i++) {
		struct offspring *child = &f->child[i];

		if (!child->asked)
			continue;
		got = wire_recv(child->wire, &m, fds, &nfds);
		if (got > 0)
			wire_drop_fds(fds, nfds);
		if (got > 0 && m.type == MSG_VALUE)
			worker_tell(f->worker, &m);
		if (got < 0 || (got > 0 && m.seq == child->asked))
			model_fork_unask(f, child,
			                 got < 0 ? "it has ended" : NULL);
	}
}

static int
model_fork_peek(struct worker *w, uint32_t number, const struct msg *ask)
{
	struct family *f = w->model_state;
	struct offspring *child = NULL;
	struct err err;

	for (int i = 0; i < f->n; i++)
		if (f->child[i].number == number)
			child = &f->child[i];
	if (!child)
		return -1;
	model_fork_unask(f, child, "it is asked again");
	if (wire_send(child->wire, ask, NULL, 0, NULL) < 0 ||
	    loop_watch(w->loop, wire_fd(child->wire), EPOLLIN, model_fork_told,
	               f, &err) < 0)
		return -1;
	child->asked = ask->seq;
	return 0;
}

/* Death *******************************************************************/

static void
model_fork_ended(struct family *f, int i, int raw)
{
	struct offspring *child = &f->child[i];
	struct reporter who = f->worker->reporter;

	who.row = child->row;
	who.thread = child->number;
	who.pid = who.tid = child->pid;
	lane_say_ended(&who, raw);
	page_row_fold(who.page, child->row);
	worker_held(&who, -1);
	model_fork_unask(f, child, "it has ended");
	wire_close(child->wire);
	*child = f->child[--f->n];
}

static void
model_fork_reap(void *arg, const struct signalfd_siginfo *info)
{
	struct family *f = arg;
	struct child_news news;

	(void)info;
	while (child_next(&news) > 0) {
		if (news.change != CHILD_EXITED && news.change != CHILD_KILLED)
			continue;
		child_reap(news.pid);
		for (int i = f->n; i-- > 0;)
			if (f->child[i].pid == news.pid)
				model_fork_ended(f, i, news.raw);
	}
	worker_closed(f->worker);
}

/* Birth *******************************************************************/

static int
model_fork_prepare(struct family *f, struct offspring *child, int ends[2],
                   struct err *err)
{
	struct worker *w = f->worker;

	*child = (struct offspring){ .number = f->last + 1 };
	child->row =
	    page_row_take(w->reporter.page, w->reporter.id, child->number);
	if (child->row < 0)
		return err_set(err, "the page of counters has no free row for "
		                    "another child");
	if (wire_pair(ends, err) < 0) {
		page_row_fold(w->reporter.page, child->row);
		return -1;
	}
	child->wire = wire_open(ends[0], err);
	if (child->wire)
		return 0;
	close(ends[1]);
	page_row_fold(w->reporter.page, child->row);
	return -1;
}

/* For the oldest one that waits.  Returns 1 in the child. */
static int
model_fork_one(struct family *f, struct err *err)
{
	struct offspring *child = &f->child[f->n];
	struct row *rows = f->worker->reporter.page->row;
	int ends[2] = { -1, -1 };

	if (model_fork_prepare(f, child, ends, err) < 0)
		return -1;
	child->pid = child_fork(err);
	if (child->pid == 0) {
		f->mine = f->waiting[0];
		f->plan = (struct lane_plan){ .worker = f->worker,
			                      .fd = ends[1],
			                      .row = child->row,
			                      .number = child->number,
			                      .once = true };
		return 1;
	}
	close(ends[1]);
	if (child->pid < 0) {
		wire_close(child->wire);
		page_row_fold(f->worker->reporter.page, child->row);
		return -1;
	}
	atomic_store(&rows[child->row].pid, child->pid);
	atomic_store(&rows[child->row].tid, child->pid);
	f->last = child->number;
	f->n++;
	return 0;
}

static void
model_fork_rested(void *arg)
{
	((struct family *)arg)->tired = false;
}

/* No process could be had: who waits goes on waiting. */
static void
model_fork_tire(struct family *f, const char *why)
{
	f->tired = loop_timer(f->worker->loop, clock_ns() + MODEL_FORK_TIRED_NS,
	                      model_fork_rested, f) != 0;
	if (!f->tired_said)
		worker_say(f->worker, why);
	f->tired_said = true;
}

static int
model_fork_fork(struct worker *w)
{
	struct family *f = w->model_state;
	struct err err;

	while (f->nwaiting && !f->tired) {
		int born = model_fork_one(f, &err);

		if (born > 0)
			return 1;
		if (born < 0) {
			model_fork_tire(f, err.text);
			return 0;
		}
		f->tired_said = false;
		close(f->waiting[0].fd);
		f->nwaiting--;
		for (int i = 0; i < f->nwaiting; i++)
			f->waiting[i] = f->waiting[i + 1];
	}
	worker_closed(w); /* there may be room now */
	return 0;
}

/*
 * In the child, with nothing of the worker's but what it needs.  When it is
 * done it leaves at once: to tidy up would only copy the pages of memory
 * that it shares with the worker.
 */
static int
model_fork_child(struct worker *w)
{
	struct family *f = w->model_state;
	int keep[] = { f->mine.fd, f->plan.fd, w->reporter.wake,
		       w->reporter.stir };
	struct lane lane;
	struct err err;

	child_reset_signals();
	child_close_from(3, keep, 4);
	title_set("forkshop-server w%u.f%u", w->reporter.id, f->plan.number);
	if (w->settings.on_parent_death == DEATH_KILL &&
	    !child_follow_parent(w->reporter.pid, SIGKILL))
		return 0;
	if (lane_open(&lane, &f->plan, &err) < 0)
		return 1;
	if (lane_add(&lane, f->mine.fd, &f->mine.handoff) == 0)
		lane_run(&lane);
	child_leave(0);
}

/* The model ***************************************************************/

static int
model_fork_open(struct worker *w, struct err *err)
{
	struct family *f = calloc(1, sizeof(*f));
	sigset_t set;

	if (!f)
		return err_sys(err, "no memory for children");
	f->worker = w;
	w->model_state = f;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return loop_signals(w->loop, &set, model_fork_reap, f, err);
}

static int
model_fork_count(const struct worker *w)
{
	const struct family *f = w->model_state;

	return f->n + f->nwaiting;
}

static bool
model_fork_room(const struct worker *w)
{
	const struct family *f = w->model_state;

	return !f->tired && f->nwaiting < MODEL_FORK_WAITING &&
	       f->n + f->nwaiting < SETTINGS_CHILDREN;
}

static enum taken
model_fork_take(struct worker *w, int fd, const struct msg_handoff *handoff)
{
	struct family *f = w->model_state;

	if (!model_fork_room(w))
		return TAKEN_NOT;
	f->waiting[f->nwaiting++] = (struct waiting){ fd, *handoff };
	return TAKEN_FREE;
}

static void
model_fork_poke(struct worker *w, const struct msg *m)
{
	struct family *f = w->model_state;

	for (int i = 0; i < f->n; i++)
		wire_send(f->child[i].wire, m, NULL, 0, NULL);
}

static void
model_fork_yield(struct worker *w)
{
	struct msg m = msg_make(MSG_WANTED, NULL);

	model_fork_poke(w, &m);
}

static void
model_fork_leave(struct worker *w)
{
	struct msg m = msg_make(MSG_LEAVE, NULL);

	model_fork_poke(w, &m);
}

/* The ends of their wires tell the children that we are gone. */
static void
model_fork_close(struct worker *w)
{
	struct family *f = w->model_state;

	for (int i = 0; i < f->n; i++)
		wire_close(f->child[i].wire);
	for (int i = 0; i < f->nwaiting; i++)
		close(f->waiting[i].fd);
	free(f);
}

const struct model model_fork = {
	.open = model_fork_open,
	.take = model_fork_take,
	.count = model_fork_count,
	.room = model_fork_room,
	.yield = model_fork_yield,
	.poke = model_fork_poke,
	.peek = model_fork_peek,
	.leave = model_fork_leave,
	.close = model_fork_close,
	.fork = model_fork_fork,
	.child = model_fork_child,
	.one_thread = "with the model fork each connection gets a process, "
	              "and only who has one thread forks safely",
};
