/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * view-status - one line at the top: which servers there are, how many
 * requests they have had.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/text.h"
#include "tui/glyph.h"
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

/* How much is told of each server: as much as there is room for. */
enum detail {
	STATUS_ALL,
	STATUS_WORKERS,
	STATUS_NUMBER,
	STATUS_UP,
	STATUS_SUM
};

static void
status_crew(const struct model *model, const struct server *server,
            enum detail detail, char text[STATUS_SIZE])
{
	int n = status_workers(model->snap, server);

	if (detail == STATUS_ALL)
		text_add(text, STATUS_SIZE, " %s %s%s%s", server->policy,
		         server->model, server->balancer ? "" : " ",
		         view_glyph(model, "·", "|"));
	if (server->balancer)
		text_add(text, STATUS_SIZE, " %d of %d up", server->backends_up,
		         server->backends);
	else if (detail >= STATUS_NUMBER)
		text_add(text, STATUS_SIZE, " %d", n);
	else
		text_add(text, STATUS_SIZE, " %d worker%s", n,
		         n == 1 ? "" : "s");
	if (server->most_workers && detail < STATUS_NUMBER)
		text_add(text, STATUS_SIZE, " (%d..%d)", server->least_workers,
		         server->most_workers);
}

/* "web :3000 rr event · 2 workers (1..8)" */
static void
status_server(const struct model *model, const struct server *server,
              enum detail detail, char text[STATUS_SIZE])
{
	text_add(text, STATUS_SIZE, " %s %s", view_glyph(model, "·", "|"),
	         server->name);
	if (!server->up) {
		text_add(text, STATUS_SIZE, " ended");
		return;
	}
	if (server->listening)
		text_add(text, STATUS_SIZE, " :%u", (unsigned)server->port);
	status_crew(model, server, detail, text);
}

/* "5 servers up, 12 workers" */
static void
status_sum(const struct model *model, char text[STATUS_SIZE])
{
	const struct snapshot *snap = model->snap;
	int servers = 0, workers = 0;

	for (int i = 0; i < snap->nservers; i++) {
		servers += snap->server[i].up;
		workers += status_workers(snap, &snap->server[i]);
	}
	text_add(text, STATUS_SIZE, " %s %d server%s up, %d worker%s",
	         view_glyph(model, "·", "|"), servers, servers == 1 ? "" : "s",
	         workers, workers == 1 ? "" : "s");
}

static void
status_left(const struct model *model, enum detail detail,
            char text[STATUS_SIZE])
{
	const struct snapshot *snap = model->snap;

	text[0] = '\0';
	if (model->past)
		text_add(text, STATUS_SIZE, "PAST, %.2f s ago %s ",
		         (double)model->past_ago_ns / 1e9,
		         view_glyph(model, "·", "|"));
	text_add(text, STATUS_SIZE, "forkshop");
	if (!snap)
		return;
	for (int i = 0; i < snap->nservers && detail < STATUS_SUM; i++)
		if (detail < STATUS_UP || snap->server[i].up)
			status_server(model, &snap->server[i], detail, text);
	if (snap->nservers == 0)
		text_add(text, STATUS_SIZE, " %s no server: serve starts one",
		         view_glyph(model, "·", "|"));
	else if (detail == STATUS_SUM)
		status_sum(model, text);
}

/* "1204 requests · 3 failed · 120/s" */
static void
status_right(const struct model *model, char text[STATUS_SIZE])
{
	const char *dot = view_glyph(model, "·", "|");
	uint64_t answered = 0, failed = 0;

	text[0] = '\0';
	if (model->past) {
		text_add(text, STATUS_SIZE, "live comes back");
		return;
	}
	for (int i = 0; model->snap && i < model->snap->nservers; i++) {
		if (model->snap->server[i].balancer)
			continue; /* its servers count them */
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
	int right, room, detail = STATUS_ALL;
	enum style style = model->past ? ST_PAST : ST_STATUS;

	canvas_fill(canvas, area.row, area.col, area.cols, style);
	status_right(model, text);
	right = view_right(canvas, inner, style, text);
	room = right - inner.col - 2;
	do
		status_left(model, (enum detail)detail, text);
	while (glyph_columns(text, strlen(text)) > room &&
	       detail++ < STATUS_SUM);
	canvas_text(canvas, area.row, inner.col, room, style, text);
}

const struct view_ops view_status = {
	.name = "status",
	.wanted = status_wanted,
	.draw = status_draw,
};
