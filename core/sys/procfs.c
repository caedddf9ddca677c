/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/procfs-inside.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/probe.h"
#include "core/sys/text.h"

#define STAT_EXITING 0x4ULL                  /* PF_EXITING among the flags */
#define STAT_KILL    (1ULL << (SIGKILL - 1)) /* among what is pending */
#define PROCFS_ALL   32768 /* processes looked at where nobody lists them */

/* A root of the tests' own counts as one that has the list. */
static bool
procfs_lists_children(struct procfs *fs)
{
	return faccessat(fs->root, "self", F_OK, 0) < 0 ||
	       faccessat(fs->root, "thread-self/children", R_OK, 0) == 0;
}

struct procfs *
procfs_open(const char *root, struct err *err)
{
	struct procfs *fs = calloc(1, sizeof(*fs));

	if (!root)
		root = "/proc";
	if (!fs) {
		err_sys(err, "cannot read %s", root);
		return NULL;
	}
	fs->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fs->root < 0) {
		err_sys(err, "cannot read %s: is it mounted?", root);
		free(fs);
		return NULL;
	}
	fs->children = probe_allowed("children") && procfs_lists_children(fs);
	return fs;
}

void
procfs_close(struct procfs *fs)
{
	if (!fs)
		return;
	close(fs->root);
	free(fs);
}

int64_t
procfs_tick_ns(void)
{
	static int64_t tick_ns;

	if (!tick_ns)
		tick_ns = NS_PER_S / sysconf(_SC_CLK_TCK);
	return tick_ns;
}

/* "PID/what", or "PID/task/TID/what". */
static void
procfs_path(char path[PROCFS_PATH], pid_t pid, pid_t tid, const char *what)
{
	if (tid)
		snprintf(path, PROCFS_PATH, "%d/task/%d/%s", (int)pid, (int)tid,
		         what);
	else
		snprintf(path, PROCFS_PATH, "%d/%s", (int)pid, what);
}

int
procfs_open_file(struct procfs *fs, pid_t pid, pid_t tid, const char *what)
{
	char path[PROCFS_PATH];

	procfs_path(path, pid, tid, what);
	return openat(fs->root, path, O_RDONLY | O_CLOEXEC);
}

ssize_t
procfs_slurp(struct procfs *fs, pid_t pid, pid_t tid, const char *what,
             char *buf, size_t size)
{
	int fd = procfs_open_file(fs, pid, tid, what);
	ssize_t n, used = 0;

	if (fd < 0)
		return -1;
	while ((size_t)used + 1 < size &&
	       (n = read(fd, buf + used, size - 1 - (size_t)used)) != 0) {
		if (n < 0) {
			close(fd);
			return -1;
		}
		used += n;
	}
	close(fd);
	buf[used] = '\0';
	return used;
}

/* stat ******************************************************************/

/*
 * The name stands between the first "(" and the last ")" and may hold both,
 * and blanks.  Field numbers in proc(5) start at 1; `state` is field 3.
 */
static int
procfs_parse_stat(const char *line, struct proc_stat *st)
{
	const char *open = strchr(line, '('), *close = strrchr(line, ')');
	unsigned long long field[53] = { 0 };
	const char *s;
	char *end;

	if (!open || !close || close < open || close[1] == '\0')
		return -1;
	memset(st, 0, sizeof(*st));
	st->pid = (pid_t)strtol(line, NULL, 10);
	text_clean(st->comm, sizeof(st->comm), open + 1,
	           (size_t)(close - open - 1));
	st->state = close[2];
	s = close + 3;
	for (int i = 4; i <= 52; i++, s = end) {
		field[i] = strtoull(s, &end, 10);
		if (end == s)
			break;
	}
	st->ppid = (pid_t)field[4];
	st->pgrp = (pid_t)field[5];
	st->session = (pid_t)field[6];
	st->tty = (int)field[7];
	st->tpgid = (pid_t)field[8];
	st->utime_ticks = field[14];
	st->stime_ticks = field[15];
	st->ended_ticks = field[16] + field[17];
	st->threads = (int)field[20];
	st->start_ticks = field[22];
	st->vsize_bytes = field[23];
	st->rss_kb = (int64_t)field[24] * (sysconf(_SC_PAGESIZE) / 1024);
	st->processor = (int)field[39];
	st->ending = field[9] & STAT_EXITING || field[31] & STAT_KILL;
	st->exit_code = (int)field[52];
	return 0;
}

int
procfs_stat_open(struct procfs *fs, pid_t pid, pid_t tid)
{
	return procfs_open_file(fs, pid, tid, "stat");
}

int
procfs_stat_read(int fd, struct proc_stat *st)
{
	char line[1024];
	ssize_t n = pread(fd, line, sizeof(line) - 1, 0);

	if (n <= 0)
		return -1;
	line[n] = '\0';
	return procfs_parse_stat(line, st);
}

int
procfs_stat(struct procfs *fs, pid_t pid, pid_t tid, struct proc_stat *st)
{
	int fd = procfs_stat_open(fs, pid, tid), result;

	if (fd < 0)
		return -1;
	result = procfs_stat_read(fd, st);
	close(fd);
	return result;
}

/* Lists *****************************************************************/

/* Where the kernel has no such list: who says that it is its parent? */
static int
procfs_search_children(struct procfs *fs, pid_t pid, pid_t *pids, int max)
{
	static pid_t all[PROCFS_ALL];
	int n = procfs_all(fs, all, PROCFS_ALL), found = 0;
	struct proc_stat st;

	if (procfs_stat(fs, pid, 0, &st) < 0)
		return -1;
	for (int i = 0; i < n && found < max; i++)
		if (procfs_stat(fs, all[i], 0, &st) == 0 && st.ppid == pid)
			pids[found++] = all[i];
	return found;
}

int
procfs_children(struct procfs *fs, pid_t pid, pid_t tid, pid_t *pids, int max)
{
	char buf[65536], *s = buf, *end;
	int n = 0;

	if (!fs->children)
		return procfs_search_children(fs, pid, pids, max);
	if (procfs_slurp(fs, pid, tid ? tid : pid, "children", buf,
	                 sizeof(buf)) < 0)
		return -1;
	while (n < max) {
		long child = strtol(s, &end, 10);

		if (end == s)
			break;
		pids[n++] = (pid_t)child;
		s = end;
	}
	return n;
}

static int
procfs_numbers(int dir, int *numbers, int max)
{
	DIR *d = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *e;
	int n = 0;

	if (!d) {
		if (dir >= 0)
			close(dir);
		return -1;
	}
	while (n < max && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]))
			numbers[n++] = atoi(e->d_name);
	closedir(d);
	return n;
}

int
procfs_tasks(struct procfs *fs, pid_t pid, pid_t *tids, int max)
{
	return procfs_numbers(procfs_open_file(fs, pid, 0, "task"), (int *)tids,
	                      max);
}

int
procfs_all(struct procfs *fs, pid_t *pids, int max)
{
	int dir = openat(fs->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return procfs_numbers(dir, (int *)pids, max);
}

static int
procfs_by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int
procfs_fds(struct procfs *fs, pid_t pid, int *fds, int max)
{
	int n = procfs_numbers(procfs_open_file(fs, pid, 0, "fd"), fds, max);

	if (n > 0)
		qsort(fds, (size_t)n, sizeof(*fds), procfs_by_number);
	return n;
}

/* status, smaps_rollup **************************************************/

/* The text behind "name:" at the start of a line, or NULL. */
static const char *
procfs_line(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = text; s && *s;) {
		if (strncmp(s, name, len) == 0 && s[len] == ':')
			return s + len + 1;
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	return NULL;
}

static uint64_t
procfs_value(const char *text, const char *name, int base)
{
	const char *s = procfs_line(text, name);

	return s ? strtoull(s, NULL, base) : 0;
}

static void
procfs_ids(const char *s, unsigned *real, unsigned *effective)
{
	if (!s || sscanf(s, "%u %u", real, effective) != 2)
		*real = *effective = 0;
}

int
procfs_status(struct procfs *fs, pid_t pid, pid_t tid,
              struct proc_status *status)
{
	char buf[8192];
	const char *cpus;

	memset(status, 0, sizeof(*status));
	if (procfs_slurp(fs, pid, tid, "status", buf, sizeof(buf)) < 0)
		return -1;
	procfs_ids(procfs_line(buf, "Uid"), &status->uid, &status->euid);
	procfs_ids(procfs_line(buf, "Gid"), &status->gid, &status->egid);
	status->pending = procfs_value(buf, "SigPnd", 16);
	status->shared_pending = procfs_value(buf, "ShdPnd", 16);
	status->blocked = procfs_value(buf, "SigBlk", 16);
	status->ignored = procfs_value(buf, "SigIgn", 16);
	status->caught = procfs_value(buf, "SigCgt", 16);
	status->vm_size_kb = (int64_t)procfs_value(buf, "VmSize", 10);
	status->vm_rss_kb = (int64_t)procfs_value(buf, "VmRSS", 10);
	status->vm_pte_kb = (int64_t)procfs_value(buf, "VmPTE", 10);
	status->vm_stk_kb = (int64_t)procfs_value(buf, "VmStk", 10);
	status->threads = (int)procfs_value(buf, "Threads", 10);
	status->no_new_privs = (int)procfs_value(buf, "NoNewPrivs", 10);
	status->voluntary_switches =
	    procfs_value(buf, "voluntary_ctxt_switches", 10);
	status->involuntary_switches =
	    procfs_value(buf, "nonvoluntary_ctxt_switches", 10);
	cpus = procfs_line(buf, "Cpus_allowed_list");
	if (cpus)
		sscanf(cpus, "%63s", status->cpus);
	return 0;
}

int
procfs_memory(struct procfs *fs, pid_t pid, struct proc_memory *memory)
{
	char buf[4096];

	if (procfs_slurp(fs, pid, 0, "smaps_rollup", buf, sizeof(buf)) <= 0)
		return -1;
	memory->rss_kb = (int64_t)procfs_value(buf, "Rss", 10);
	memory->pss_kb = (int64_t)procfs_value(buf, "Pss", 10);
	memory->private_kb = (int64_t)(procfs_value(buf, "Private_Clean", 10) +
	                               procfs_value(buf, "Private_Dirty", 10));
	memory->shared_kb = (int64_t)(procfs_value(buf, "Shared_Clean", 10) +
	                              procfs_value(buf, "Shared_Dirty", 10));
	return 0;
}

/* The rest **************************************************************/

int
procfs_cmdline(struct procfs *fs, pid_t pid, char *buf, size_t size)
{
	char raw[4096];
	struct proc_stat st;
	ssize_t n = procfs_slurp(fs, pid, 0, "cmdline", raw, sizeof(raw));

	if (n < 0)
		return -1;
	while (n > 0 && raw[n - 1] == '\0')
		n--;
	for (ssize_t i = 0; i < n; i++)
		if (raw[i] == '\0')
			raw[i] = ' ';
	text_clean(buf, size, raw, (size_t)n);
	if (n > 0)
		return 0;
	if (procfs_stat(fs, pid, 0, &st) < 0)
		return -1;
	snprintf(buf, size, "[%s]", st.comm);
	return 0;
}

int
procfs_link(struct procfs *fs, pid_t pid, const char *name, char *buf,
            size_t size)
{
	char path[PROCFS_PATH];
	ssize_t n;

	procfs_path(path, pid, 0, name);
	n = readlinkat(fs->root, path, buf, size - 1);
	if (n < 0)
		return -1;
	buf[n] = '\0';
	return 0;
}

int
procfs_fdinfo(struct procfs *fs, pid_t pid, int fd, int64_t *pos, int *flags)
{
	char what[32], buf[1024];

	snprintf(what, sizeof(what), "fdinfo/%d", fd);
	if (procfs_slurp(fs, pid, 0, what, buf, sizeof(buf)) < 0)
		return -1;
	*pos = (int64_t)procfs_value(buf, "pos", 10);
	*flags = (int)procfs_value(buf, "flags", 8);
	return 0;
}

pid_t
procfs_fdinfo_pid(struct procfs *fs, pid_t pid, int fd)
{
	char what[32], buf[1024];
	const char *s;

	snprintf(what, sizeof(what), "fdinfo/%d", fd);
	if (procfs_slurp(fs, pid, 0, what, buf, sizeof(buf)) < 0)
		return -1;
	s = procfs_line(buf, "Pid");
	return s ? (pid_t)strtol(s, NULL, 10) : -1;
}

int
procfs_wchan(struct procfs *fs, pid_t pid, pid_t tid, char *buf, size_t size)
{
	if (procfs_slurp(fs, pid, tid, "wchan", buf, size) < 0)
		return -1;
	if (strcmp(buf, "0") == 0)
		buf[0] = '\0';
	return 0;
}

int
procfs_syscall(struct procfs *fs, pid_t pid, pid_t tid)
{
	char buf[256];

	if (procfs_slurp(fs, pid, tid, "syscall", buf, sizeof(buf)) < 0 ||
	    !isdigit((unsigned char)buf[0]))
		return -1;
	return atoi(buf);
}

int
procfs_environ(struct procfs *fs, pid_t pid, const char *name, char *buf,
               size_t size)
{
	static char raw[65536];
	size_t len = strlen(name);
	ssize_t n = procfs_slurp(fs, pid, 0, "environ", raw, sizeof(raw));

	for (ssize_t i = 0; i < n; i += (ssize_t)strlen(raw + i) + 1)
		if (strncmp(raw + i, name, len) == 0 &&
		    raw[i + (ssize_t)len] == '=') {
			snprintf(buf, size, "%s", raw + i + len + 1);
			return 0;
		}
	return -1;
}
