/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wire - messages between our processes, with descriptors.
 *
 * A wire is one end of a Unix socket pair (SOCK_SEQPACKET, unix(7)): whole
 * messages, in order, and end of file when the other side is gone.  What
 * cannot be sent at once waits in a bounded queue, so nobody ever blocks in
 * a send because somebody else is stopped.
 */
#ifndef CORE_WIRE_WIRE_H
#define CORE_WIRE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sys/err.h"
#include "core/wire/msg.h"

#define WIRE_FDS   8    /* descriptors in one message */
#define WIRE_QUEUE 1024 /* messages that may wait */

struct wire;

/*
 * Two ends, non-blocking and close-on-exec, owned by the caller: one for
 * us, one for a child.
 */
int wire_pair(int fds[2], struct err *);

/* Takes ownership of `fd`. */
struct wire *wire_open(int fd, struct err *);
void wire_close(struct wire *);

/* The descriptor (borrowed), for loop_watch(). */
int wire_fd(const struct wire *);

/*
 * Send one message, with `nfds` descriptors that stay the caller's (they are
 * duplicated where the message has to wait).  Returns 0 when it is on its way
 * or in the queue; -1 when the other side is gone or the queue is full.
 */
int wire_send(struct wire *, const struct msg *, const int *fds, int nfds,
              struct err *);

/* Does something wait?  Then watch for EPOLLOUT and call wire_flush(). */
bool wire_waiting(const struct wire *);
int wire_flush(struct wire *);

/*
 * Receive one message.  Descriptors (close-on-exec) become the caller's;
 * more than WIRE_FDS cannot arrive.  Unknown types and short messages are
 * handed up with type MSG_NONE and are to be ignored (node-cluster.md N30).
 * Returns 1, 0 when there is none now, -1 when the other side is gone.
 */
int wire_recv(struct wire *, struct msg *, int fds[WIRE_FDS], int *nfds);

/*
 * The bare calls under it, for the channel between master and worker, where
 * a descriptor that cannot be sent now goes to somebody else instead.
 * wire_try_send: 0, or -1 with errno (EAGAIN, ETOOMANYREFS: full; EPIPE).
 */
int wire_try_send(int fd, const struct msg *, const int *fds, int nfds);
int wire_try_recv(int fd, struct msg *, int fds[WIRE_FDS], int *nfds);

/* Close the descriptors of a message that nobody wants. */
void wire_drop_fds(const int *fds, int nfds);

#endif
