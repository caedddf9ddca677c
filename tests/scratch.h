/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scratch - a folder of a test's own, and gone with all that is in it.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

extern char scratch_folder[64]; /* its path */

/* For fixtures. */
void scratch_open(void);
void scratch_close(void);

#endif
