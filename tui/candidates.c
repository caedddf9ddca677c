/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "core/sys/text.h"

void
candidates_add(void *candidates, const char *word, const char *blurb)
{
	struct candidates *c = candidates;
	struct candidate *new = &c->list[c->n];

	if (c->n == CANDIDATES_MAX || strlen(word) >= sizeof(new->word))
		return;
	strcpy(new->word, word);
	text_clean(new->blurb, sizeof(new->blurb), blurb ? blurb : "",
	           blurb ? strlen(blurb) : 0);
	c->n++;
}

const char *
candidates_blurb(const struct candidates *c, const char *match)
{
	size_t match_len = strlen(match);

	for (size_t i = 0; i < c->n; i++) {
		size_t len = strlen(c->list[i].word);

		if (match_len >= len &&
		    !strcmp(match + match_len - len, c->list[i].word))
			return c->list[i].blurb;
	}
	return "";
}

const char *
candidates_base(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash && slash[1] ? slash + 1 : file;
}

int
candidates_go_on(const struct candidates *c)
{
	size_t len = strlen(c->list[0].word);

	return c->n == 1 && len > 0 && strchr("=/,", c->list[0].word[len - 1]);
}

char *
candidates_word(const struct candidates *c, size_t i, const char *line,
                size_t word_start, size_t start)
{
	const char *word = c->list[i].word;
	size_t more = word_start < start ? 0 : word_start - start;
	size_t less = word_start < start ? start - word_start : 0;
	char *whole = malloc(more + strlen(word) + 1);

	if (!whole)
		return NULL;
	memcpy(whole, line + start, more);
	strcpy(whole + more, strlen(word) > less ? word + less : "");
	return whole;
}
