/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/manual.h"

#include <stdbool.h>
#include <string.h>

#include "core/shell/command.h"
#include "core/tape/script.h"
#include "lessons/format.h"

/* Text as man(7) takes it: what roff would obey is escaped. */
static void
manual_text(FILE *out, const char *text)
{
	bool begins = true;

	for (; *text; text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
		begins = *text == '\n';
	}
}

static void
manual_section(FILE *out, const char *title)
{
	fprintf(out, ".SH %s\n", title);
}

/* As it stands, line by line. */
static void
manual_verbatim(FILE *out, const char *text)
{
	fputs(".nf\n", out);
	manual_text(out, text);
	if (*text && text[strlen(text) - 1] != '\n')
		fputc('\n', out);
	fputs(".fi\n", out);
}

static void
manual_item(FILE *out, const char *what, const char *text)
{
	fputs(".TP\n.B ", out);
	manual_text(out, what);
	fputc('\n', out);
	manual_text(out, text);
	fputs(".\n", out);
}

static void
manual_command(FILE *out, const struct command *c)
{
	char usage[512];

	command_usage(c, usage, sizeof(usage));
	manual_item(out, usage, c->blurb);
	for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++) {
		fputs(".br\n", out);
		manual_text(out, c->options[i].name);
		fputs(": ", out);
		manual_text(out, c->options[i].blurb);
		fputs(".\n", out);
	}
	if (c->detail) {
		fputs(".br\n", out);
		manual_text(out, c->detail);
		fputc('\n', out);
	}
}

static void
manual_commands(FILE *out)
{
	const char *group = "";

	manual_section(out, "COMMANDS");
	for (int i = 0; command_table[i]; i++) {
		if (strcmp(command_table[i]->group, group) != 0)
			fprintf(out, ".SS %s\n", command_table[i]->group);
		group = command_table[i]->group;
		manual_command(out, command_table[i]);
	}
}

static void
manual_scripts(FILE *out)
{
	const char *usage, *blurb;

	manual_section(out, "SCRIPTS");
	fputs("A script holds commands, one a line, as they are typed.\n"
	      "A line that begins with # is a comment; one that begins with "
	      "#! is not typed:\n",
	      out);
	for (int i = 0; script_word(i, &usage, &blurb); i++)
		manual_item(out, usage, blurb);
}

void
manual_program(FILE *out, const char *help)
{
	fputs(".TH FORKSHOP 1 \"\" \"forkshop " VERSION "\"\n", out);
	manual_section(out, "NAME");
	fputs("forkshop \\- a live process tree of a real web server, and a "
	      "prompt\n",
	      out);
	manual_section(out, "SYNOPSIS");
	manual_verbatim(out, help);
	manual_commands(out);
	manual_scripts(out);
	manual_section(out, "SEE ALSO");
	fputs(".BR forkshop\\-lesson (5),\n.BR ps (1),\n.BR fork (2),\n"
	      ".BR signal (7),\n.BR credentials (7)\n",
	      out);
}

void
manual_lesson(FILE *out)
{
	fputs(".TH FORKSHOP\\-LESSON 5 \"\" \"forkshop " VERSION "\"\n", out);
	manual_section(out, "NAME");
	fputs("forkshop\\-lesson \\- the file of a lesson\n", out);
	manual_section(out, "DESCRIPTION");
	manual_verbatim(out, format_page.text);
	manual_section(out, "SEE ALSO");
	fputs(".BR forkshop (1)\n", out);
}
