/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/histfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The whole file as a string to free(), or NULL and err. */
static char *
slurp(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	char *text = NULL;
	ssize_t n = -1;

	if (fd < 0 && errno == ENOENT)
		return strdup("");
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_sys(err, "cannot read the history %s", path);
	} else if (!S_ISREG(st.st_mode) || st.st_size > HISTFILE_BYTES) {
		err_set(err, "%s is not a history of ours: move it away", path);
	} else {
		text = malloc(st.st_size + 1);
		n = text ? read(fd, text, st.st_size) : -1;
		if (n < 0)
			err_sys(err, "cannot read the history %s", path);
	}
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

/* Where the latest `lines` lines begin. */
static char *
tail(char *text, int lines)
{
	char *p = text + strlen(text);

	for (; p > text; p--)
		if (p[-1] == '\n' && *p && lines-- == 1)
			break;
	return p;
}

/* Put a file with this text in the place of the other. */
static void
replace(const char *path, const char *text)
{
	char *new = NULL;
	int fd;

	if (asprintf(&new, "%s.%d", path, (int)getpid()) < 0)
		return;
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		ssize_t n = write(fd, text, strlen(text));

		close(fd);
		if (n != (ssize_t)strlen(text) || rename(new, path) < 0)
			unlink(new);
	}
	free(new);
}

int
histfile_load(const char *path, void (*add)(const char *line), struct err *err)
{
	char *text = slurp(path, err), *rest, *line;

	if (!text)
		return -1;
	rest = tail(text, HISTFILE_LINES);
	if (rest > text)
		replace(path, rest);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			add(line);
	free(text);
	return 0;
}

int
histfile_append(const char *path, const char *line, struct err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	int n;

	if (fd < 0)
		return err_sys(err, "cannot write the history %s", path);
	n = dprintf(fd, "%s\n", line);
	if (n < 0)
		err_sys(err, "cannot write the history %s", path);
	close(fd);
	return n < 0 ? -1 : 0;
}
