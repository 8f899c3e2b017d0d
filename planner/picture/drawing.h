/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * drawing.h - a host, guests, or both next to each other. With both, lines lead from each
 * device of the host to what stands for it in a guest, and from nodes to the cells whose
 * memory they have. Pure.
 */
#pragma once

#include "planner/picture/pair.h"
#include "planner/picture/parts.h"

struct drawing {
	const struct machine *host; /* NULL: only guests. Borrowed, like all */
	const char *host_title;
	const struct pair *guests;
	size_t n_guests;
	bool (*name)(struct text *text, const struct machine_function *function);
};

/* A side of a drawing, annotated. */
struct side {
	char *title;
	const struct pair *pair; /* NULL: the host */
	struct parts parts;
};
/* The host, if there is one, and the guests; @ret has room for n_guests + 1. */
size_t drawing_sides(const struct drawing *drawing, struct side *ret);
void side_free(struct side *side);

/* "host: h.xml, 2 guests"; owned by the caller. */
char *drawing_title(const struct drawing *drawing, const struct side *sides, size_t n)
	_must_check_;

/* A self-contained SVG document, and a self-contained HTML document with a script. */
void text_add_drawing_svg(struct text *text, const struct drawing *drawing);
void text_add_drawing_html(struct text *text, const struct drawing *drawing);
/* The class of a line, and of what is about it. */
const char *pair_quality_class(enum pair_quality quality);
