/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-status - one line at the top: which servers there are, how many
 * requests they have had.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"
#include "tui/view.h"

enum { STATUS_SIZE = 512 };

static int
status_workers(const struct snapshot *snap, const struct server *server)
{
	int n = 0;

	for (int i = 0; i < snap->nprocs; i++) {
		const struct proc *p = &snap->proc[i];

		n += p->kind == KIND_WORKER && !p->dead &&
		     strcmp(p->server, server->name) == 0;
	}
	return n;
}

/* "web :3000 rr event · 2 workers" */
static void
status_server(const struct model *model, const struct server *server,
              char text[STATUS_SIZE])
{
	int workers = status_workers(model->snap, server);

	text_add(text, STATUS_SIZE, " %s %s", view_glyph(model, "·", "|"),
	         server->name);
	if (!server->up) {
		text_add(text, STATUS_SIZE, " ended");
		return;
	}
	if (server->listening)
		text_add(text, STATUS_SIZE, " :%u", (unsigned)server->port);
	text_add(text, STATUS_SIZE, " %s %s %s %d worker%s", server->policy,
	         server->model, view_glyph(model, "·", "|"), workers,
	         workers == 1 ? "" : "s");
}

static void
status_left(const struct model *model, char text[STATUS_SIZE])
{
	const struct snapshot *snap = model->snap;

	text[0] = '\0';
	text_add(text, STATUS_SIZE, "forkshop");
	if (!snap)
		return;
	for (int i = 0; i < snap->nservers; i++)
		status_server(model, &snap->server[i], text);
	if (snap->nservers == 0)
		text_add(text, STATUS_SIZE, " %s no server: serve starts one",
		         view_glyph(model, "·", "|"));
}

/* "1204 requests · 3 failed · 120/s" */
static void
status_right(const struct model *model, char text[STATUS_SIZE])
{
	const char *dot = view_glyph(model, "·", "|");
	uint64_t answered = 0, failed = 0;

	text[0] = '\0';
	for (int i = 0; model->snap && i < model->snap->nservers; i++) {
		answered += model->snap->server[i].answered;
		failed += model->snap->server[i].failed;
	}
	if (model->rate >= 0.5)
		text_add(text, STATUS_SIZE, "%.0f/s %s ", model->rate, dot);
	if (failed)
		text_add(text, STATUS_SIZE, "%" PRIu64 " failed %s ", failed,
		         dot);
	if (answered)
		text_add(text, STATUS_SIZE, "%" PRIu64 " request%s", answered,
		         answered == 1 ? "" : "s");
}

static int
status_wanted(const struct model *model, int rows, int cols)
{
	(void)model, (void)rows, (void)cols;
	return 1;
}

static void
status_draw(struct canvas *canvas, struct area area, const struct model *model)
{
	struct area inner = { area.row, area.col + 1, 1, area.cols - 2 };
	char text[STATUS_SIZE];
	int right;

	canvas_fill(canvas, area.row, area.col, area.cols, ST_STATUS);
	status_right(model, text);
	right = view_right(canvas, inner, ST_STATUS, text);
	status_left(model, text);
	canvas_text(canvas, area.row, inner.col, right - inner.col - 2,
	            ST_STATUS, text);
}

const struct view_ops view_status = {
	.name = "status",
	.wanted = status_wanted,
	.draw = status_draw,
};
