/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sheet-draw-static.c - draws tables as libsmartcols does, for the static program:
 * distributions have no static libsmartcols. tests/check-guest compares the two.
 */
#include "commands/sheet.h"

#include "base/mem.h"

#include <langinfo.h>
#include <wchar.h>

/* The beginning of the cell of a row below another one. */
struct signs {
	const char *more, *last; /* at the row itself */
	const char *on, *over;   /* at rows below it: more rows follow it, or none */
};

/* The chosen cells, in the order in which the rows are drawn. */
struct drawing {
	const struct sheet *sheet;
	const struct signs *signs;
	VEC(char *) cells; /* owned, drawn row by drawn row */
	VEC(size_t) widths;
};

static const struct signs *choose_signs(void)
{
	static const struct signs ascii = {"|-", "`-", "| ", "  "};
	static const struct signs unicode = {"├─", "└─", "│ ", "  "};

	return streq(nl_langinfo(CODESET), "UTF-8") ? &unicode : &ascii;
}

/* In columns of a terminal. */
static size_t width_of(const char *string)
{
	size_t n = mbstowcs(NULL, string, 0);
	_cleanup_free_ wchar_t *wide = NULL;
	int columns;

	if (n == (size_t)-1)
		return strlen(string);
	wide = xcalloc(n + 1, sizeof(*wide));
	mbstowcs(wide, string, n + 1);
	columns = wcswidth(wide, n);
	return columns < 0 ? strlen(string) : (size_t)columns;
}

static const struct option_column *column_of(const struct drawing *drawing, size_t i)
{
	return &drawing->sheet->columns[drawing->sheet->chosen.v[i]];
}

static void add_cell(struct drawing *drawing, const char *before, const char *cell)
{
	*vec_add(&drawing->cells) = xasprintf("%s%s", before, cell ? cell : "");
}

static void add_headings(struct drawing *drawing)
{
	for (size_t i = 0; i < drawing->sheet->chosen.n; i++)
		add_cell(drawing, "", column_of(drawing, i)->name);
}

static void add_row(struct drawing *drawing, size_t row, const char *before)
{
	const struct sheet *sheet = drawing->sheet;

	for (size_t i = 0; i < sheet->chosen.n; i++)
		add_cell(drawing, column_of(drawing, i)->tree ? before : "",
			 sheet->cells
				 .v[row * sheet_n_columns(sheet) + sheet->chosen.v[i]]);
}

/* The next row below @parent, from @row on; or the number of rows. */
static size_t next_below(const struct sheet *sheet, int parent, size_t row)
{
	while (row < sheet->parents.n && sheet->parents.v[row] != parent)
		row++;
	return row;
}

/* The rows below @parent, and those below them, after each of which is @before. */
static void add_below(struct drawing *drawing, int parent, const char *before)
{
	const struct sheet *sheet = drawing->sheet;
	const struct signs *signs = drawing->signs;
	size_t row = next_below(sheet, parent, parent < 0 ? 0 : (size_t)parent + 1);

	while (row < sheet->parents.n) {
		size_t next = next_below(sheet, parent, row + 1);
		bool is_last = next == sheet->parents.n, is_top = parent < 0;
		_cleanup_free_ char *here = xasprintf("%s%s", before,
						      is_top    ? ""
						      : is_last ? signs->last
								: signs->more);
		_cleanup_free_ char *below = xasprintf("%s%s", before,
						       is_top    ? ""
						       : is_last ? signs->over
								 : signs->on);

		add_row(drawing, row, here);
		add_below(drawing, (int)row, below);
		row = next;
	}
}

static bool draws_tree(const struct drawing *drawing)
{
	bool tree = false;

	for (size_t i = 0; i < drawing->sheet->chosen.n; i++)
		tree |= column_of(drawing, i)->tree;
	return tree;
}

static void measure(struct drawing *drawing)
{
	size_t n = drawing->sheet->chosen.n;

	for (size_t i = 0; i < n; i++)
		*vec_add(&drawing->widths) = 1; /* at least, as in sheet-draw.c */
	for (size_t i = 0; i < drawing->cells.n; i++) {
		size_t *width = &drawing->widths.v[i % n];

		*width = MAX(*width, width_of(drawing->cells.v[i]));
	}
}

static void add_spaces(struct text *text, size_t n)
{
	while (n-- > 0)
		text_addc(text, ' ');
}

static void write_out(const struct drawing *drawing, struct text *text)
{
	size_t n = drawing->sheet->chosen.n;

	for (size_t i = 0; i < drawing->cells.n; i++) {
		const char *cell = drawing->cells.v[i];
		size_t fill = drawing->widths.v[i % n] - width_of(cell);
		bool right = column_of(drawing, i % n)->right;

		add_spaces(text, right ? fill : 0);
		text_adds(text, cell);
		add_spaces(text, right ? 0 : fill);
		text_addc(text, i % n == n - 1 ? '\n' : ' ');
	}
}

int sheet_draw(const struct sheet *sheet, char **ret)
{
	struct drawing drawing = {.sheet = sheet, .signs = choose_signs()};
	struct text text = {};

	if (!sheet->no_headings)
		add_headings(&drawing);
	if (draws_tree(&drawing))
		add_below(&drawing, -1, "");
	for (size_t row = 0; row < sheet->parents.n && !draws_tree(&drawing); row++)
		add_row(&drawing, row, "");
	measure(&drawing);
	write_out(&drawing, &text);
	for (size_t i = 0; i < drawing.cells.n; i++)
		free(drawing.cells.v[i]);
	vec_free(&drawing.cells);
	vec_free(&drawing.widths);
	*ret = text_take(&text);
	return 0;
}
