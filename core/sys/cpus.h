/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cpus - sets of processors, as people write them.
 */
#ifndef CORE_SYS_CPUS_H
#define CORE_SYS_CPUS_H

#include <sched.h>
#include <stdbool.h>

/* "0", "0,1", "all".  False: it is none of these; the set is anything. */
bool cpus_parse(const char *list, cpu_set_t *);

#endif
