/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lessons/compile.h"

#include <string.h>

#include "core/shell/key.h"
#include "core/shell/parse.h"
#include "lessons/engine-inside.h"

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

/* A question is open: the presenter presses a key when the room has voted. */
static void
compile_answer(const struct question *q, FILE *out)
{
	fprintf(out, "#! beat\npredict %d\n", q->right + 1);
}

/* Each question is asked once in a step, by the first command it is about. */
static void
compile_questions(const struct step *s, bool asked[LESSON_QUESTIONS],
                  const char *line, FILE *out)
{
	do {
		struct parse p;

		parse_line(line, &p);
		for (int i = 0; i < s->questions; i++)
			if (!asked[i] &&
			    ask_matches(NULL, s->question[i].before.text, &p)) {
				compile_answer(&s->question[i], out);
				asked[i] = true;
			}
		line = p.next + strspn(p.next, " \t;");
		parse_free(&p);
	} while (*line);
}

/* A key is for the program in front: it is no line. */
static void
compile_line(const char *line, FILE *out)
{
	fprintf(out, "%s%s\n", key_byte(line) ? "#! key " : "", line);
}

static void
compile_step(const struct step *s, const char *name, FILE *out)
{
	bool asked[LESSON_QUESTIONS] = { false };

	fprintf(out, "\n#! step %s %s\n", name, s->id);
	for (int i = 0; i < s->notes; i++)
		fprintf(out, "# %s\n", s->note[i].text);
	for (int i = 0; i < s->solutions; i++) {
		compile_line(s->solution[i].text, out);
		compile_questions(s, asked, s->solution[i].text, out);
	}
	if (s->caption.text) {
		fprintf(out, "#! caption ");
		compile_quote(s->caption.text, out);
	}
	fprintf(out, "#! beat\n");
}

void
compile_write(const struct lesson *l, const char *name, FILE *out)
{
	fprintf(out, "# %s: %s\n", l->id, l->title.text ? l->title.text : "");
	for (int i = 0; i < l->steps; i++)
		compile_step(&l->step[i], name, out);
	fprintf(out, "\n#! step %s end\n", name);
}
