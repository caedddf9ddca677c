/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Start reading at start_order(): cut the words apart, make a plan, spawn,
 * tell.
 */
#include "core/lab/start.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/lab/jobs.h"
#include "core/lab/lab.h"
#include "core/sys/child.h"

#define START_WORDS 512

/* The strings of a START; all point into it. */
struct start_words {
	const char *argv[START_WORDS + 1]; /* ends in NULL */
	const char *env[START_WORDS + 1];  /* ends in NULL */
};

/*
 * Cut strings from *s up to `end`: `most` of them (-1: up to an empty one).
 * Returns how many, or -1 when they do not fit.
 */
static int
start_cut(const char **s, const char *end, int most, const char **words)
{
	int n = 0;

	while (n != most && *s < end && (most >= 0 || **s)) {
		size_t len = strnlen(*s, (size_t)(end - *s));

		if (*s + len == end || n == START_WORDS)
			return -1;
		words[n++] = *s;
		*s += len + 1;
	}
	words[n] = NULL;
	return n;
}

static int
start_read(const struct msg_start *start, struct start_words *words,
           struct err *err)
{
	const char *s = start->argv, *end = start->argv + MSG_ARGV;

	if (start->argc < 1 || start->argc > START_WORDS ||
	    start_cut(&s, end, start->argc, words->argv) != start->argc ||
	    !words->argv[0][0] || start_cut(&s, end, -1, words->env) < 0)
		return err_set(err,
		               "that command line is too long: at most %d "
		               "words and %d bytes",
		               START_WORDS, MSG_ARGV);
	return 0;
}

/* A program of ours stands beside the lab; all others are in PATH. */
static const char *
start_file(struct lab *lab, const char *name, char path[PATH_MAX])
{
	char *slash;

	if (strncmp(name, "forkshop", 8) != 0 || strchr(name, '/') ||
	    procfs_link(lab->proc, getpid(), "exe", path, PATH_MAX) < 0)
		return name;
	slash = strrchr(path, '/');
	if (!slash || (size_t)(slash - path) + strlen(name) + 2 > PATH_MAX)
		return name;
	strcpy(slash + 1, name);
	if (access(path, X_OK) < 0)
		snprintf(path, PATH_MAX, "%s/%s", LIBEXECDIR, name);
	return path;
}

/* Which descriptor becomes which, as msg.h says at struct msg_start. */
static int
start_place(const struct lab *lab, const struct msg_start *start,
            const int *fds, int nfds, struct child_plan *plan, struct err *err)
{
	bool terminal = start->on_terminal, job = start->kind == START_JOB;

	if (!terminal && nfds < 1)
		return err_set(err, "there is no pipe for what it prints: too "
		                    "many descriptors are open");
	plan->fds[0] = terminal || job ? lab->tty : lab->null;
	plan->fds[1] = plan->fds[2] = terminal ? lab->tty : fds[0];
	plan->nfds = 3;
	for (int i = terminal ? 0 : 1; i < nfds && plan->nfds < CHILD_FDS; i++)
		plan->fds[plan->nfds++] = fds[i];
	return 0;
}

static pid_t
start_spawn(struct lab *lab, const struct msg *m, const int *fds, int nfds,
            int *pidfd, struct err *err)
{
	static struct start_words words;
	char path[PATH_MAX];
	struct child_plan plan = { .own_group = true, .death_signal = SIGKILL };

	if (kin_count(lab->kin) >= KIN_MAX)
		return err_set(err,
		               "%d processes are children of the lab already: "
		               "end some of them first",
		               KIN_MAX);
	if (start_read(&m->start, &words, err) < 0 ||
	    start_place(lab, &m->start, fds, nfds, &plan, err) < 0)
		return -1;
	plan.file = start_file(lab, words.argv[0], path);
	plan.argv = words.argv;
	plan.env = words.env;
	plan.cwd = m->start.cwd[0] ? m->start.cwd : NULL;
	plan.tty = m->start.foreground ? lab->tty : -1;
	return child_spawn(&plan, pidfd, err);
}

static void
start_tell(struct lab *lab, const struct msg *order, pid_t pid, int pidfd)
{
	struct msg m = msg_make(MSG_STARTED, order->name);
	struct child *child = kin_add(lab->kin, pid);
	struct proc_stat st;

	m.seq = order->seq;
	m.born.pid = m.born.pgid = pid;
	m.born.ppid = getpid();
	if (procfs_stat(lab->proc, pid, 0, &st) == 0)
		m.born.start_ticks = st.start_ticks;
	child->start_ticks = m.born.start_ticks;
	memcpy(child->name, m.name, NAME_SIZE);
	lab_send(lab, &m, pidfd);
}

static void
start_refuse(struct lab *lab, const struct msg *order, const struct err *err)
{
	struct msg m = msg_say(MSG_NOT_STARTED, "%s", err->text);

	m.seq = order->seq;
	memcpy(m.name, order->name, NAME_SIZE);
	lab_send(lab, &m, -1);
}

void
start_order(struct lab *lab, const struct msg *m, const int *fds, int nfds)
{
	struct err err;
	int pidfd = -1;
	pid_t pid;

	if (m->start.foreground)
		jobs_take_terminal(lab);
	pid = start_spawn(lab, m, fds, nfds, &pidfd, &err);
	if (pid < 0) {
		if (m->start.foreground)
			jobs_take_terminal(lab);
		start_refuse(lab, m, &err);
		return;
	}
	start_tell(lab, m, pid, pidfd);
	if (m->start.foreground)
		jobs_started(lab, pid);
	if (pidfd >= 0)
		close(pidfd);
}
