/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scene.h - a drawing as a list of rectangles, lines, marks and texts in nested groups,
 * with whole numbers as coordinates, so that the same calls give the same bytes. Layout
 * makes a scene; scene-svg.h writes it.
 *
 * The first rectangle of a group is its frame: everything else in the group is inside it,
 * and frames of groups next to each other do not overlap (tests/pictures checks this).
 */
#pragma once

#include "base/scene/font.h"
#include "base/vec.h"

enum scene_kind {
	SCENE_OPEN,  /* a group begins: id, class, title */
	SCENE_CLOSE, /* and ends */
	SCENE_RECT,
	SCENE_LINE,  /* from x, y by width, height */
	SCENE_CURVE, /* the same, horizontal at both ends */
	SCENE_MARK,  /* a shape of MARK_SIZE pixels; the class chooses it */
	SCENE_TEXT,  /* x, y is the anchor on the baseline */
};

#define MARK_SIZE 9

enum scene_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct scene_item {
	enum scene_kind kind;
	enum scene_font font;
	enum scene_anchor anchor;
	int x, y, width, height;
	const char *class; /* static */
	char *text;        /* drawable; owned */
	char *id, *title;  /* of a group; title also of a line; owned, NULL: none */
	int tag;           /* of a group: the maker's own */
};

/* A zeroed one is empty. */
struct scene {
	VEC(struct scene_item) items;
};
void scene_free(struct scene *scene);
#define _cleanup_scene_ _cleanup_(scene_free)

/* Strings are copied; they need not be drawable. NULL: none. */
void scene_open(struct scene *scene, const char *class, const char *id, int tag);
void scene_close(struct scene *scene);
void scene_rect(struct scene *scene, const char *class, int x, int y, int width,
		int height);
struct scene_item *scene_line(struct scene *scene, const char *class, int x, int y,
			      int to_x, int to_y);
void scene_mark(struct scene *scene, const char *class, int x, int y);
/* A text of at most @width pixels, else cut, with an ellipsis. Its width in pixels. */
int scene_text(struct scene *scene, enum scene_font font, const char *class, int x, int y,
	       int width, const char *string);
/* The same, around or up to x. */
int scene_text_at(struct scene *scene, enum scene_font font, enum scene_anchor anchor,
		  const char *class, int x, int y, int width, const char *string);
/* Whether it has an item of that kind and class. */
bool scene_has(const struct scene *scene, enum scene_kind kind, const char *class);
/* Moves all items of @from by x, y to the end of @scene. @from is then empty. */
void scene_append(struct scene *scene, struct scene *from, int x, int y);
