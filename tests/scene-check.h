/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scene-check.h - what is true for every scene, whatever names it has: frames contain
 * what is in them, and neither frames next to each other nor texts overlap.
 */
#pragma once

#include "base/scene/scene.h"

#include <stdlib.h>

struct extent {
	int left, top, right, bottom;
};

static inline struct extent extent_of(const struct scene_item *item)
{
	struct extent extent = {item->x, item->y, item->x + item->width,
				item->y + item->height};

	if (item->kind != SCENE_TEXT)
		return extent;
	extent.top = item->y - font_size(item->font);
	extent.bottom = item->y + 3;
	if (item->anchor == ANCHOR_MIDDLE)
		extent.left -= item->width / 2;
	if (item->anchor == ANCHOR_END)
		extent.left -= item->width;
	extent.right = extent.left + item->width;
	return extent;
}

static inline bool extents_overlap(struct extent a, struct extent b)
{
	return a.left < b.right && b.left < a.right && a.top < b.bottom &&
	       b.top < a.bottom;
}

static inline bool extent_within(struct extent inner, struct extent outer)
{
	return inner.left >= outer.left && inner.right <= outer.right &&
	       inner.top >= outer.top && inner.bottom <= outer.bottom;
}

static inline size_t scene_end_of(const struct scene *scene, size_t open)
{
	size_t depth = 0, i = open;

	for (; i < scene->items.n; i++) {
		depth += scene->items.v[i].kind == SCENE_OPEN;
		depth -= scene->items.v[i].kind == SCENE_CLOSE;
		if (depth == 0)
			break;
	}
	return i;
}

/*
 * What is wrong with the items from @from to @end, which belong to the frame @frame;
 * NULL: nothing.
 */
static inline const char *scene_fault(const struct scene *scene, size_t from, size_t end,
				      struct extent frame)
{
	struct extent *inner = calloc(end - from + 1, sizeof(*inner));
	const char *fault = NULL;
	size_t n = 0;

	for (size_t i = from; i < end && !fault; i++) {
		const struct scene_item *item = &scene->items.v[i];
		struct extent extent = extent_of(item);
		size_t last = i;

		if (item->kind == SCENE_OPEN) {
			last = scene_end_of(scene, i);
			if (last == scene->items.n ||
			    scene->items.v[i + 1].kind != SCENE_RECT) {
				fault = "a group has no end or no frame";
				break;
			}
			extent = extent_of(&scene->items.v[i + 1]);
			fault = scene_fault(scene, i + 2, last, extent);
		}
		if (!extent_within(extent, frame) && !fault)
			fault = item->kind == SCENE_TEXT ? "a text leaves its frame"
							 : "a shape leaves its frame";
		if (item->kind == SCENE_OPEN || item->kind == SCENE_TEXT) {
			for (size_t j = 0; j < n && !fault; j++)
				if (extents_overlap(extent, inner[j]))
					fault = "texts or frames overlap";
			inner[n++] = extent;
		}
		i = last;
	}
	free(inner);
	return fault;
}

static inline const char *scene_fault_on(const struct scene *scene, int width, int height)
{
	return scene_fault(scene, 0, scene->items.n,
			   (struct extent){0, 0, width, height});
}
