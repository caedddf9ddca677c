/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/report.h"

#include <string.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/text.h"

struct report
report_make(const struct reporter *r, enum report_type type)
{
	return (struct report){
		.t_ns = clock_ns(),
		.type = (uint16_t)type,
		.id = r->id,
		.thread = r->thread,
		.pid = r->pid,
		.tid = r->tid,
		.uid = (uint32_t)-1,
	};
}

void
report_text(struct report *report, const char *text)
{
	text_clean(report->text, sizeof(report->text), text, strlen(text));
}

void
report_send(const struct reporter *r, const struct report *report)
{
	static const uint64_t one = 1;

	if (r->wake < 0 || !page_report(r->page, r->row, report))
		return;
	/* An eventfd that cannot be written now is readable already. */
	if (write(r->wake, &one, sizeof(one)) < 0)
		return;
}

void
report_stir(const struct reporter *r)
{
	static const uint64_t one = 1;

	if (!atomic_load(&r->page->master_dozes) ||
	    !atomic_exchange(&r->page->master_dozes, 0))
		return;
	if (write(r->stir, &one, sizeof(one)) < 0)
		return;
}
