/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a process uses of the machine, and what signals can do to it.
 */
#include <stdio.h>

#include "core/shell/explain.h"
#include "core/sys/clock.h"
#include "core/sys/sig.h"
#include "core/sys/text.h"

void
explain_processor(const struct explain *e, const struct proc_stat *st,
                  const struct proc_status *status)
{
	double tick_s = (double)procfs_tick_ns() / NS_PER_S;

	explain_say(e, "processor",
	            "last on %d, may use %s; %.2f s in its code, %.2f s in "
	            "the kernel",
	            st->processor, status->cpus,
	            (double)st->utime_ticks * tick_s,
	            (double)st->stime_ticks * tick_s);
	explain_say(e, "switches",
	            "%llu voluntary (it had to wait), %llu not (others had "
	            "their turn)",
	            (unsigned long long)status->voluntary_switches,
	            (unsigned long long)status->involuntary_switches);
}

/* "812K", "3.4M", as in the tree. */
static const char *
explain_size(int64_t kb, char buf[32])
{
	if (kb < 1024)
		snprintf(buf, 32, "%lldK", (long long)kb);
	else
		snprintf(buf, 32, "%.1fM", (double)kb / 1024);
	return buf;
}

void
explain_memory(const struct explain *e, const struct proc_status *status)
{
	char text[200], a[32], b[32], c[32], whose[64] = "";
	struct proc_memory m;

	snprintf(text, sizeof(text), "resident %s",
	         explain_size(status->vm_rss_kb, a));
	if (procfs_memory(e->fs, e->proc->pid, &m) == 0)
		text_add(text, sizeof(text), ": private %s, shared %s",
		         explain_size(m.private_kb, b),
		         explain_size(m.shared_kb, c));
	if (e->proc->tid)
		snprintf(whose, sizeof(whose),
		         "; all threads of pid %d have it in common",
		         (int)e->proc->pid);
	explain_say(e, "memory", "%s; page tables %s%s", text,
	            explain_size(status->vm_pte_kb, a), whose);
}

/* The C library keeps 32 and 33 for itself. */
void
explain_mask(uint64_t mask, char *buf, size_t size)
{
	uint64_t missing = ~mask & ~(UINT64_C(3) << 31);
	char names[200];

	if (__builtin_popcountll(missing) > 10) {
		sig_mask_text(mask, buf, size);
		return;
	}
	sig_mask_text(missing, names, sizeof(names));
	snprintf(buf, size, "all but %s", names);
}

void
explain_signals(const struct explain *e, const struct proc_status *status)
{
	const struct {
		const char *label, *name;
		uint64_t mask;
	} rows[] = {
		{ "signals", "blocked", status->blocked },
		{ "", "pending", status->pending | status->shared_pending },
		{ "", "ignored", status->ignored },
		{ "", "caught", status->caught },
	};
	char text[512];

	for (int i = 0; i < 4; i++) {
		explain_mask(rows[i].mask, text, sizeof(text));
		explain_say(e, rows[i].label, "%-8s %s", rows[i].name, text);
	}
}
