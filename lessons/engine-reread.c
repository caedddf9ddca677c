/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * learn --watch: the lesson is read again whenever its file is saved, for
 * whoever writes it.
 */
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "lessons/engine-inside.h"
#include "lessons/format.h"
#include "lessons/shelf.h"

/* Is one of these events about our file? */
static bool
reread_is_ours(const struct engine *e, const char *bytes, ssize_t len)
{
	const char *base = shelf_base(e->path);
	bool ours = false;

	for (ssize_t at = 0;
	     at + (ssize_t)sizeof(struct inotify_event) <= len;) {
		struct inotify_event event;

		memcpy(&event, bytes + at, sizeof(event));
		at += (ssize_t)sizeof(event);
		ours = ours || (event.len && strcmp(bytes + at, base) == 0);
		at += event.len;
	}
	return ours;
}

static void
reread_tell(struct engine *e, const struct problems *problems)
{
	for (int i = 0; i < problems_kept(problems); i++) {
		const struct problem *p = problems_nth(problems, i);

		engine_say(e, LINE_ERROR, "%s:%d: %s", shelf_base(p->file),
		           p->line, p->text);
	}
}

/* What can be read takes the place of what there was, at the same step. */
static void
reread_read_again(struct engine *e)
{
	struct problems problems = { .n = 0 };
	struct lesson *l = format_read(e->path, &problems);

	if (l) {
		engine_say(e, LINE_GUIDE, "%s was saved, and is read again",
		           shelf_base(e->path));
		lesson_free(e->next);
		e->next = l;
		session_run(e->session, "again");
	} else {
		problems_sort(&problems);
		reread_tell(e, &problems);
	}
	problems_free(&problems);
}

static void
reread_on_file(void *arg, uint32_t events)
{
	struct engine *e = arg;
	char bytes[4096];
	ssize_t len;
	bool ours = false;

	(void)events;
	while ((len = read(e->watch_fd, bytes, sizeof(bytes))) > 0)
		ours = reread_is_ours(e, bytes, len) || ours;
	if (ours)
		reread_read_again(e);
}

void
reread_open(struct engine *e)
{
	char folder[sizeof(e->path) + 2];

	if (!e->options.watch || e->watch_fd >= 0)
		return;
	snprintf(folder, sizeof(folder), "%.*s",
	         (int)(shelf_base(e->path) - e->path), e->path);
	if (!folder[0])
		snprintf(folder, sizeof(folder), ".");
	e->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (e->watch_fd < 0)
		return;
	if (inotify_add_watch(e->watch_fd, folder,
	                      IN_CLOSE_WRITE | IN_MOVED_TO) < 0 ||
	    loop_watch(session_loop(e->session), e->watch_fd, EPOLLIN,
	               reread_on_file, e, NULL) < 0)
		engine_say(e, LINE_ERROR,
		           "%s cannot be watched: type again to read it anew",
		           e->path);
}

void
reread_close(struct engine *e)
{
	lesson_free(e->next);
	e->next = NULL;
	if (e->watch_fd >= 0)
		close(e->watch_fd);
	e->watch_fd = -1;
}
