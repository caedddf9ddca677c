/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at troupe_call() for the way down, and at troupe_on_string()
 * and troupe-hear.c for the way up.
 */
#include "core/shell/troupe.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/shell/spell.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"
#include "core/wire/call.h"

#define TROUPE_LEAVE_NS (1 * NS_PER_S) /* from the last close to the end */

struct leaving {
	pid_t pid;
	int64_t until_ns;
};

struct troupe {
	struct session *session; /* borrowed */
	struct puppet puppet[TROUPE_MAX];
	unsigned last; /* the number of the newest puppet */
	struct leaving leaving[TROUPE_MAX];
	int nleaving;
};

struct troupe *
troupe_open(struct session *s, struct err *err)
{
	struct troupe *t = calloc(1, sizeof(*t));

	if (!t) {
		err_sys(err, "cannot keep puppets");
		return NULL;
	}
	t->session = s;
	return t;
}

void
troupe_let_go(struct puppet *p)
{
	loop_drop(p->session->loop, wire_fd(p->wire));
	wire_close(p->wire);
	p->wire = NULL;
}

void
troupe_close(struct troupe *t)
{
	for (int i = 0; t && i < TROUPE_MAX; i++)
		if (t->puppet[i].wire)
			troupe_let_go(&t->puppet[i]);
	free(t);
}

struct puppet *
troupe_nth(struct troupe *t, int i)
{
	return i < TROUPE_MAX ? &t->puppet[i] : NULL;
}

struct puppet *
troupe_find(struct troupe *t, const char *name)
{
	for (int i = 0; i < TROUPE_MAX; i++)
		if (t->puppet[i].wire && strcmp(t->puppet[i].name, name) == 0)
			return &t->puppet[i];
	return NULL;
}

pid_t
troupe_pid(struct troupe *t, const char *name)
{
	const struct puppet *p = troupe_find(t, name);
	const struct proc *row;

	if (p && p->pid)
		return p->pid;
	row = snapshot_find(session_snapshot(t->session), name);
	return row ? row->pid : 0;
}

bool
troupe_name_ok(const char *name)
{
	size_t n;

	if (name[0] != 'p' || !isdigit((unsigned char)name[1]))
		return false;
	n = 1 + strspn(name + 1, "0123456789");
	if (name[n] == '\0')
		return true;
	return strncmp(name + n, ".t", 2) == 0 && name[n + 2] &&
	       name[n + 2 + strspn(name + n + 2, "0123456789")] == '\0';
}

/* Strings ***************************************************************/

static void troupe_on_string(void *arg, uint32_t events);

struct puppet *
troupe_hold(struct troupe *t, int fd, const char *name, const char *parent)
{
	struct session *s = t->session;
	struct puppet *p = NULL;

	for (int i = 0; i < TROUPE_MAX && !p; i++)
		if (!t->puppet[i].wire)
			p = &t->puppet[i];
	if (!p) {
		close(fd);
		return NULL;
	}
	*p = (struct puppet){ .session = s, .newborn = parent != NULL };
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->parent, sizeof(p->parent), "%s", parent ? parent : "");
	p->thread = strchr(name, '.') != NULL;
	p->wire = wire_open(fd, NULL);
	if (p->wire &&
	    loop_watch(s->loop, fd, EPOLLIN, troupe_on_string, p, NULL) < 0)
		troupe_let_go(p);
	return p->wire ? p : NULL;
}

/* Free places, but for those of who may be born by calls under way. */
static int
troupe_free(const struct troupe *t)
{
	int n = 0;

	for (int i = 0; i < TROUPE_MAX; i++)
		n += t->puppet[i].wire ? -t->puppet[i].births : 1;
	return n;
}

static int
troupe_full(const struct troupe *t, int n, struct err *err)
{
	int room = troupe_free(t);

	if (n <= room)
		return 0;
	return err_set(err,
	               "there is room for %d more puppets and threads (of %d), "
	               "and this could make %d: end some, as with p1 exit",
	               room > 0 ? room : 0, TROUPE_MAX, n);
}

static bool
troupe_makes(int call)
{
	return call == CALL_fork || call == CALL_pthread_create;
}

int
troupe_room(struct troupe *t, const char *text, int n, struct err *err)
{
	char out[MSG_TEXT];
	int call = spell_call(t, text, out, sizeof(out), err);

	if (call < 0)
		return -1;
	return troupe_makes(call) && troupe_full(t, n, err) < 0 ? -2 : 0;
}

uint32_t
troupe_start(struct troupe *t, char name[NAME_SIZE], struct err *err)
{
	/* The last word is room for the longer names of its children. */
	const char *argv[] = { "forkshop-puppet", name, "of the lab", NULL };
	struct start_plan plan = {
		.kind = START_PUPPET, .name = name, .argv = argv, .nfds = 1
	};
	char cmd[NAME_SIZE + 20];
	struct puppet *p = NULL;
	uint32_t seq = 0;
	int pair[2];

	if (troupe_full(t, 1, err) < 0)
		return 0;
	snprintf(name, NAME_SIZE, "p%u", t->last + 1);
	snprintf(cmd, sizeof(cmd), "forkshop-puppet %s", name);
	plan.cmd = cmd;
	if (wire_pair(pair, err) < 0)
		return 0;
	plan.fds = &pair[1];
	p = troupe_hold(t, pair[0], name, NULL);
	if (p)
		seq = session_start(t->session, &plan, name, err);
	if (seq)
		t->last++;
	else if (p)
		troupe_let_go(p);
	close(pair[1]);
	return seq;
}

/* Calls go down *********************************************************/

/* "p1.t3": its process counts its threads, and no number comes again. */
static void
troupe_thread_name(struct troupe *t, struct puppet *p, char name[NAME_SIZE])
{
	int len = (int)strcspn(p->name, ".");
	struct puppet *first;

	snprintf(name, NAME_SIZE, "%.*s", len, p->name);
	first = troupe_find(t, name);
	if (!first)
		first = p;
	do
		snprintf(name, NAME_SIZE, "%.*s.t%u", len, p->name,
		         ++first->threads);
	while (troupe_find(t, name));
}

/* A name for who may be born by the call; "" where nobody is. */
static int
troupe_child_name(struct troupe *t, struct puppet *p, int call,
                  char name[NAME_SIZE], struct err *err)
{
	name[0] = '\0';
	if (!troupe_makes(call))
		return 0;
	if (troupe_full(t, 1, err) < 0)
		return -1;
	if (call == CALL_fork)
		snprintf(name, NAME_SIZE, "p%u", ++t->last);
	else
		troupe_thread_name(t, p, name);
	return 0;
}

static void
troupe_sent(struct puppet *p, int call, const char *text)
{
	if (p->asked == p->answered)
		snprintf(p->call, sizeof(p->call), "%.*s", TROUPE_CALL - 1,
		         text);
	p->asked++;
	p->births += troupe_makes(call);
	/* In a moment it says that it is in the call; else it is stopped. */
	if (p->calling || troupe_state(p->session->troupe, p) == 'T')
		troupe_doing(p);
}

int
troupe_call(struct troupe *t, struct puppet *p, const char *text,
            struct err *err)
{
	struct msg m = msg_make(MSG_CALL, NULL);
	int call = spell_call(t, text, m.text.text, MSG_TEXT, err);

	if (call < 0)
		return -1;
	if (troupe_child_name(t, p, call, m.name, err) < 0)
		return -2;
	m.seq = session_seq(t->session);
	if (wire_send(p->wire, &m, NULL, 0, err) < 0)
		return -2;
	if (wire_waiting(p->wire))
		loop_change(t->session->loop, wire_fd(p->wire),
		            EPOLLIN | EPOLLOUT);
	troupe_sent(p, call, m.text.text);
	return 0;
}

/* Calls that may wait for somebody else, and so let the prompt go on. */
static bool
troupe_may_block(const struct puppet *p)
{
	static const char *const names[] = {
		"wait", "waitpid", "pause", "sleep", "spin",   "read",
		"open", "write",   "print", "flush", "accept", "pthread_join"
	};
	size_t len = strcspn(p->call, " ");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len &&
		    strncmp(names[i], p->call, len) == 0)
			return true;
	return false;
}

/* Somebody awake in the process that a thread is born in. */
static const struct puppet *
troupe_kin(struct troupe *t, const struct puppet *p)
{
	size_t len = strcspn(p->name, ".");

	for (int i = 0; p->thread && i < TROUPE_MAX; i++) {
		const struct puppet *q = &t->puppet[i];

		if (q->wire && q->pid && strcspn(q->name, ".") == len &&
		    strncmp(q->name, p->name, len) == 0)
			return q;
	}
	return p;
}

/* A thread that is not awake yet is stopped with the others. */
char
troupe_state(struct troupe *t, const struct puppet *p)
{
	struct proc_stat st;

	if (!p->pid)
		p = troupe_kin(t, p);
	if (!p->pid || procfs_stat(t->session->procfs, p->pid,
	                           p->thread ? p->tid : 0, &st) < 0)
		return 0;
	return st.state;
}

bool
troupe_quiet(struct troupe *t, struct puppet *p)
{
	char state;

	if (!p->wire || (p->asked == p->answered && !p->newborn))
		return true;
	state = troupe_state(t, p);
	if (state == 'T')
		return true;
	if (!p->calling || !troupe_may_block(p))
		return false;
	return state == 'S' || strncmp(p->call, "spin", 4) == 0;
}

/* Leaving ***************************************************************/

void
troupe_leave(struct troupe *t, pid_t pid)
{
	if (pid && t->nleaving < TROUPE_MAX)
		t->leaving[t->nleaving++] = (struct leaving){
			.pid = pid, .until_ns = clock_ns() + TROUPE_LEAVE_NS
		};
}

static bool
troupe_left(const struct snapshot *snap, const struct leaving *l)
{
	const struct proc *p = snapshot_pid(snap, l->pid);

	return !p || p->dead || clock_ns() >= l->until_ns;
}

bool
troupe_leaves(struct troupe *t)
{
	const struct snapshot *snap = watch_snapshot(t->session->watch);
	int n = 0;

	for (int i = 0; i < t->nleaving; i++)
		if (!troupe_left(snap, &t->leaving[i]))
			t->leaving[n++] = t->leaving[i];
	t->nleaving = n;
	return n > 0;
}

/* Answers come up *******************************************************/

static void
troupe_on_string(void *arg, uint32_t events)
{
	static struct msg m;
	struct puppet *p = arg;
	int fds[WIRE_FDS], nfds, got = 0;

	if (events & EPOLLOUT) {
		wire_flush(p->wire);
		if (!wire_waiting(p->wire))
			loop_change(p->session->loop, wire_fd(p->wire),
			            EPOLLIN);
	}
	while ((got = wire_recv(p->wire, &m, fds, &nfds)) > 0) {
		troupe_hear(p, &m, fds, nfds);
		for (int i = 0; i < nfds; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	}
	if (got < 0)
		troupe_cut(p);
	session_news(p->session);
}
