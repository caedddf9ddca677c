/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/compile.h"

#include <string.h>

/* "p2 is a \"zombie\"": a quote inside is written with a backslash. */
static void
compile_quote(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputs("\"\n", out);
}

/* Questions of a room: the presenter presses a key when it has voted. */
static void
compile_question(const struct question *q, FILE *out)
{
	fprintf(out, "#! caption ");
	compile_quote(q->ask.text, out);
	fprintf(out, "#! beat\n");
}

static const struct question *
compile_asks(const struct step *s, const char *line)
{
	for (int i = 0; i < s->questions; i++)
		if (strncmp(line, s->question[i].before.text,
		            strlen(s->question[i].before.text)) == 0)
			return &s->question[i];
	return NULL;
}

static void
compile_step(const struct lesson *l, const struct step *s, FILE *out)
{
	char chapter[2 * LESSON_ID + 8];

	snprintf(chapter, sizeof(chapter), "%s: %s", l->id, s->id);
	fprintf(out, "\n#! mark ");
	compile_quote(chapter, out);
	for (int i = 0; i < s->notes; i++)
		fprintf(out, "# %s\n", s->note[i].text);
	for (int i = 0; i < s->solutions; i++) {
		const struct question *q = compile_asks(s, s->solution[i].text);

		if (q)
			compile_question(q, out);
		fprintf(out, "%s\n", s->solution[i].text);
	}
	for (int i = 0; i < s->checks; i++)
		if (s->check[i].kind == CHECK_GOAL)
			fprintf(out, "#! until %s within 20s\n",
			        s->check[i].fact.text);
	if (s->caption.text) {
		fprintf(out, "#! caption ");
		compile_quote(s->caption.text, out);
	}
	fprintf(out, "#! beat\n");
}

void
compile_write(const struct lesson *l, FILE *out)
{
	fprintf(out, "# %s: %s\n", l->id, l->title.text ? l->title.text : "");
	fprintf(out, "# It begins in an empty laboratory: forkshop --empty\n");
	fprintf(out, "#! mark ");
	compile_quote(l->title.text ? l->title.text : l->id, out);
	for (int i = 0; i < l->starts; i++)
		fprintf(out, "%s\n", l->start[i].text);
	for (int i = 0; i < l->steps; i++)
		compile_step(l, &l->step[i], out);
}
