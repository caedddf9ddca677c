/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each request without an address leaves a secret in the memory of its
 * process, and says where.  A request with an address reads what stands
 * there in its own process: of another thread everything, of another worker
 * nothing, for the same address means other memory there.  "secret" is a name
 * for the address of the first secret, as a debugger knows names; it is the
 * same in all workers of a server, for they are copies of one master.
 */
#include "core/serve/pages.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/sys/text.h"

#define PAGE_SPY_SECRETS 64 /* the oldest is written over */
#define PAGE_SPY_SIZE    32

static char page_spy_secrets[PAGE_SPY_SECRETS][PAGE_SPY_SIZE];

static void
page_spy_hide(struct request *rq)
{
	static atomic_uint last;
	const struct reporter *w = request_worker(rq);
	char *secret = page_spy_secrets[last++ % PAGE_SPY_SECRETS];
	uint32_t key = 0;

	if (getrandom(&key, sizeof(key), 0) < 0)
		key = (uint32_t)(uintptr_t)rq;
	snprintf(secret, PAGE_SPY_SIZE, "secret %08" PRIx32 " of w%u.t%u", key,
	         w->id, w->thread);
	request_answer(rq, 200, "\"%s\": /spy?addr=%p of pid %d\n", secret,
	               (void *)secret, (int)getpid());
}

/* Our own memory, by the kernel: a bad address is an error, no signal. */
static ssize_t
page_spy_read(uintptr_t addr, char *buf, size_t size)
{
	struct iovec to = { buf, size };
	struct iovec from = { (void *)addr, size };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0);
}

static bool
page_spy_address(const char *text, uintptr_t *addr)
{
	char *end;

	if (strcmp(text, "secret") == 0) {
		*addr = (uintptr_t)page_spy_secrets[0];
		return true;
	}
	errno = 0;
	*addr = (uintptr_t)strtoull(text, &end, 16);
	return isxdigit((unsigned char)text[0]) && !*end && !errno;
}

/* The secret of another thread: that is worth a line of the log. */
static void
page_spy_report(struct request *rq, const char *text)
{
	const struct reporter *w = request_worker(rq);
	struct report r = report_make(w, REPORT_SPIED);
	char mine[24], said[64];
	const char *whose = strstr(text, " of ");

	snprintf(mine, sizeof(mine), " of w%u.t%u", w->id, w->thread);
	if (strncmp(text, "secret ", 7) != 0 || !whose ||
	    strcmp(whose, mine) == 0)
		return;
	snprintf(said, sizeof(said), "has read the \"%s\"", text);
	r.connection = request_handoff(rq)->connection;
	report_text(&r, said);
	report_send(w, &r);
}

static void
page_spy_tell(struct request *rq, uintptr_t addr, const char *bytes,
              size_t size)
{
	char hex[2 * PAGE_SPY_SIZE + 1] = "", text[PAGE_SPY_SIZE + 1];

	for (size_t i = 0; i < size; i++)
		text_add(hex, sizeof(hex), "%02x", (unsigned char)bytes[i]);
	text_clean(text, sizeof(text), bytes, strnlen(bytes, size));
	page_spy_report(rq, text);
	request_answer(rq, 200, "pid %d has at 0x%" PRIxPTR ": \"%s\"\n%s\n",
	               (int)getpid(), addr, text, hex);
}

void
page_spy_serve(struct request *rq)
{
	const char *value = request_query(rq, "addr");
	char bytes[PAGE_SPY_SIZE];
	uintptr_t addr;
	ssize_t n;

	if (!value) {
		page_spy_hide(rq);
		return;
	}
	if (!page_spy_address(value, &addr)) {
		request_answer(rq, 400,
		               "which address? /spy?addr=0x7ffc1230, "
		               "in hexadecimal, or /spy?addr=secret\n");
		return;
	}
	n = page_spy_read(addr, bytes, sizeof(bytes));
	if (n > 0)
		page_spy_tell(rq, addr, bytes, (size_t)n);
	else
		request_answer(rq, 400,
		               "pid %d has nothing to read at 0x%" PRIxPTR
		               ": %s (%s)\n",
		               (int)getpid(), addr, strerrordesc_np(errno),
		               strerrorname_np(errno));
}
