/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The memory of a process: which addresses stand for what, and which pages
 * are its own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/procfs-inside.h"
#include "core/sys/text.h"

/* "55d0c1e3a000-55d0c1e3b000 rw-p 00002000 08:01 1234   /bin/cat" */
static bool
procfs_parse_map(const char *line, struct proc_map *m)
{
	char flags[5] = "";
	int path = 0;

	memset(m, 0, sizeof(*m));
	if (sscanf(line,
	           "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64
	           " %n",
	           &m->start, &m->end, flags, &m->offset, &m->major, &m->minor,
	           &m->inode, &path) < 7)
		return false;
	m->read = flags[0] == 'r';
	m->write = flags[1] == 'w';
	m->exec = flags[2] == 'x';
	m->shared = flags[3] == 's';
	if (path)
		text_clean(m->path, sizeof(m->path), line + path,
		           strlen(line + path));
	return true;
}

int
procfs_maps(struct procfs *fs, pid_t pid, struct proc_map *maps, int max)
{
	int fd = procfs_open_file(fs, pid, 0, "maps"), n = 0;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char line[4096 + 128];

	if (!file) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (n < max && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		n += procfs_parse_map(line, &maps[n]);
	}
	fclose(file);
	return n;
}

int
procfs_pages(struct procfs *fs, pid_t pid, uint64_t address, uint64_t *entries,
             int n)
{
	int fd = procfs_open_file(fs, pid, 0, "pagemap");
	off_t from = (off_t)(address / PROC_PAGE_BYTES * sizeof(*entries));
	ssize_t got;

	if (fd < 0)
		return -1;
	got = pread(fd, entries, (size_t)n * sizeof(*entries), from);
	close(fd);
	return got < 0 ? -1 : (int)((size_t)got / sizeof(*entries));
}

/* The last two fields of "syscall"; it says "running" of one that runs. */
uint64_t
procfs_stack_pointer(struct procfs *fs, pid_t pid, pid_t tid)
{
	char buf[256], *last;

	if (procfs_slurp(fs, pid, tid, "syscall", buf, sizeof(buf)) <= 0)
		return 0;
	last = strrchr(buf, ' ');
	if (!last)
		return 0;
	*last = '\0';
	last = strrchr(buf, ' ');
	return last ? strtoull(last + 1, NULL, 16) : 0;
}
