/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/tape/asciicast.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/clock.h"

struct asciicast {
	int fd;         /* owned */
	char *path;     /* owned */
	off_t len;      /* of whole lines; a half one is cut off there */
	int64_t now_ns; /* of the last event */
	int64_t from_ns;
	bool full; /* it took no more */
};

/* Files *****************************************************************/

/* A new file, an empty one, or what is no file: a pipe, /dev/null. */
static int
asciicast_make(const char *path, struct err *err)
{
	const int flags = O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct stat st;
	int fd = open(path, flags | O_CREAT | O_EXCL, 0666);

	if (fd >= 0 || errno != EEXIST)
		return fd >= 0
		           ? fd
		           : err_sys(err, "cannot record into %.200s", path);
	fd = open(path, flags);
	if (fd < 0 || fstat(fd, &st) < 0)
		err_sys(err, "cannot record into %.200s", path);
	else if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return fd;
	else
		err_set(err,
		        "%.200s is there already: a recording needs a new "
		        "file; choose another name, or remove it",
		        path);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* All of a line or nothing of it. */
static int
asciicast_write(struct asciicast *c, const char *line, size_t len,
                struct err *err)
{
	size_t done = 0;
	ssize_t n = 0;

	while (done < len && ((n = write(c->fd, line + done, len - done)) > 0 ||
	                      (n < 0 && errno == EINTR)))
		done += n > 0 ? (size_t)n : 0;
	if (done == len) {
		c->len += (off_t)len;
		return 0;
	}
	c->full = true;
	err_sys(err, "cannot record any more into %.200s", c->path);
	if (done && ftruncate(c->fd, c->len) < 0)
		return -1; /* no file: nothing can be taken back */
	return -1;
}

/* Lines *****************************************************************/

/* `object` is given up. */
static int
asciicast_write_header(struct asciicast *c, json_t *object, struct err *err)
{
	char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;
	int result;

	json_decref(object);
	if (!text)
		return err_set(err, "no memory is left for a recording");
	text[len] = '\n'; /* instead of the NUL */
	result = asciicast_write(c, text, len + 1, err);
	free(text);
	return result;
}

static json_t *
asciicast_header(const struct asciicast_header *h)
{
	json_t *env = json_object();
	json_t *o =
	    json_pack("{s:i, s:i, s:i, s:I}", "version", 2, "width", h->cols,
	              "height", h->rows, "timestamp", (json_int_t)h->wall_s);

	if (h->term)
		json_object_set_new(env, "TERM", json_string(h->term));
	if (h->shell)
		json_object_set_new(env, "SHELL", json_string(h->shell));
	if (o && h->title)
		json_object_set_new(o, "title", json_string(h->title));
	if (o)
		json_object_set_new(o, "env", env);
	else
		json_decref(env);
	return o;
}

struct asciicast *
asciicast_open(const char *path, const struct asciicast_header *h,
               struct err *err)
{
	struct asciicast *c = calloc(1, sizeof(*c));

	if (c) {
		c->fd = -1;
		c->path = strdup(path);
	}
	if (!c || !c->path) {
		asciicast_close(c);
		err_sys(err, "cannot record into %.200s", path);
		return NULL;
	}
	c->from_ns = c->now_ns = h->now_ns;
	c->fd = asciicast_make(path, err);
	if (c->fd >= 0 &&
	    asciicast_write_header(c, asciicast_header(h), err) == 0)
		return c;
	asciicast_close(c);
	return NULL;
}

int
asciicast_add(struct asciicast *c, enum asciicast_event event, int64_t now_ns,
              const char *bytes, size_t len, struct err *err)
{
	json_t *string = json_stringn(bytes, len);
	char *quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
	char *line = NULL;
	int64_t us;
	int n = -1, result;

	json_decref(string);
	if (now_ns > c->now_ns)
		c->now_ns = now_ns;
	us = (c->now_ns - c->from_ns) / NS_PER_US;
	if (quoted)
		n = asprintf(&line, "[%" PRId64 ".%06" PRId64 ", \"%c\", %s]\n",
		             us / 1000000, us % 1000000, event, quoted);
	free(quoted);
	if (n < 0)
		return err_set(err, "this cannot be recorded: no memory is "
		                    "left, or it is not UTF-8");
	result = c->full ? err_set(err, "%.200s takes no more", c->path)
	                 : asciicast_write(c, line, (size_t)n, err);
	free(line);
	return result;
}

const char *
asciicast_path(const struct asciicast *c)
{
	return c->path;
}

void
asciicast_close(struct asciicast *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c->path);
	free(c);
}
