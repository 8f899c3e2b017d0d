/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/scene/scene-svg.h"

#include <stdio.h>

/*
 * The palette of Okabe and Ito for what is told apart by colour, with a shape of its own
 * as well. All texts have a contrast of at least 4.5:1 (tests/pictures measures it).
 * librsvg ignores the second part, which has the dark colours.
 */
static const char style[] =
	"text{font-family:'DejaVu Sans',Verdana,sans-serif;fill:#1f2328;stroke:none}\n"
	".f0{font-size:18px;font-weight:bold}\n"
	".f1{font-size:13px;font-weight:bold}\n"
	".f2{font-size:11px;font-weight:bold}\n"
	".f3{font-size:11px}\n"
	".f4{font-size:10px}\n"
	".m{fill:#57606a}\n"
	".w{fill:#ffffff}\n"
	".bad{fill:#b42318}\n"
	".doubt{fill:#7a4a00}\n"
	"rect.page{fill:#ffffff}\n"
	"rect.row{fill:none}\n"
	"rect.package{fill:none;stroke:#57606a;stroke-width:1.5}\n"
	"rect.node{fill:#f6f8fa;stroke:#8c959f}\n"
	"rect.strip{fill:#0b4f6c;stroke:#0b4f6c}\n"
	"rect.quiet{fill:#57606a;stroke:#57606a}\n"
	"rect.chip{fill:#e6f0f4;stroke:#0b4f6c}\n"
	"rect.root{fill:#ffffff;stroke:#c4ccd4}\n"
	"rect.unit{fill:#ffffff;stroke:#6f42c1;stroke-width:1.5}\n"
	"rect.switch{fill:#eef2f6;stroke:#57606a}\n"
	"rect.cache{fill:none;stroke:#8c959f}\n"
	"rect.cpu{fill:#cfe8e2;stroke:#2f6f62}\n"
	"rect.idle{fill:none;stroke:#8c959f}\n"
	"rect.group{fill:none;stroke:#b42318;stroke-dasharray:4 2}\n"
	"rect.remark{fill:#fff4e5;stroke:#9a5b00}\n"
	"rect.table{fill:#d8dee4;stroke:#57606a}\n"
	"rect.used{fill:#b9d7f0;stroke:#24557f}\n"
	"rect.waste{fill:#f6d5a8;stroke:#8a5200}\n"
	"rect.free{fill:#ffffff;stroke:#57606a;stroke-dasharray:3 2}\n"
	"rect.extended{fill:#f3ecc8;stroke:#7a6a1f}\n"
	".tick{stroke:#57606a}\n"
	".network{fill:#0072b2}\n"
	".storage{fill:#d55e00}\n"
	".accelerator{fill:#008560}\n"
	".other{fill:#6e7781}\n"
	".d0{fill:#ffffff}.d1{fill:#e3eef9}.d2{fill:#c9dff2}.d3{fill:#a9cce9}"
	".d4{fill:#86b6df}.d5{fill:#6ba5d6}\n"
	".d0,.d1,.d2,.d3,.d4,.d5{stroke:#c4ccd4}\n"
	".bound{stroke:#57606a;stroke-width:3;stroke-opacity:.55;fill:none}\n"
	".good{stroke:#0072b2;stroke-width:2;fill:none}\n"
	".fair{stroke:#9a5b00;stroke-width:2;stroke-dasharray:8 3;fill:none}\n"
	".poor{stroke:#b42318;stroke-width:2.5;stroke-dasharray:3 3;fill:none}\n"
	".unsure{stroke:#57606a;stroke-width:1.5;stroke-dasharray:1 3;fill:none}\n"
	"@media screen and (prefers-color-scheme:dark){\n"
	"text{fill:#e6edf3}\n"
	".m{fill:#a6b0ba}\n"
	".w{fill:#ffffff}\n"
	".bad{fill:#ff9d94}\n"
	".doubt{fill:#e0a64a}\n"
	"rect.page{fill:#0d1117}\n"
	"rect.package{stroke:#a6b0ba}\n"
	"rect.node{fill:#161b22;stroke:#57606a}\n"
	"rect.chip{fill:#12303c;stroke:#5aa3bf}\n"
	"rect.root{fill:#0d1117;stroke:#3d444d}\n"
	"rect.unit{fill:#0d1117;stroke:#b794f6}\n"
	"rect.switch{fill:#1d242d;stroke:#8c959f}\n"
	"rect.cpu{fill:#1d4a42;stroke:#63b3a4}\n"
	"rect.group{stroke:#ff9d94}\n"
	"rect.remark{fill:#3a2a10;stroke:#e0a64a}\n"
	"rect.table{fill:#30363d;stroke:#8c959f}\n"
	"rect.used{fill:#1c3d5a;stroke:#6ba5d6}\n"
	"rect.waste{fill:#553a10;stroke:#e0a64a}\n"
	"rect.free{fill:#0d1117;stroke:#8c959f}\n"
	"rect.extended{fill:#3a3516;stroke:#b5a54a}\n"
	".tick{stroke:#8c959f}\n"
	".network{fill:#56b4e9}\n"
	".storage{fill:#e69f00}\n"
	".accelerator{fill:#2fc494}\n"
	".other{fill:#9da7b3}\n"
	".d0{fill:#0d1117}.d1{fill:#122236}.d2{fill:#16304f}.d3{fill:#1a3e68}"
	".d4{fill:#1f4d81}.d5{fill:#245c9a}\n"
	".d0,.d1,.d2,.d3,.d4,.d5{stroke:#3d444d}\n"
	".bound{stroke:#57606a;stroke-width:3;stroke-opacity:.55;fill:none}\n"
	".bound{stroke:#a6b0ba}\n"
	".good{stroke:#56b4e9}.fair{stroke:#e0a64a}.poor{stroke:#ff9d94}\n"
	".unsure{stroke:#a6b0ba}\n"
	"}\n";

const char *scene_style(void)
{
	return style;
}

static void add_attribute(struct text *text, const char *name, const char *value)
{
	if (!value)
		return;
	text_printf(text, " %s=\"", name);
	text_add_xml(text, value);
	text_addc(text, '"');
}

static void add_element(struct text *text, const char *name, const char *string)
{
	if (!string)
		return;
	text_printf(text, "<%s>", name);
	text_add_xml(text, string);
	text_printf(text, "</%s>", name);
}

/* Every kind of mark has its own shape, for those who do not see the colours. */
static void add_mark(struct text *text, const struct scene_item *item)
{
	int x = item->x, y = item->y;

	if (streq(item->class, "network"))
		text_printf(text, "<circle cx=\"%d\" cy=\"%d\" r=\"4\" class=\"%s\"/>\n",
			    x + 4, y + 5, item->class);
	else if (streq(item->class, "accelerator"))
		text_printf(text, "<path d=\"M%d %dl5 5l-5 5l-5 -5z\" class=\"%s\"/>\n",
			    x + 4, y, item->class);
	else if (streq(item->class, "storage"))
		text_printf(
			text,
			"<rect x=\"%d\" y=\"%d\" width=\"8\" height=\"9\" class=\"%s\"/>\n",
			x, y, item->class);
	else
		text_printf(text, "<path d=\"M%d %dh8l-4 7z\" class=\"%s\"/>\n", x, y + 2,
			    item->class);
}

static void add_line(struct text *text, const struct scene_item *item)
{
	if (item->kind == SCENE_LINE)
		text_printf(text, "<path d=\"M%d %dl%d %d\" class=\"%s\"", item->x,
			    item->y, item->width, item->height, item->class);
	else
		text_printf(text, "<path d=\"M%d %dc%d 0 %d %d %d %d\" class=\"%s\"",
			    item->x, item->y, item->width / 2, item->width / 2,
			    item->height, item->width, item->height, item->class);
	add_attribute(text, "id", item->id);
	if (item->title) {
		text_adds(text, ">");
		add_element(text, "title", item->title);
		text_adds(text, "</path>\n");
	} else {
		text_adds(text, "/>\n");
	}
}

static void add_text(struct text *text, const struct scene_item *item)
{
	static const char *const anchors[] = {"", " text-anchor=\"middle\"",
					      " text-anchor=\"end\""};

	text_printf(text, "<text x=\"%d\" y=\"%d\" class=\"f%d%s%s\"%s>", item->x,
		    item->y, item->font, item->class ? " " : "",
		    item->class ? item->class : "", anchors[item->anchor]);
	text_add_xml(text, item->text);
	text_adds(text, "</text>\n");
}

static void add_item(struct text *text, const struct scene_item *item)
{
	switch (item->kind) {
	case SCENE_OPEN:
		text_adds(text, "<g");
		add_attribute(text, "id", item->id);
		add_attribute(text, "class", item->class);
		text_adds(text, ">");
		add_element(text, "title", item->title);
		text_addc(text, '\n');
		break;
	case SCENE_CLOSE:
		text_adds(text, "</g>\n");
		break;
	case SCENE_RECT:
		text_printf(
			text,
			"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"%s class=\"%s\"/>\n",
			item->x, item->y, item->width, item->height,
			item->height > 30 ? " rx=\"4\"" : "", item->class);
		break;
	case SCENE_LINE:
	case SCENE_CURVE:
		add_line(text, item);
		break;
	case SCENE_MARK:
		add_mark(text, item);
		break;
	case SCENE_TEXT:
		add_text(text, item);
		break;
	}
}

void text_add_scene_svg(struct text *text, const struct scene *scene, int width,
			int height, const char *title, const char *description)
{
	_cleanup_text_ struct text shown = {}, told = {};

	text_add_drawable(&shown, title);
	text_add_drawable(&told, description);
	text_printf(
		text,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"picture-title picture-text\">\n",
		width, height, width, height);
	text_adds(text, "<title id=\"picture-title\">");
	text_add_xml(text, shown.n ? shown.s : "");
	text_adds(text, "</title>\n<desc id=\"picture-text\">");
	text_add_xml(text, told.n ? told.s : "");
	text_printf(
		text,
		"</desc>\n<style>\n%s</style>\n<rect width=\"%d\" height=\"%d\" class=\"page\"/>\n",
		style, width, height);
	for (size_t i = 0; i < scene->items.n; i++)
		add_item(text, &scene->items.v[i]);
	text_adds(text, "</svg>\n");
}
