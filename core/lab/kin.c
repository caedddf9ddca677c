/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An array in the order of pids: found by halving, kept by moving.
 */
#include "core/lab/kin.h"

#include <stdlib.h>
#include <string.h>

struct kin {
	int n;
	struct child child[KIN_MAX];
};

struct kin *
kin_open(void)
{
	return calloc(1, sizeof(struct kin));
}

void
kin_close(struct kin *kin)
{
	free(kin);
}

int
kin_count(const struct kin *kin)
{
	return kin->n;
}

struct child *
kin_nth(struct kin *kin, int i)
{
	return &kin->child[i];
}

/* Where the pid stands, or would have to stand. */
static int
kin_place(const struct kin *kin, pid_t pid)
{
	int low = 0, high = kin->n;

	while (low < high) {
		int mid = (low + high) / 2;

		if (kin->child[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct child *
kin_find(struct kin *kin, pid_t pid)
{
	int i = kin_place(kin, pid);

	return i < kin->n && kin->child[i].pid == pid ? &kin->child[i] : NULL;
}

struct child *
kin_add(struct kin *kin, pid_t pid)
{
	int i = kin_place(kin, pid);
	struct child *child = &kin->child[i];

	if (kin->n == KIN_MAX)
		return NULL;
	memmove(child + 1, child, (size_t)(kin->n - i) * sizeof(*child));
	kin->n++;
	*child = (struct child){ .pid = pid };
	return child;
}

void
kin_drop(struct kin *kin, pid_t pid)
{
	struct child *child = kin_find(kin, pid);

	if (!child)
		return;
	kin->n--;
	memmove(child, child + 1,
	        (size_t)(kin->child + kin->n - child) * sizeof(*child));
}
