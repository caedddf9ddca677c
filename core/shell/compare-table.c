/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What two processes or threads have besides memory.
 */
#include <stdio.h>
#include <string.h>

#include "core/shell/compare.h"
#include "core/sys/text.h"

#define COMPARE_FDS 1024

bool
compare_one(const struct compare *c, enum same_what what)
{
	int same = same_task(c->a.id, c->b.id, what);

	return same < 0 ? c->a.proc->pid == c->b.proc->pid : same == 1;
}

/* Descriptors ***********************************************************/

/* Where the kernel does not say it: same name, flags and offset. */
static bool
compare_fd_alike(const struct compare *c, int fd)
{
	char name[32], a[200], b[200];
	int64_t pos_a, pos_b;
	int flags_a, flags_b;

	snprintf(name, sizeof(name), "fd/%d", fd);
	return procfs_link(c->e.fs, c->a.proc->pid, name, a, sizeof(a)) == 0 &&
	       procfs_link(c->e.fs, c->b.proc->pid, name, b, sizeof(b)) == 0 &&
	       strcmp(a, b) == 0 && !strstr(a, "anon_inode") &&
	       procfs_fdinfo(c->e.fs, c->a.proc->pid, fd, &pos_a, &flags_a) ==
	           0 &&
	       procfs_fdinfo(c->e.fs, c->b.proc->pid, fd, &pos_b, &flags_b) ==
	           0 &&
	       pos_a == pos_b && flags_a == flags_b;
}

static bool
compare_fd(const struct compare *c, int fd)
{
	int same = same_file(c->a.id, fd, c->b.id, fd);

	return same < 0 ? compare_fd_alike(c, fd) : same == 1;
}

static bool
compare_has_fd(const int *fds, int n, int fd)
{
	for (int i = 0; i < n; i++)
		if (fds[i] == fd)
			return true;
	return false;
}

void
compare_descriptors(const struct compare *c)
{
	int a[COMPARE_FDS], b[COMPARE_FDS], same = 0;
	int na = procfs_fds(c->e.fs, c->a.proc->pid, a, COMPARE_FDS);
	int nb = procfs_fds(c->e.fs, c->b.proc->pid, b, COMPARE_FDS);
	char list[120] = "";

	if (na < 0 || nb < 0)
		return;
	if (compare_one(c, SAME_FILES)) {
		explain_say(&c->e, "descriptors",
		            "shared: one table of %d; a close in one is a "
		            "close in both",
		            na);
		return;
	}
	for (int i = 0; i < na; i++) {
		if (!compare_has_fd(b, nb, a[i]) || !compare_fd(c, a[i]))
			continue;
		same++;
		text_add(list, sizeof(list), " %d", a[i]);
	}
	if (same)
		explain_say(&c->e, "descriptors",
		            "a copy: tables of %d and %d; %d lead to the same "
		            "open files:%s",
		            na, nb, same, list);
	else
		explain_say(&c->e, "descriptors",
		            "its own: tables of %d and %d, none in common", na,
		            nb);
}

/* The rest **************************************************************/

void
compare_folder(const struct compare *c)
{
	char a[200] = "?", b[200] = "?";

	procfs_link(c->e.fs, c->a.proc->pid, "cwd", a, sizeof(a));
	procfs_link(c->e.fs, c->b.proc->pid, "cwd", b, sizeof(b));
	if (compare_one(c, SAME_FOLDER))
		explain_say(&c->e, "folder", "shared: %s; a chdir moves both",
		            a);
	else if (strcmp(a, b) == 0)
		explain_say(&c->e, "folder", "a copy: both in %s", a);
	else
		explain_say(&c->e, "folder", "its own: %s and %s", a, b);
}

static void
compare_mask(const struct compare *c, const char *label, const char *both,
             uint64_t a, uint64_t b)
{
	char text_a[200], text_b[200];

	explain_mask(a, text_a, sizeof(text_a));
	explain_mask(b, text_b, sizeof(text_b));
	if (a == b)
		explain_say(&c->e, label, "%s %s", both, text_a);
	else
		explain_say(&c->e, label, "its own: %s; and %s", text_a,
		            text_b);
}

void
compare_signals(const struct compare *c)
{
	const struct proc_status *a = &c->a.status, *b = &c->b.status;
	char text[200];

	if (compare_one(c, SAME_HANDLERS)) {
		explain_mask(a->caught, text, sizeof(text));
		explain_say(&c->e, "handlers", "shared: one table, caught: %s",
		            text);
	} else {
		compare_mask(c, "handlers", "a copy: both catch", a->caught,
		             b->caught);
	}
	compare_mask(c, "blocked", "its own mask, the same now:", a->blocked,
	             b->blocked);
}

void
compare_user(const struct compare *c)
{
	const struct proc_status *a = &c->a.status, *b = &c->b.status;

	if (a->uid == b->uid && a->euid == b->euid)
		explain_say(&c->e, "user", "a copy: both are uid %u", a->uid);
	else
		explain_say(&c->e, "user", "its own: uid %u and uid %u", a->uid,
		            b->uid);
}
