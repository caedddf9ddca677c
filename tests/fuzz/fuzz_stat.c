/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the kernel says of a process, as somebody else might write it: the
 * first byte chooses one file of a tree of our own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/procfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const fuzz_files[] = {
	"stat",  "status",  "smaps_rollup", "cmdline",
	"wchan", "syscall", "environ",      "children",
};

#define FILES (sizeof(fuzz_files) / sizeof(fuzz_files[0]))

static char fuzz_root[] = "/tmp/fuzz_stat.XXXXXX";
static struct procfs *fuzz_fs;
static int fuzz_fd[FILES];

static void
fuzz_path(char path[64], const char *name)
{
	bool task = strcmp(name, "children") == 0;

	snprintf(path, 64, "%s/1/%s%s", fuzz_root, task ? "task/1/" : "", name);
}

static void
fuzz_remove(void)
{
	static const char *const folders[] = { "/1/task/1", "/1/task", "/1",
		                               "" };
	char path[64];

	for (size_t i = 0; i < FILES; i++) {
		fuzz_path(path, fuzz_files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", fuzz_root, folders[i]);
		rmdir(path);
	}
}

static void
fuzz_make(void)
{
	static const char *const folders[] = { "/1", "/1/task", "/1/task/1" };
	char path[64];

	if (!mkdtemp(fuzz_root))
		abort();
	atexit(fuzz_remove);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", fuzz_root, folders[i]);
		if (mkdir(path, 0700) < 0)
			abort();
	}
	for (size_t i = 0; i < FILES; i++) {
		fuzz_path(path, fuzz_files[i]);
		fuzz_fd[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fuzz_fd[i] < 0)
			abort();
	}
	fuzz_fs = procfs_open(fuzz_root, NULL);
	if (!fuzz_fs)
		abort();
}

static void
fuzz_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			abort();
}

static void
fuzz_read(void)
{
	struct proc_stat stat;
	struct proc_status status;
	struct proc_memory memory;
	char text[64];
	pid_t pids[8];

	if (procfs_stat(fuzz_fs, 1, 0, &stat) == 0)
		fuzz_clean(stat.comm);
	procfs_status(fuzz_fs, 1, 0, &status);
	procfs_memory(fuzz_fs, 1, &memory);
	if (procfs_cmdline(fuzz_fs, 1, text, sizeof(text)) == 0)
		fuzz_clean(text);
	procfs_wchan(fuzz_fs, 1, 0, text, sizeof(text));
	procfs_syscall(fuzz_fs, 1, 0);
	procfs_environ(fuzz_fs, 1, "NAME", text, sizeof(text));
	if (procfs_children(fuzz_fs, 1, 1, pids, 8) > 8)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd;

	if (!fuzz_fs)
		fuzz_make();
	if (size == 0)
		return 0;
	fd = fuzz_fd[data[0] % FILES];
	if (ftruncate(fd, 0) < 0 ||
	    pwrite(fd, data + 1, size - 1, 0) != (ssize_t)size - 1)
		abort();
	fuzz_read();
	return 0;
}
