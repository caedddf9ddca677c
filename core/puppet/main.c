/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forkshop-puppet NAME - a process whose strings the student pulls.
 *
 * Started by the lab, with its string as descriptor 3 and a pipe into the log
 * as descriptor 1.  It keeps that aside for `stdout pipe` and moves to the
 * lab's terminal.  It has one thread until it is told otherwise.  When the
 * string of the main thread is cut, the process ends.
 *
 * forkshop-puppet --measure WHAT - how dear processes and threads are.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/puppet/measure.h"
#include "core/puppet/puppet.h"
#include "core/puppet/string.h"
#include "core/sys/child.h"
#include "core/sys/title.h"

static void
main_move_to_terminal(void)
{
	int log = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, LOG_FD);
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);

	for (int fd = 0; tty >= 0 && log >= 0 && fd < 3; fd++)
		dup2(tty, fd);
	if (tty >= 0)
		close(tty);
}

int
main(int argc, char **argv)
{
	child_standard_fds();
	if (argc > 1 && strcmp(argv[1], "--measure") == 0)
		return measure_main(argc - 2, argv + 2);
	if (argc < 2) {
		fprintf(stderr, "usage: forkshop-puppet NAME (started by the "
		                "lab: type `puppet` in forkshop)\n");
		return 2;
	}
	title_init(argc, argv);
	main_move_to_terminal();
	string_take(WIRE_CHILD_FD, argv[1]);
	puppet_hang();
	_Exit(EXIT_SUCCESS);
}
