/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Has the C library close_range(2)?  The kernel has it since 5.9, glibc since
 * 2.34, musl not.
 */
#include <unistd.h>

int
main(void)
{
	return close_range(3, ~0U, 0);
}
