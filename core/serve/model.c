/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/serve/model.h"

#include <string.h>

#include "core/serve/http.h"

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

/* The main thread serves ***************************************************/

static void
model_main_closed(void *arg)
{
	struct worker *w = arg;

	worker_held(&w->reporter, -1);
	worker_closed(w);
}

int
model_main_open(struct worker *w, struct err *err)
{
	struct http_plan plan = {
		.loop = w->loop,
		.gate = &w->gate,
		.reporter = &w->reporter,
		.settings = &w->settings,
		.places = SETTINGS_CONNECTIONS,
		.closed = model_main_closed,
		.arg = w,
	};

	w->model_state = http_open(&plan, err);
	return w->model_state ? 0 : -1;
}

void
model_main_before_sleep(struct worker *w)
{
	http_before_sleep(w->model_state);
}

int
model_main_count(const struct worker *w)
{
	return http_count(w->model_state);
}

void
model_main_yield(struct worker *w)
{
	http_yield(w->model_state);
}

void
model_main_leave(struct worker *w)
{
	http_leave(w->model_state);
}

void
model_main_close(struct worker *w)
{
	http_close(w->model_state);
}
