/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Descriptors: files, pipes, sockets, and the buffer of stdio above them.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/puppet/puppet.h"
#include "core/puppet/string.h"
#include "core/sys/text.h"
#include "core/wire/wire.h"

#define FILE_READ_MAX 400

/* A descriptor that the student may touch; -1 and a sentence otherwise. */
static int
file_fd(const char *word, struct result *r)
{
	int64_t fd;

	if (!text_number(word, 0, 1 << 20, &fd)) {
		result_refuse(r, EINVAL, "%s is no descriptor", word);
		return -1;
	}
	if (string_is((int)fd)) {
		result_refuse(
		    r, EPERM,
		    "descriptor %d is the string this puppet hangs on",
		    (int)fd);
		return -1;
	}
	return (int)fd;
}

void
call_print(const struct call *call, struct result *r)
{
	result_of(r, printf("%s\n", call->rest));
	snprintf(r->text, sizeof(r->text), "bytes, in the buffer of stdio");
}

void
call_flush(const struct call *call, struct result *r)
{
	(void)call;
	result_of(r, fflush(stdout));
}

/* A terminal is written line by line, everything else when it is full. */
void
call_stdout(const struct call *call, struct result *r)
{
	const char *where = call->argv[1];
	bool pty = strcmp(where, "pty") == 0;
	int fd;

	fflush(stdout);
	if (strcmp(where, "pipe") == 0)
		fd = fcntl(LOG_FD, F_DUPFD_CLOEXEC, 10);
	else
		fd = open(pty ? "/dev/tty" : where,
		          O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		result_of(r, -1);
		return;
	}
	result_of(r, dup2(fd, STDOUT_FILENO));
	close(fd);
	setvbuf(stdout, NULL, pty ? _IOLBF : _IOFBF, BUFSIZ);
}

void
call_open(const struct call *call, struct result *r)
{
	result_of(r, open(call->argv[1], O_RDWR | O_CREAT, 0600));
}

void
call_read(const struct call *call, struct result *r)
{
	int fd = file_fd(call->argv[1], r);
	int64_t want = 64;
	char buf[FILE_READ_MAX];

	if (fd < 0)
		return;
	if (call->argc > 2 &&
	    !text_number(call->argv[2], 1, FILE_READ_MAX, &want)) {
		result_refuse(r, EINVAL, "it reads up to %d bytes",
		              FILE_READ_MAX);
		return;
	}
	result_of(r, read(fd, buf, (size_t)want));
	if (r->value > 0) {
		r->text[0] = '"';
		text_clean(r->text + 1, sizeof(r->text) - 2, buf,
		           (size_t)r->value);
		text_add(r->text, sizeof(r->text), "\"");
	}
}

void
call_write(const struct call *call, struct result *r)
{
	int fd = file_fd(call->argv[1], r);
	const char *text = strstr(call->rest, " ");

	if (fd >= 0 && text)
		result_of(r, write(fd, text + 1, strlen(text + 1)));
}

void
call_lseek(const struct call *call, struct result *r)
{
	int fd = file_fd(call->argv[1], r);
	int64_t offset;

	if (fd < 0)
		return;
	if (!text_number(call->argv[2], 0, INT64_MAX, &offset)) {
		result_refuse(r, EINVAL, "an offset counts from 0");
		return;
	}
	result_of(r, lseek(fd, offset, SEEK_SET));
}

void
call_close(const struct call *call, struct result *r)
{
	int fd = file_fd(call->argv[1], r);

	if (fd >= 0)
		result_of(r, close(fd));
}

void
call_dup(const struct call *call, struct result *r)
{
	int fd = file_fd(call->argv[1], r);

	if (fd >= 0)
		result_of(r, dup(fd));
}

static void
file_two(struct result *r, int made, const int fds[2], const char *what)
{
	result_of(r, made);
	if (made == 0)
		snprintf(r->text, sizeof(r->text), what, fds[0], fds[1]);
}

void
call_pipe(const struct call *call, struct result *r)
{
	int fds[2];

	(void)call;
	file_two(r, pipe(fds), fds, "read from %d, write to %d");
}

void
call_socketpair(const struct call *call, struct result *r)
{
	int fds[2];

	(void)call;
	file_two(r, socketpair(AF_UNIX, SOCK_STREAM, 0, fds), fds,
	         "both ways between %d and %d");
}

/* On the loopback alone; port 0 is one that the kernel picks. */
void
call_listen(const struct call *call, struct result *r)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int64_t port;
	int fd, on = 1;

	if (!text_number(call->argv[1], 0, UINT16_MAX, &port)) {
		result_refuse(r, EINVAL, "a port counts from 0 to %d",
		              UINT16_MAX);
		return;
	}
	at.sin_port = htons((uint16_t)port);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, size) < 0 ||
	    listen(fd, SOMAXCONN) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &size) < 0) {
		result_of(r, -1);
		if (fd >= 0)
			close(fd);
		return;
	}
	result_of(r, 0);
	snprintf(r->text, sizeof(r->text), "descriptor %d, at 127.0.0.1:%d", fd,
	         ntohs(at.sin_port));
}

void
call_accept(const struct call *call, struct result *r)
{
	int fd = file_fd(call->argv[1], r);

	if (fd >= 0)
		result_of(r, accept(fd, NULL, NULL));
}

/* sendmsg(2) with SCM_RIGHTS, up the string; the shell hands it on. */
void
call_send(const struct call *call, struct result *r)
{
	int fd = file_fd(call->argv[1], r);
	struct msg m = msg_say(MSG_PASS, "%s", call->argv[3]);

	if (fd < 0)
		return;
	if (strcmp(call->argv[2], "to") != 0)
		result_refuse(r, EINVAL, "it is written send FD to P");
	else
		result_of(r, wire_try_send(string_fd(), &m, &fd, 1));
}

void
call_chdir(const struct call *call, struct result *r)
{
	result_of(r, chdir(call->argv[1]));
}
