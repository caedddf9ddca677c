/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * treetext - a snapshot as rows of a table, and the rows as text.
 *
 * tree_rows() says what stands in each cell; the screen paints that, and
 * tree_line() makes a line of text of it.  All of it is a pure function of the
 * snapshot: nothing here asks the kernel.
 */
#ifndef CORE_SHELL_TREETEXT_H
#define CORE_SHELL_TREETEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/watch/snapshot.h"

/* How the branches in front of a command are drawn. */
enum tree_lines {
	TREE_ASCII,  /* " \_ " and " |  ", as ps af */
	TREE_BOX,    /* "└─ " "├─ " "│  " */
	TREE_INDENT, /* blanks alone, and no bars: for screen readers */
};

/* What a view wants to see; all zero is a tree of 80 columns as ps af. */
struct tree_style {
	int width;             /* of a line, in columns; 0: 80 */
	enum tree_lines lines; /* how branches are drawn */
	bool big;              /* for a projector: few columns, long bars */
	bool structure;        /* pids and commands alone */
	bool generations;      /* how many births below the lab */
	int threads;           /* thread rows of one process: 0 is 8, -1 none */
	int ended;             /* dead rows under one parent; 0: 4, or 1 */
	bool tight;            /* more is one row: there is little room */
	pid_t root;            /* draw what is under this process; 0: all */
};

enum tree_column {
	TREE_PID,
	TREE_GENERATION, /* only where it is asked for */
	TREE_PPID,
	TREE_PGRP,
	TREE_STAT,
	TREE_CPU,  /* the processor that it ran on last */
	TREE_TIME, /* processor time that it has used */
	TREE_THREADS,
	TREE_MEMORY,   /* resident */
	TREE_OWN,      /* private memory, where it was read */
	TREE_OPEN,     /* connections */
	TREE_REQUESTS, /* answered */
	TREE_BAR,      /* the same beside the other rows */
	TREE_COMMAND,  /* branch, command and ending: the rest of the line */
	TREE_COLUMNS
};

/* A column as it stands on a line. */
struct tree_place {
	enum tree_column column;
	const char *heading;
	int width; /* of the last one: what is left of the line */
	bool right;
};

/* What a row is; a view has a colour for each. */
enum tree_hint {
	TREE_IS_PLAIN,
	TREE_IS_NEW, /* born in the last second */
	TREE_IS_RUNNING,
	TREE_IS_SLEEPING,
	TREE_IS_STOPPED,
	TREE_IS_ZOMBIE,
	TREE_IS_DEAD, /* reaped; the row lingers */
	TREE_IS_THREAD,
	TREE_IS_MORE, /* stands for rows that are not drawn */
};

#define TREE_CELL   16
#define TREE_BRANCH 192
#define TREE_LINE   1024 /* a line of text, in bytes */

struct tree_row {
	const struct proc *proc; /* borrowed from the snapshot; NULL: MORE */
	enum tree_hint hint;
	bool arrow;                     /* it answered last */
	int bar;                        /* 0 to 1000; -1: it does not count */
	char cell[TREE_BAR][TREE_CELL]; /* text of the columns before BAR */
	char branch[TREE_BRANCH];
	char command[200]; /* "forkshop-server w1", "{w1.t1}" */
	char ending[64];   /* "killed by TERM"; "in wait4()" while it lives */
};

/*
 * The rows from the `first` one (0) on, at most `max`.  Returns how many rows
 * the whole tree has, so a view that scrolls knows its length.
 */
size_t tree_rows(const struct snapshot *, const struct tree_style *,
                 size_t first, struct tree_row *rows, size_t max);

/*
 * The columns that fit the style, from left to right; one blank stands
 * between two.  Widths never depend on what the rows hold.
 */
size_t tree_places(const struct tree_style *,
                   struct tree_place places[TREE_COLUMNS]);

/* The heading and a row as text, cut to the width.  Return buf. */
const char *tree_heading(const struct tree_style *, char buf[TREE_LINE]);
const char *tree_line(const struct tree_style *, const struct tree_row *,
                      char buf[TREE_LINE]);

/* Heading and all rows, a call of `line` for each.  Returns how many rows. */
size_t tree_text(const struct snapshot *, const struct tree_style *,
                 void (*line)(void *arg, const char *text), void *arg);

/* A row's bar in `width` columns: blocks of eighths, or "#". */
const char *tree_bar(const struct tree_style *, int bar, int width,
                     char buf[TREE_LINE]);

#endif
