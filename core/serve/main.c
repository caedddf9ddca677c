/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forkshop-server - a web server whose master forks its workers.
 *
 *	main.c          this map
 *	settings        what the command line and `set` can say
 *
 *	master          the loop of the master, and what the shell asks for
 *	crew, life      its workers: fork, reap; what a fact about one means
 *	reload          all workers replaced, one after another
 *	fleet, elastic  how many there are: respawn, scale; what a load asks
 *	obey            the signals that the master obeys
 *	listener        a port that is kept while nobody listens
 *	accept, handoff connections: accept, queue, pass on, acknowledge
 *	policy          who gets the next one
 *	aim             requests that want one certain worker
 *	pass            what the shell asks a worker about its threads
 *	say, report     what is told: messages, and the rings of the page
 *
 *	worker          the loop of a worker
 *	model, model-*  what it does with a connection
 *	threads, lane   its threads; serving beside the main one
 *	http, request   the only includer of microhttpd.h; a request on its way
 *	pages, page-*   what it answers
 *	stage           where hand-off, serving and reply can be slowed
 *
 *	balancer, -*    the other role: in front of servers (--to web1=3000)
 *
 * The lab starts it with a wire to the shell, the shared page and an eventfd
 * as descriptors 3, 4 and 5.  Without them it is a server in its own right:
 *
 *	forkshop-server web --port 8080 --workers 2
 */
#include <stdio.h>
#include <time.h>

#include "core/serve/balancer.h"
#include "core/serve/master.h"
#include "core/sys/child.h"
#include "core/sys/title.h"

int
main(int argc, char **argv)
{
	static struct master master;
	struct settings settings = settings_default();
	struct err err;
	int parsed;

	child_standard_fds();
	if (balancer_wanted(argc, argv))
		return balancer_main(argc, argv);
	parsed = settings_parse(&settings, argc, argv, &err);
	if (parsed != 0) {
		if (parsed < 0)
			fprintf(stderr, "forkshop-server: %s\n", err.text);
		return parsed < 0 ? 2 : 0;
	}
	title_init(argc, argv);
	title_set("forkshop-server %s", settings.name);
	child_raise_limits();
	tzset(); /* once, not in each child that writes a date */
	if (master_open(&master, &settings, &err) < 0) {
		fprintf(stderr, "forkshop-server: %s\n", err.text);
		return 1;
	}
	if (master_run(&master) == MASTER_FORKED)
		return worker_run(&master.birth);
	master_close(&master);
	return 0;
}
