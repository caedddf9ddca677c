/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kernel answers a request to listen with an acknowledgement, or not at
 * all where it refuses: so the probe is a timer of 50 ms, and nobody waits
 * for it.  Events are of the whole machine; what is not about a member or a
 * member's child is dropped here, after one look into the table.
 */
#include "core/watch/births.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/probe.h"
#include "core/watch/ending.h"
#include "core/watch/inside.h"

#define BIRTHS_PATIENCE_NS (50 * NS_PER_MS)
#define BIRTHS_BUFFER      (4 << 20) /* holds 8,000 events; 256 by default */
#define BIRTHS_TURN        1024      /* events taken in one turn of the loop */

/* A request to the connector, as it travels. */
struct births_request {
	struct nlmsghdr nl;
	struct cn_msg cn;
	enum proc_cn_mcast_op op;
} __attribute__((packed, aligned(NLMSG_ALIGNTO)));

static int
births_send(int fd, enum proc_cn_mcast_op op)
{
	struct births_request r = {
		.nl.nlmsg_len = sizeof(r),
		.nl.nlmsg_type = NLMSG_DONE,
		.cn.id = { CN_IDX_PROC, CN_VAL_PROC },
		.cn.len = sizeof(r.op),
		.op = op,
	};

	return send(fd, &r, sizeof(r), MSG_DONTWAIT) < 0 ? -1 : 0;
}

/* Opening and leaving ***************************************************/

void
births_close(struct watch *w)
{
	struct births *b = &w->births;

	loop_cancel(w->loop, b->timer);
	b->timer = 0;
	if (b->fd >= 0) {
		births_send(b->fd, PROC_CN_MCAST_IGNORE);
		loop_drop(w->loop, b->fd);
		close(b->fd);
	}
	b->fd = -1;
	b->state = BIRTHS_OFF;
}

static void
births_refused(void *arg)
{
	struct watch *w = arg;

	w->births.timer = 0;
	births_close(w);
	w->births.state = BIRTHS_REFUSED;
}

void
births_open(struct watch *w)
{
	w->births.fd = -1;
	w->births.state =
	    probe_allowed("connector") ? BIRTHS_OFF : BIRTHS_REFUSED;
}

static int
births_socket(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
		                       .nl_groups = CN_IDX_PROC };
	int size = BIRTHS_BUFFER;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	                NETLINK_CONNECTOR);

	if (fd < 0)
		return -1;
	/* Beyond the machine's limit only where we may. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    births_send(fd, PROC_CN_MCAST_LISTEN) == 0)
		return fd;
	close(fd);
	return -1;
}

static void births_ready(void *arg, uint32_t events);

void
births_want(struct watch *w, bool want)
{
	struct births *b = &w->births;

	if (b->state == BIRTHS_REFUSED || want == (b->state != BIRTHS_OFF))
		return;
	if (!want) {
		births_close(w);
		return;
	}
	b->fd = births_socket();
	if (b->fd < 0 ||
	    loop_watch(w->loop, b->fd, EPOLLIN, births_ready, w, NULL) < 0) {
		births_refused(w);
		return;
	}
	b->state = BIRTHS_ASKED;
	b->timer = loop_timer(w->loop, clock_ns() + BIRTHS_PATIENCE_NS,
	                      births_refused, w);
}

/* Events ****************************************************************/

static void
births_fork(struct watch *w, const struct proc_event *ev, int64_t t_ns)
{
	pid_t ppid = ev->event_data.fork.parent_tgid;
	pid_t pid = ev->event_data.fork.child_tgid;
	bool thread = pid != ev->event_data.fork.child_pid;
	struct member *m, *parent;

	parent = table_find(&w->table, thread ? pid : ppid, 0);
	if (!parent || parent->p.dead)
		return;
	if (thread) {
		watch_soon(w);
		return;
	}
	m = table_find(&w->table, pid, 0);
	/* Its reaping was told before its birth: it is no new one. */
	if (m && (!m->p.reaped || m->p.ended_ns >= t_ns))
		return;
	m = fate_born(w, parent, pid, 0, t_ns);
	if (m)
		fate_found(w, m);
}

static void
births_exec(struct watch *w, const struct proc_event *ev, int64_t t_ns)
{
	pid_t pid = ev->event_data.exec.process_tgid;
	struct member *m = table_find(&w->table, pid, 0);

	if (m && !m->p.dead && !m->p.tid)
		fate_exec(w, m, t_ns);
}

/*
 * The end of a thread is seen by its stat, and the end of a leader whose
 * threads live on is none yet.
 */
static void
births_exit(struct watch *w, const struct proc_event *ev, int64_t t_ns)
{
	pid_t pid = ev->event_data.exit.process_tgid;
	struct member *m = table_find(&w->table, pid, 0);
	struct ending ending;
	struct proc_stat st;

	if (!m || m->p.tid)
		return;
	watch_soon(w);
	if (pid != ev->event_data.exit.process_pid || !fate_unreported(m) ||
	    m->p.dead)
		return;
	if (m->stat_fd >= 0 && procfs_stat_read(m->stat_fd, &st) == 0 &&
	    st.threads > 1)
		return;
	ending = ending_of((int)ev->event_data.exit.exit_code);
	fate_ended(w, m, &ending, false, t_ns);
}

static void
births_event(struct watch *w, const struct proc_event *ev)
{
	int64_t t_ns = (int64_t)ev->timestamp_ns;

	if (w->births.state == BIRTHS_ASKED) {
		w->births.state = BIRTHS_HEARD;
		loop_cancel(w->loop, w->births.timer);
		w->births.timer = 0;
		watch_soon(w); /* who was born meanwhile */
	}
	/* An enum in some headers, bits of it in others: compare numbers. */
	if (ev->what == PROC_EVENT_FORK)
		births_fork(w, ev, t_ns);
	else if (ev->what == PROC_EVENT_EXEC)
		births_exec(w, ev, t_ns);
	else if (ev->what == PROC_EVENT_EXIT)
		births_exit(w, ev, t_ns);
}

static void
births_message(struct watch *w, const char *buf, ssize_t size)
{
	struct nlmsghdr nl;
	struct cn_msg cn;
	struct proc_event ev = { 0 };
	size_t head = NLMSG_HDRLEN + sizeof(cn), body;

	if ((size_t)size < head)
		return;
	memcpy(&nl, buf, sizeof(nl));
	memcpy(&cn, buf + NLMSG_HDRLEN, sizeof(cn));
	body = (size_t)size - head;
	if (nl.nlmsg_type != NLMSG_DONE || cn.id.idx != CN_IDX_PROC ||
	    cn.id.val != CN_VAL_PROC)
		return;
	memcpy(&ev, buf + head, body < sizeof(ev) ? body : sizeof(ev));
	births_event(w, &ev);
}

static void
births_ready(void *arg, uint32_t events)
{
	struct watch *w = arg;
	char buf[1024];

	(void)events;
	for (int i = 0; i < BIRTHS_TURN && w->births.fd >= 0; i++) {
		struct sockaddr_nl from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(w->births.fd, buf, sizeof(buf), 0,
		                     (struct sockaddr *)&from, &len);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0 && errno == ENOBUFS)
			watch_soon(w); /* some were lost: read /proc anew */
		else if (n < 0)
			return;
		else if (from.nl_pid == 0) /* the kernel; NOLINT: it is set */
			births_message(w, buf, n);
	}
}
