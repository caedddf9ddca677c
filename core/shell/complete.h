/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * complete - what can stand where the cursor is: for the Tab key.
 *
 *	complete.c         which word of which command it is
 *	complete-words.c   names of the lab, signals, calls, words of facts
 *	complete-files.c   programs and files
 *
 * The rows of the commands say what may stand where; names come from a
 * snapshot.  Nothing here runs anything.
 */
#ifndef CORE_SHELL_COMPLETE_H
#define CORE_SHELL_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/shell/command.h"
#include "core/watch/snapshot.h"

#define COMPLETE_MAX  200 /* candidates; more are not offered */
#define COMPLETE_WORD 128 /* bytes of one; longer ones are not offered */

/* The word that is completed, and who hears of candidates. */
struct complete {
	const struct snapshot *snap; /* borrowed */
	const char *word;            /* borrowed: as far as it was typed */
	void (*add)(void *arg, const char *candidate, const char *blurb);
	void *arg;
	bool files; /* the name of a file may stand there */
	int n;      /* offered so far */
	char offered[COMPLETE_MAX][COMPLETE_WORD]; /* each only once */
};

/*
 * Find the word at the cursor and call add for each candidate that begins
 * with it.  *word_start becomes the word's place in the line; the cursor's in
 * a comment.  Returns whether it may be the name of a file as well, which is
 * not offered here when sh(1) would not read it as it stands.
 */
bool complete_line(const struct snapshot *, const char *line, size_t cursor,
                   size_t *word_start,
                   void (*add)(void *, const char *, const char *), void *arg);

/* Offer one, when it fits what was typed. */
void complete_offer(struct complete *, const char *candidate,
                    const char *blurb);

/* complete-words.c */
void complete_commands(struct complete *);
void complete_value(struct complete *, const struct arg *);
void complete_targets(struct complete *);
void complete_puppets(struct complete *);
void complete_signals(struct complete *, const char *before);
void complete_facts(struct complete *);
void complete_setting(struct complete *, const char *name);

/* The n-th word (0: the call itself) of a puppet's call. */
void complete_call(struct complete *, char *const *words, int n);

/* complete-files.c: what sh can run; what is in a folder */
void complete_programs(struct complete *);
void complete_files(struct complete *, bool folders_only);

#endif
