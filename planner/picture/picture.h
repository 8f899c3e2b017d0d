/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* picture.h - drawings of machines. Pure: no I/O; the same input gives the same bytes. */
#pragma once

#include "base/scene/scene.h"
#include "planner/picture/parts.h"

struct picture_options {
	const char *title; /* "host.xml"; untrusted */
	struct part_options parts;
};

/* What to call a machine that was read from @source; NULL: this one. Borrows. */
const char *picture_title(const char *source);

/* The shapes and outlines that are in the scene: two lines of text from @y on. */
void add_legend(struct scene *scene, int y, int width);

/* A self-contained SVG document. @machine is settled. */
void text_add_machine_svg(struct text *text, const struct machine *machine,
			  const struct picture_options *options);
