/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lessons speak of port 3000.  Where somebody else has it, servers get another
 * one, and every text and fact of the lesson names that one.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/text.h"
#include "lessons/engine-inside.h"

#define PORT_LESSON 3000

/* A value of something else: /sleep?ms=3000, but not --port=3000. */
static bool
port_value(const char *text, const char *at)
{
	return at > text && at[-1] == '=' &&
	       (at - text < 5 || strncmp(at - 5, "port=", 5) != 0);
}

/* Does the number stand here by itself? */
static bool
port_here(const char *text, const char *at)
{
	return !port_value(text, at) && strncmp(at, "3000", 4) == 0 &&
	       !isalnum((unsigned char)at[4]) &&
	       (at == text ||
	        (!isalnum((unsigned char)at[-1]) && at[-1] != '.'));
}

const char *
port_text(const char *text, int port, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	if (port == PORT_LESSON) {
		snprintf(buf, size, "%s", text);
		return buf;
	}
	for (const char *at = text; *at && n + 8 < size;) {
		if (port_here(text, at)) {
			n = text_add(buf, size, "%d", port);
			at += 4;
		} else {
			buf[n++] = *at++;
			buf[n] = '\0';
		}
	}
	return buf;
}

const char *
port_command(const char *line, int port, char *buf, size_t size)
{
	port_text(line, port, buf, size);
	if (port != PORT_LESSON && strncmp(line, "serve", 5) == 0 &&
	    (!line[5] || line[5] == ' ') && !strstr(line, "--port") &&
	    !strchr(line, ';'))
		text_add(buf, size, " --port %d", port);
	return buf;
}

static int
port_bind(int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	int found = 0;

	if (fd < 0)
		return 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&at, &size) == 0)
		found = ntohs(at.sin_port);
	close(fd);
	return found;
}

int
port_pick(int port)
{
	int found = port ? port_bind(port) : 0;

	if (!found)
		found = port_bind(0);
	return found ? found : PORT_LESSON;
}
