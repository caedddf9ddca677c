/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * forkshop-puppet NAME - a process whose strings the student pulls.
 *
 * Started by the lab, with its string as descriptor 3 and the log's pipe as
 * descriptor 4.  It has one thread until it is told otherwise.  When the
 * string of the main thread is cut, the process ends.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/puppet/puppet.h"
#include "core/puppet/string.h"
#include "core/sys/title.h"

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: forkshop-puppet NAME (started by the "
		                "lab: type `puppet` in forkshop)\n");
		return 2;
	}
	title_init(argc, argv);
	string_take(WIRE_CHILD_FD, argv[1]);
	puppet_hang();
	_Exit(EXIT_SUCCESS);
}
