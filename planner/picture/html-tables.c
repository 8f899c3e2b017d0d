/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* html-tables.c - what a host or guest has from node to node, and between devices. */
#include "planner/picture/html-parts.h"

#include "topology/matrix.h"
#include "topology/show.h"

#include <stdio.h>

enum { NODES_MOST = 64, DEVICES_MOST = 64 };

static void open_table(struct text *text, const struct side *side, const char *what)
{
	text_adds(text, "<section class=\"extra\">\n<h2>");
	html_words(text, what);
	text_adds(text, ", ");
	html_words(text, side->title);
	text_adds(text, "</h2>\n<div class=\"scroll\" tabindex=\"0\"><table>\n");
}

static void close_table(struct text *text)
{
	text_adds(text, "</table></div>\n</section>\n");
}

static void add_distances(struct text *text, const struct side *side)
{
	const struct machine *machine = side->parts.machine;
	size_t n = machine->nodes.n;

	if (!machine->distances || n < 2 || n > NODES_MOST)
		return;
	open_table(text, side, "Distances from row to column");
	text_adds(text, "<tr><td></td>");
	for (size_t to = 0; to < n; to++)
		text_printf(text, "<th scope=\"col\">%d</th>", machine->nodes.v[to].id);
	text_adds(text, "</tr>\n");
	for (size_t from = 0; from < n; from++) {
		text_printf(text, "<tr><th scope=\"row\">node %d</th>",
			    machine->nodes.v[from].id);
		for (size_t to = 0; to < n; to++) {
			uint32_t value = machine->distances[from * n + to];

			text_printf(text, value ? "<td>%u</td>" : "<td>?</td>", value);
		}
		text_adds(text, "</tr>\n");
	}
	close_table(text);
}

/* The device in a row's or column's head, with a link to its row in the picture. */
static void add_device_head(struct text *text, const struct side *side,
			    const struct matrix_device *device, const char *scope)
{
	const struct machine_function *function =
		&side->parts.machine->functions.v[device->function];
	int part = side->parts.of_function[device->function];

	text_printf(text, "<th scope=\"%s\" title=\"" PCI_FORMAT "\">", scope,
		    PCI_ARGS(function->at));
	if (part >= 0)
		text_printf(text, "<a href=\"#%s\">", side->parts.list.v[part].id);
	text_adds(text, device->name);
	text_printf(text, "%s</th>", part >= 0 ? "</a>" : "");
}

static void add_path(struct text *text, const struct machine *machine,
		     const struct path *path)
{
	text_printf(text, "<td class=\"path-%d\" title=\"%s", path->kind,
		    path_kind_means(path->kind));
	if (path->slowest_mb_s) {
		text_adds(text, "; slowest link ");
		text_add_link(text, path->slowest_mb_s);
	}
	if (path->redirects >= 0)
		text_printf(text, "; ACS of " PCI_FORMAT " sends it to the root",
			    PCI_ARGS(machine->functions.v[path->redirects].at));
	text_printf(text, "\">%s</td>", path_kind_name(path->kind));
}

static void add_legend(struct text *text)
{
	text_adds(text, "<p class=\"m\">");
	for (int kind = 0; kind < PATH_KIND_COUNT; kind++)
		text_printf(text, "%s%s: %s", kind ? "; " : "",
			    path_kind_name((enum path_kind)kind),
			    path_kind_means((enum path_kind)kind));
	text_adds(text, ".</p>\n");
}

static void add_matrix(struct text *text, const struct side *side)
{
	const struct machine *machine = side->parts.machine;
	_cleanup_matrix_ struct matrix matrix = {};
	size_t n;

	if (!matrix_make(machine, MATRIX_USUAL, &matrix) || matrix.devices.n < 2 ||
	    matrix.devices.n > DEVICES_MOST)
		return;
	n = matrix.devices.n;
	open_table(text, side, "Paths between devices");
	text_adds(text, "<tr><td></td>");
	for (size_t to = 0; to < n; to++)
		add_device_head(text, side, &matrix.devices.v[to], "col");
	text_adds(text, "</tr>\n");
	for (size_t from = 0; from < n; from++) {
		text_adds(text, "<tr>");
		add_device_head(text, side, &matrix.devices.v[from], "row");
		for (size_t to = 0; to < n; to++)
			add_path(text, machine, matrix_path(&matrix, from, to));
		text_adds(text, "</tr>\n");
	}
	close_table(text);
	add_legend(text);
}

void html_tables(struct text *text, const struct side *side)
{
	add_matrix(text, side);
	add_distances(text, side);
}
