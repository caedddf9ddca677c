/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/cluster.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/child.h"

/* Starting ****************************************************************/

static pid_t
cluster_spawn(struct cluster *c, int wire, int page, const char *const *args,
              const char *const *env)
{
	const char *argv[64] = { "forkshop-server", "web" };
	const char *vars[16];
	char mark[128];
	struct child_plan plan = { .file = stage_program("forkshop-server"),
		                   .argv = argv,
		                   .env = vars,
		                   .fds = { 0, 1, 2, wire, page, c->wake },
		                   .nfds = 6,
		                   .own_group = true,
		                   .tty = -1,
		                   .death_signal = SIGKILL };
	struct err err;
	int n = 2, v = 1;
	pid_t pid;

	for (; args && *args; args++)
		argv[n++] = *args;
	snprintf(mark, sizeof(mark), "FORKSHOP_STORY=%s", c->stage.mark);
	vars[0] = mark;
	for (; env && *env; env++)
		vars[v++] = *env;
	vars[v] = NULL;
	pid = child_spawn(&plan, &c->pidfd, &err);
	ck_assert_msg(pid > 0, "%s", err.text);
	return pid;
}

struct cluster *
cluster_start(const char *const *args, const char *const *env)
{
	struct cluster *c = calloc(1, sizeof(*c));
	struct err err;
	int ends[2], page;

	c->news = calloc(CLUSTER_NEWS, sizeof(*c->news));
	stage_open(&c->stage);
	ck_assert_msg(wire_pair(ends, &err) == 0, "%s", err.text);
	c->page = page_create(&page, &err);
	ck_assert_msg(c->page != NULL, "%s", err.text);
	c->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	c->wire = wire_open(ends[0], &err);
	c->stage.pid = cluster_spawn(c, ends[1], page, args, env);
	c->pids[0] = c->stage.pid;
	close(ends[1]);
	close(page);
	return c;
}

struct cluster *
cluster_open(int workers, const char *const *args)
{
	const char *argv[64] = { "--port", "0", "--workers" };
	char number[16];
	struct cluster *c;
	int n = 3;

	snprintf(number, sizeof(number), "%d", workers);
	argv[n++] = number;
	for (; args && *args; args++)
		argv[n++] = *args;
	c = cluster_start(argv, NULL);
	c->port = cluster_expect(c, MSG_ONLINE, 0)->target.value;
	c->stage.port = c->port;
	for (int i = 1; i <= workers; i++)
		c->private_port = cluster_expect(c, MSG_LISTENING, (uint32_t)i)
		                      ->listening.private_port;
	return c;
}

void
cluster_bury(struct cluster *c)
{
	wire_close(c->wire);
	stage_nothing_left(&c->stage);
	stage_close(&c->stage);
	page_unmap(c->page);
	close(c->wake);
	close(c->pidfd);
	free(c->news);
	free(c);
}

void
cluster_close(struct cluster *c)
{
	shutdown(wire_fd(c->wire), SHUT_RDWR);
	ck_assert_int_eq(stage_wait(&c->stage), 0);
	cluster_bury(c);
}

/* Messages ****************************************************************/

static uint32_t
cluster_id(const struct msg *m)
{
	switch (m->type) {
	case MSG_FORKED:
		return m->born.id;
	case MSG_CHANGED:
	case MSG_REAPED:
		return m->change.id;
	case MSG_LISTENING:
		return m->listening.id;
	case MSG_ONLINE:
	case MSG_DISCONNECTED:
		return m->target.id;
	default:
		return 0;
	}
}

/* Take in what is there now. */
static void
cluster_pump(struct cluster *c)
{
	int fds[WIRE_FDS], nfds, got = 0;

	while (!c->gone) {
		struct msg *m = &c->news[c->nnews];

		ck_assert_int_lt(c->nnews, CLUSTER_NEWS);
		got = wire_recv(c->wire, m, fds, &nfds);
		if (got <= 0)
			break;
		wire_drop_fds(fds, nfds);
		c->nnews++;
		if (m->type == MSG_FORKED && m->born.id < CLUSTER_IDS)
			c->pids[m->born.id] = m->born.pid;
	}
	c->gone = c->gone || got < 0;
}

static const struct msg *
cluster_look(struct cluster *c, enum msg_type type, uint32_t id, uint32_t seq)
{
	for (int i = 0; i < c->nnews; i++) {
		const struct msg *m = &c->news[i];

		if (c->used[i] || m->type != type || cluster_id(m) != id ||
		    (seq && m->seq != seq))
			continue;
		c->used[i] = true;
		return m;
	}
	return NULL;
}

static void
cluster_wait_news(struct cluster *c, long until_ms, const char *what)
{
	struct pollfd p = { .fd = wire_fd(c->wire), .events = POLLIN };
	long left = until_ms - stage_now_ms();

	ck_assert_msg(!c->gone, "the server is gone: no %s", what);
	ck_assert_msg(left > 0 && poll(&p, 1, (int)left) > 0, "no %s in time",
	              what);
	cluster_pump(c);
}

const struct msg *
cluster_expect(struct cluster *c, enum msg_type type, uint32_t id)
{
	long until_ms = stage_now_ms() + stage_limit_ms();
	char what[64];

	snprintf(what, sizeof(what), "%s of w%u", msg_name(type), id);
	cluster_pump(c);
	for (;;) {
		const struct msg *m = cluster_look(c, type, id, 0);

		if (m)
			return m;
		cluster_wait_news(c, until_ms, what);
	}
}

int
cluster_count(struct cluster *c, enum msg_type type, uint32_t id)
{
	int n = 0;

	cluster_pump(c);
	for (int i = 0; i < c->nnews; i++)
		n += c->news[i].type == (uint32_t)type &&
		     cluster_id(&c->news[i]) == id;
	return n;
}

int
cluster_place(const struct cluster *c, const struct msg *m)
{
	return (int)(m - c->news);
}

void
cluster_ask(struct cluster *c, struct msg *m, int fd)
{
	m->seq = ++c->seq;
	ck_assert_int_eq(wire_send(c->wire, m, &fd, fd < 0 ? 0 : 1, NULL), 0);
}

const char *
cluster_answer(struct cluster *c, uint32_t seq)
{
	long until_ms = stage_now_ms() + stage_limit_ms();

	cluster_pump(c);
	for (;;) {
		const struct msg *m = cluster_look(c, MSG_DONE, 0, seq);

		if (m)
			return "";
		m = cluster_look(c, MSG_FAILED, 0, seq);
		if (m)
			return m->text.text;
		cluster_wait_news(c, until_ms, "answer");
	}
}

void
cluster_do(struct cluster *c, enum msg_type type, uint32_t id, int value)
{
	struct msg m = msg_make(type, NULL);

	if (type != MSG_STOP) {
		m.target.id = id;
		m.target.value = value;
	}
	cluster_ask(c, &m, -1);
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
}

void
cluster_set(struct cluster *c, const char *worker, const char *name,
            const char *value)
{
	struct msg m = msg_make(MSG_SET, worker);

	snprintf(m.set.name, sizeof(m.set.name), "%s", name);
	snprintf(m.set.value, sizeof(m.set.value), "%s", value);
	cluster_ask(c, &m, -1);
	ck_assert_str_eq(cluster_answer(c, m.seq), "");
}

void
cluster_kill(struct cluster *c, uint32_t id, int sig)
{
	ck_assert_int_gt(c->pids[id], 0);
	ck_assert_int_eq(kill(c->pids[id], sig), 0);
	if (id && (sig == SIGSTOP || sig == SIGCONT))
		cluster_expect(c, MSG_CHANGED, id);
}

/* The page ****************************************************************/

struct cluster_sink {
	struct report *out;
	int n, max;
};

static void
cluster_keep(void *arg, int row, const struct report *report)
{
	struct cluster_sink *sink = arg;

	(void)row;
	if (sink->n < sink->max)
		sink->out[sink->n++] = *report;
}

int
cluster_reports(struct cluster *c, struct report *out, int max)
{
	struct cluster_sink sink = { out, 0, max };
	uint64_t lost = 0;

	page_drain(c->page, cluster_keep, &sink, &lost);
	return sink.n;
}

static bool
cluster_quiet(void *arg)
{
	struct page_totals t = page_totals(arg);

	return t.started == t.answered && t.answered == t.done;
}

void
cluster_until_quiet(struct cluster *c)
{
	stage_until(cluster_quiet, c->page, "started = answered = done");
}

/* HTTP ********************************************************************/

int
cluster_connect(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), code;

	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	code = errno;
	close(fd);
	errno = code;
	return -1;
}

void
cluster_write(int fd, const char *text)
{
	size_t len = strlen(text);

	ck_assert_int_eq(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
}

void
cluster_request(int fd, const char *path, bool keep)
{
	char text[512];

	snprintf(text, sizeof(text),
	         "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path,
	         keep ? "" : "Connection: close\r\n");
	cluster_write(fd, text);
}

bool
cluster_readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

static void
cluster_parse(struct answer *a)
{
	const char *s;

	sscanf(a->text, "HTTP/1.1 %d", &a->status);
	if ((s = strstr(a->text, "X-Worker: w")))
		sscanf(s, "X-Worker: w%d", &a->worker);
	if ((s = strstr(a->text, "X-Pid: ")))
		sscanf(s, "X-Pid: %d", &a->pid);
	if ((s = strstr(a->text, "X-Why: ")))
		sscanf(s, "X-Why: %127[^\r]", a->why);
}

const char *
answer_body(const struct answer *a)
{
	const char *end = strstr(a->text, "\r\n\r\n");

	return end ? end + 4 : "";
}

static bool
cluster_whole(const struct answer *a, size_t len)
{
	const char *size = strstr(a->text, "Content-Length: ");
	const char *end = strstr(a->text, "\r\n\r\n");

	return end && len >= (size_t)(end + 4 - a->text) +
	                         (size_t)(size ? atoi(size + 16) : 0);
}

struct answer
cluster_read(int fd)
{
	struct answer a = { .status = 0 };
	size_t len = 0;

	for (;;) {
		ssize_t n;

		ck_assert_msg(cluster_readable(fd, stage_limit_ms()),
		              "no answer in time; so far: %s", a.text);
		n = recv(fd, a.text + len, sizeof(a.text) - 1 - len, 0);
		if (n < 0)
			a.status = -1;
		if (n <= 0)
			return a;
		len += (size_t)n;
		a.text[len] = '\0';
		if (cluster_whole(&a, len))
			break;
	}
	cluster_parse(&a);
	return a;
}

struct answer
cluster_get(struct cluster *c, const char *path)
{
	int fd = cluster_connect(c->port);
	struct answer a;

	ck_assert_msg(fd >= 0, "cannot connect: %s", strerror(errno));
	cluster_request(fd, path, false);
	a = cluster_read(fd);
	close(fd);
	return a;
}

const char *
cluster_order(struct cluster *c, int n)
{
	static char text[1024];
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < n; i++)
		len +=
		    (size_t)snprintf(text + len, sizeof(text) - len, "%s%d",
		                     i ? " " : "", cluster_get(c, "/").worker);
	return text;
}
