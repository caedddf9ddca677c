/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A run has as many shots as requests may be under way.  An idle shot is
 * loaded and fired (run_fire), curl says what to watch and when to be called
 * (run_on_socket, run_on_timer), and what is done is collected once in each
 * turn of the loop (run_work), which is where to start reading.
 */
#include "core/load/run.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/load/shot.h"
#include "core/sys/clock.h"
#include "core/sys/loop.h"

#define RUN_PROGRESS_NS (100 * NS_PER_MS)
#define RUN_RETRY_NS    (100 * NS_PER_MS)

struct run {
	const struct plan *plan; /* all borrowed, down to `only` */
	struct wire *shell;
	struct aim *aim;
	struct tally *tally;
	struct run_only *only; /* NULL when there are several */
	bool show_progress;

	struct loop *loop;          /* owned */
	CURLM *multi;               /* owned */
	struct curl_slist *connect; /* owned: the private port, or NULL */
	struct shot *shots;         /* owned: plan->at_once of them */
	struct shot *idle;          /* some of them */
	int busy;                   /* the others */

	int64_t began_ns;
	bool kick;     /* curl wants to be called without a wait */
	int timer;     /* the loop's, for curl; 0 none */
	int due_timer; /* when the rate allows the next request; 0 none */
	bool closing;  /* sends no more */
	bool stopped;  /* from outside */
};

/* News for the shell ****************************************************/

static void
run_tell_times(struct tally *t, struct msg_progress *p)
{
	p->took_ns = t->took_ns;
	p->p50_ns = tally_percentile(t, 50);
	p->p99_ns = tally_percentile(t, 99);
}

static void
run_tell(struct run *run, enum msg_type type)
{
	const struct tally *t = run->tally;
	struct msg m = msg_make(type, run->plan->name);

	m.progress.wanted = run->plan->requests;
	m.progress.sent = t->sent;
	m.progress.answered = t->answered;
	m.progress.failed = t->failed;
	m.progress.refused = t->reasons[TALLY_REFUSED];
	m.progress.port = run->plan->port;
	if (type == MSG_RESULT)
		run_tell_times(run->tally, &m.progress);
	if (run->shell && !wire_waiting(run->shell))
		wire_send(run->shell, &m, NULL, 0, NULL);
	else if (run->shell && wire_flush(run->shell) == 0 &&
	         type == MSG_RESULT)
		wire_send(run->shell, &m, NULL, 0, NULL);
}

/* Nobody listens: that is said once, and the result says how often it was. */
static void
run_tell_refused(struct run *run)
{
	struct msg m = msg_make(MSG_REFUSED, run->plan->name);

	m.target.value = run->plan->port;
	if (run->shell)
		wire_send(run->shell, &m, NULL, 0, NULL);
}

static void
run_progress(void *arg)
{
	struct run *run = arg;

	run_tell(run, MSG_PROGRESS);
	if (run->show_progress)
		fprintf(stderr, "\r%" PRIu64 " answered, %" PRIu64 " failed ",
		        run->tally->answered, run->tally->failed);
	loop_timer(run->loop, clock_ns() + RUN_PROGRESS_NS, run_progress, run);
}

/* Stopping **************************************************************/

static void
run_close_sending(void *arg)
{
	struct run *run = arg;

	run->closing = true;
}

static void
run_stop(struct run *run)
{
	run->stopped = true;
	loop_stop(run->loop);
}

static void
run_on_signal(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	run_stop(arg);
}

/* The shell never speaks to us: what can be read here is its end. */
static void
run_on_shell(void *arg, uint32_t events)
{
	struct run *run = arg;
	int fds[WIRE_FDS], nfds, got;
	struct msg m;

	(void)events;
	while ((got = wire_recv(run->shell, &m, fds, &nfds)) > 0)
		wire_drop_fds(fds, nfds);
	if (got < 0)
		run_stop(run);
}

/* What curl asks of the loop ********************************************/

static void
run_on_ready(struct run *run, curl_socket_t fd, uint32_t events)
{
	int running, flags = 0;

	if (events & EPOLLIN)
		flags |= CURL_CSELECT_IN;
	if (events & EPOLLOUT)
		flags |= CURL_CSELECT_OUT;
	if (events & (EPOLLERR | EPOLLHUP))
		flags |= CURL_CSELECT_ERR;
	curl_multi_socket_action(run->multi, fd, flags, &running);
}

/* A descriptor that curl wants watched. */
struct run_socket {
	struct run *run; /* borrowed */
	curl_socket_t fd;
};

static void
run_socket_ready(void *arg, uint32_t events)
{
	struct run_socket *s = arg;

	run_on_ready(s->run, s->fd, events);
}

static void
run_socket_watch(struct run *run, curl_socket_t fd, uint32_t events)
{
	struct run_socket *s = malloc(sizeof(*s));

	if (!s)
		return;
	*s = (struct run_socket){ run, fd };
	if (loop_watch(run->loop, fd, events, run_socket_ready, s, NULL) < 0)
		free(s);
	else
		curl_multi_assign(run->multi, fd, s);
}

static int
run_on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *assigned)
{
	static const uint32_t events[] = { [CURL_POLL_NONE] = 0,
		                           [CURL_POLL_IN] = EPOLLIN,
		                           [CURL_POLL_OUT] = EPOLLOUT,
		                           [CURL_POLL_INOUT] =
		                               EPOLLIN | EPOLLOUT };
	struct run *run = arg;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		loop_drop(run->loop, fd);
		curl_multi_assign(run->multi, fd, NULL);
		free(assigned);
	} else if (assigned) {
		loop_change(run->loop, fd, events[what]);
	} else {
		run_socket_watch(run, fd, events[what]);
	}
	return 0;
}

static void
run_timer_due(void *arg)
{
	struct run *run = arg;

	run->timer = 0;
	run->kick = true;
}

static int
run_on_timer(CURLM *multi, long patience_ms, void *arg)
{
	struct run *run = arg;

	(void)multi;
	loop_cancel(run->loop, run->timer);
	run->timer = 0;
	run->kick = patience_ms == 0;
	if (patience_ms > 0)
		run->timer =
		    loop_timer(run->loop, clock_ns() + patience_ms * NS_PER_MS,
		               run_timer_due, run);
	return 0;
}

/* One request ***********************************************************/

/* Put the shot's request on its way, for the first time or again. */
static void
run_fly(void *arg)
{
	struct shot *shot = arg;

	shot->answer = (struct answer){ 0 };
	shot->attempt_ns = clock_ns();
	if (shot->run->plan->keep_alive) /* again, but not on what broke */
		curl_easy_setopt(shot->easy, CURLOPT_FRESH_CONNECT,
		                 shot->retries ? 1L : 0L);
	curl_multi_add_handle(shot->run->multi, shot->easy);
	shot->flying = true;
}

static void
run_fire(struct run *run)
{
	struct shot *shot = run->idle;

	run->idle = shot->next;
	run->busy++;
	shot->nth = run->tally->sent++;
	shot->retries = 0;
	run_fly(shot);
	shot->begin_ns = shot->attempt_ns;
}

static void
run_land(struct shot *shot)
{
	struct run *run = shot->run;

	if (run->only) {
		run->only->answer = shot->answer;
		run->only->answer.body = run->only->body;
	}
	if (shot->answer.reason == TALLY_ANSWERED)
		tally_answered_at(run->tally, clock_ns() - run->began_ns);
	tally_add(run->tally, shot->nth, &shot->answer);
	if (shot->answer.reason == TALLY_REFUSED &&
	    run->tally->reasons[TALLY_REFUSED] == 1)
		run_tell_refused(run);
	shot->next = run->idle;
	run->idle = shot;
	run->busy--;
}

static void
run_collect(struct run *run)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(run->multi, &left))) {
		CURLcode code = m->data.result;
		struct shot *shot;

		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &shot);
		run->tally->connections += shot_read(shot, code);
		curl_multi_remove_handle(run->multi, shot->easy);
		shot->flying = false;
		if (shot->answer.reason != TALLY_ANSWERED &&
		    shot->retries < run->plan->retries && !run->stopped) {
			shot->retries++;
			run->tally->retried++;
			loop_timer(run->loop, clock_ns() + RUN_RETRY_NS,
			           run_fly, shot);
		} else {
			run_land(shot);
		}
	}
}

/* Many requests *********************************************************/

static void
run_due(void *arg)
{
	struct run *run = arg;

	run->due_timer = 0;
}

/* May the next request be sent now?  If only later, a timer tells. */
static bool
run_may_fire(struct run *run)
{
	const struct plan *plan = run->plan;
	int64_t due_ns;

	if (run->closing || run->due_timer ||
	    (plan->requests && run->tally->sent == plan->requests))
		return false;
	if (plan->rate <= 0)
		return true;
	due_ns = run->began_ns + (int64_t)((double)run->tally->sent *
	                                   (double)NS_PER_S / plan->rate);
	if (clock_ns() >= due_ns)
		return true;
	run->due_timer = loop_timer(run->loop, due_ns, run_due, run);
	return false;
}

/* Once in every turn, and again until it has nothing to do. */
static int
run_work(void *arg)
{
	struct run *run = arg;
	const struct plan *plan = run->plan;
	int running;

	if (run->kick) {
		run->kick = false;
		curl_multi_socket_action(run->multi, CURL_SOCKET_TIMEOUT, 0,
		                         &running);
	}
	run_collect(run);
	while (run->idle && run_may_fire(run))
		run_fire(run);
	if (!run->busy &&
	    (run->closing ||
	     (plan->requests && run->tally->sent == plan->requests)))
		loop_stop(run->loop);
	return run->kick;
}

/* Setting up ************************************************************/

static int
run_open_shots(struct run *run, struct err *err)
{
	char url[PLAN_PATH_SIZE + 64], to[64];
	struct shot_with with = { .plan = run->plan,
		                  .aim = run->aim,
		                  .shell = run->shell };

	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", run->plan->port,
	         run->plan->path);
	if (run->aim) {
		snprintf(to, sizeof(to), "::127.0.0.1:%d",
		         run->aim->private_port);
		run->connect = curl_slist_append(NULL, to);
	}
	with.connect = run->connect;
	with.body = run->only ? run->only->body : NULL;
	run->shots = calloc((size_t)run->plan->at_once, sizeof(*run->shots));
	for (int i = run->plan->at_once - 1; run->shots && i >= 0; i--) {
		struct shot *shot = &run->shots[i];

		shot->run = run;
		if (shot_open(shot, &with, url) < 0)
			return err_set(err, "no memory for %d requests at once",
			               run->plan->at_once);
		shot->next = run->idle;
		run->idle = shot;
	}
	return run->shots ? 0 : err_sys(err, "no memory for requests");
}

static int
run_open(struct run *run, struct err *err)
{
	sigset_t set;

	run->loop = loop_open(err);
	if (!run->loop)
		return -1;
	curl_global_init(CURL_GLOBAL_NOTHING);
	run->multi = curl_multi_init();
	if (!run->multi)
		return err_set(err, "libcurl cannot start");
	curl_multi_setopt(run->multi, CURLMOPT_SOCKETFUNCTION, run_on_socket);
	curl_multi_setopt(run->multi, CURLMOPT_SOCKETDATA, run);
	curl_multi_setopt(run->multi, CURLMOPT_TIMERFUNCTION, run_on_timer);
	curl_multi_setopt(run->multi, CURLMOPT_TIMERDATA, run);
	curl_multi_setopt(run->multi, CURLMOPT_MAXCONNECTS,
	                  (long)run->plan->at_once);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	if (loop_signals(run->loop, &set, run_on_signal, run, err) < 0)
		return -1;
	if (run->shell && loop_watch(run->loop, wire_fd(run->shell), EPOLLIN,
	                             run_on_shell, run, err) < 0)
		return -1;
	return run_open_shots(run, err);
}

static void
run_close(struct run *run)
{
	for (int i = 0; run->shots && i < run->plan->at_once; i++) {
		struct shot *shot = &run->shots[i];

		if (shot->flying)
			curl_multi_remove_handle(run->multi, shot->easy);
		curl_easy_cleanup(shot->easy);
	}
	free(run->shots);
	if (run->multi)
		curl_multi_cleanup(run->multi);
	curl_slist_free_all(run->connect);
	curl_global_cleanup();
	loop_close(run->loop);
}

int
run_plan(const struct run_with *with, struct run_only *only, struct err *err)
{
	const struct plan *plan = with->plan;
	struct run run = { .plan = plan,
		           .shell = with->shell,
		           .aim = with->aim,
		           .tally = with->tally,
		           .only = plan->requests == 1 ? only : NULL,
		           .show_progress = with->show_progress };
	int result = run_open(&run, err);

	if (result == 0) {
		run.began_ns = clock_ns();
		if (plan->for_ns)
			loop_timer(run.loop, run.began_ns + plan->for_ns,
			           run_close_sending, &run);
		loop_timer(run.loop, run.began_ns + RUN_PROGRESS_NS,
		           run_progress, &run);
		loop_work(run.loop, run_work, &run);
		while (run_work(&run))
			continue;
		result = loop_run(run.loop, err);
		run.tally->took_ns = clock_ns() - run.began_ns;
		run_tell(&run, MSG_RESULT);
		if (run.show_progress)
			fprintf(stderr, "\r\33[K");
	}
	run_close(&run);
	return result == 0 && run.stopped ? 1 : result;
}
