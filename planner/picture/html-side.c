/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* html-side.c - the parts of a host or guest as nested <details>. */
#include "planner/picture/html-parts.h"

#include "base/size.h"
#include "planner/picture/layout.h"

#include <stdlib.h>

/* How many CPUs have squares. */
#define SQUARES_MOST 2048

static void add_notes(struct text *text, const struct part *part)
{
	if (part->notes.n) {
		text_adds(text, "<p class=\"notes\">");
		for (size_t i = 0; i < part->notes.n; i++) {
			text_adds(text, i ? " \xc2\xb7 " : "");
			html_words(text, part->notes.v[i]);
		}
		text_adds(text, "</p>");
	}
	if (!part->alerts.n)
		return;
	text_adds(text, "<div class=\"alerts\">");
	for (size_t i = 0; i < part->alerts.n; i++) {
		const struct part_alert *alert = &part->alerts.v[i];

		text_printf(text, "<p class=\"alert %s\"><a href=\"#finding-%zu\">",
			    alert->severity, alert->number);
		html_words(text, alert->words);
		text_adds(text, "</a></p>");
	}
	text_adds(text, "</div>");
}

static void add_cpu(struct text *text, const struct parts *parts, int id)
{
	const struct machine_cpu *cpu = machine_cpu(parts->machine, id);
	const char *label = cpu && parts->cpu_labels
				    ? parts->cpu_labels[cpu - parts->machine->cpus.v]
				    : NULL;

	text_printf(text, "<span class=\"cpu%s\">%d",
		    parts->cpu_labels && !label ? " idle" : "", id);
	if (label)
		html_element(text, "small", NULL, label);
	text_adds(text, "</span>");
}

static void add_cores(struct text *text, const struct parts *parts,
		      const struct square *squares, size_t n)
{
	text_adds(text, "<div class=\"cores\">");
	for (size_t i = 0, size; i < n; i += size) {
		size = core_size(squares + i, n - i);
		text_adds(text, "<span class=\"core\">");
		for (size_t j = 0; j < size; j++)
			add_cpu(text, parts, squares[i + j].cpu);
		text_adds(text, "</span>");
	}
	text_adds(text, "</div>");
}

static void add_cpus(struct text *text, const struct parts *parts, size_t node)
{
	size_t n;
	_cleanup_free_ struct square *squares = squares_of(parts->machine, node, &n);

	if (parts->machine->cpus.n > SQUARES_MOST)
		return;
	text_adds(text, "<div class=\"cpus\">");
	for (size_t i = 0, size; i < n; i += size) {
		size = cache_size(squares + i, n - i);
		if (squares[i].cache >= 0) {
			text_adds(text, "<div class=\"cache\"><span class=\"m\">L3 ");
			text_add_size_human(
				text,
				parts->machine->caches.v[squares[i].cache].size_bytes);
			text_adds(text, "</span>");
		}
		add_cores(text, parts, squares + i, size);
		text_adds(text, squares[i].cache >= 0 ? "</div>" : "");
	}
	text_adds(text, "</div>\n");
}

static void add_first(struct text *text, const struct part *part)
{
	html_element(text, "b", NULL, part->name);
	if (part->side)
		html_element(text, "span", part->slow ? "side-note warning" : "side-note",
			     part->side);
}

static void add_device(struct text *text, const struct part *part)
{
	text_printf(text,
		    "<div class=\"device%s\" id=\"%s\" tabindex=\"0\" role=\"group\">",
		    part->group >= 0 ? " shared" : "", part->id);
	if (part->mark)
		text_printf(text, "<span class=\"mark %s\"></span>", part->mark);
	text_adds(text, "<div class=\"first\">");
	add_first(text, part);
	text_adds(text, "</div>");
	add_notes(text, part);
	text_adds(text, "</div>\n");
}

static void add_chip(struct text *text, const struct part *part)
{
	text_printf(text, "<div class=\"chip\" id=\"%s\" tabindex=\"0\" role=\"group\">",
		    part->id);
	html_element(text, "b", NULL, part->name);
	add_notes(text, part);
	text_adds(text, "</div>\n");
}

static void open_frame(struct text *text, const struct part *part)
{
	static const char *const classes[] = {
		[PART_PACKAGE] = "package",
		[PART_NODE] = "node",
		[PART_ROOT] = "root",
		[PART_SWITCH] = "switch",
	};

	text_printf(text, "<details class=\"%s%s%s\" id=\"%s\"%s><summary>",
		    classes[part->kind], part->unit ? " unit" : "",
		    part->kind == PART_NODE && part->node < 0 ? " nowhere" : "", part->id,
		    part->closed ? "" : " open");
	add_first(text, part);
	text_adds(text, "</summary><div class=\"body\">\n");
	add_notes(text, part);
}

/* Frames are closed where the next part is not inside them any more. */
static void add_parts(struct text *text, const struct parts *parts)
{
	VEC(size_t) open = {};

	for (size_t i = 0; i < parts->list.n; i++) {
		const struct part *part = &parts->list.v[i];

		for (; open.n && parts->list.v[*vec_last(&open)].end <= i; open.n--)
			text_adds(text, "</div></details>\n");
		if (part->kind == PART_CPUS) {
			add_cpus(text, parts, (size_t)part->node);
		} else if (part->kind == PART_MEMORY) {
			add_chip(text, part);
		} else if (part->kind >= PART_DEVICE) {
			add_device(text, part);
		} else {
			open_frame(text, part);
			*vec_add(&open) = i;
		}
	}
	for (; open.n; open.n--)
		text_adds(text, "</div></details>\n");
	vec_free(&open);
}

void html_side(struct text *text, const struct side *side)
{
	_cleanup_text_ struct text summary = {};

	text_add_summary(&summary, side->parts.machine);
	text_adds(text, "<section class=\"side\">\n");
	html_element(text, "h2", NULL, side->title);
	html_element(text, "p", "m", summary.s);
	text_adds(text, "\n<div class=\"nodes\">\n");
	add_parts(text, &side->parts);
	text_adds(text, "</div>\n</section>\n");
}
