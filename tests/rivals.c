/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/rivals.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/child.h"
#include "tests/cluster.h"

/* nginx stands there twice: it listens on two ports. */
struct rival_program {
	enum rival port;
	pid_t pid; /* 0: not installed */
};

static struct rival_program rivals[8];
static int nrivals;
static const struct stage *stage; /* borrowed */

static const char nginx_conf[] =
    "worker_processes 2; daemon off; pid %1$s/pid; error_log /dev/null;\n"
    "events { worker_connections 1024; }\n"
    "http { access_log off;\n"
    "client_body_temp_path %1$s/a; proxy_temp_path %1$s/b;\n"
    "fastcgi_temp_path %1$s/c; uwsgi_temp_path %1$s/d;\n"
    "scgi_temp_path %1$s/e;\n"
    "server { listen 127.0.0.1:%2$d; location / {\n"
    "return 200 \"hello world\\n\"; } }\n"
    "server { listen 127.0.0.1:%3$d deferred; location / {\n"
    "return 200 \"hello world\\n\"; } } }\n";

static const char node_js[] =
    "const c = require('cluster'), h = require('http');\n"
    "if (c.isPrimary) { c.fork(); c.fork(); }\n"
    "else h.createServer((q, s) => s.end('hello world\\n'))\n"
    "  .listen(%d, '127.0.0.1');\n";

static const char app_py[] =
    "def app(environ, start):\n"
    "    start('200 OK', [('Content-Type', 'text/plain'),\n"
    "                     ('Content-Length', '12')])\n"
    "    return [b'hello world\\n']\n";

static const char *
rivals_write(const char *name, const char *fmt, ...)
{
	static char path[128];
	va_list ap;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", stage->home, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
	fclose(f);
	return path;
}

static pid_t
rivals_start(const char *const *argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), pidfd;
	struct child_plan plan = { .file = argv[0],
		                   .argv = argv,
		                   .fds = { null, null, 2 },
		                   .nfds = 3,
		                   .tty = -1,
		                   .death_signal = SIGKILL };
	pid_t pid = child_spawn(&plan, &pidfd, NULL);

	close(null);
	if (pid < 0)
		printf("%s is not installed: it is left out\n", argv[0]);
	return pid < 0 ? 0 : pid;
}

static bool
rivals_answer(void *port)
{
	int fd = cluster_connect(*(int *)port);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
rivals_add(enum rival port, pid_t pid)
{
	int at = port;

	rivals[nrivals++] = (struct rival_program){ port, pid };
	if (pid)
		stage_until(rivals_answer, &at, "another server");
}

static pid_t
rivals_gunicorn(enum rival port, const char *kind)
{
	char at[32];
	const char *argv[] = { "gunicorn",  "-w2",       "-b",          at,
		               "--chdir",   stage->home, "--log-level", "error",
		               "--threads", "16",        "-k",          kind,
		               "app:app",   NULL };

	snprintf(at, sizeof(at), "127.0.0.1:%d", port);
	return rivals_start(argv);
}

void
rivals_open(const struct stage *in)
{
	const char *nginx[] = { "nginx", "-c", NULL, NULL };
	const char *node[] = { "node", NULL, NULL };
	pid_t pid;

	stage = in;
	nginx[2] = rivals_write("nginx.conf", nginx_conf, stage->home,
	                        RIVAL_NGINX, RIVAL_DEFER);
	pid = rivals_start(nginx);
	rivals_add(RIVAL_NGINX, pid);
	rivals_add(RIVAL_DEFER, pid);
	node[1] = rivals_write("node.js", node_js, RIVAL_NODE);
	rivals_add(RIVAL_NODE, rivals_start(node));
	rivals_write("app.py", "%s", app_py);
	rivals_add(RIVAL_SYNC, rivals_gunicorn(RIVAL_SYNC, "sync"));
	rivals_add(RIVAL_GTHREAD, rivals_gunicorn(RIVAL_GTHREAD, "gthread"));
}

pid_t
rivals_pid(int port)
{
	for (int i = 0; i < nrivals; i++)
		if ((int)rivals[i].port == port)
			return rivals[i].pid;
	return 0;
}

void
rivals_close(void)
{
	for (int i = 0; i < nrivals; i++)
		if (rivals[i].pid && rivals[i].port != RIVAL_DEFER) {
			kill(rivals[i].pid, SIGTERM);
			waitpid(rivals[i].pid, NULL, 0);
		}
	nrivals = 0;
}
