/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/model.h"

#include <string.h>

static const struct {
	const char *name, *help;
	const struct model *model;
} model_table[] = {
#define X(id, word, text) { word, text, &model_##id },
	MODELS(X)
#undef X
};

#define MODEL_COUNT (int)(sizeof(model_table) / sizeof(model_table[0]))

const struct model *
model_nth(int i)
{
	return i < MODEL_COUNT ? model_table[i].model : NULL;
}

const struct model *
model_find(const char *name)
{
	for (int i = 0; i < MODEL_COUNT; i++)
		if (strcmp(model_table[i].name, name) == 0)
			return model_table[i].model;
	return NULL;
}

static int
model_index(const struct model *model)
{
	int i = 0;

	while (model_table[i].model != model)
		i++;
	return i;
}

const char *
model_name(const struct model *model)
{
	return model_table[model_index(model)].name;
}

const char *
model_help(const struct model *model)
{
	return model_table[model_index(model)].help;
}
