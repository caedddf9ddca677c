/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/model.h"

#include <string.h>

static const struct model *const model_table[] = { &model_event };

#define MODELS (int)(sizeof(model_table) / sizeof(model_table[0]))

const struct model *
model_nth(int i)
{
	return i < MODELS ? model_table[i] : NULL;
}

const struct model *
model_find(const char *name)
{
	for (int i = 0; i < MODELS; i++)
		if (strcmp(model_table[i]->name, name) == 0)
			return model_table[i];
	return NULL;
}
