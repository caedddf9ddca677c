/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The real ones beside ours: what `export` writes is started as a job; haproxy
 * and nginx stand before our servers, our balancer before nginx and Node, and
 * curl, ab and wrk are clients.  A program that is missing is said.
 */
#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cast.h"

static struct story *s;

static bool
missing(const char *program)
{
	const char *path = story_outside(
	    s, "PATH=$PATH:/usr/sbin command -v %s || true", program);

	if (*path)
		return false;
	printf("skipped: there is no %s here\n", program);
	return true;
}

static bool
answers(void *arg)
{
	const char *body = story_outside(
	    s, "curl -s -m 5 http://127.0.0.1:%s/ || true", (char *)arg);

	return strstr(body, "hello world") != NULL;
}

/* All of n requests are answered, by ab and by wrk where they are there. */
static void
all_answered(const char *port, int n)
{
	const char *text;

	if (!missing("ab")) {
		text = story_outside(
		    s, "ab -l -q -n %d -c 20 http://127.0.0.1:%s/ 2>&1 || true",
		    n, port);
		ck_assert_msg(strstr(text, "Failed requests:        0") &&
		                  !strstr(text, "Non-2xx"),
		              "%s", text);
	}
	if (!missing("wrk")) {
		text = story_outside(
		    s, "wrk -t1 -c20 -d1 http://127.0.0.1:%s/ 2>&1", port);
		ck_assert_msg(strstr(text, "requests in") &&
		                  !strstr(text, "Socket errors") &&
		                  !strstr(text, "Non-2xx"),
		              "%s", text);
	}
}

/* web1, web2, lb1 before them; then what is exported runs as a job. */
static char port[16];

static bool
start_exported(const char *program, const char *site)
{
	static const char *const empty[] = { "--empty", NULL };
	static char command[1024];
	char file[128];

	s = story_open(empty);
	if (missing(program)) {
		ck_assert_int_eq(story_close(s), 0);
		return false;
	}
	snprintf(file, sizeof(file), "%s/%s.txt", s->stage.home, program);
	story_send(s, "%s", site);
	story_send(s, "export %s %s", program, file);
	story_expect(s, "is written");
	snprintf(command, sizeof(command), "%s", story_expect(s, "^  .* &")[0]);
	snprintf(port, sizeof(port), "%s",
	         story_expect(s, "http://localhost:([0-9]+)")[1]);
	story_send(s, "export %s %s", program, file);
	story_expect(s, "is there already: --force writes it anew");
	story_send(s, "%s", command + 2);
	stage_until(answers, port, program);
	story_send(s, "tree");
	story_expect(s, "[0-9]+ [SR].* \\[j1\\] ");
	return true;
}

static void
end_exported(void)
{
	story_send(s, "kill %%1");
	story_expect(s, "j1 ");
	ck_assert_int_le(story_close(s), 1);
}

#define SITE                                                                   \
	"serve web1 --port 0\nserve web2 --port 0\n"                           \
	"balance lb1 --port 0 --to web1,web2 --policy least"

START_TEST(haproxy_stands_before_our_servers)
{
	if (!start_exported("haproxy", SITE))
		return;
	all_answered(port, 2000);
	story_send(s, "get -n 100 -c 5 --port %s", port);
	story_expect(s, "^total +100  answered, in");
	end_exported();
}
END_TEST

START_TEST(nginx_stands_before_our_servers)
{
	if (!start_exported("nginx", SITE))
		return;
	all_answered(port, 2000);
	story_send(s, "get -n 100 -c 5 --keep-alive --port %s", port);
	story_expect(s, "^total +100  answered, in");
	end_exported();
}
END_TEST

/* Its health is asked as well: all paths are well there. */
static void
before(const char *program)
{
	const char *const *m;
	char lb[16];

	if (!start_exported(program, "serve web --port 0 --workers 2"))
		return;
	story_send(s, "balance lb1 --port 0 --to real=%s,web", port);
	m = story_expect(s, "lb1 is http://localhost:([0-9]+)");
	snprintf(lb, sizeof(lb), "%s", m[1]);
	all_answered(lb, 2000);
	story_send(s, "get -n 100 -c 5\nexplain lb1");
	story_expect(s, "^total +100  answered, in");
	story_expect(s, "^real +port [0-9]+, up for");
	story_send(s, "kill %%1");
	story_expect(s, "lb1: real is down: ");
	story_send(s, "get -n 20");
	story_expect(s, "^total +20  answered, in");
	ck_assert_int_le(story_close(s), 1);
}

START_TEST(our_balancer_stands_before_nginx)
{
	before("nginx");
}
END_TEST

START_TEST(our_balancer_stands_before_node)
{
	before("node");
}
END_TEST

START_TEST(what_cannot_be_exported_is_a_sentence)
{
	static const char *const empty[] = { "--empty", NULL };

	s = story_open(empty);
	story_send(s, "export haproxy /tmp/x");
	story_expect(s, "there is no server that haproxy could stand before");
	story_send(s, "export apache");
	story_expect(s, "PROGRAM is one of node, nginx, haproxy");
	story_send(s, "export node /nowhere/cluster.js");
	story_expect(s, "cannot write /nowhere/cluster.js: No such file");
	ck_assert_int_eq(story_close(s), 2);
}
END_TEST

static Suite *
suite(void)
{
	Suite *suite = suite_create("export");
	TCase *tc = tcase_create("real ones");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, haproxy_stands_before_our_servers);
	tcase_add_test(tc, nginx_stands_before_our_servers);
	tcase_add_test(tc, our_balancer_stands_before_nginx);
	tcase_add_test(tc, our_balancer_stands_before_node);
	tcase_add_test(tc, what_cannot_be_exported_is_a_sentence);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	SRunner *runner;
	int failed;

	signal(SIGPIPE, SIG_IGN);
	runner = srunner_create(suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
