/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The drawing shows the tree (show-tree.c): a box for each row at
 * the top level, with a line for each property, a square for each CPU with those of a
 * core joined, and a frame for each root bus with a line for each run of network, storage
 * and accelerator functions and one for all others. A box is measured first, then put
 * into the column that is shortest so far. Rows without content are lines at the bottom.
 * Only whole numbers are used, so that the same machine gives the same bytes.
 */
#include "topology/show.h"

#include <stdio.h>

enum {
	COLUMN = 430, /* width of a box */
	GAP = 16,
	PAD = 12,
	LINE = 18,
	HEAD = 30,
	CELL = 15,
	COLUMNS_MOST = 4,
	TEXT_MOST = 66,   /* characters per line of a box */
	MATRIX_MOST = 32, /* nodes whose distances are drawn */
};

struct pen {
	struct text *out;
	const struct machine *machine;
	const struct show_rows *rows;
	const bool *shared;
	int x, y; /* upper left corner of the next item */
};

/* U+FFFE and U+FFFF are UTF-8 but are not allowed in XML (XML 1.0, section 2.2). */
static void mask_noncharacters(char *string)
{
	for (char *at = string; (at = strstr(at, "\xef\xbf"));) {
		if ((unsigned char)at[2] >= 0xbe)
			memset(at, '?', 3);
		else
			at += 2;
	}
}

static void add_shown(struct text *text, const char *string, size_t most)
{
	_cleanup_text_ struct text shown = {}, cut = {};
	size_t n;

	text_add_shown(&shown, string);
	if (shown.n)
		mask_noncharacters(shown.s);
	n = shown.n;
	/* Never inside a UTF-8 sequence. */
	for (n = MIN(n, most); n < shown.n && (shown.s[n] & 0xc0) == 0x80;)
		n++;
	text_add(&cut, shown.n ? shown.s : "", n);
	if (n < shown.n)
		text_adds(&cut, "…");
	text_add_xml(text, cut.s);
}

static void add_label(struct pen *pen, int x, int y, const char *class,
		      const char *string)
{
	text_printf(pen->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	add_shown(pen->out, string, TEXT_MOST);
	text_adds(pen->out, "</text>\n");
}

static void add_box(struct pen *pen, int width, int height, const char *class)
{
	text_printf(
		pen->out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" class=\"%s\"/>\n",
		pen->x, pen->y, width, height, class);
}

static bool is_root_bus(const struct show_row *row)
{
	return has_prefix(row->cells[SHOW_NAME], "root bus");
}

/* The CPUs of a node, with those of a core next to each other. */
struct cell {
	int core, cpu;
};

static int by_core(const void *a, const void *b)
{
	const struct cell *left = a, *right = b;

	if (left->core != right->core)
		return left->core < right->core ? -1 : 1;
	return (left->cpu > right->cpu) - (left->cpu < right->cpu);
}

static struct cell *node_cells(const struct machine *machine, int node, size_t *ret_n)
{
	struct cell *cells = xcalloc(machine->cpus.n + 1, sizeof(*cells));
	const struct set *cpus = &machine->nodes.v[node].cpus;
	size_t n = 0;

	for (size_t i = 0; i < machine->cpus.n; i++) {
		const struct machine_cpu *cpu = &machine->cpus.v[i];

		if (set_has(cpus, (unsigned)cpu->id))
			cells[n++] = (struct cell){cpu->core == UNKNOWN_ID ? -1 - cpu->id
									   : cpu->core,
						   cpu->id};
	}
	qsort(cells, n, sizeof(*cells), by_core);
	*ret_n = n;
	return cells;
}

static size_t core_size(const struct cell *cells, size_t n)
{
	size_t size = 1;

	while (size < n && cells[size].core == cells[0].core)
		size++;
	return size;
}

/* Draws them if @pen is set, and returns their height. */
static int add_cpus(struct pen *pen, const struct machine *machine, int node)
{
	size_t n, size;
	_cleanup_free_ struct cell *cells = node_cells(machine, node, &n);
	int x = 0, y = 0, width = COLUMN - 2 * PAD;

	for (size_t i = 0; i < n; i += size) {
		int core_width;

		size = MIN(core_size(cells + i, n - i), (size_t)(width / CELL));
		core_width = (int)size * (CELL - 1);
		if (x + core_width > width) {
			x = 0;
			y += CELL + 3;
		}
		for (size_t j = 0; pen && j < size; j++)
			text_printf(
				pen->out,
				"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"cpu\"><title>CPU %d</title></rect>\n",
				pen->x + PAD + x + (int)j * (CELL - 1), pen->y + y,
				CELL - 1, CELL, cells[i + j].cpu);
		x += core_width + 5;
	}
	return n ? y + CELL + PAD : 0;
}

/* How to draw a line; NULL if it is not drawn. */
static const char *kind_of(const struct machine_function *function)
{
	static const struct {
		uint8_t base;
		const char *kind;
	} kinds[] = {{0x01, "storage"},
		     {0x02, "network"},
		     {0x03, "accelerator"},
		     {0x0b, "accelerator"},
		     {0x12, "accelerator"}};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].base == function->class_code >> 16)
			return kinds[i].kind;
	return NULL;
}

static void add_mark(struct pen *pen, const char *kind)
{
	text_printf(
		pen->out,
		"<rect x=\"%d\" y=\"%d\" width=\"8\" height=\"12\" rx=\"2\" class=\"%s\"/>\n",
		pen->x + 10, pen->y + 4, kind);
}

static void add_device(struct pen *pen, const struct show_row *row)
{
	_cleanup_text_ struct text line = {}, group = {};
	int right = pen->x + COLUMN - 2 * PAD - 10;

	text_printf(&line, "%s · %s", row->cells[SHOW_NAME], row->cells[SHOW_WHAT]);
	for (int column = SHOW_DRIVER; column < SHOW_COLUMNS; column++)
		if (row->cells[column] && *row->cells[column] && column != SHOW_GROUP &&
		    column != SHOW_LINK)
			text_printf(&line,
				    column == SHOW_VFS && *row->cells[column] != 'V'
					    ? " · %s VFs"
					    : " · %s",
				    row->cells[column]);
	add_mark(pen, kind_of(&pen->machine->functions.v[row->function]));
	text_printf(pen->out, "<text x=\"%d\" y=\"%d\" class=\"device\">", pen->x + 24,
		    pen->y + 14);
	add_shown(pen->out, line.s, row->cells[SHOW_GROUP] ? 50 : 60);
	text_adds(pen->out, "</text>\n");
	if (!row->cells[SHOW_GROUP])
		return;
	text_printf(&group, "group %s", row->cells[SHOW_GROUP]);
	add_label(pen, right, pen->y + 14,
		  pen->shared[row->function] ? "group shared" : "group", group.s);
}

/* Draws a root bus's frame if @pen is set, and returns its height. */
static int add_root(struct pen *pen, const struct machine *machine,
		    const struct show_rows *rows, size_t root)
{
	struct pen inner;
	int drawn = 0, others = 0, height;

	for (size_t i = root + 1; i < rows->n && rows->v[i].parent == (int)root; i++) {
		if (kind_of(&machine->functions.v[rows->v[i].function]))
			drawn++;
		else
			others += rows->v[i].functions;
	}
	height = LINE + 8 + (drawn + (others > 0)) * LINE + 4;
	if (!pen)
		return height + 8;
	inner = *pen;
	inner.x += PAD;
	add_box(&inner, COLUMN - 2 * PAD, height, "root");
	add_label(&inner, inner.x + 10, inner.y + 16, "bus",
		  rows->v[root].cells[SHOW_NAME]);
	if (rows->v[root].cells[SHOW_WHAT])
		add_label(&inner, inner.x + COLUMN - 2 * PAD - 10, inner.y + 16, "group",
			  rows->v[root].cells[SHOW_WHAT]);
	inner.y += LINE + 6;
	for (size_t i = root + 1; i < rows->n && rows->v[i].parent == (int)root; i++) {
		if (!kind_of(&machine->functions.v[rows->v[i].function]))
			continue;
		add_device(&inner, &rows->v[i]);
		inner.y += LINE;
	}
	if (others > 0) {
		_cleanup_free_ char *line =
			xasprintf("%d other function%s", others, others == 1 ? "" : "s");

		add_mark(&inner, "other");
		add_label(&inner, inner.x + 24, inner.y + 14, "device", line);
	}
	return height + 8;
}

/* A property fits on one line or continues on the next ones. */
static int add_property(struct pen *pen, int y, const struct show_row *row)
{
	const char *rest = row->cells[SHOW_WHAT] ? row->cells[SHOW_WHAT] : "";
	const size_t most = 48;
	int lines = 0;

	do {
		size_t n = strlen(rest);
		_cleanup_free_ char *line = NULL;

		if (n > most)
			for (n = most; n > most / 2 && rest[n] != ' ' && rest[n] != ',';)
				n--;
		line = xstrndup(rest, n);
		if (pen && lines == 0)
			add_label(pen, pen->x + PAD, y, "name", row->cells[SHOW_NAME]);
		if (pen)
			add_label(pen, pen->x + PAD + 86, y + lines * LINE, "value",
				  line);
		rest += n + (rest[n] == ' ');
		lines++;
	} while (*rest);
	return lines * LINE;
}

/* Draws a box for a row at the top level if @pen is set, and returns its height. */
static int add_top(struct pen *pen, const struct machine *machine,
		   const struct show_rows *rows, size_t top)
{
	const struct show_row *row = &rows->v[top];
	int height = HEAD + PAD;

	if (pen)
		add_label(pen, pen->x + PAD, pen->y + 21, "title", row->cells[SHOW_NAME]);
	for (size_t i = top + 1; i < rows->n; i++)
		if (rows->v[i].parent == (int)top && !is_root_bus(&rows->v[i]))
			height += add_property(pen, pen ? pen->y + height + 6 : 0,
					       &rows->v[i]);
	if (row->node >= 0) {
		struct pen inner = pen ? *pen : (struct pen){};

		inner.y += height;
		height += add_cpus(pen ? &inner : NULL, machine, row->node);
	}
	for (size_t i = top + 1; i < rows->n; i++) {
		struct pen inner = pen ? *pen : (struct pen){};

		if (rows->v[i].parent != (int)top || !is_root_bus(&rows->v[i]))
			continue;
		inner.y += height;
		height += add_root(pen ? &inner : NULL, machine, rows, i);
	}
	return height + PAD / 2;
}

static const char style[] =
	"<style>\n"
	"text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:11px;fill:#24292f}\n"
	".page{fill:#fff}\n"
	".box{fill:#f6f8fa;stroke:#8c959f}\n"
	".head{fill:#0b4f6c;stroke:#0b4f6c}\n"
	".quiet{fill:#6e7781;stroke:#6e7781}\n"
	".root{fill:#fff;stroke:#d0d7de}\n"
	".cpu{fill:#9fd3c7;stroke:#2f6f62;stroke-width:1}\n"
	".title{font-size:14px;font-weight:bold;fill:#fff}\n"
	".name{fill:#57606a}\n"
	".bus{font-weight:bold}\n"
	".device,.group{font-size:10px}\n"
	".group{text-anchor:end;fill:#57606a}\n"
	".shared{fill:#b42318;font-weight:bold}\n"
	".network{fill:#1f6feb}\n"
	".storage{fill:#d4730b}\n"
	".accelerator{fill:#2da44e}\n"
	".other{fill:#afb8c1}\n"
	".cell{text-anchor:middle}\n"
	"</style>\n";

static void add_head(struct pen *pen, int height, bool node)
{
	add_box(pen, COLUMN, height, "box");
	add_box(pen, COLUMN, HEAD, node ? "head" : "quiet");
}

/* Distances as a square, darker if farther. */
static int add_matrix(struct pen *pen)
{
	const struct machine *machine = pen->machine;
	size_t n = machine->nodes.n;
	const int size = 34;

	if (!machine->distances || n < 2 || n > MATRIX_MOST)
		return 0;
	add_label(pen, pen->x, pen->y + 12, "bus", "distances, from row to column");
	for (size_t from = 0; from < n; from++) {
		int y = pen->y + 28 + ((int)from + 1) * 22;
		_cleanup_free_ char *name = xasprintf("%d", machine->nodes.v[from].id);

		add_label(pen, pen->x + size / 2, y + 15, "cell name", name);
		add_label(pen, pen->x + size / 2 + ((int)from + 1) * size, pen->y + 43,
			  "cell name", name);
		for (size_t to = 0; to < n; to++) {
			uint32_t distance = machine->distances[from * n + to];
			unsigned shade =
				255 - MIN(distance > 10 ? distance - 10 : 0, 120u);
			_cleanup_free_ char *value =
				distance ? xasprintf("%u", distance) : xstrdup("?");

			text_printf(
				pen->out,
				"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"22\" fill=\"rgb(%u,%u,255)\" stroke=\"#d0d7de\"/>\n",
				pen->x + ((int)to + 1) * size, y, size, shade, shade);
			add_label(pen, pen->x + ((int)to + 1) * size + size / 2, y + 15,
				  "cell", value);
		}
	}
	return 28 + ((int)n + 1) * 22 + GAP;
}

static void add_legend(struct pen *pen)
{
	static const char *const kinds[] = {"network", "storage", "accelerator", "other"};
	int x = pen->x;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		text_printf(
			pen->out,
			"<rect x=\"%d\" y=\"%d\" width=\"8\" height=\"12\" rx=\"2\" class=\"%s\"/>\n",
			x, pen->y, kinds[i]);
		add_label(pen, x + 14, pen->y + 10, "name", kinds[i]);
		x += 100;
	}
	add_label(pen, x, pen->y + 10, "name",
		  "joined squares: the threads of a core; red: a shared IOMMU group");
}

/* A row at the top level that has others below it. */
static bool is_box(const struct show_rows *rows, size_t i)
{
	return rows->v[i].parent < 0 && i + 1 < rows->n &&
	       rows->v[i + 1].parent == (int)i;
}

static size_t count_boxes(const struct show_rows *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < rows->n; i++)
		n += is_box(rows, i);
	return n;
}

/* The rows at the top level without content: the IOMMU. */
static void add_foot(struct pen *pen)
{
	for (size_t i = 0; i < pen->rows->n; i++) {
		const struct show_row *row = &pen->rows->v[i];

		if (row->parent >= 0 || is_box(pen->rows, i))
			continue;
		add_label(pen, pen->x, pen->y + 12, "bus", row->cells[SHOW_NAME]);
		if (row->cells[SHOW_WHAT])
			add_label(pen, pen->x + 70, pen->y + 12, "value",
				  row->cells[SHOW_WHAT]);
		pen->y += LINE + GAP / 2;
	}
}

static size_t shortest(const int *heights, size_t n)
{
	size_t found = 0;

	for (size_t i = 1; i < n; i++)
		if (heights[i] < heights[found])
			found = i;
	return found;
}

/* Places all boxes and returns how far down they reach. */
static int add_tops(struct pen *pen, size_t columns)
{
	int heights[COLUMNS_MOST] = {}, lowest = GAP;

	for (size_t i = 0; i < columns; i++)
		heights[i] = GAP;
	for (size_t i = 0; i < pen->rows->n; i++) {
		size_t column = shortest(heights, columns);
		int height;

		if (!is_box(pen->rows, i))
			continue;
		height = add_top(NULL, pen->machine, pen->rows, i);
		pen->x = GAP + (int)column * (COLUMN + GAP);
		pen->y = heights[column];
		add_head(pen, height, pen->rows->v[i].node >= 0);
		add_top(pen, pen->machine, pen->rows, i);
		heights[column] += height + GAP;
		lowest = MAX(lowest, heights[column]);
	}
	return lowest;
}

void text_add_svg(struct text *text, const struct machine *machine)
{
	_cleanup_show_rows_ struct show_rows rows = {};
	_cleanup_text_ struct text body = {};
	_cleanup_free_ bool *shared = groups_shared(machine);
	struct pen pen = {.out = &body,
			  .machine = machine,
			  .rows = &rows,
			  .shared = shared};
	size_t columns;
	int width, height;

	show_tree(machine, false, &rows);
	columns = MAX(MIN(count_boxes(&rows), (size_t)COLUMNS_MOST), (size_t)1);
	width = GAP + (int)columns * (COLUMN + GAP);
	pen.y = add_tops(&pen, columns);
	pen.x = GAP;
	add_foot(&pen);
	pen.y += add_matrix(&pen);
	add_legend(&pen);
	height = pen.y + 12 + GAP;
	width = MAX(width, 900);
	if (machine->distances && machine->nodes.n <= MATRIX_MOST)
		width = MAX(width, 2 * GAP + ((int)machine->nodes.n + 1) * 34);
	text_printf(
		text,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n%s<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n%s</svg>\n",
		width, height, width, height, style, width, height, body.s);
}
