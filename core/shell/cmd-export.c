/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * export node|nginx|haproxy: what stands on the screen, for a real program.
 *
 * Start reading at run_export(): look at the servers, write the file, say how
 * it is started.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/shell/balance.h"
#include "core/shell/inside.h"
#include "core/shell/program.h"

/* What is written, in short. */
struct site {
	int port;    /* to listen on */
	int workers; /* of the first server */
	const char *policy;
	struct {
		char name[NAME_SIZE];
		unsigned port;
	} servers[PAGE_BACKENDS];
	int nservers;
	bool balanced; /* the servers are those of a balancer */
};

/* The site ****************************************************************/

static int
export_free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		getsockname(fd, (struct sockaddr *)&at, &len);
	if (fd >= 0)
		close(fd);
	return ntohs(at.sin_port);
}

static void
export_add(struct site *site, const char *name, unsigned port)
{
	if (site->nservers == PAGE_BACKENDS || !port)
		return;
	snprintf(site->servers[site->nservers].name, NAME_SIZE, "%s", name);
	site->servers[site->nservers++].port = port;
}

static int
export_workers(const struct snapshot *snap, const char *server)
{
	int n = 0;

	for (int i = 0; i < snap->nprocs; i++)
		n += snap->proc[i].kind == KIND_WORKER && !snap->proc[i].dead &&
		     strcmp(snap->proc[i].server, server) == 0;
	return n;
}

/* The servers of the balancer that is up, or all that are. */
static void
export_look(struct session *s, struct site *site)
{
	const struct snapshot *snap = session_snapshot(s);
	const struct serving *front = balance_front(s);
	bool first = true;

	for (int i = 0; front && front->page && i < PAGE_BACKENDS; i++)
		if (front->page->backend[i].state != BACKEND_NONE)
			export_add(site, front->page->backend[i].name,
			           front->page->backend[i].port);
	site->balanced = site->nservers > 0;
	for (int i = 0; i < snap->nservers; i++) {
		const struct server *v = &snap->server[i];

		if (front && site->balanced &&
		    strcmp(v->name, front->name) == 0)
			site->policy = v->policy;
		if (!v->up || v->balancer)
			continue;
		if (first)
			site->workers = export_workers(snap, v->name);
		first = false;
		if (!site->balanced)
			export_add(site, v->name, v->port);
	}
	if (site->workers < 1)
		site->workers = 1;
}

/* Our policy's name beside those of others. */
static const char *
export_policy(const struct site *site, bool nginx)
{
	static const char *const names[][3] = {
		{ "rr", "roundrobin", "" },
		{ "least", "leastconn", "\t\tleast_conn;\n" },
		{ "random", "random(1)", "\t\trandom;\n" },
		{ "two-choices", "random(2)", "\t\trandom two least_conn;\n" },
	};

	for (size_t i = 0; site->policy && i < 4; i++)
		if (strcmp(names[i][0], site->policy) == 0)
			return names[i][nginx ? 2 : 1];
	return names[0][nginx ? 2 : 1];
}

/* Programs ****************************************************************/

static void
export_node(const struct site *site, FILE *f)
{
	fprintf(f,
	        "// The cluster of the lecture, as forkshop showed it.\n"
	        "const cluster = require('cluster');\n"
	        "const http = require('http');\n"
	        "\n"
	        "if (cluster.isPrimary ?? cluster.isMaster) {\n"
	        "  for (let i = 0; i < %d; i++) {\n"
	        "    cluster.fork();\n"
	        "  }\n"
	        "  cluster.on('exit', (worker, code, signal) => {\n"
	        "    console.log(`worker ${worker.process.pid} died: "
	        "${signal || code}`);\n"
	        "  });\n"
	        "} else {\n"
	        "  http.createServer((request, response) => {\n"
	        "    response.setHeader('X-Worker', `w${cluster.worker.id}`);\n"
	        "    response.setHeader('X-Pid', process.pid);\n"
	        "    response.end(`hello world from w${cluster.worker.id} "
	        "(pid ${process.pid})\\n`);\n"
	        "  }).listen(%d, '127.0.0.1');\n"
	        "}\n",
	        site->workers, site->port);
}

static void
export_nginx_upstream(const struct site *site, FILE *f)
{
	fprintf(f, "\tupstream site {\n%s", export_policy(site, true));
	for (int i = 0; i < site->nservers; i++)
		fprintf(f, "\t\tserver 127.0.0.1:%u; # %s\n",
		        site->servers[i].port, site->servers[i].name);
	fprintf(f, "\t}\n");
}

static void
export_nginx(const struct site *site, FILE *f)
{
	static const char *const temp[] = { "client_body", "proxy", "fastcgi",
		                            "uwsgi", "scgi" };

	fprintf(
	    f,
	    "# As forkshop showed it; for any user, in the foreground.  It\n"
	    "# leaves a folder, nginx-temp, beside this file.\n"
	    "daemon off;\n"
	    "worker_processes %d;\n"
	    "pid nginx.pid;\n"
	    "error_log stderr;\n"
	    "events {\n"
	    "\tworker_connections 1024;\n"
	    "}\n"
	    "http {\n"
	    "\taccess_log off;\n"
	    "\tdefault_type text/plain;\n",
	    site->workers);
	for (size_t i = 0; i < sizeof(temp) / sizeof(temp[0]); i++)
		fprintf(f, "\t%s_temp_path nginx-temp;\n", temp[i]);
	if (site->balanced)
		export_nginx_upstream(site, f);
	fprintf(f,
	        "\tserver {\n"
	        "\t\tlisten 127.0.0.1:%d;\n"
	        "\t\tlocation / {\n"
	        "\t\t\t%s\n"
	        "\t\t}\n"
	        "\t}\n"
	        "}\n",
	        site->port,
	        site->balanced
	            ? "proxy_pass http://site;"
	            : "return 200 \"hello world from nginx (pid $pid)\\n\";");
}

static void
export_haproxy(const struct site *site, FILE *f)
{
	fprintf(f,
	        "# As forkshop showed it: connections, no HTTP (mode tcp).\n"
	        "global\n"
	        "\tmaxconn 4000\n"
	        "\tnbthread 1\n"
	        "defaults\n"
	        "\tmode tcp\n"
	        "\ttimeout connect 2s\n"
	        "\ttimeout client 30s\n"
	        "\ttimeout server 30s\n"
	        "frontend site\n"
	        "\tbind 127.0.0.1:%d\n"
	        "\tdefault_backend servers\n"
	        "backend servers\n"
	        "\tbalance %s\n"
	        "\toption httpchk GET /health\n"
	        "\toption redispatch\n"
	        "\tdefault-server inter 1s rise 2 fall 3\n",
	        site->port, export_policy(site, false));
	for (int i = 0; i < site->nservers; i++)
		fprintf(f, "\tserver %s 127.0.0.1:%u check\n",
		        site->servers[i].name, site->servers[i].port);
}

/* A row for each: what is written, where, and how it is started. */
static const struct target {
	const char *name, *file;
	const char *start; /* before the file's name */
	bool folder;       /* behind it stands -p FOLDER */
	void (*write)(const struct site *, FILE *);
	bool servers; /* it needs some to stand before */
} export_targets[] = {
	{ "node", "cluster.js", "node", false, export_node, false },
	{ "nginx", "nginx.conf", "nginx -e stderr -c", true, export_nginx,
	  false },
	{ "haproxy", "haproxy.cfg", "haproxy -db -f", false, export_haproxy,
	  true },
};

static const char *const export_words[] = { "node", "nginx", "haproxy", NULL };

/* The file ****************************************************************/

static int
export_write(const struct target *t, const struct site *site, const char *path,
             bool force, struct err *err)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL),
	    0644);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	bool well;

	if (fd < 0 && errno == EEXIST)
		return err_set(err,
		               "%.200s is there already: --force writes it "
		               "anew, or name another file",
		               path);
	if (!f) {
		err_sys(err, "cannot write %.200s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	t->write(site, f);
	well = !ferror(f);
	if (fclose(f) != 0 || !well)
		return err_sys(err, "cannot write %.200s", path);
	return 0;
}

/* nginx takes a file from its own folder, so both are whole paths. */
static int
export_paths(const char *file, char *folder, char *path, size_t size,
             struct err *err)
{
	char *slash;
	size_t len;

	path[0] = '\0';
	if (*file != '/' && !getcwd(path, size - 1))
		return err_sys(err, "cannot tell which folder this is: cd /");
	len = strlen(path);
	if (*file != '/')
		path[len++] = '/';
	if (len + strlen(file) >= size)
		return err_set(err, "that name is too long: %.40s", file);
	strcpy(path + len, file);
	snprintf(folder, size, "%s", path);
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	return 0;
}

static void
export_say(struct session *s, const struct target *t, const struct site *site,
           const char *folder, const char *path)
{
	session_say(s, LINE_RESULT,
	            "%s is written; this starts it as a job:", path);
	session_say(s, LINE_RESULT, "  %s %s%s%s &", t->start, path,
	            t->folder ? " -p " : "", t->folder ? folder : "");
	session_say(s, LINE_RESULT,
	            "then it is http://localhost:%d, and get --port %d asks it",
	            site->port, site->port);
	if (!program_in_path(t->name))
		session_say(s, LINE_RESULT,
		            "(there is no %s on this machine yet)", t->name);
}

static const struct target *
export_target(const char *name)
{
	const struct target *t = export_targets;

	while (strcmp(t->name, name) != 0)
		t++; /* the parser let no other word through */
	return t;
}

static enum outcome
run_export(struct session *s, const struct args *args, struct err *err)
{
	const struct target *t = export_target(args->argv[0]);
	struct site site = { .port = (int)args_number(args, "--port", 0) };
	char path[1024], folder[1024];

	if (!session_lab_lives(s, err))
		return OUTCOME_FAILED;
	export_look(s, &site);
	if (t->servers && !site.nservers) {
		err_set(err,
		        "there is no server that %s could stand before: "
		        "`serve` starts one",
		        t->name);
		return OUTCOME_FAILED;
	}
	if (!site.port)
		site.port = export_free_port();
	if (export_paths(args->argc > 1 ? args->argv[1] : t->file, folder, path,
	                 sizeof(path), err) < 0 ||
	    export_write(t, &site, path, args_option(args, "--force") != NULL,
	                 err) < 0)
		return OUTCOME_FAILED;
	export_say(s, t, &site, folder, path);
	return OUTCOME_DONE;
}

const struct command cmd_export = {
	.name = "export",
	.group = "serving",
	.blurb = "write what stands here for node, nginx or haproxy",
	.detail =
	    "node: the cluster.js of the lecture, with as many workers. nginx: a "
	    "web server with as many workers, or a proxy before the servers of "
	    "the balancer. haproxy: a balancer before the same servers. It "
	    "listens on a free port unless --port says which, and can be started "
	    "as a job: then it stands in the tree, beside ours.",
	.example = "export node /tmp/cluster.js --force",
	.args = { { .kind = ARG_WORD, .name = "PROGRAM", .words = export_words },
	          { .kind = ARG_FILE, .name = "FILE", .optional = true } },
	.options = {
		{ "--port", { .kind = ARG_NUMBER, .name = "P", .min = 1, .max = 65535 },
		  "listen on 127.0.0.1:P" },
		{ "--force", { .kind = ARG_NONE }, "write over a file that is there" },
	},
	.past = PAST_CANNOT,
	.run = run_export,
};
