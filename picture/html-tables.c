/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* html-tables.c - what a host or guest has from node to node, and between devices. */
#include "picture/html-parts.h"

#include <stdio.h>

enum { NODES_MOST = 64 };

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

void html_tables(struct text *text, const struct side *side)
{
	add_distances(text, side);
}
