/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/life.h"

struct step {
	enum life next; /* LIFE_NONE: the fact has nothing new here */
	unsigned actions;
};

#define GOES         (ACT_PART | ACT_CLOSE | ACT_SAY_DISCONNECTED)
#define GOES_AT_ONCE (GOES | ACT_SAY_EXITED)

// clang-format off
static const struct step life_table[LIFE_COUNT][FACT_COUNT] = {
	[LIFE_NONE] = {
		[FACT_FORKED]       = { LIFE_STARTING, ACT_SAY_FORKED },
	},
	[LIFE_STARTING] = {
		[FACT_ONLINE]       = { LIFE_ONLINE, ACT_SAY_ONLINE },
		[FACT_TOLD]         = { LIFE_LEAVING, ACT_TELL },
		[FACT_DISCONNECTED] = { LIFE_CUT, GOES },
		[FACT_EXITED]       = { LIFE_DEAD, GOES_AT_ONCE },
	},
	[LIFE_ONLINE] = {
		[FACT_LISTENING]    = { LIFE_LISTENING, ACT_SAY_LISTENING | ACT_JOIN },
		[FACT_TOLD]         = { LIFE_LEAVING, ACT_TELL },
		[FACT_LEAVING]      = { LIFE_LEAVING, 0 },
		[FACT_DISCONNECTED] = { LIFE_CUT, GOES },
		[FACT_EXITED]       = { LIFE_DEAD, GOES_AT_ONCE },
	},
	[LIFE_LISTENING] = {
		[FACT_TOLD]         = { LIFE_LEAVING, ACT_TELL | ACT_PART },
		[FACT_LEAVING]      = { LIFE_LEAVING, ACT_PART },
		[FACT_DISCONNECTED] = { LIFE_CUT, GOES },
		[FACT_EXITED]       = { LIFE_DEAD, GOES_AT_ONCE },
	},
	[LIFE_LEAVING] = { /* parted already */
		[FACT_DISCONNECTED] = { LIFE_CUT, ACT_CLOSE | ACT_SAY_DISCONNECTED },
		[FACT_EXITED]       = { LIFE_DEAD, ACT_CLOSE | ACT_SAY_DISCONNECTED |
		                                   ACT_SAY_EXITED },
	},
	[LIFE_CUT] = {
		[FACT_EXITED]       = { LIFE_DEAD, ACT_SAY_EXITED },
	},
	[LIFE_DEAD] = {
		[FACT_REAPED]       = { LIFE_NONE, ACT_FREE },
	},
};
// clang-format on

unsigned
life_step(enum life *life, enum fact fact)
{
	const struct step *step = &life_table[*life][fact];

	if (step->next == LIFE_NONE && !step->actions)
		return 0;
	*life = step->next;
	return step->actions;
}

const char *
life_name(enum life life)
{
	static const char *const names[LIFE_COUNT] = {
		[LIFE_NONE] = "none",       [LIFE_STARTING] = "starting",
		[LIFE_ONLINE] = "online",   [LIFE_LISTENING] = "listening",
		[LIFE_LEAVING] = "leaving", [LIFE_CUT] = "disconnected",
		[LIFE_DEAD] = "dead",
	};

	return names[life];
}
