/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/picture/layout.h"

#define DOT " \xc2\xb7 "

/* Splits a piece that is longer than a line at its spaces and commas. */
static size_t piece_length(const char *piece, int width)
{
	size_t best = 0;

	for (size_t i = 0; piece[i]; i++) {
		_cleanup_text_ struct text part = {};

		if (piece[i] != ' ' && piece[i] != ',')
			continue;
		text_add(&part, piece, i + 1);
		if (font_width(FONT_SMALL, part.s) > width)
			break;
		best = i + 1;
	}
	return best;
}

struct liner {
	struct scene *scene;
	const char *class;
	struct text line;
	int x, y, width, lines;
};

/* Ends a line, which is cut if a single piece is too long for it. */
static void next_line(struct liner *liner)
{
	if (liner->scene && liner->line.n)
		scene_text(liner->scene, FONT_SMALL, liner->class, liner->x, liner->y,
			   liner->width, liner->line.s);
	text_free(&liner->line);
	liner->line = (struct text){};
	liner->y += LINE_HEIGHT;
	liner->lines++;
}

static void add_piece(struct liner *liner, const char *piece)
{
	_cleanup_text_ struct text longer = {};

	if (liner->line.n) {
		text_printf(&longer, "%s" DOT "%s", liner->line.s, piece);
		if (font_width(FONT_SMALL, longer.s) <= liner->width) {
			text_adds(&liner->line, DOT);
			text_adds(&liner->line, piece);
			return;
		}
		next_line(liner);
	}
	while (font_width(FONT_SMALL, piece) > liner->width) {
		size_t n = piece_length(piece, liner->width);

		if (n == 0)
			break;
		text_add(&liner->line, piece, n);
		next_line(liner);
		piece += n;
	}
	text_adds(&liner->line, piece);
}

int layout_lines(struct scene *scene, const struct part *part, int x, int y, int width)
{
	struct liner liner = {
		.scene = scene, .class = "m", .x = x, .y = y, .width = width};

	for (size_t i = 0; i < part->notes.n; i++) {
		_cleanup_text_ struct text shown = {};

		text_add_drawable(&shown, part->notes.v[i]);
		if (shown.n)
			add_piece(&liner, shown.s);
	}
	if (liner.line.n)
		next_line(&liner);
	for (size_t i = 0; i < part->alerts.n; i++) {
		_cleanup_text_ struct text shown = {};

		liner.class = part->alerts.v[i].class;
		text_add_drawable(&shown, part->alerts.v[i].words);
		add_piece(&liner, shown.s);
		next_line(&liner);
	}
	return liner.lines;
}
