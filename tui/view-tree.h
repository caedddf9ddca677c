/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-tree - following what happens in a tree that is taller than its place.
 */
#ifndef TUI_VIEW_TREE_H
#define TUI_VIEW_TREE_H

#include "tui/view.h"

/*
 * Another line, another size: the tree may take fewer rows than it had, and
 * follows again what happens.
 */
void view_tree_anew(struct model *);

/*
 * Move model->tree_top, as little as possible, so that `rows` rows (with the
 * heading) show the row that was born, stopped or ended last.
 */
void view_tree_follow(struct model *, int rows, int cols);

/* Scroll by `by` rows, up where it is negative, within what there is. */
void view_tree_scroll(struct model *, int by, int rows, int cols);

/*
 * When a row that is drawn as new stops being new, as clock_ns(); -1 when
 * there is none.
 */
int64_t view_tree_fades(const struct model *);

#endif
