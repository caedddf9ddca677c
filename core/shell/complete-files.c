/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs and files that complete a line.  A name that sh(1) would not read
 * as it stands, because of a blank or a "$", is not offered.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/shell/complete.h"
#include "core/sys/text.h"

#define COMPLETE_PATH 4096

/* What of a folder is wanted. */
enum complete_want { WANT_FILES, WANT_FOLDERS, WANT_PROGRAMS };

static bool
complete_wanted(const struct stat *st, const char *path,
                enum complete_want want)
{
	if (S_ISDIR(st->st_mode))
		return true;
	return want == WANT_FILES ||
	       (want == WANT_PROGRAMS && S_ISREG(st->st_mode) &&
	        access(path, X_OK) == 0);
}

/* A name with what was typed before it, a folder with "/" behind it. */
static void
complete_entry(struct complete *c, const char *folder, const char *typed,
               const char *name, enum complete_want want)
{
	char path[COMPLETE_PATH], candidate[COMPLETE_WORD];
	struct stat st;
	int len;

	len = snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (len >= (int)sizeof(path) || stat(path, &st) < 0 ||
	    !complete_wanted(&st, path, want))
		return;
	len = snprintf(candidate, sizeof(candidate), "%s%s%s", typed, name,
	               S_ISDIR(st.st_mode) ? "/" : "");
	if (len < (int)sizeof(candidate))
		complete_offer(c, candidate, NULL);
}

/* Neither sh(1) nor a terminal must see anything special in it. */
static bool
complete_name_ok(const char *name)
{
	char clean[COMPLETE_WORD];

	text_clean(clean, sizeof(clean), name, strlen(name));
	return strcmp(clean, name) == 0 &&
	       !strpbrk(name, " \"'\\$`|&;<>()*?[#~!") &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* The entries of a folder that begin with `begin`. */
static void
complete_folder(struct complete *c, const char *folder, const char *typed,
                const char *begin, enum complete_want want)
{
	DIR *dir = opendir(folder);
	struct dirent *e;

	while (dir && c->n < COMPLETE_MAX && (e = readdir(dir)))
		if (strncmp(e->d_name, begin, strlen(begin)) == 0 &&
		    (e->d_name[0] != '.' || begin[0] == '.') &&
		    complete_name_ok(e->d_name))
			complete_entry(c, folder, typed, e->d_name, want);
	if (dir)
		closedir(dir);
}

/* The word as a path: "src/ma" is what of src begins with "ma". */
static void
complete_path(struct complete *c, enum complete_want want)
{
	const char *slash = strrchr(c->word, '/');
	size_t len = slash ? (size_t)(slash - c->word) + 1 : 0;
	char typed[COMPLETE_WORD];

	if (len >= sizeof(typed))
		return;
	snprintf(typed, sizeof(typed), "%.*s", (int)len, c->word);
	complete_folder(c, len ? typed : ".", typed, c->word + len, want);
}

void
complete_files(struct complete *c, bool folders_only)
{
	c->files = true;
	complete_path(c, folders_only ? WANT_FOLDERS : WANT_FILES);
}

/* Folders of PATH are no programs, so a stat decides there as well. */
static void
complete_path_folder(struct complete *c, const char *folder)
{
	DIR *dir = opendir(folder);
	char path[COMPLETE_PATH];
	struct dirent *e;
	struct stat st;

	while (dir && c->n < COMPLETE_MAX && (e = readdir(dir))) {
		if (strncmp(e->d_name, c->word, strlen(c->word)) != 0 ||
		    !complete_name_ok(e->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    access(path, X_OK) == 0)
			complete_offer(c, e->d_name, "program");
	}
	if (dir)
		closedir(dir);
}

void
complete_programs(struct complete *c)
{
	const char *path = getenv("PATH");
	char folder[COMPLETE_PATH - 300];

	if (strchr(c->word, '/')) {
		complete_path(c, WANT_PROGRAMS);
		return;
	}
	for (; path && c->word[0];
	     path = strchr(path, ':') ? strchr(path, ':') + 1 : NULL) {
		snprintf(folder, sizeof(folder), "%.*s",
		         (int)strcspn(path, ":"), path);
		complete_path_folder(c, folder[0] ? folder : ".");
	}
}
