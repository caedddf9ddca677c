/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cluster - a test that plays the shell for a real forkshop-server.
 *
 * It starts the program with a wire, a page and an eventfd, keeps every
 * message, and speaks HTTP over plain sockets.  Every helper fails the
 * running Check test instead of returning an error.
 */
#ifndef TESTS_CLUSTER_H
#define TESTS_CLUSTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/wire/page.h"
#include "core/wire/wire.h"
#include "tests/stage.h"

#define CLUSTER_NEWS 2048 /* messages that a test may get */
#define CLUSTER_IDS  256

struct cluster {
	struct stage stage;
	struct wire *wire; /* owned */
	struct page *page; /* owned mapping */
	int wake;          /* owned: eventfd */
	int pidfd;         /* owned: of the master */
	bool gone;         /* its wire is at the end of file */
	uint32_t seq;
	int port, private_port;
	pid_t pids[CLUSTER_IDS]; /* by worker id; 0: the master */
	struct msg *news;        /* owned: every message, in order */
	int nnews;
	bool used[CLUSTER_NEWS]; /* by cluster_expect */
};

/* What came back for one request. */
struct answer {
	int status; /* 0: an end of file instead of an answer; -1: reset */
	int worker; /* of X-Worker */
	int pid;
	char why[128];
	char text[4096]; /* head and body */
};

/* What stands behind its head; borrowed from the answer. */
const char *answer_body(const struct answer *);

/*
 * Start `forkshop-server web --port 0 ARGS` and wait until `workers` of them
 * listen.  args: ends in NULL; may be NULL.
 */
struct cluster *cluster_open(int workers, const char *const *args);

/* The same without waiting; with any arguments and more environment. */
struct cluster *cluster_start(const char *const *args, const char *const *env);

/* Let the shell's end go, see the server end, and nothing left. */
void cluster_close(struct cluster *);

/* The same for a server that has ended in some other way. */
void cluster_bury(struct cluster *);

/*
 * Wait for a message of a type about worker `id` (0: the master or nobody)
 * that was not returned before.  Borrowed.
 */
const struct msg *cluster_expect(struct cluster *, enum msg_type, uint32_t id);

/* How many have come so far, without waiting. */
int cluster_count(struct cluster *, enum msg_type, uint32_t id);

/* Send, with a seq of its own; wait for DONE, or for FAILED: its text. */
void cluster_ask(struct cluster *, struct msg *, int fd);
const char *cluster_answer(struct cluster *, uint32_t seq);
void cluster_do(struct cluster *, enum msg_type, uint32_t id, int value);
void cluster_set(struct cluster *, const char *worker, const char *name,
                 const char *value);

/* The place of a message among all; for orders of events. */
int cluster_place(const struct cluster *, const struct msg *);

/* Signal a worker; STOP and CONT are waited for. */
void cluster_kill(struct cluster *, uint32_t id, int sig);

/* Read all reports so far into out[]; returns how many (at most max). */
int cluster_reports(struct cluster *, struct report *out, int max);

/* A connection to 127.0.0.1:port, or -1 with errno.  The caller closes it. */
int cluster_connect(int port);
void cluster_write(int fd, const char *text);

/* "GET path", kept alive or not. */
void cluster_request(int fd, const char *path, bool keep);

/* Wait for one whole answer. */
struct answer cluster_read(int fd);

/* Is there something to read, or an end of file, within ms? */
bool cluster_readable(int fd, int ms);

/* Connect, ask, read, close. */
struct answer cluster_get(struct cluster *, const char *path);

/* The workers that answer n sequential requests: "1 2 3". */
const char *cluster_order(struct cluster *, int n);

/* Until started, answered and done are equal in all rows. */
void cluster_until_quiet(struct cluster *);

#endif
