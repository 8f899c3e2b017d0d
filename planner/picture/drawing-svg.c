/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Each side is laid out by itself. Next to each other, every node is
 * one column, and lines run straight out of a side, then curve through the gutter between
 * the sides: so they cross frames, but no words.
 */
#include "planner/picture/drawing.h"

#include "base/scene/scene-svg.h"
#include "planner/picture/layout.h"
#include "planner/picture/pair-parts.h"
#include "planner/picture/picture.h"

#include <stdio.h>
#include <stdlib.h>

enum { MARGIN = 18, HEAD = 40, GUTTER = 200, GAP = 30, TITLE = 58, WIDTH_LEAST = 700 };

struct placed_side {
	const struct side *side;
	struct block block;
	int x, y, width, height; /* on the page, without its title */
	struct place_of {
		int x, y, width; /* of a part's frame, on the page; 0: not shown */
	} *places;
};

static void find_places(struct placed_side *placed)
{
	const struct scene *scene = &placed->block.scene;

	placed->places = xcalloc(placed->side->parts.list.n + 1, sizeof(*placed->places));
	for (size_t i = 0; i + 1 < scene->items.n; i++) {
		const struct scene_item *frame = &scene->items.v[i + 1];

		if (scene->items.v[i].kind != SCENE_OPEN || scene->items.v[i].tag < 0)
			continue;
		placed->places[scene->items.v[i].tag] =
			(struct place_of){frame->x + placed->x, frame->y + placed->y,
					  frame->width};
	}
}

/* Returns how far down the sides reach. */
static int place_sides(struct placed_side *placed, size_t n, bool beside)
{
	int y = TITLE + (n > 1 ? HEAD : 0), lowest = 0, right = 0;

	for (size_t i = 0; i < n; i++) {
		layout_parts(&placed[i].side->parts, beside, &placed[i].block);
		placed[i].x = MARGIN + (beside && i > 0 ? right + GUTTER : 0);
		placed[i].y = y;
		placed[i].width = placed[i].block.width;
		placed[i].height = placed[i].block.height;
		find_places(&placed[i]);
		lowest = MAX(lowest, y + placed[i].height);
		if (beside && i == 0)
			right = placed[i].width;
		else
			y += placed[i].height + GAP + TITLE;
	}
	return lowest;
}

static void add_side(struct scene *scene, struct placed_side *placed)
{
	struct text summary = {};
	struct part line = {};

	text_add_summary(&summary, placed->side->parts.machine);
	*vec_add(&line.notes) = text_take(&summary);
	scene_text(scene, FONT_HEAD, NULL, placed->x, placed->y - 40, placed->width,
		   placed->side->title);
	layout_lines(scene, &line, placed->x, placed->y - 23, placed->width);
	free(line.notes.v[0]);
	vec_free(&line.notes);
	scene_append(scene, &placed->block.scene, placed->x, placed->y);
}

/* From the right edge of a frame to the left edge of one on the other side. */
static void add_way(struct scene *scene, const struct placed_side *host, int from,
		    const struct placed_side *guest, int to, const char *class,
		    const char *title)
{
	const struct place_of *left = &host->places[from], *right = &guest->places[to];
	int out = host->x + host->width, in = guest->x;
	int from_y = left->y + 9, to_y = right->y + 9;
	struct scene_item *curve;

	if (!left->width || !right->width)
		return;
	scene_line(scene, class, left->x + left->width, from_y, out, from_y);
	curve = scene_line(scene, class, out, from_y, in, to_y);
	curve->kind = SCENE_CURVE;
	curve->title = xstrdup(title);
	scene_line(scene, class, in, to_y, right->x, to_y);
}

static int part_of_node(const struct parts *parts, int node)
{
	for (size_t i = 0; node >= 0 && i < parts->list.n; i++)
		if (parts->list.v[i].node == node && parts->list.v[i].kind != PART_CPUS)
			return (int)i;
	return -1;
}

static void add_cell_ways(struct scene *scene, const struct placed_side *host,
			  const struct placed_side *guest)
{
	const struct machine *machine = host->side->parts.machine;
	const struct pair *pair = guest->side->pair;

	for (size_t i = 0; i < pair->cells.n; i++) {
		const struct pair_cell *cell = &pair->cells.v[i];
		int to = part_of_node(&guest->side->parts, cell->node);
		_cleanup_set_ struct set nodes = pair_cell_nodes(cell);

		set_foreach (id, &nodes) {
			const struct machine_node *node = machine_node(machine, id);
			int from = node ? part_of_node(&host->side->parts,
						       (int)(node - machine->nodes.v))
					: -1;
			_cleanup_free_ char *title =
				xasprintf("host node %d, cell %d%s", id, cell->id,
					  cell->bound
						  ? ""
						  : ", whose memory is not bound to it");

			if (from >= 0 && to >= 0)
				add_way(scene, host, from, guest, to,
					cell->bound ? "bound" : "unsure", title);
		}
	}
}

static void add_ways(struct scene *scene, const struct placed_side *host,
		     const struct placed_side *guest)
{
	const struct parts *there = &host->side->parts, *here = &guest->side->parts;
	const struct pair *pair = guest->side->pair;

	add_cell_ways(scene, host, guest);
	for (size_t i = 0; i < pair->links.n; i++) {
		const struct pair_link *link = &pair->links.v[i];
		_cleanup_free_ char *title = NULL;
		struct pci_address at;

		if (link->host < 0 || link->guest < 0 ||
		    there->of_function[link->host] < 0 ||
		    here->of_function[link->guest] < 0)
			continue;
		at = pair->guest.functions.v[link->guest].at;
		title = xasprintf("host " PCI_FORMAT ", guest " PCI_FORMAT ": %s",
				  PCI_ARGS(link->host_at), PCI_ARGS(at),
				  pair_quality_name(link->quality));
		add_way(scene, host, there->of_function[link->host], guest,
			here->of_function[link->guest], pair_quality_class(link->quality),
			title);
	}
}

static char *finding_text(const struct finding *finding, size_t number)
{
	return xasprintf("%zu %s %s (line %ld): %s%s%s", number,
			 severity_name(finding->severity), finding->rule,
			 finding->place.line, finding->message,
			 finding->remedy ? " " : "",
			 finding->remedy ? finding->remedy : "");
}

/* Numbered as in the frames; returns how far down they reach. */
static int add_findings(struct scene *scene, const struct drawing *drawing, int y,
			int width)
{
	size_t number = 1;

	for (size_t i = 0; i < drawing->n_guests; i++)
		for (size_t j = 0; j < drawing->guests[i].findings.n; j++) {
			const struct finding *finding =
				&drawing->guests[i].findings.v[j].finding;
			struct part line = {};

			if (number == 1) {
				scene_text(scene, FONT_HEAD, NULL, MARGIN, y + 20, width,
					   "findings");
				y += 26;
			}
			*vec_add(&line.alerts) =
				(struct part_alert){finding_text(finding, number++),
						    severity_class(finding->severity),
						    NULL, 0};
			y += LINE_HEIGHT * layout_lines(scene, &line, MARGIN, y + 12,
							width - 2 * MARGIN) +
			     4;
			free(line.alerts.v[0].words);
			vec_free(&line.alerts);
		}
	if (number == 1 && drawing->n_guests) {
		scene_text(scene, FONT_SMALL, "m", MARGIN, y + 12, width,
			   "check has no findings");
		y += LINE_HEIGHT + 4;
	}
	return y;
}

static void add_line_legend(struct scene *scene, int y, int width)
{
	static const struct {
		const char *class, *words;
	} rows[] = {
		{"bound", "memory of a cell"},
		{"good", "device on the node it is on in the host"},
		{"fair", "other node of the package"},
		{"poor", "other package"},
		{"unsure", "not known or not bound"},
	};
	int x = MARGIN;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		scene_line(scene, rows[i].class, x, y - 4, x + 28, y - 4);
		x += 34;
		x += 16 + scene_text(scene, FONT_SMALL, "m", x, y, width, rows[i].words);
	}
}

static void finish(struct text *text, const struct drawing *drawing,
		   struct placed_side *placed, size_t n, int bottom)
{
	_cleanup_scene_ struct scene scene = {};
	_cleanup_free_ struct side *sides = xcalloc(n, sizeof(*sides));
	_cleanup_free_ char *title = NULL;
	bool beside = drawing->host && n > 1;
	int width = WIDTH_LEAST + (beside ? 160 : 0);

	for (size_t i = 0; i < n; i++) {
		sides[i] = *placed[i].side;
		width = MAX(width, placed[i].x + placed[i].width + MARGIN);
	}
	title = drawing_title(drawing, sides, n);
	if (n > 1)
		scene_text(&scene, FONT_TITLE, NULL, MARGIN, 30, width - 2 * MARGIN,
			   title);
	for (size_t i = 0; i < n; i++)
		add_side(&scene, &placed[i]);
	for (size_t i = 1; beside && i < n; i++)
		add_ways(&scene, &placed[0], &placed[i]);
	bottom = add_findings(&scene, drawing, bottom + 10, width);
	if (beside)
		add_line_legend(&scene, bottom + 24, width);
	bottom += beside ? 24 : 0;
	add_legend(&scene, bottom + 24, width);
	text_add_scene_svg(text, &scene, width, bottom + 60, title,
			   "Host and guests, their nodes and devices");
}

void text_add_drawing_svg(struct text *text, const struct drawing *drawing)
{
	struct side *sides = xcalloc(drawing->n_guests + 1, sizeof(*sides));
	size_t n = drawing_sides(drawing, sides);
	struct placed_side *placed = xcalloc(n + 1, sizeof(*placed));

	for (size_t i = 0; i < n; i++)
		placed[i].side = &sides[i];
	finish(text, drawing, placed, n,
	       place_sides(placed, n, drawing->host && drawing->n_guests));
	for (size_t i = 0; i < n; i++) {
		free(placed[i].places);
		side_free(&sides[i]);
	}
	free(placed);
	free(sides);
}
