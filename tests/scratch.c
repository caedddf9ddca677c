/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/scratch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char scratch_folder[64];

void
scratch_open(void)
{
	strcpy(scratch_folder, "/tmp/forkshop-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scratch_folder));
}

void
scratch_close(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -r %s", scratch_folder);
	ck_assert_int_eq(system(command), 0);
}
