/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sheet-draw.c - draws tables with libsmartcols. */
#include "commands/sheet.h"

#include <errno.h>
#include <libsmartcols.h>

static bool is_empty(const struct sheet *sheet, size_t column)
{
	size_t width = sheet_n_columns(sheet);

	for (size_t row = 0; row < sheet->parents.n; row++) {
		const char *cell = sheet->cells.v[row * width + column];

		if (cell && *cell)
			return false;
	}
	return true;
}

/*
 * The widths of columns without headings differ: before libsmartcols 2.41 headings count
 * even then, and an empty column is one blank wide. So no heading is given, and an empty
 * column has a blank.
 */
static int fill_empty(struct libscols_table *table, const struct sheet *sheet)
{
	int rc = 0;

	for (size_t i = 0; i < sheet->chosen.n && rc == 0; i++)
		if (is_empty(sheet, sheet->chosen.v[i]))
			rc = scols_line_set_data(scols_table_get_line(table, 0), i, " ");
	return rc;
}

/* libsmartcols finds a line by its number by counting, so @lines keeps them. */
static int fill_lines(struct libscols_table *table, const struct sheet *sheet,
		      struct libscols_line **lines)
{
	size_t width = sheet_n_columns(sheet);

	for (size_t row = 0; row < sheet->parents.n; row++) {
		int parent = sheet->parents.v[row];
		char *const *cells = &sheet->cells.v[row * width];

		lines[row] =
			scols_table_new_line(table, parent < 0 ? NULL : lines[parent]);
		if (!lines[row])
			return -ENOMEM;
		for (size_t i = 0; i < sheet->chosen.n; i++) {
			const char *cell = cells[sheet->chosen.v[i]];
			int rc = cell ? scols_line_set_data(lines[row], i, cell) : 0;

			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* Fills in libsmartcols' table; a negative errno. */
static int fill(struct libscols_table *table, const struct sheet *sheet)
{
	_cleanup_free_ struct libscols_line **lines =
		xcalloc(sheet->parents.n + 1, sizeof(struct libscols_line *));
	int rc;

	for (size_t i = 0; i < sheet->chosen.n; i++) {
		const struct option_column *column = &sheet->columns[sheet->chosen.v[i]];

		if (!scols_table_new_column(table, sheet->no_headings ? "" : column->name,
					    0,
					    (column->right ? SCOLS_FL_RIGHT : 0) |
						    (column->tree ? SCOLS_FL_TREE : 0)))
			return -ENOMEM;
	}
	rc = fill_lines(table, sheet, lines);
	if (rc < 0)
		return rc;
	/* Cells are already sanitized, and a backslash would be shown as \x5c. */
	scols_table_enable_noencoding(table, true);
	if (sheet->no_headings && sheet->parents.n > 0) {
		rc = fill_empty(table, sheet);
		if (rc < 0)
			return rc;
	}
	return scols_table_enable_noheadings(table, sheet->no_headings);
}

static void unref_table(struct libscols_table **table)
{
	scols_unref_table(*table);
}

int sheet_draw(const struct sheet *sheet, char **ret)
{
	_cleanup_(unref_table) struct libscols_table *table = scols_new_table();
	int rc = table ? fill(table, sheet) : -ENOMEM;

	if (rc == 0)
		rc = scols_print_table_to_string(table, ret);
	return rc == 0 && !*ret ? -ENOMEM : rc;
}
