/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Facts from bytes: as they are, or each byte one word of the language, which
 * goes deeper.  What is read is looked at over a small laboratory, three
 * times while time goes on.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/facts/fact.h"
#include "core/sys/clock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct snapshot *fuzz_snapshot;
static struct timeline *fuzz_timeline;

static struct proc
fuzz_proc(enum kind kind, const char *name, pid_t pid)
{
	struct proc p = proc_none();

	snprintf(p.name, sizeof(p.name), "%s", name);
	p.kind = kind;
	p.pid = pid;
	p.state = 'S';
	p.threads = 1;
	if (kind == KIND_WORKER) {
		snprintf(p.server, sizeof(p.server), "web");
		p.counts = true;
		p.answered = (uint64_t)pid;
		p.private_kb = p.switches = p.fds = p.uid = pid;
		p.processors = pid;
		p.blocked = p.pending = p.ignored = p.caught = pid;
	}
	return p;
}

static void
fuzz_happens(enum event_type type, const char *name, int64_t t_ns)
{
	struct event e = { .type = type, .t_ns = t_ns, .a = SIGTERM };

	snprintf(e.who.name, sizeof(e.who.name), "%s", name);
	e.who.kind = KIND_WORKER;
	fuzz_snapshot->events = timeline_add(fuzz_timeline, &e);
}

/* shell, lab, web, w1, w2 (a zombie). */
static void
fuzz_draw(void)
{
	struct proc p[] = { fuzz_proc(KIND_SHELL, "shell", 1),
		            fuzz_proc(KIND_LAB, "lab", 2),
		            fuzz_proc(KIND_MASTER, "web", 3),
		            fuzz_proc(KIND_WORKER, "w1", 4),
		            fuzz_proc(KIND_WORKER, "w2", 5) };

	fuzz_snapshot = snapshot_make(5);
	fuzz_timeline = timeline_open(8);
	p[4].dead = true;
	p[4].state = 'Z';
	for (int i = 0; i < 5; i++)
		snapshot_add(fuzz_snapshot, i < 4 ? i - 1 : 2, &p[i]);
	fuzz_snapshot->nservers = 1;
	fuzz_snapshot->server[0] = (struct server){ .name = "web",
		                                    .up = true,
		                                    .listening = true,
		                                    .port = 3000,
		                                    .policy = "rr",
		                                    .model = "event" };
}

static const char *
fuzz_word(uint8_t byte)
{
	static const char *const words[] = {
		"(",
		")",
		",",
		"=",
		"!=",
		"<",
		"<=",
		">",
		">=",
		"+",
		"-",
		"w1",
		"w2",
		"web",
		"lab",
		"w9",
		"Z",
		"TERM",
		"64",
		"0",
		"1",
		"3000",
		"500ms",
		"2s",
		"9007199254740992",
		"8GB",
		"1kB",
		"\"x\033[2J\"",
		"\"\"",
	};
	const size_t n = sizeof(words) / sizeof(words[0]);
	const char *word, *blurb;

	if (byte < n)
		return words[byte];
	word = fact_word(byte - n, &blurb);
	return word ? word : words[byte % n];
}

static void
fuzz_text(const uint8_t *data, size_t size, char *text, size_t room)
{
	size_t used = 0;

	text[0] = '\0';
	if (size == 0 || data[0] & 1) {
		snprintf(text, room, "%.*s", (int)(size ? size - 1 : 0),
		         (const char *)data + (size ? 1 : 0));
		return;
	}
	for (size_t i = 1; i < size && used + 32 < room; i++)
		used += (size_t)snprintf(text + used, room - used, "%s ",
		                         fuzz_word(data[i]));
}

/* No sentence is empty or holds what a terminal would obey. */
static void
fuzz_sentence(const char *s)
{
	if (!*s)
		abort();
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			abort();
}

static void
fuzz_look(struct fact *fact)
{
	static const enum event_type events[] = { EVENT_EXITED, EVENT_SIGNAL,
		                                  EVENT_REAPED };
	char say[FACT_EXPLAIN];
	int64_t now_ns = 10 * NS_PER_S;

	fact_start(fact, timeline_last(fuzz_timeline), now_ns);
	for (int i = 0; i < 3; i++) {
		enum verdict verdict =
		    fact_evaluate(fact, fuzz_snapshot, fuzz_timeline, now_ns);
		int64_t next_ns = fact_next_deadline_ns(fact);

		fuzz_sentence(fact_explain(fact, say, sizeof(say)));
		fuzz_sentence(fact_verdict_word(verdict));
		if (next_ns >= 0 && next_ns <= now_ns)
			abort();
		now_ns = next_ns >= 0 ? next_ns : now_ns + NS_PER_S;
		fuzz_happens(events[i], i == 1 ? "w1" : "w2", now_ns);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2 * FACT_TEXT];
	struct fact *fact;
	struct err err = { 0 };

	if (!fuzz_snapshot)
		fuzz_draw();
	fuzz_text(data, size, text, sizeof(text));
	fact = fact_parse(text, &err);
	if (!fact) {
		fuzz_sentence(err.text);
		return 0;
	}
	fuzz_look(fact);
	fact_free(fact);
	return 0;
}
