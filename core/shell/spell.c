/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/spell.h"

#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"
#include "core/wire/call.h"

static const struct {
	const char *name, *usage;
	int min, max;
} spell_table[CALL_COUNT] = {
#define X(id, name, usage, min, max, blurb, page)                              \
	[CALL_##id] = { name, usage, min, max },
	CALLS(X)
#undef X
};

/* The call of that name, or the only one that begins so; -1 and err. */
static int
spell_which(const char *word, struct err *err)
{
	int found = -1, least = 99, near = 0;
	size_t len = strlen(word);

	for (int i = 0; i < CALL_COUNT; i++) {
		int d = text_distance(word, spell_table[i].name);

		if (d == 0)
			return i;
		if (strncmp(word, spell_table[i].name, len) == 0)
			found = found == -1 ? i : -2;
		if (d < least) {
			least = d;
			near = i;
		}
	}
	if (found >= 0)
		return found;
	if (found == -2)
		return err_set(err, "%s could be several calls: write it out",
		               word);
	return err_set(err, "a puppet knows no call %.40s: did you mean %s?",
	               word, spell_table[near].name);
}

static int
spell_words(const char *text)
{
	int n = 0;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		text += strcspn(text, " ");
		n++;
	}
	return n;
}

/* Who is called by name is told by pid: `waitpid p2`, `setpgid p1`. */
static void
spell_resolve(struct troupe *t, int call, char *text, size_t size)
{
	char *word = strchr(text, ' '), rest[MSG_TEXT], name[NAME_SIZE];
	const struct puppet *p;
	size_t len;

	if (!word || (call != CALL_waitpid && call != CALL_setpgid))
		return;
	word += strspn(word, " ");
	len = strcspn(word, " ");
	if (len >= sizeof(name))
		return;
	memcpy(name, word, len);
	name[len] = '\0';
	p = troupe_find(t, name);
	if (!p || !p->pid)
		return;
	snprintf(rest, sizeof(rest), "%s", word + len);
	snprintf(word, size - (size_t)(word - text), "%d%s", (int)p->pid, rest);
}

/* "exec ls" to "execve ls"; checks the number of words. */
int
spell_call(struct troupe *t, const char *text, char *out, size_t size,
           struct err *err)
{
	size_t len = strcspn(text, " ");
	char word[32];
	int i, n;

	if (len == 0 || len >= sizeof(word))
		return err_set(err, "a puppet makes one call at a time: help "
		                    "puppet lists them");
	memcpy(word, text, len);
	word[len] = '\0';
	i = spell_which(word, err);
	if (i < 0)
		return -1;
	n = spell_words(text + len);
	if (n < spell_table[i].min || n > spell_table[i].max)
		return err_set(err, "it is written %s %s", spell_table[i].name,
		               spell_table[i].usage);
	snprintf(out, size, "%s%s", spell_table[i].name, text + len);
	spell_resolve(t, i, out, size);
	return i;
}

/* "exit 7" as "exit(7)"; a text is not cut at its blanks. */
void
spell_as_call(const char *text, char *buf, size_t size)
{
	size_t name = strcspn(text, " ");
	const char *rest = text + name + strspn(text + name, " ");
	bool prose = strncmp(text, "print", name) == 0;

	snprintf(buf, size, "%.*s(%s", (int)name, text, prose ? "\"" : "");
	for (; *rest; rest++)
		text_add(buf, size, *rest == ' ' && !prose ? ", " : "%c",
		         *rest);
	text_add(buf, size, "%s)", prose ? "\"" : "");
}
