/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * key - the keys that a terminal does not hand on as text: of some it makes
 * signals, one is the end of the input.
 */
#ifndef CORE_SHELL_KEY_H
#define CORE_SHELL_KEY_H

#define KEY_WORDS "^C (a caret and a letter), ^Z, ^\\ and ^D"

/* The byte of "^C", as it is written in scripts and lessons; 0: no key. */
char key_byte(const char *word);

#endif
