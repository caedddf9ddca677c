/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/stage.h"

#include <arpa/inet.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STAGE_LIMIT_MS 30000
#define STAGE_PROCS    32768
#define STAGE_OUTPUT   (1 << 20)

/* A process as /proc/PID/stat tells it. */
struct proc {
	pid_t pid;
	pid_t parent;
	char state;
	char name[32];
};

int
stage_limit_ms(void)
{
	const char *text = getenv("FORKSHOP_PATIENCE");
	int patience = text ? atoi(text) : 1;

	return STAGE_LIMIT_MS * (patience > 1 ? patience : 1);
}

long
stage_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

int
stage_rounds(int few, int many)
{
	const char *text = getenv("FORKSHOP_LONG");

	return text && *text ? many : few;
}

void
stage_open(struct stage *stage)
{
	static int count;
	const char *tmp = getenv("TMPDIR");

	memset(stage, 0, sizeof(*stage));
	snprintf(stage->home, sizeof(stage->home), "%.40s/forkshop-XXXXXX",
	         tmp ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(stage->home));
	snprintf(stage->mark, sizeof(stage->mark), "%d.%ld.%d", (int)getpid(),
	         stage_now_ms(), count++);
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
}

/* The build folder, with a slash at its end. */
static const char *
stage_build(void)
{
	static char path[PATH_MAX];
	const char *build = getenv("FORKSHOP_BUILD");
	ssize_t len;
	char *tests;

	if (build) {
		snprintf(path, sizeof(path), "%s/", build);
		return path;
	}
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	ck_assert_int_gt(len, 0);
	path[len] = '\0';
	tests = strstr(path, "/tests/");
	ck_assert_msg(tests != NULL, "%s is not in a build folder", path);
	tests[1] = '\0';
	return path;
}

const char *
stage_program(const char *name)
{
	static char path[PATH_MAX];

	if (strncmp(name, "forkshop", 8) != 0)
		return name;
	snprintf(path, sizeof(path), "%.4000s%.64s", stage_build(), name);
	return path;
}

void
stage_enter(const struct stage *stage, pid_t parent)
{
	char path[PATH_MAX];
	const char *old = getenv("PATH");

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	snprintf(path, sizeof(path), "%.2000s:%.2000s", stage_build(),
	         old ? old : "/usr/bin:/bin");
	setenv("PATH", path, 1);
	setenv("HOME", stage->home, 1);
	setenv("XDG_STATE_HOME", stage->home, 1);
	setenv("FORKSHOP_STORY", stage->mark, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("INPUTRC");
	unsetenv("PAGER");
}

const char *
stage_voutside(struct stage *stage, const char *fmt, va_list ap)
{
	char command[4096];
	char *text = malloc(STAGE_OUTPUT + 1);
	size_t len;
	FILE *pipe;

	ck_assert_ptr_nonnull(text);
	ck_assert_int_lt(stage->ntexts, STAGE_TEXTS);
	strcpy(command, "exec 2>&1; ");
	vsnprintf(command + 11, sizeof(command) - 11, fmt, ap);
	pipe = popen(command, "re");
	ck_assert_ptr_nonnull(pipe);
	len = fread(text, 1, STAGE_OUTPUT, pipe);
	pclose(pipe);
	text[len] = '\0';
	stage->texts[stage->ntexts++] = text;
	return text;
}

const char *
stage_outside(struct stage *stage, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = stage_voutside(stage, fmt, ap);
	va_end(ap);
	return text;
}

static bool
stage_holds_in_time(bool (*holds)(void *), void *arg)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	long end_ms = stage_now_ms() + stage_limit_ms();

	while (!holds(arg)) {
		if (stage_now_ms() > end_ms)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

void
stage_until(bool (*holds)(void *), void *arg, const char *what)
{
	ck_assert_msg(stage_holds_in_time(holds, arg),
	              "waited %d ms in vain: %s", stage_limit_ms(), what);
}

bool
stage_ended(struct stage *stage)
{
	if (stage->pid > 0 &&
	    waitpid(stage->pid, &stage->status, WNOHANG) == stage->pid)
		stage->pid = 0;
	return stage->pid == 0;
}

static bool
stage_program_ended(void *stage)
{
	return stage_ended(stage);
}

int
stage_wait(struct stage *stage)
{
	stage_until(stage_program_ended, stage, "the program ends");
	return WIFSIGNALED(stage->status) ? 128 + WTERMSIG(stage->status)
	                                  : WEXITSTATUS(stage->status);
}

/* Read a file of /proc/PID into text.  Returns its length, or -1. */
static ssize_t
stage_read(pid_t pid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, size - 1);
	close(fd);
	if (len >= 0)
		text[len] = '\0';
	return len;
}

static bool
stage_read_proc(pid_t pid, struct proc *proc)
{
	char text[512], *name, *end;

	if (stage_read(pid, "stat", text, sizeof(text)) <= 0)
		return false;
	name = strchr(text, '(');
	end = strrchr(text, ')');
	if (!name || !end ||
	    sscanf(end, ") %c %d", &proc->state, &proc->parent) != 2)
		return false;
	*end = '\0';
	proc->pid = pid;
	snprintf(proc->name, sizeof(proc->name), "%.31s", name + 1);
	return true;
}

static bool
stage_marked(const struct stage *stage, pid_t pid)
{
	static char text[65536];
	ssize_t len = stage_read(pid, "environ", text, sizeof(text));

	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(text + at) + 1)
		if (strncmp(text + at, "FORKSHOP_STORY=", 15) == 0)
			return strcmp(text + at + 15, stage->mark) == 0;
	return false;
}

/* All processes of the machine.  Returns how many. */
static int
stage_read_all(struct proc *procs)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (n < STAGE_PROCS && (entry = readdir(dir)))
		if (atoi(entry->d_name) > 0 &&
		    stage_read_proc(atoi(entry->d_name), &procs[n]))
			n++;
	closedir(dir);
	return n;
}

static const struct proc *
stage_find(const struct proc *procs, int n, pid_t pid)
{
	for (int i = 0; i < n; i++)
		if (procs[i].pid == pid)
			return &procs[i];
	return NULL;
}

static bool
stage_descends(const struct proc *procs, int n, const struct proc *proc)
{
	for (int depth = 0; proc && depth < n; depth++) {
		if (proc->parent == getpid())
			return true;
		proc = stage_find(procs, n, proc->parent);
	}
	return false;
}

const char *
stage_family(struct stage *stage)
{
	static struct proc procs[STAGE_PROCS];
	static char text[16384];
	int n = stage_read_all(procs);
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < n && len < sizeof(text) - 128; i++) {
		const struct proc *proc = &procs[i];

		if (proc->pid == getpid() || proc->pid == stage->pid)
			continue;
		if (proc->state == 'Z' && proc->parent == getpid())
			waitpid(proc->pid, NULL, WNOHANG);
		else if (stage_descends(procs, n, proc) ||
		         stage_marked(stage, proc->pid))
			len += (size_t)sprintf(
			    text + len, "%d %d %c %s\n", (int)proc->pid,
			    (int)proc->parent, proc->state, proc->name);
	}
	return text;
}

static bool
stage_alone(void *stage)
{
	return *stage_family(stage) == '\0';
}

/* Nobody listens there: we could. */
static bool
stage_port_free(void *arg)
{
	const struct stage *stage = arg;
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)stage->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int one = 1;
	bool free_now;

	ck_assert_int_ge(fd, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	free_now = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
	           listen(fd, 1) == 0;
	close(fd);
	return free_now;
}

void
stage_nothing_left(struct stage *stage)
{
	stage_wait(stage);
	ck_assert_msg(stage_holds_in_time(stage_alone, stage),
	              "left behind after %d ms:\n%s", stage_limit_ms(),
	              stage_family(stage));
	if (stage->port > 0)
		stage_until(stage_port_free, stage, "the port is free");
}

static int
stage_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
stage_close(struct stage *stage)
{
	ck_assert_int_eq(stage->pid, 0);
	nftw(stage->home, stage_remove, 16, FTW_DEPTH | FTW_PHYS);
	for (int i = 0; i < stage->ntexts; i++)
		free(stage->texts[i]);
	stage->ntexts = 0;
}
