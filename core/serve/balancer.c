/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at balancer_main(), then balancer_tick().
 */
#include "core/serve/balancer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/sys/title.h"

/* What the shell asks for *************************************************/

static int
balancer_set_policy(struct balancer *b, const char *value, struct err *err)
{
	const struct policy *policy = balancer_options_policy(value, err);

	if (!policy)
		return -1;
	b->options.policy = policy;
	return 0;
}

static int
balancer_set_timeout(struct balancer *b, const char *value, struct err *err)
{
	int64_t s;

	if (!text_number(value, 1, 86400, &s))
		return err_set(err,
		               "timeout is a number of seconds, not "
		               "\"%.40s\"",
		               value);
	b->options.timeout_s = (int)s;
	return 0;
}

static int
balancer_set_add(struct balancer *b, const char *value, struct err *err)
{
	struct balancer_to to;

	if (balancer_options_to(value, &to, err) < 0 ||
	    backend_add(b, &to, err) < 0)
		return -1;
	health_tick(b);
	return 0;
}

/* "web1=3005": web1 is there now. */
static int
balancer_set_move(struct balancer *b, const char *value, struct err *err)
{
	struct backend_slot *s;
	struct balancer_to to;

	if (balancer_options_to(value, &to, err) < 0)
		return -1;
	s = backend_find(b, to.name);
	if (s && s->row->port != to.port)
		backend_move(s, to.port);
	return 0;
}

static struct backend_slot *
balancer_named(struct balancer *b, const char *value, struct err *err)
{
	struct backend_slot *s = backend_find(b, value);

	if (!s)
		err_set(err, "%s has no server %.40s: `explain %s` lists them",
		        b->options.name, value, b->options.name);
	return s;
}

static int
balancer_set_remove(struct balancer *b, const char *value, struct err *err)
{
	struct backend_slot *s = balancer_named(b, value, err);

	if (!s)
		return -1;
	backend_remove(s);
	return 0;
}

static int
balancer_set_drain(struct balancer *b, const char *value, struct err *err)
{
	struct backend_slot *s = balancer_named(b, value, err);

	if (!s)
		return -1;
	backend_drain(s, true);
	return 0;
}

static int
balancer_set_undrain(struct balancer *b, const char *value, struct err *err)
{
	struct backend_slot *s = balancer_named(b, value, err);

	if (!s)
		return -1;
	backend_drain(s, false);
	return 0;
}

static int
balancer_set_twin(struct balancer *b, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	address_share(b);
	return 0;
}

/* Their values stand in the page; the message only says that they changed. */
static int
balancer_set_in_page(struct balancer *b, const char *value, struct err *err)
{
	(void)value;
	(void)err;
	gate_poke(&b->gate);
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct balancer *, const char *value, struct err *);
} balancer_settings[] = {
	{ "policy", balancer_set_policy },
	{ "timeout", balancer_set_timeout },
	{ "add", balancer_set_add },
	{ "move", balancer_set_move },
	{ "remove", balancer_set_remove },
	{ "drain", balancer_set_drain },
	{ "undrain", balancer_set_undrain },
	{ "twin", balancer_set_twin },
	{ "slow", balancer_set_in_page },
	{ "frozen", balancer_set_in_page },
	{ "steps", balancer_set_in_page },
};

#define BALANCER_SETTINGS                                                      \
	(sizeof(balancer_settings) / sizeof(balancer_settings[0]))

static void
balancer_set(struct balancer *b, const struct msg *msg)
{
	struct err err;

	for (size_t i = 0; i < BALANCER_SETTINGS; i++) {
		if (strcmp(balancer_settings[i].name, msg->set.name) != 0)
			continue;
		if (balancer_settings[i].set(b, msg->set.value, &err) < 0)
			balancer_failed(b, msg->seq, err.text);
		else
			balancer_done(b, msg->seq);
		return;
	}
	err_set(&err, "%s is a balancer: it has no setting \"%.32s\"",
	        b->options.name, msg->set.name);
	balancer_failed(b, msg->seq, err.text);
}

/* Take in what waits, refuse from now on, and end with the last one. */
static void
balancer_stop(struct balancer *b, uint32_t seq)
{
	while (b->listener.listens && !b->rests && link_accept(b))
		continue;
	address_close(b);
	b->stopping = true;
	b->stop_seq = seq;
}

static void
balancer_hear(struct balancer *b, const struct msg *msg)
{
	char text[96];

	switch (msg->type) {
	case MSG_SET:
		balancer_set(b, msg);
		break;
	case MSG_STOP:
		balancer_stop(b, msg->seq);
		break;
	case MSG_FORK:
	case MSG_RETIRE:
		snprintf(text, sizeof(text),
		         "%s is a balancer: it has no "
		         "workers",
		         b->options.name);
		balancer_failed(b, msg->seq, text);
		break;
	}
}

static void
balancer_shell(void *arg, uint32_t events)
{
	static struct msg msg;
	struct balancer *b = arg;
	int fds[WIRE_FDS], nfds, got;

	if (events & EPOLLOUT && wire_flush(b->shell) == 0 &&
	    !wire_waiting(b->shell))
		loop_change(b->loop, wire_fd(b->shell), EPOLLIN);
	if (!(events & ~(uint32_t)EPOLLOUT))
		return;
	got = wire_recv(b->shell, &msg, fds, &nfds);
	if (got < 0)
		b->over = true; /* the shell is gone: so are we */
	if (got <= 0)
		return;
	wire_drop_fds(fds, nfds);
	balancer_hear(b, &msg);
}

/* The loop ****************************************************************/

static void
balancer_tick(void *arg)
{
	struct balancer *b = arg;

	b->now_ns = clock_ns();
	health_tick(b);
	link_tick(b);
	if (b->rests)
		address_rest(b, false);
	loop_timer(b->loop, b->now_ns + BALANCER_TICK_NS, balancer_tick, b);
}

static int
balancer_work(void *arg)
{
	struct balancer *b = arg;

	if (b->stopping && !b->open && !b->over) {
		balancer_done(b, b->stop_seq);
		b->over = true;
	}
	return 0;
}

static int
balancer_run(struct balancer *b)
{
	struct err err;

	balancer_tick(b);
	while (!b->over)
		if (loop_turn(b->loop, -1, &err) < 0) {
			balancer_failed(b, 0, err.text);
			return 1;
		}
	return 0;
}

/* Opening *****************************************************************/

/* Is there a wire, a page, an eventfd where the lab puts them? */
static bool
balancer_has_shell(void)
{
	struct stat page;
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(WIRE_CHILD_FD, SOL_SOCKET, SO_TYPE, &type, &len) ==
	           0 &&
	       type == SOCK_SEQPACKET && fstat(PAGE_CHILD_FD, &page) == 0 &&
	       page.st_size == (off_t)sizeof(struct page);
}

static int
balancer_meet_shell(struct balancer *b, struct err *err)
{
	b->page = page_map(PAGE_CHILD_FD, err);
	b->shell = wire_open(WIRE_CHILD_FD, err);
	close(PAGE_CHILD_FD);
	b->wake = WAKE_CHILD_FD;
	if (!b->page || !b->shell)
		return -1;
	return loop_watch(b->loop, WIRE_CHILD_FD, EPOLLIN, balancer_shell, b,
	                  err);
}

/* By hand: a page of our own, and words on the terminal. */
static int
balancer_do_without(struct balancer *b, struct err *err)
{
	int fd;

	b->wake = -1;
	b->page = page_create(&fd, err);
	if (!b->page)
		return -1;
	close(fd);
	setvbuf(stdout, NULL, _IOLBF, 0);
	return 0;
}

static void
balancer_take_row(struct balancer *b)
{
	int row = page_row_take(b->page, 0, 0);

	b->reporter = (struct reporter){ .page = b->page,
		                         .row = row < 0 ? 0 : row,
		                         .wake = b->wake,
		                         .pid = getpid(),
		                         .tid = getpid() };
	b->row = &b->page->row[b->reporter.row];
	atomic_store(&b->row->pid, getpid());
	atomic_store(&b->row->tid, getpid());
	gate_init(&b->gate, b->loop, b->page);
}

static void
balancer_say_online(struct balancer *b)
{
	struct msg msg = msg_make(MSG_ONLINE, b->options.name);

	msg.target.pid = getpid();
	msg.target.value = b->options.port;
	if (b->listener.listens)
		msg.target.value = b->listener.port;
	balancer_say(b, &msg);
}

static int
balancer_begin(struct balancer *b, struct err *err)
{
	if (link_init(b, err) < 0)
		return -1;
	for (int i = 0; i < b->options.nto; i++)
		if (backend_add(b, &b->options.to[i], err) < 0)
			return -1;
	if (address_open(b, err) < 0)
		return -1;
	balancer_say_online(b);
	return 0;
}

/* On failure the shell has been told. */
static int
balancer_open(struct balancer *b, struct err *err)
{
	b->listener.fd = b->diag = b->standby = -1;
	b->dice = (uint64_t)clock_ns() | 1;
	for (int i = 0; i < PAGE_BACKENDS; i++)
		b->servers[i].check.fd = -1;
	b->loop = loop_open(err);
	if (!b->loop)
		return -1;
	loop_work(b->loop, balancer_work, b);
	if (balancer_has_shell() ? balancer_meet_shell(b, err) < 0
	                         : balancer_do_without(b, err) < 0)
		return -1;
	balancer_take_row(b);
	if (balancer_begin(b, err) == 0)
		return 0;
	if (b->shell)
		balancer_failed(b, 0, err->text);
	return -1;
}

static void
balancer_close(struct balancer *b)
{
	address_close(b);
	link_end_all(b);
	for (int i = 0; i < PAGE_BACKENDS; i++)
		health_stop(&b->servers[i]);
	free(b->links);
	if (b->diag >= 0)
		close(b->diag);
	if (b->shell)
		wire_flush(b->shell);
	wire_close(b->shell);
	loop_close(b->loop);
	page_unmap(b->page);
}

int
balancer_main(int argc, char **argv)
{
	static struct balancer balancer;
	struct err err;
	int parsed =
	        balancer_options_parse(&balancer.options, argc, argv, &err),
	    code;

	if (parsed != 0) {
		if (parsed < 0)
			fprintf(stderr, "forkshop-server: %s\n", err.text);
		return parsed < 0 ? 2 : 0;
	}
	title_init(argc, argv);
	title_set("forkshop-server %s", balancer.options.name);
	child_raise_limits();
	if (balancer_open(&balancer, &err) < 0) {
		fprintf(stderr, "forkshop-server: %s\n", err.text);
		return 1;
	}
	code = balancer_run(&balancer);
	balancer_close(&balancer);
	return code;
}
