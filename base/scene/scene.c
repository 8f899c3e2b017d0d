/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/scene/scene.h"

#include "base/text.h"

#include <stdlib.h>

void scene_free(struct scene *scene)
{
	for (size_t i = 0; i < scene->items.n; i++) {
		free(scene->items.v[i].text);
		free(scene->items.v[i].id);
		free(scene->items.v[i].title);
	}
	vec_free(&scene->items);
}

static char *drawable(const char *string)
{
	struct text text = {};

	if (!string)
		return NULL;
	text_add_drawable(&text, string);
	return text_take(&text);
}

static struct scene_item *add(struct scene *scene, enum scene_kind kind,
			      const char *class)
{
	struct scene_item *item = vec_add(&scene->items);

	item->kind = kind;
	item->class = class;
	return item;
}

void scene_open(struct scene *scene, const char *class, const char *id, int tag)
{
	struct scene_item *item = add(scene, SCENE_OPEN, class);

	item->id = drawable(id);
	item->tag = tag;
}

void scene_close(struct scene *scene)
{
	add(scene, SCENE_CLOSE, NULL);
}

void scene_rect(struct scene *scene, const char *class, int x, int y, int width,
		int height)
{
	struct scene_item *item = add(scene, SCENE_RECT, class);

	item->x = x;
	item->y = y;
	item->width = width;
	item->height = height;
}

struct scene_item *scene_line(struct scene *scene, const char *class, int x, int y,
			      int to_x, int to_y)
{
	struct scene_item *item = add(scene, SCENE_LINE, class);

	item->x = x;
	item->y = y;
	item->width = to_x - x;
	item->height = to_y - y;
	return item;
}

void scene_mark(struct scene *scene, const char *class, int x, int y)
{
	struct scene_item *item = add(scene, SCENE_MARK, class);

	item->x = x;
	item->y = y;
	item->width = item->height = MARK_SIZE;
}

int scene_text_at(struct scene *scene, enum scene_font font, enum scene_anchor anchor,
		  const char *class, int x, int y, int width, const char *string)
{
	_cleanup_free_ char *shown = drawable(string);
	struct text fitting = {};
	struct scene_item *item;

	text_add_fitting(&fitting, font, shown, width);
	if (fitting.n == 0) {
		text_free(&fitting);
		return 0;
	}
	item = add(scene, SCENE_TEXT, class);
	item->font = font;
	item->anchor = anchor;
	item->x = x;
	item->y = y;
	item->text = text_take(&fitting);
	item->width = font_width(font, item->text);
	return item->width;
}

int scene_text(struct scene *scene, enum scene_font font, const char *class, int x, int y,
	       int width, const char *string)
{
	return scene_text_at(scene, font, ANCHOR_START, class, x, y, width, string);
}

void scene_append(struct scene *scene, struct scene *from, int x, int y)
{
	vec_reserve(&scene->items, scene->items.n + from->items.n);
	for (size_t i = 0; i < from->items.n; i++) {
		struct scene_item *item = vec_add(&scene->items);

		*item = from->items.v[i];
		item->x += x;
		item->y += y;
	}
	vec_free(&from->items);
}

bool scene_has(const struct scene *scene, enum scene_kind kind, const char *class)
{
	for (size_t i = 0; i < scene->items.n; i++)
		if (scene->items.v[i].kind == kind &&
		    streq_null(scene->items.v[i].class, class))
			return true;
	return false;
}
