/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that has no name, so nothing can be left of it: write, and wait
 * until the disk has it.
 */
#include "core/serve/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"

#define PAGE_DISK_MB 64

/* A file without a name, or one that loses it at once. */
static int
page_disk_open(const char *folder)
{
	char path[1024];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	snprintf(path, sizeof(path), "%s/forkshop-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int
page_disk_write(int fd, int64_t mb)
{
	static const char block[64 * 1024];

	for (int64_t left = mb * 1024 * 1024; left > 0;) {
		ssize_t n = write(fd, block, sizeof(block));

		if (n < 0 && errno != EINTR)
			return -1;
		left -= n > 0 ? n : 0;
	}
	return fdatasync(fd);
}

void
page_disk_serve(struct request *rq)
{
	const char *folder = getenv("TMPDIR");
	int64_t mb = -1, begun_ns = clock_ns();
	int fd;

	if (!pages_number(rq, "mb", 0, PAGE_DISK_MB, &mb))
		return;
	if (!folder || !folder[0])
		folder = "/tmp";
	fd = page_disk_open(folder);
	if (fd < 0 || page_disk_write(fd, mb) < 0)
		request_answer(rq, 503,
		               "cannot write %" PRId64 " MB to %s: %s\n", mb,
		               folder, strerrordesc_np(errno));
	else
		request_answer(rq, 200,
		               "w%u wrote %" PRId64
		               " MB to %s, and they were on "
		               "the disk after %.1f ms\n",
		               request_worker(rq)->id, mb, folder,
		               (double)(clock_ns() - begun_ns) / NS_PER_MS);
	if (fd >= 0)
		close(fd);
}
