/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * keys - bytes from the terminal, cut into keys.
 *
 * readline must be given whole characters and whole escape sequences: byte by
 * byte, its incremental search asks for a second byte that is not there.  So
 * the bytes are collected here until a token is whole, wherever read(2) has
 * cut them.  What readline would not understand (mouse, function keys,
 * PgUp and PgDn, pastes) has tokens of its own.
 *
 * Pure: no terminal and no clock; times are given by the caller.
 */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sys/err.h"

#define KEYS_ESCAPE_NS (25 * INT64_C(1000000)) /* a lone ESC waits this long */
#define KEYS_PASTE_NS  INT64_C(1000000000)     /* silence that ends a paste */
#define KEYS_PASTE_MAX 65536 /* bytes of a paste; more are cut off */
#define KEYS_FEED_MAX  4096  /* bytes that may be fed at a time */

enum token_kind {
	TOKEN_KEY,      /* for readline: a character or an escape sequence */
	TOKEN_PASTE,    /* text between the brackets of a bracketed paste */
	TOKEN_MOUSE,    /* a report of the mouse */
	TOKEN_FUNCTION, /* F1 and so on: `number` */
	TOKEN_PAGE_UP,
	TOKEN_PAGE_DOWN,
};

struct token {
	enum token_kind kind;
	int number;        /* of a function key, otherwise 0 */
	bool modified;     /* PgUp, PgDn: with Alt, Ctrl or Shift */
	bool cut;          /* a paste that was longer than KEYS_PASTE_MAX */
	const char *bytes; /* borrowed until the next call; NUL behind it */
	size_t len;        /* NULs in a paste are left out */
};

struct keys;

/* Returns a tokenizer that the caller owns, or NULL. */
struct keys *keys_open(struct err *);
void keys_close(struct keys *);

/*
 * Take `len` bytes (at most KEYS_FEED_MAX) that were read at `now_ns`; call
 * keys_next() until it says no before feeding more.  Bad UTF-8 becomes
 * U+FFFD, but for pastes, which are given as they are.
 */
void keys_feed(struct keys *, const char *bytes, size_t len, int64_t now_ns);

/* Take the next whole token.  Returns false when there is none yet. */
bool keys_next(struct keys *, struct token *);

/*
 * When to call keys_expire(), or -1 when nothing is waiting: what began as an
 * escape sequence (or as a paste) and did not go on was a key (was all).
 */
int64_t keys_deadline(const struct keys *);

/* Release what has waited until its deadline; then call keys_next(). */
void keys_expire(struct keys *, int64_t now_ns);

/* Is this token the one key `c`, such as '\3' for Ctrl-C? */
bool token_is(const struct token *, char c);

/*
 * The length of its text up to the first control character, or up to max
 * bytes; whole characters only.
 */
size_t token_plain_len(const struct token *, size_t max);

#endif
