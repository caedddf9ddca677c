/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sys/cpus.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"

#define CPUS_LIST 256 /* characters of a list */

bool
cpus_parse(const char *list, cpu_set_t *set)
{
	char copy[CPUS_LIST], *save = NULL, *word;
	int64_t cpu;

	CPU_ZERO(set);
	if (strcmp(list, "all") == 0) {
		memset(set, 0xff, sizeof(*set));
		return true;
	}
	if (strlen(list) >= sizeof(copy))
		return false;
	strcpy(copy, list);
	for (word = strtok_r(copy, ",", &save); word;
	     word = strtok_r(NULL, ",", &save)) {
		if (!text_number(word, 0, CPU_SETSIZE - 1, &cpu))
			return false;
		CPU_SET((size_t)cpu, set);
	}
	return CPU_COUNT(set) != 0;
}
