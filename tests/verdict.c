/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/verdict.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct tableau verdict_lab;

void
verdict_draw(void)
{
	verdict_lab = tableau_open(32);
	tableau_server(&verdict_lab, "web", 3000);
	tableau_worker(&verdict_lab, "web", "w1", 0);
	tableau_worker(&verdict_lab, "web", "w2", 0);
	tableau_row(&verdict_lab, "lab", KIND_PUPPET, "p1");
	tableau_row(&verdict_lab, "p1", KIND_PUPPET, "p2");
}

void
verdict_wipe(void)
{
	tableau_close(&verdict_lab);
}

struct fact *
verdict_begin(const char *text)
{
	struct err err;
	struct fact *fact = fact_parse(text, &err);

	ck_assert_msg(fact, "%s: %s", text, err.text);
	fact_start(fact, timeline_last(verdict_lab.timeline),
	           verdict_lab.now_ns);
	return fact;
}

void
verdict_expect(struct fact *fact, enum verdict wanted, const char *say)
{
	char is[FACT_EXPLAIN];
	enum verdict verdict =
	    fact_evaluate(fact, verdict_lab.snapshot, verdict_lab.timeline,
	                  verdict_lab.now_ns);

	fact_explain(fact, is, sizeof(is));
	ck_assert_msg(verdict == wanted, "%s: %s (%s), wanted %s",
	              fact_text(fact), fact_verdict_word(verdict), is,
	              fact_verdict_word(wanted));
	ck_assert_msg(!say || strcmp(is, say) == 0, "%s: \"%s\", wanted \"%s\"",
	              fact_text(fact), is, say);
}
