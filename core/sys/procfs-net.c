/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The TCP sockets of the machine, a line each.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/procfs-inside.h"

/* "0100007F", or four such words: each as it lies in memory. */
static bool
procfs_parse_address(const char *hex, uint32_t address[4], bool v6)
{
	memset(address, 0, 4 * sizeof(*address));
	return sscanf(hex, "%8x%8x%8x%8x", &address[0], &address[1],
	              &address[2], &address[3]) == (v6 ? 4 : 1);
}

/* "0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 ... uid ... inode" */
static bool
procfs_parse_tcp(const char *line, struct proc_tcp *t)
{
	char here[33], there[33];
	unsigned port, peer_port, state;

	if (sscanf(line,
	           " %*d: %32[0-9A-F]:%4x %32[0-9A-F]:%4x %2x %*x:%8x "
	           "%*x:%*x %*x %u %*d %u",
	           here, &port, there, &peer_port, &state, &t->queue, &t->uid,
	           &t->inode) != 8)
		return false;
	t->port = (uint16_t)port;
	t->peer_port = (uint16_t)peer_port;
	t->state = (int)state;
	return procfs_parse_address(here, t->here, t->v6) &&
	       procfs_parse_address(there, t->there, t->v6);
}

int
procfs_each_tcp(struct procfs *fs,
                void (*fn)(void *arg, const struct proc_tcp *), void *arg)
{
	static const char *const files[] = { "net/tcp", "net/tcp6" };
	int read = 0;

	for (int i = 0; i < 2; i++) {
		int fd = openat(fs->root, files[i], O_RDONLY | O_CLOEXEC);
		FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
		struct proc_tcp t = { .v6 = i == 1 };
		char line[256];

		while (file && fgets(line, sizeof(line), file))
			if (procfs_parse_tcp(line, &t))
				fn(arg, &t);
		if (file)
			fclose(file);
		read += file != NULL;
	}
	return read ? 0 : -1;
}
