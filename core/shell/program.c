/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shell/program.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reserved words and built-ins that are no files everywhere, sh(1). */
// clang-format off
static const char *const program_words[] = {
	"if", "for", "while", "case", "{", ":", ".", "[", "echo", "printf",
	"test", "true", "false", "eval", "cd", "exec", "export", "unset",
	"command", "type", "umask", "ulimit", "trap", "times", "read",
	"alias", "hash", "getopts", "readonly", "pwd", NULL,
};
// clang-format on

static bool
program_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(path, X_OK) == 0;
}

bool
program_in_path(const char *name)
{
	const char *dir = getenv("PATH");
	char path[4096];

	if (!*name || strchr(name, '/'))
		return false;
	for (; dir; dir = strchr(dir, ':') ? strchr(dir, ':') + 1 : NULL) {
		int len = (int)strcspn(dir, ":");

		snprintf(path, sizeof(path), "%.*s/%s", len ? len : 1,
		         len ? dir : ".", name);
		if (program_is_file(path))
			return true;
	}
	return false;
}

/* NAME=value at the head of a line. */
static bool
program_assigns(const char *word)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*word) && *word != '_')
		return false;
	while (isalnum((unsigned char)word[n]) || word[n] == '_')
		n++;
	return word[n] == '=';
}

bool
program_runs(const char *word)
{
	if (strchr("(<>\\\"'$`~", *word))
		return *word != '\0';
	for (int i = 0; program_words[i]; i++)
		if (strcmp(word, program_words[i]) == 0)
			return true;
	if (strchr(word, '/'))
		return program_is_file(word);
	return program_assigns(word) || program_in_path(word);
}
