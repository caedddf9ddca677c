/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/facts/lex.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *text;
	enum token token;
} lex_signs[] = {
	{ "(", TOKEN_OPEN }, { ")", TOKEN_CLOSE }, { ",", TOKEN_COMMA },
	{ "+", TOKEN_PLUS }, { "-", TOKEN_MINUS }, { "!=", TOKEN_NE },
	{ "<=", TOKEN_LE },  { ">=", TOKEN_GE },   { "==", TOKEN_EQ },
	{ "=", TOKEN_EQ },   { "<", TOKEN_LT },    { ">", TOKEN_GT },
};

static int
lex_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Take the word from `from` to `to`; one that is too long is none. */
static void
lex_take(struct lex *lex, enum token token, int from, int to)
{
	int len = to - from;

	lex->token = len < LEX_WORD ? token : TOKEN_BAD;
	snprintf(lex->word, sizeof(lex->word), "%.*s", len, lex->text + from);
}

static void
lex_quoted(struct lex *lex)
{
	int from = lex->from + 1;
	int len = (int)strcspn(lex->text + from, "\"");

	lex->to = from + len + 1;
	if (lex->text[from + len] && len > 0)
		lex_take(lex, TOKEN_WORD, from, from + len);
	else if (!lex->text[from + len])
		lex->to--;
}

static void
lex_sign(struct lex *lex)
{
	const char *at = lex->text + lex->from;

	for (size_t i = 0; i < sizeof(lex_signs) / sizeof(lex_signs[0]); i++) {
		int len = (int)strlen(lex_signs[i].text);

		if (strncmp(at, lex_signs[i].text, (size_t)len) == 0) {
			lex->to = lex->from + len;
			lex_take(lex, lex_signs[i].token, lex->from, lex->to);
			return;
		}
	}
}

/* Never end inside a character of UTF-8. */
static void
lex_whole(struct lex *lex)
{
	while (((unsigned char)lex->text[lex->to] & 0xc0) == 0x80)
		lex->to++;
}

void
lex_next(struct lex *lex)
{
	char c;

	lex->before = lex->to;
	lex->from = lex->to;
	while (isspace((unsigned char)lex->text[lex->from]))
		lex->from++;
	c = lex->text[lex->from];
	lex->to = lex->from + (c != '\0');
	lex->token = c ? TOKEN_BAD : TOKEN_END;
	lex->word[0] = '\0';
	if (lex_letter(c)) {
		while (lex_letter(lex->text[lex->to]))
			lex->to++;
		lex_take(lex,
		         isdigit((unsigned char)c) ? TOKEN_NUMBER : TOKEN_WORD,
		         lex->from, lex->to);
	} else if (c == '"') {
		lex_quoted(lex);
	} else if (c) {
		lex_sign(lex);
		lex_whole(lex);
	}
}

void
lex_start(struct lex *lex, const char *text)
{
	*lex = (struct lex){ .text = text };
	lex_next(lex);
}
