/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inside - what stands inside a session: for session*.c, and for the
 * commands that work on jobs and servers.
 *
 *	session.c           open, close, news for the front
 *	session-lab.c       the lab: start, end, what to do when it dies
 *	session-wire.c      messages, and answers to what was asked
 *	session-queue.c     lines that were typed, one after the other
 *	session-clear.c     a fresh laboratory in an open session
 *	session-start.c     programs: a START for the lab
 *	session-jobs.c      the table of those that run
 *	session-output.c    what they print, as lines
 *	session-terminal.c  the lab's terminal: its master is ours
 *	session-server.c    masters, and the wires to them
 *	session-target.c    processes by name, pid or %job
 *	session-past.c      what is shown while `rewind` has left the present
 *	session-say.c       the log
 *	troupe.c            puppets, by their strings
 */
#ifndef CORE_SHELL_INSIDE_H
#define CORE_SHELL_INSIDE_H

#include "core/shell/lines.h"
#include "core/shell/session.h"
#include "core/shell/troupe.h"
#include "core/sys/procfs.h"
#include "core/watch/past.h"
#include "core/wire/page.h"

#define SESSION_EVENTS   8192 /* kept in the timeline */
#define SESSION_QUEUE    1000 /* lines that may wait */
#define SESSION_JOBS     64   /* jobs and clients that may run */
#define SESSION_SERVERS  SNAPSHOT_SERVERS
#define SESSION_PROGRAMS (SESSION_JOBS + SESSION_SERVERS)
#define SESSION_PROCS    1000 /* processes of the lab */
#define SESSION_ASKS     256  /* requests whose answers nobody took yet */
#define SESSION_LOG      2000 /* lines that `log` can show */
#define SESSION_SETTINGS 16

/* A wire to the lab, to a master or to a client, and whose it is. */
struct link {
	struct session *session; /* borrowed */
	struct wire *wire;       /* owned; NULL: there is none */
	char server[NAME_SIZE];  /* of a master; "" the lab or a client */
};

/* What was asked, and what came back.  seq 0: the slot is free. */
struct ask {
	uint32_t seq;
	const struct link *link; /* borrowed: who is to answer */
	int result;              /* as session_answer() gives it */
	struct msg *answer;      /* owned; NULL while open */
	char why[MSG_TEXT];      /* when it failed */
};

/* Where a program's output comes from.  fd -1: from nowhere. */
struct outlet {
	struct session *session; /* borrowed */
	int fd;                  /* owned */
	struct lines lines;
};

enum job_state {
	JOB_FREE,
	JOB_ASKED, /* the lab was asked to start it */
	JOB_RUNNING,
	JOB_STOPPED,
	JOB_ENDED, /* its output may still come */
};

/* A program that the lab started for us: a job, a client, a server. */
struct job {
	char name[NAME_SIZE]; /* "j1" */
	enum start_kind kind;
	enum job_state state;
	uint32_t seq; /* of its START */
	pid_t pid;    /* and its process group; 0 before it was started */
	int code;     /* STOPPED: the signal; ENDED: exit code or signal */
	bool killed;  /* ENDED: by a signal */
	bool dumped;
	bool foreground; /* somebody waits for it at the prompt */
	bool background; /* its end is to be told */
	bool interrupt;  /* ^C was typed before it had the terminal */
	bool passed;     /* !CMD: in the foreground it has the real terminal */
	bool draws;      /* on a whole screen, which the log is not */
	unsigned used;   /* grows: %% is the one used last */
	struct outlet outlet;
	struct link wire; /* of a client */
	char cmd[256];    /* as it was typed */
	char why[256];    /* ENDED: why it could not even start; or "" */
};

/* A server that was started.  The page stays until the slot is taken anew. */
struct serving {
	char name[NAME_SIZE]; /* "": free */
	bool up;              /* its master has said that it is online */
	struct link link;
	struct page *page;  /* owned */
	char why[MSG_TEXT]; /* why it could not start; or "" */
	uint16_t port;      /* 0 before it is known */
	bool balancer;
	bool shut; /* it was told to end */
};

struct log_line {
	enum line_kind kind;
	char *name, *text; /* owned; text NULL: free */
	int64_t t_ns;
};

/* A line that was typed and has not run yet. */
struct queued {
	char *line; /* owned */
	bool quiet; /* it is not echoed */
	int depth;  /* of scripts in play when it was queued */
};

/* The command that waits (session_wait). */
struct waiting {
	enum outcome (*poll)(struct session *, void *arg, struct err *);
	void (*interrupt)(struct session *, void *arg);
	void (*give)(struct session *, void *arg); /* or NULL */
	void *arg;                                 /* owned: for free() */
	int timer;                                 /* of its deadline; 0 none */
};

struct session {
	struct loop *loop; /* borrowed */
	struct session_options options;
	struct front front;
	struct tape_ops tape;      /* all NULL: there is none */
	struct timeline *timeline; /* owned */
	struct watch *watch;       /* owned */

	/* session-past.c */
	struct past *past;          /* owned */
	struct timeline *past_line; /* owned: events up to what is shown */
	int64_t past_due_ns;        /* not before that the next look */
	int64_t past_since_ns;      /* when the present was left */
	int past_timer;

	struct procfs *procfs; /* owned */
	uint64_t told;         /* number of the last event that the front saw */
	unsigned requests_told; /* in the burst since quiet_ns */
	int64_t request_ns;

	/* session-lab.c */
	pid_t lab;
	int lab_pidfd; /* owned; -1: there is no lab */
	struct link lab_link;
	struct outlet lab_outlet; /* what the lab itself prints */
	bool screen_sent;
	int screen_fd; /* borrowed: the real terminal; -1 */

	/* session-terminal.c */
	int terminal; /* owned: the pty's master */
	struct lines terminal_lines;
	pid_t terminal_group; /* who has it, as the lab said since the last
	                         job was put in the foreground; 0 nobody */
	bool terminal_held;
	bool progress; /* the front shows an unfinished line */

	/* session-wire.c */
	uint32_t last_seq;
	struct ask asks[SESSION_ASKS];

	/* session-jobs.c, session-server.c */
	struct job jobs[SESSION_PROGRAMS];
	unsigned last_used, last_job, last_client, last_measure;
	struct job *foreground; /* borrowed: in jobs; NULL: the prompt */
	struct serving servers[SESSION_SERVERS];
	int usual_port;   /* of servers that are told none; 0: 3000 */
	uint32_t slow_ms; /* of every server, as `slow` was told */

	struct troupe *troupe; /* owned: puppets, and what they hang on */

	/* session-queue.c */
	struct queued queue[SESSION_QUEUE]; /* a ring */
	int queue_first, queue_len;
	struct waiting waiting;
	struct waiting outer;   /* waits for what it has nested; or no poll */
	enum outcome nested;    /* what that came to; WAITS: it runs */
	int looking;            /* timer: count while requests run */
	char hushed[NAME_SIZE]; /* events of this server are not told */
	struct msg_progress last_run; /* what the last client came to */
	bool news; /* since the waiting command looked last */
	bool interrupted;
	int wake; /* timer: the queue has work */
	bool quits;
	int wants, guide_wants; /* masks of enum watch_want */
	int status;

	/* session-say.c */
	struct log_line log[SESSION_LOG];
	size_t log_next; /* counts up */

	char *settings[SESSION_SETTINGS]; /* owned: values by row of cmd-set */
};

/* session.c */
void session_changed(void *);            /* the watch has news */
void session_news(struct session *);     /* the waiting command is to look */
void session_catch_up(struct session *); /* tell now what has happened by now */

/* session-past.c: open it; see that this moment is kept; forget all. */
int session_past_open(struct session *, struct err *);
void session_past_close(struct session *);
void session_past_keep(struct session *);
void session_past_clear(struct session *);

/* Shows what past_shown() says from now on, also to the front. */
void session_past_moved(struct session *);

/* session-lab.c */
int session_lab_open(struct session *, struct err *);
void session_lab_close(struct session *);
bool session_lab_lives(const struct session *, struct err *);

/* session-wire.c */
int session_link(struct session *, struct link *, int fd, const char *server,
                 struct err *);
void session_unlink(struct link *);
void session_hear(struct link *); /* what has come by now */
void session_hear_clients(void *session);
int session_send(struct link *, const struct msg *, const int *fds, int nfds,
                 struct err *);
uint32_t session_seq(struct session *);
uint32_t session_ask(struct session *, struct link *, struct msg *,
                     const int *fds, int nfds, struct err *);

/*
 * The same over a wire that is no link's: whoever hears it calls
 * session_answered.  The end of that wire answers nothing.
 */
uint32_t session_ask_wire(struct session *, struct wire *, struct msg *,
                          struct err *);

/* Forget what was asked: no answer is waited for any more. */
void session_unask(struct session *, uint32_t seq);

/* An order for the lab that it does not answer; what fails, it says. */
int session_tell_lab(struct session *, const struct msg *, struct err *);
void session_answered(struct session *, const struct msg *, int result);

/* session-queue.c */
int session_work(void *arg);
void session_queue_free(struct session *);
void session_wait_drop(struct session *); /* nobody waits any more */
void session_run_quiet(struct session *, const char *line);

/*
 * For the poll of a command that waits, without a deadline: run this line
 * as if it had been typed, and return OUTCOME_WAITS.  It is polled again when
 * that is over, and finds s->nested and, after a Ctrl-C, s->interrupted.
 */
void session_nest(struct session *, const char *line);

/* For the command that waits: it is to look at that time, and not earlier. */
void session_deadline(struct session *, int64_t deadline_ns);

/* session-jobs.c */
void session_jobs_message(struct session *, const struct msg *);
void session_jobs_lost(struct session *); /* the lab is gone, and so are they */
struct job *session_job_new(struct session *, enum start_kind, const char *name,
                            struct err *);
void session_job_free(struct session *, struct job *);
struct job *session_job_named(struct session *, const char *name);
struct job *session_job_seq(struct session *, uint32_t seq);

/* Nobody waits for it any more: its row is free once its pipe is empty. */
void session_job_release(struct session *, struct job *);
struct job *session_job_pid(struct session *, pid_t);

/*
 * A job as kill(1) and fg name it: "%1", "%%", "%+", "%-", "j1" or "" for the
 * one used last.  NULL and err.
 */
struct job *session_job(struct session *, const char *spec, struct err *);

/* ^C for the job in the foreground, as soon as it has the terminal. */
void session_job_interrupt(struct session *, struct job *);

/* It draws on a whole screen: say how it gets one, now and when it ends. */
void session_job_draws(struct session *, struct job *);

/* "exited 3", "killed by INT". */
void session_job_end(const struct job *, char *buf, size_t size);

/* session-output.c */
int session_outlet_open(struct session *, struct outlet *, int fd,
                        struct err *);
void session_outlet_drain(struct outlet *);
void session_outlet_close(struct outlet *);

/* session-terminal.c */
int session_terminal_open(struct session *, int *slave, struct err *);
void session_terminal_close(struct session *);
void session_terminal_drain(struct session *);

/* session-server.c */
struct serving *session_serving(struct session *, const char *name);
struct serving *session_serving_new(struct session *, const char *name,
                                    int *page_fd, struct err *);
void session_serving_drop(struct session *, struct serving *);
void session_servers_message(struct session *, const char *server,
                             const struct msg *);
void session_servers_close(struct session *);
void session_server_ended(struct session *, const char *server);

/* session-say.c */
void session_log_free(struct session *);
void session_say_as(struct session *, enum line_kind, const char *name,
                    const char *text);
void session_event(struct session *, const struct event *);

/* cmd-set.c: the values that hold before anything was set. */
int session_settings_open(struct session *, struct err *);

/* The settings of the watch, which is a new one. */
void session_settings_apply(struct session *);

/* cmd-job.c: run a line with sh(1); take a job to the foreground again. */
enum outcome job_continue(struct session *, struct job *, struct err *);
enum outcome job_run(struct session *, const char *line, bool background,
                     bool passed, struct err *);

#endif
