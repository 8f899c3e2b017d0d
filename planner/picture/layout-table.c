/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout-table.c - values from node to node, darker where the value is higher. */
#include "planner/picture/layout.h"

#include <stdio.h>
#include <stdlib.h>

enum { NODES_MOST = 64, HEIGHT = 18, HEAD = 22, LEVELS = 6 };

struct table {
	const char *title, *id;
	size_t n;
	struct set rows, columns; /* indexes of the nodes that have one */
	const struct machine *machine;
	uint32_t *values;        /* n squared; 0 unknown */
	bool farther;            /* higher is darker; else lower */
	VEC(uint32_t) different; /* its known values, ascending, each once */
};

void blocks_free(blocks *list)
{
	for (size_t i = 0; i < list->n; i++)
		scene_free(&list->v[i].scene);
	vec_free(list);
}

static int ascending(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static void find_different(struct table *table)
{
	size_t n = 0;

	for (size_t i = 0; i < table->n * table->n; i++)
		if (table->values[i])
			*vec_add(&table->different) = table->values[i];
	if (!table->different.n)
		return;
	qsort(table->different.v, table->different.n, sizeof(*table->different.v),
	      ascending);
	for (size_t i = 0; i < table->different.n; i++)
		if (!n || table->different.v[i] != table->different.v[n - 1])
			table->different.v[n++] = table->different.v[i];
	table->different.n = n;
}

/*
 * By rank and not by size: 65 and 79 are told apart even next to 254. Up to LEVELS
 * different values have a shade each.
 */
static const char *level_of(const struct table *table, uint32_t value)
{
	static const char *const levels[LEVELS] = {"d0", "d1", "d2", "d3", "d4", "d5"};
	size_t n = table->different.n, rank;
	const uint32_t *found;

	if (!value || n < 2)
		return levels[0];
	found = bsearch(&value, table->different.v, n, sizeof(value), ascending);
	rank = (size_t)(found - table->different.v);
	if (!table->farther)
		rank = n - 1 - rank;
	return levels[(rank * (LEVELS - 1) + (n - 1) / 2) / (n - 1)];
}

static int cell_width(const struct table *table, uint32_t most)
{
	char widest[16];

	snprintf(widest, sizeof(widest), "%u",
		 MAX(most, (uint32_t)table->machine->nodes.v[table->n - 1].id));
	return MAX(font_width(FONT_SMALL, widest) + 8, 24);
}

static void add_cell(struct scene *scene, const char *class, int x, int y, int width,
		     const char *words)
{
	if (class)
		scene_rect(scene, class, x, y, width, HEIGHT);
	scene_text_at(scene, class ? FONT_SMALL : FONT_STRONG, ANCHOR_MIDDLE,
		      class ? NULL : "m", x + width / 2, y + 13, width, words);
}

/* The numbers of the nodes. */
static void add_heads(const struct table *table, struct scene *scene, int width)
{
	int x = width, y = HEAD + HEIGHT;
	char words[16];

	set_foreach (from, &table->rows) {
		snprintf(words, sizeof(words), "%d", table->machine->nodes.v[from].id);
		add_cell(scene, NULL, 0, y, width, words);
		y += HEIGHT;
	}
	set_foreach (to, &table->columns) {
		snprintf(words, sizeof(words), "%d", table->machine->nodes.v[to].id);
		add_cell(scene, NULL, x, HEAD, width, words);
		x += width;
	}
}

static void add_table(struct table *table, blocks *ret)
{
	struct block *block = vec_add(ret);
	int width, title = font_width(FONT_STRONG, table->title);
	int x, y = HEAD + HEIGHT;
	char words[16];

	find_different(table);
	width = cell_width(table, table->different.n ? *vec_last(&table->different) : 0);
	block->width = MAX((int)(set_count(&table->columns) + 1) * width, title) + 2;
	block->height = HEAD + (int)(set_count(&table->rows) + 1) * HEIGHT + 2;
	scene_open(&block->scene, "matrix", table->id, -1);
	scene_rect(&block->scene, "row", 0, 0, block->width, block->height);
	scene_text(&block->scene, FONT_STRONG, NULL, 0, 13, title, table->title);
	add_heads(table, &block->scene, width);
	set_foreach (from, &table->rows) {
		x = width;
		set_foreach (to, &table->columns) {
			uint32_t value =
				table->values[(size_t)from * table->n + (size_t)to];

			snprintf(words, sizeof(words), value ? "%u" : "?", value);
			add_cell(&block->scene, level_of(table, value), x, y, width,
				 words);
			x += width;
		}
		y += HEIGHT;
	}
	scene_close(&block->scene);
	vec_free(&table->different);
}

static int index_of(const struct machine *machine, int id)
{
	const struct machine_node *node = machine_node(machine, id);

	return node ? (int)(node - machine->nodes.v) : -1;
}

/* Only if there are values between different nodes: the nodes' own are in their frames.
 */
static void add_hmat(const struct machine *machine, bool bandwidth, blocks *ret)
{
	struct table table = {
		.title = bandwidth ? "bandwidth in MiB/s, from row to column"
				   : "latency in ns, from row to column",
		.id = bandwidth ? "bandwidth" : "latency",
		.n = machine->nodes.n,
		.machine = machine,
		.farther = !bandwidth,
	};
	bool any = false;

	table.values = xcalloc(table.n * table.n + 1, sizeof(*table.values));
	for (size_t i = 0; i < machine->hmat.n; i++) {
		const struct machine_hmat *row = &machine->hmat.v[i];
		int from = index_of(machine, row->initiator);
		int to = index_of(machine, row->target);
		uint32_t value = bandwidth ? row->bandwidth_mib_s : row->latency_ns;

		if (from < 0 || to < 0 || !value)
			continue;
		table.values[(size_t)from * table.n + (size_t)to] = value;
		set_add(&table.rows, (unsigned)from);
		set_add(&table.columns, (unsigned)to);
		any |= from != to;
	}
	if (any)
		add_table(&table, ret);
	set_free(&table.rows);
	set_free(&table.columns);
	free(table.values);
}

void layout_tables(const struct machine *machine, blocks *ret)
{
	struct table table = {
		.title = "distances, from row to column",
		.id = "distances",
		.n = machine->nodes.n,
		.machine = machine,
		.values = machine->distances,
		.farther = true,
	};

	if (table.n < 2 || table.n > NODES_MOST)
		return;
	set_add_range(&table.rows, 0, (unsigned)table.n - 1);
	set_add_range(&table.columns, 0, (unsigned)table.n - 1);
	if (machine->distances)
		add_table(&table, ret);
	set_free(&table.rows);
	set_free(&table.columns);
	add_hmat(machine, false, ret);
	add_hmat(machine, true, ret);
}
