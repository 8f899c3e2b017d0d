/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/scene/scene.h"

/*
 * A self-contained SVG document: @scene, which begins at 0, 0, on a page of @width by
 * @height pixels, with a title and a description for readers who do not see it. Light, or
 * dark where the viewer prefers that; on paper always light.
 */
void text_add_scene_svg(struct text *text, const struct scene *scene, int width,
			int height, const char *title, const char *description);
/* The style sheet that the document has, for other documents with the same classes. */
const char *scene_style(void);
