/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* layout.c - nodes with their columns, packages, and the page. */
#include "planner/picture/layout.h"

#include <stdlib.h>

enum {
	PAD = 10,
	GAP = 14,   /* between nodes */
	HEAD = 26,  /* of a node */
	TITLE = 22, /* of a package */
	COLUMNS_MOST = 4,
	WIDTH_MOST = 8000,
};

/* The root buses of a node, made once for every number of columns. */
struct roots {
	size_t node; /* part */
	VEC(struct block) list;
};

struct page {
	const struct parts *parts;
	int row_width;
	VEC(struct roots) roots; /* by node, in the order of parts */
	int columns;             /* of each node, at most */
	int width;               /* that nodes and packages flow in */
};

/* How many columns of at most @height the blocks need, in their order. */
static int columns_for(const struct roots *roots, int height)
{
	int columns = 1, used = 0;

	for (size_t i = 0; i < roots->list.n; i++) {
		int next = roots->list.v[i].height;

		if (used > 0 && used + PAD + next > height) {
			columns++;
			used = 0;
		}
		used += (used > 0 ? PAD : 0) + next;
	}
	return columns;
}

/* The least height with which they fit into so many columns. */
static int least_height(const struct roots *roots, int columns)
{
	int low = 0, high = 0;

	for (size_t i = 0; i < roots->list.n; i++) {
		low = MAX(low, roots->list.v[i].height);
		high += roots->list.v[i].height + PAD;
	}
	while (low < high) {
		int middle = low + (high - low) / 2;

		if (columns_for(roots, middle) <= columns)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static int columns_of(const struct page *page, const struct roots *roots)
{
	int most = MAX(1, MIN(page->columns, (int)roots->list.n));

	return MIN(most, columns_for(roots, least_height(roots, most)));
}

/* A node without CPUs, in a chip of the node that it belongs to. */
static void add_chip(const struct part *part, int width, struct block *ret)
{
	int lines, notes = 0;

	for (size_t i = 0; i < part->notes.n; i++)
		notes += font_width(FONT_SMALL, part->notes.v[i]) + 14;
	ret->width = MAX(font_width(FONT_STRONG, part->name), notes) + 16;
	ret->width = MIN(ret->width, width);
	lines = layout_lines(NULL, part, 0, 0, ret->width - 12);
	ret->height = 20 + lines * LINE_HEIGHT;
	scene_open(&ret->scene, "memory", part->id, part->number);
	scene_rect(&ret->scene, "chip", 0, 0, ret->width, ret->height);
	scene_text(&ret->scene, FONT_STRONG, NULL, 6, 13, ret->width - 12, part->name);
	layout_lines(&ret->scene, part, 6, 26, ret->width - 12);
	scene_close(&ret->scene);
}

/* CPUs and chips below each other; returns how far down they reach. */
static int add_inner(const struct parts *parts, size_t node, int width, int y,
		     struct scene *scene)
{
	int x = PAD, lowest = y;

	for (size_t i = node + 1; i < parts->list.v[node].end; i = parts->list.v[i].end) {
		const struct part *part = &parts->list.v[i];
		struct block inner = {};

		if (part->kind == PART_CPUS) {
			layout_cpus(parts, (size_t)part->node, width - 2 * PAD, &inner);
			scene_append(scene, &inner.scene, PAD, y);
			y += inner.height + (inner.height ? PAD : 0);
			lowest = y;
		} else if (part->kind == PART_MEMORY) {
			add_chip(part, width - 2 * PAD, &inner);
			if (x > PAD && x + inner.width > width - PAD) {
				x = PAD;
				y = lowest;
			}
			scene_append(scene, &inner.scene, x, y);
			x += inner.width + 6;
			lowest = MAX(lowest, y + inner.height + 6);
		}
	}
	return lowest;
}

static int node_width(const struct page *page, int columns)
{
	return columns * (page->row_width + PAD) + PAD;
}

/* Everything in a node's frame besides its root buses. */
static void begin_node(const struct page *page, const struct roots *roots, int width,
		       struct block *ret)
{
	const struct part *part = &page->parts->list.v[roots->node];
	int side = 0, lines;

	ret->width = width;
	scene_open(&ret->scene, "node", part->id, part->number);
	scene_rect(&ret->scene, "node", 0, 0, width, 0);
	scene_rect(&ret->scene, part->node >= 0 ? "strip" : "quiet", 0, 0, width, HEAD);
	if (part->side)
		side = 14 + scene_text_at(&ret->scene, FONT_BODY, ANCHOR_END, "w",
					  width - PAD, 17, width / 2, part->side);
	scene_text(&ret->scene, FONT_HEAD, "w", PAD, 18, width - 2 * PAD - side,
		   part->name);
	lines = layout_lines(&ret->scene, part, PAD, HEAD + 15, width - 2 * PAD);
	ret->height = HEAD + lines * LINE_HEIGHT + PAD;
	ret->height =
		add_inner(page->parts, roots->node, width, ret->height, &ret->scene);
}

static int node_height(const struct page *page, const struct roots *roots)
{
	struct block block = {};
	int columns = columns_of(page, roots), height;

	begin_node(page, roots, node_width(page, columns), &block);
	height = block.height;
	if (roots->list.n)
		height += least_height(roots, columns) + PAD;
	scene_free(&block.scene);
	return height;
}

static void add_node(const struct page *page, struct roots *roots, struct block *ret)
{
	int columns = columns_of(page, roots), most = least_height(roots, columns);
	int x = PAD, y = 0;
	size_t frame = ret->scene.items.n + 1;

	begin_node(page, roots, node_width(page, columns), ret);
	for (size_t i = 0; i < roots->list.n; i++) {
		struct block *root = &roots->list.v[i];

		if (y > 0 && y + PAD + root->height > most) {
			x += page->row_width + PAD;
			y = 0;
		}
		y += y > 0 ? PAD : 0;
		scene_append(&ret->scene, &root->scene, x, ret->height + y);
		y += root->height;
	}
	ret->height += roots->list.n ? most + PAD : 0;
	ret->scene.items.v[frame].height = ret->height;
	scene_close(&ret->scene);
}

/* Words in lines: where the next block is. */
struct flow {
	int width, x, y, row, right;
};

static void flow_in(struct flow *flow, int width, int height, int *x, int *y)
{
	if (flow->x > 0 && flow->x + width > flow->width) {
		flow->x = 0;
		flow->y += flow->row + GAP;
		flow->row = 0;
	}
	*x = flow->x;
	*y = flow->y;
	flow->right = MAX(flow->right, flow->x + width);
	flow->x += width + GAP;
	flow->row = MAX(flow->row, height);
}

static struct roots *roots_of(const struct page *page, size_t node)
{
	size_t low = 0, high = page->roots.n;

	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;

		if (page->roots.v[middle].node <= node)
			low = middle;
		else
			high = middle;
	}
	return &page->roots.v[low];
}

/*
 * Places the parts from @from to @end. Without @ret they are only measured; @heights has
 * those of the nodes.
 */
static struct flow add_flow(const struct page *page, size_t from, size_t end, int width,
			    const int *heights, struct scene *ret);

/* Only its size if @measure. */
static void add_package(const struct page *page, size_t part, int width,
			const int *heights, struct block *ret, bool measure)
{
	size_t frame = ret->scene.items.n + 1;
	struct scene inner = {};
	struct flow flow;

	if (!measure) {
		scene_open(&ret->scene, "package", page->parts->list.v[part].id,
			   (int)part);
		scene_rect(&ret->scene, "package", 0, 0, 0, 0);
		scene_text(&ret->scene, FONT_HEAD, NULL, PAD, 17, width,
			   page->parts->list.v[part].name);
	}
	flow = add_flow(page, part + 1, page->parts->list.v[part].end, width - 2 * PAD,
			heights, measure ? NULL : &inner);
	scene_append(&ret->scene, &inner, PAD, TITLE);
	ret->width = flow.right + 2 * PAD;
	ret->height = TITLE + flow.y + flow.row + PAD;
	if (measure)
		return;
	ret->scene.items.v[frame].width = ret->width;
	ret->scene.items.v[frame].height = ret->height;
	scene_close(&ret->scene);
}

static struct flow add_flow(const struct page *page, size_t from, size_t end, int width,
			    const int *heights, struct scene *ret)
{
	struct flow flow = {.width = width};
	int x, y;

	for (size_t i = from; i < end; i = page->parts->list.v[i].end) {
		struct block block = {};

		if (page->parts->list.v[i].kind == PART_PACKAGE) {
			add_package(page, i, width, heights, &block, !ret);
		} else if (ret) {
			add_node(page, roots_of(page, i), &block);
		} else {
			struct roots *roots = roots_of(page, i);

			block.width = node_width(page, columns_of(page, roots));
			block.height = heights[roots - page->roots.v];
		}
		flow_in(&flow, block.width, block.height, &x, &y);
		if (ret)
			scene_append(ret, &block.scene, x, y);
	}
	return flow;
}

/* How large the page's longer side, scaled to 7:5, would be. */
static int cost_of(const struct flow *flow)
{
	return MAX(flow->right, (flow->y + flow->row) * 7 / 5);
}

/* The number of columns and the width with which the page can be shown largest. */
static void choose_shape(struct page *page)
{
	int *heights = xcalloc(page->roots.n + 1, sizeof(*heights));
	int least = INT32_MAX, columns = 1, width = WIDTH_MOST;

	for (page->columns = 1; page->columns <= COLUMNS_MOST; page->columns++) {
		for (size_t i = 0; i < page->roots.n; i++)
			heights[i] = node_height(page, &page->roots.v[i]);
		for (int tried = page->row_width + 4 * PAD; tried <= WIDTH_MOST;
		     tried += page->row_width / 2) {
			struct flow flow = add_flow(page, 0, page->parts->list.n, tried,
						    heights, NULL);

			if (cost_of(&flow) >= least)
				continue;
			least = cost_of(&flow);
			columns = page->columns;
			width = tried;
		}
	}
	page->columns = columns;
	page->width = width;
	free(heights);
}

static void make_roots(struct page *page)
{
	const struct parts *parts = page->parts;

	for (size_t i = 0; i < parts->list.n; i++) {
		struct roots *roots;

		if (parts->list.v[i].kind == PART_NODE)
			vec_add(&page->roots)->node = i;
		if (parts->list.v[i].kind != PART_ROOT)
			continue;
		roots = vec_last(&page->roots);
		if (parts->list.v[roots->node].closed)
			continue;
		layout_rows(parts, i, page->row_width, vec_add(&roots->list));
	}
}

void layout_parts(const struct parts *parts, bool column, struct block *ret)
{
	struct page page = {.parts = parts, .row_width = layout_row_width(parts)};
	struct flow flow, below = {};
	struct scene body = {};
	blocks tables = {};
	int x, y;

	make_roots(&page);
	if (column) {
		page.columns = 1;
		page.width = node_width(&page, 1) + 2 * PAD;
	} else {
		choose_shape(&page);
	}
	flow = add_flow(&page, 0, parts->list.n, page.width, NULL, &body);
	scene_append(&ret->scene, &body, 0, 0);
	ret->width = flow.right;
	ret->height = flow.y + flow.row;
	layout_tables(parts->machine, &tables);
	below.width = MAX(page.width, flow.right);
	for (size_t i = 0; i < tables.n; i++) {
		struct block *table = &tables.v[i];

		flow_in(&below, table->width, table->height, &x, &y);
		scene_append(&ret->scene, &table->scene, x, ret->height + GAP + y);
	}
	if (tables.n)
		ret->height += GAP + below.y + below.row;
	ret->width = MAX(ret->width, below.right);
	blocks_free(&tables);
	for (size_t i = 0; i < page.roots.n; i++)
		vec_free(&page.roots.v[i].list);
	vec_free(&page.roots);
}
