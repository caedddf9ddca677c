/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-log - how many rows the log takes, for whoever scrolls it.
 */
#ifndef TUI_VIEW_LOG_H
#define TUI_VIEW_LOG_H

#include <stddef.h>

struct logbook;
struct logline;

/* The rows that a line takes on a log of `cols` columns, and all lines. */
size_t view_log_rows(const struct logline *, int cols);
size_t view_log_all_rows(const struct logbook *, int cols);

#endif
