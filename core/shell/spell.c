/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/spell.h"

#include <ctype.h>
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
	size_t len;
	pid_t pid;

	if (!word || (call != CALL_waitpid && call != CALL_setpgid))
		return;
	word += strspn(word, " ");
	len = strcspn(word, " ");
	if (len >= sizeof(name))
		return;
	memcpy(name, word, len);
	name[len] = '\0';
	pid = isalpha((unsigned char)name[0]) ? troupe_pid(t, name) : 0;
	if (pid == 0)
		return;
	snprintf(rest, sizeof(rest), "%s", word + len);
	snprintf(word, size - (size_t)(word - text), "%d%s", (int)pid, rest);
}

/* "send 3 to p2": p2 has to be there to take it. */
static int
spell_receiver(struct troupe *t, int call, const char *text, struct err *err)
{
	const char *to = strrchr(text, ' ');

	if (call != CALL_send || !to || troupe_find(t, to + 1))
		return 0;
	return err_set(err,
	               "%.40s hangs on no string, so no descriptor can be "
	               "passed to it: it is written send FD to p2",
	               to + 1);
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
	return spell_receiver(t, i, out, err) < 0 ? -1 : i;
}

/* Where the text of print and write begins; NULL: it has none. */
static const char *
spell_text(const char *name, const char *rest)
{
	const char *blank = strchr(rest, ' ');

	if (strncmp(name, "print ", 6) == 0)
		return rest;
	return strncmp(name, "write ", 6) == 0 && blank ? blank + 1 : NULL;
}

/* "exit 7" as "exit(7)", "write 5 a b" as "write(5, "a b")". */
void
spell_as_call(const char *text, char *buf, size_t size)
{
	size_t name = strcspn(text, " ");
	const char *rest = text + name + strspn(text + name, " ");
	const char *quoted = spell_text(text, rest);
	bool prose = strncmp(text, "send ", 5) == 0;

	snprintf(buf, size, "%.*s(", (int)name, text);
	for (; *rest && rest != quoted; rest++)
		text_add(buf, size, *rest == ' ' && !prose ? ", " : "%c",
		         *rest);
	if (quoted)
		text_add(buf, size, "\"%s\"", quoted);
	text_add(buf, size, ")");
}
