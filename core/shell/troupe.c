/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at troupe_call() for the way down, and at troupe_on_string()
 * for the way up.
 */
#include "core/shell/troupe.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/shell/inside.h"
#include "core/shell/spell.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"
#include "core/wire/call.h"

struct troupe {
	struct session *session; /* borrowed */
	struct puppet puppet[TROUPE_MAX];
	unsigned last; /* the number of the newest puppet */
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

static void
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

/* Hold one more string.  Takes ownership of fd. */
static struct puppet *
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

static unsigned
troupe_room(const struct troupe *t)
{
	unsigned n = 0;

	for (int i = 0; i < TROUPE_MAX; i++)
		n += !t->puppet[i].wire;
	return n;
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

	if (troupe_room(t) == 0) {
		err_set(err, "%d puppets are enough: end some, as with p1 exit",
		        TROUPE_MAX);
		return 0;
	}
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

/* A name for who may be born by the call; "" where nobody is. */
static int
troupe_child_name(struct troupe *t, const struct puppet *p, int call,
                  char name[NAME_SIZE], struct err *err)
{
	unsigned n = 0;

	name[0] = '\0';
	if (call != CALL_fork && call != CALL_pthread_create)
		return 0;
	if (troupe_room(t) == 0)
		return err_set(err,
		               "%d puppets and threads are enough: end "
		               "some, as with p1 exit",
		               TROUPE_MAX);
	if (call == CALL_fork) {
		snprintf(name, NAME_SIZE, "p%u", ++t->last);
		return 0;
	}
	do
		snprintf(name, NAME_SIZE, "%.*s.t%u",
		         (int)strcspn(p->name, "."), p->name, ++n);
	while (troupe_find(t, name));
	return 0;
}

int
troupe_call(struct troupe *t, struct puppet *p, const char *text,
            struct err *err)
{
	struct msg m = msg_make(MSG_CALL, NULL);
	int call = spell_call(t, text, m.text.text, MSG_TEXT, err);

	if (call < 0 || troupe_child_name(t, p, call, m.name, err) < 0)
		return -1;
	m.seq = session_seq(t->session);
	if (wire_send(p->wire, &m, NULL, 0, err) < 0)
		return -1;
	if (wire_waiting(p->wire))
		loop_change(t->session->loop, wire_fd(p->wire),
		            EPOLLIN | EPOLLOUT);
	if (p->asked == p->answered)
		p->calling = false;
	p->asked++;
	snprintf(p->call, sizeof(p->call), "%.*s", TROUPE_CALL - 1,
	         m.text.text);
	return 0;
}

/* Calls that may wait for somebody else, and so let the prompt go on. */
static bool
troupe_may_block(const struct puppet *p)
{
	static const char *const names[] = { "wait",  "waitpid",     "pause",
		                             "sleep", "spin",        "read",
		                             "write", "pthread_join" };
	size_t len = strcspn(p->call, " ");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len &&
		    strncmp(names[i], p->call, len) == 0)
			return true;
	return false;
}

bool
troupe_quiet(struct troupe *t, struct puppet *p)
{
	struct proc_stat st;

	if (!p->wire || (p->asked == p->answered && !p->newborn))
		return true;
	if (!p->pid || procfs_stat(t->session->procfs, p->pid,
	                           p->thread ? p->tid : 0, &st) < 0)
		return false;
	if (st.state == 'T')
		return true;
	if (!p->calling || !troupe_may_block(p))
		return false;
	return st.state == 'S' || strncmp(p->call, "spin", 4) == 0;
}

/* Answers come up *******************************************************/

/* What wakes the watch: this pid (or thread) has this name. */
static void
troupe_awake(struct puppet *p, struct msg *m, int *fds, int nfds)
{
	p->pid = m->born.pid;
	if (p->thread) {
		const struct puppet *main =
		    troupe_find(p->session->troupe, p->parent);

		p->tid = m->born.pid;
		p->pid = main ? main->pid : 0;
		p->newborn = false;
	}
	watch_message(p->session->watch, NULL, m, fds, nfds);
}

/* The row says which call it is in; that of a thread has no such place. */
static void
troupe_doing(struct puppet *p, const char *call)
{
	char name[24];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(call, " "), call);
	if (!p->thread && p->pid)
		watch_doing(p->session->watch, p->pid, name);
}

static void
troupe_returned(struct puppet *p, const struct msg_returned *r)
{
	char call[TROUPE_CALL + 8], line[1024], born[80] = "";

	if (p->newborn)
		snprintf(born, sizeof(born),
		         "  (child of %s, born inside fork)", p->parent);
	spell_as_call(p->newborn ? "fork" : p->call, call, sizeof(call));
	snprintf(line, sizeof(line), "%s = %lld%s", call, (long long)r->value,
	         born);
	if (r->error && r->error != ENOSYS)
		text_add(line, sizeof(line), " %s (%s)",
		         strerrorname_np(r->error), strerror(r->error));
	if (r->text[0])
		text_add(line, sizeof(line), "  (%s)", r->text);
	session_say(p->session, LINE_RESULT, "%s: %s", p->name, line);
	p->calling = false;
	troupe_doing(p, "");
	if (p->newborn)
		p->newborn = false;
	else
		p->answered++;
	if (r->error)
		session_fail(p->session, 1);
}

static void
troupe_caught(struct puppet *p, const struct msg_target *t)
{
	char name[SIG_NAME_SIZE], line[80];

	snprintf(line, sizeof(line), "caught %s, %u so far",
	         sig_name(t->value, name), t->id);
	session_say(p->session, LINE_EVENT, "%s: %s", p->name, line);
}

/* A descriptor on its way from one puppet to another. */
static void
troupe_pass(struct puppet *p, const struct msg *m, const int *fds, int nfds)
{
	struct puppet *to = troupe_find(p->session->troupe, m->text.text);
	struct msg pass = msg_say(MSG_PASS, "%s", p->name);

	if (to && nfds == 1 && wire_send(to->wire, &pass, fds, 1, NULL) == 0)
		return;
	session_say(p->session, LINE_ERROR,
	            "there is no puppet %.40s to take the descriptor",
	            m->text.text);
	session_fail(p->session, 1);
}

static void
troupe_hear(struct puppet *p, struct msg *m, int *fds, int nfds)
{
	char line[80];

	switch (m->type) {
	case MSG_STRING:
		if (nfds == 1) {
			troupe_hold(p->session->troupe, fds[0], m->name,
			            p->name);
			fds[0] = -1;
		}
		break;
	case MSG_AWAKE:
		troupe_awake(p, m, fds, nfds);
		break;
	case MSG_CALLING:
		p->calling = true;
		troupe_doing(p, m->text.text);
		break;
	case MSG_RETURNED:
		troupe_returned(p, &m->returned);
		break;
	case MSG_CAUGHT:
		troupe_caught(p, &m->target);
		break;
	case MSG_VALUE:
		session_answered(p->session, m, 1);
		break;
	case MSG_PASS:
		troupe_pass(p, m, fds, nfds);
		break;
	case MSG_PASSED:
		snprintf(line, sizeof(line), "received descriptor %d",
		         m->target.value);
		session_say(p->session, LINE_RESULT, "%s: %s", p->name, line);
		break;
	}
}

/* The process ended, or became another program: its string is cut. */
static void
troupe_cut(struct puppet *p)
{
	char call[TROUPE_CALL + 8], line[TROUPE_CALL + 120];

	if (p->asked != p->answered && strncmp(p->call, "execve", 6) == 0) {
		spell_as_call(p->call, call, sizeof(call));
		snprintf(line, sizeof(line),
		         "%s does not return: the same pid is another program "
		         "now, and its string is cut",
		         call);
		session_say(p->session, LINE_RESULT, "%s: %s", p->name, line);
	}
	troupe_let_go(p);
}

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
