/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layout.h - where the parts of a machine are in a drawing.
 *
 * Theory of operation. A part becomes a block: a scene of its own that begins at 0, 0,
 * with its size. All rows of a picture have one width, which the longest words determine
 * within bounds; words that do not fit go on to the next line. Frames stack the blocks in
 * them. A node distributes its root buses over columns, in their order; nodes, in order
 * of their numbers, flow into rows like words. The number of columns and the width of
 * the page are those that make the picture largest on a screen or sheet of 7:5.
 */
#pragma once

#include "base/scene/scene.h"
#include "planner/picture/parts.h"

struct block {
	struct scene scene;
	int width, height;
};

/*
 * Everything in @parts, and the tables of distances below it. @column: each node with its
 * root buses in one column, so that lines can lead to every row from both sides.
 */
void layout_parts(const struct parts *parts, bool column, struct block *ret);

/* layout-cpus.c: the squares of a node's CPUs, at most @width pixels wide. */
void layout_cpus(const struct parts *parts, size_t node, int width, struct block *ret);
/* A CPU of a node, and what it shares. */
struct square {
	int cache; /* index of its L3 in caches, -1 */
	int core, cpu;
};
/* Those of a core together, and cores of an L3. The caller frees the list. */
struct square *squares_of(const struct machine *machine, size_t node, size_t *ret_n)
	_must_check_;
/* How many of them, from the first on, are of one core or L3. */
size_t core_size(const struct square *squares, size_t n);
size_t cache_size(const struct square *squares, size_t n);
/* layout-table.c: distances, latencies and bandwidths between nodes. */
typedef VEC(struct block) blocks;
void layout_tables(const struct machine *machine, blocks *ret);
void blocks_free(blocks *list);
/* layout-rows.c: a device, a switch or a root bus with everything in it. */
void layout_rows(const struct parts *parts, size_t part, int width, struct block *ret);
/* The width that the rows need, within bounds. */
int layout_row_width(const struct parts *parts);
/*
 * layout-lines.c: pieces with dots between them, as many to a line as fit. Returns the
 * number of lines; @scene may be NULL, to count them.
 */
int layout_lines(struct scene *scene, const struct part *part, int x, int y, int width);
#define LINE_HEIGHT 13
