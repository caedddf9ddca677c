/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_PIECE 4096

/* Append `n` bytes; what was taken makes room.  Returns -1 without room. */
static int
input_append(struct input *in, const char *bytes, size_t n)
{
	size_t left = in->len - in->taken;
	char *text;

	if (left + n > INPUT_SIZE)
		return -1;
	if (in->taken) {
		memmove(in->text, in->text + in->taken, left);
		in->len = left;
		in->taken = 0;
	}
	text = realloc(in->text, left + n + 1);
	if (!text)
		return -1;
	in->text = text;
	memcpy(text + left, bytes, n);
	in->len = left + n;
	return 0;
}

int
input_text(struct input *in, const char *text, struct err *err)
{
	in->eof = true;
	if (input_append(in, text, strlen(text)) < 0)
		return err_set(err, "the commands are longer than %d bytes",
		               INPUT_SIZE);
	return 0;
}

int
input_file(struct input *in, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char piece[INPUT_PIECE];
	ssize_t n = -1;

	if (fd < 0)
		return err_sys(err, "cannot read %s", path);
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		if (input_append(in, piece, (size_t)n) < 0)
			break;
	in->eof = true;
	if (n < 0)
		err_sys(err, "cannot read %s", path);
	if (n > 0)
		err_set(err, "%s is longer than %d bytes", path, INPUT_SIZE);
	close(fd);
	return n == 0 ? 0 : -1;
}

bool
input_read(struct input *in, int fd)
{
	char piece[INPUT_PIECE];
	ssize_t n = read(fd, piece, sizeof(piece));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0 || input_append(in, piece, (size_t)n) < 0)
		in->eof = true;
	return !in->eof;
}

static void
input_remember(struct input *in, const char *line)
{
	char **slot = &in->history[in->lines % INPUT_HISTORY];

	if (!line[strspn(line, " \t")])
		return;
	free(*slot);
	*slot = strdup(line);
	in->lines++;
}

const char *
input_line(struct input *in)
{
	char *line, *end;

	if (in->taken >= in->len)
		return NULL;
	line = in->text + in->taken;
	end = memchr(line, '\n', in->len - in->taken);
	if (!end && !in->eof)
		return NULL;
	in->taken = end ? (size_t)(end - in->text) + 1 : in->len;
	/* There is always a byte behind the text. */
	if (!end)
		end = in->text + in->len;
	*end = '\0';
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	input_remember(in, line);
	return line;
}

const char *
input_history(const struct input *in, size_t i)
{
	size_t first =
	    in->lines > INPUT_HISTORY ? in->lines - INPUT_HISTORY : 0;

	return first + i < in->lines ? in->history[(first + i) % INPUT_HISTORY]
	                             : NULL;
}

void
input_close(struct input *in)
{
	for (size_t i = 0; i < INPUT_HISTORY; i++)
		free(in->history[i]);
	free(in->text);
	memset(in, 0, sizeof(*in));
}
