/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/load/shot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/load/run.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define SHOT_TOLD 20 /* requests whose ports are said */

/* What curl tells of it *************************************************/

/* The value of a header, up to one of `end`; false: it is another header. */
static bool
shot_header(const char *line, const char *header, const char *end, char *buf,
            size_t size)
{
	size_t len = strlen(header);

	if (strncasecmp(line, header, len) != 0)
		return false;
	line += len + strspn(line + len, " ");
	text_clean(buf, size, line, strcspn(line, end));
	return true;
}

/* "X-Worker: w1.t2": counted is the worker, whose threads come and go. */
static size_t
shot_on_header(char *line, size_t one, size_t len, void *arg)
{
	struct shot *shot = arg;
	struct answer *a = &shot->answer;
	char pid[16], text[128]; /* curl ends no line in a NUL */

	snprintf(text, sizeof(text), "%.*s", (int)(len * one), line);
	if (shot_header(text, "X-Pid:", " \r\n", pid, sizeof(pid)))
		a->pid = atoi(pid);
	shot_header(text, "X-Server:", ". \r\n", a->server, sizeof(a->server));
	shot_header(text, "X-Worker:", ". \r\n", a->worker, sizeof(a->worker));
	return len * one;
}

static size_t
shot_on_body(char *bytes, size_t one, size_t len, void *arg)
{
	struct shot *shot = arg;
	size_t n = len * one;

	if (shot->body && shot->answer.body_len < RUN_BODY_KEPT) {
		size_t room = RUN_BODY_KEPT - shot->answer.body_len;

		memcpy(shot->body + shot->answer.body_len, bytes,
		       n < room ? n : room);
		shot->answer.body_len += n < room ? n : room;
	}
	return n;
}

static curl_socket_t
shot_on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct shot *shot = arg;
	struct err err;
	int fd;

	(void)purpose;
	(void)address;
	fd = aim_socket(shot->aim, &err);
	if (fd >= 0)
		return fd;
	shot->answer.reason = TALLY_AIM;
	snprintf(shot->answer.why, sizeof(shot->answer.why), "%.*s",
	         TALLY_WHY - 1, err.text);
	return CURL_SOCKET_BAD;
}

/*
 * Choose the port before connecting and say it, so that the shell can tell
 * our requests from others' on their way through balancers.  The first ones
 * only: it tells no more of them one by one.
 */
static int
shot_on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	struct shot *shot = arg;
	struct msg m;

	(void)purpose;
	if (shot->nth >= SHOT_TOLD || wire_waiting(shot->shell) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return CURL_SOCKOPT_OK;
	m = msg_make(MSG_FROM, shot->name);
	m.target.value = ntohs(at.sin_port);
	wire_send(shot->shell, &m, NULL, 0, NULL);
	return CURL_SOCKOPT_OK;
}

/* curl's and the system's word for a failure, as ours. */
static enum tally_reason
shot_reason(CURLcode code, long os_error)
{
	switch (code) {
	case CURLE_OK:
		return TALLY_ANSWERED;
	case CURLE_COULDNT_CONNECT:
		return os_error == ECONNREFUSED    ? TALLY_REFUSED
		       : os_error == EADDRNOTAVAIL ? TALLY_NO_PORT
		       : os_error == ECONNRESET    ? TALLY_RESET
		                                   : TALLY_OTHER;
	case CURLE_GOT_NOTHING:
		return TALLY_EMPTY;
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return TALLY_RESET;
	case CURLE_PARTIAL_FILE:
		return TALLY_CUT;
	case CURLE_OPERATION_TIMEDOUT:
		return TALLY_TIMEOUT;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
		return TALLY_GARBAGE;
	default:
		return TALLY_OTHER;
	}
}

uint64_t
shot_read(struct shot *shot, CURLcode code)
{
	struct answer *a = &shot->answer;
	long status = 0, os_error = 0, connects = 0;
	curl_off_t took_us = 0;

	curl_easy_getinfo(shot->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(shot->easy, CURLINFO_OS_ERRNO, &os_error);
	curl_easy_getinfo(shot->easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(shot->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	a->status = (int)status;
	a->took_ns = shot->attempt_ns - shot->begin_ns + took_us * NS_PER_US;
	if (a->reason == TALLY_AIM)
		return (uint64_t)connects;
	a->reason = shot_reason(code, os_error);
	if (a->reason == TALLY_OTHER)
		snprintf(a->why, sizeof(a->why), "%s%s%s",
		         curl_easy_strerror(code), os_error ? ": " : "",
		         os_error ? strerror((int)os_error) : "");
	return (uint64_t)connects;
}

/* Setting up ************************************************************/

static void
shot_set(struct shot *shot, const struct shot_with *with, const char *url)
{
	const struct plan *plan = with->plan;
	CURL *easy = shot->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, shot);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "forkshop-client/" VERSION);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
	                 (long)(plan->timeout_ns / NS_PER_MS));
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, shot_on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, shot);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, shot_on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, shot);
	if (!plan->keep_alive) {
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	}
	if (with->shell && !with->aim) {
		curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, shot_on_socket);
		curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, shot);
	}
	if (with->aim) {
		curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION,
		                 shot_on_open);
		curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, shot);
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, with->connect);
	}
}

int
shot_open(struct shot *shot, const struct shot_with *with, const char *url)
{
	shot->aim = with->aim;
	shot->body = with->body;
	shot->shell = with->shell;
	shot->name = with->plan->name;
	shot->easy = curl_easy_init();
	if (!shot->easy)
		return -1;
	shot_set(shot, with, url);
	return 0;
}
