/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/sheet.h"

#include "base/size.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <errno.h>
#include <locale.h>
#include <strings.h>

size_t sheet_n_columns(const struct sheet *sheet)
{
	size_t n = 0;

	while (sheet->columns[n].name)
		n++;
	return n;
}

static int choose_one(struct sheet *sheet, const char *name, struct error *error)
{
	const char *names[64] = {}, *nearest;

	for (size_t i = 0; sheet->columns[i].name; i++) {
		if (i < ARRAY_SIZE(names) - 1)
			names[i] = sheet->columns[i].name;
		if (strcasecmp(sheet->columns[i].name, name) == 0) {
			*vec_add(&sheet->chosen) = i;
			return 0;
		}
	}
	nearest = nearest_name(name, names);
	return error_input(error, "unknown column \"%s\"%s%s", name,
			   nearest ? "; did you mean " : "; --help lists the columns",
			   nearest ? nearest : "");
}

static void choose_usual(struct sheet *sheet)
{
	for (size_t i = 0; sheet->columns[i].name; i++)
		if (!sheet->columns[i].hidden)
			*vec_add(&sheet->chosen) = i;
}

int sheet_choose(struct sheet *sheet, const char *list, struct error *error)
{
	sheet->chosen.n = 0;
	if (*list == '+') {
		choose_usual(sheet);
		list++;
	}
	for (;;) {
		size_t n = strcspn(list, ",");
		_cleanup_free_ char *name = xstrndup(list, n);

		if (choose_one(sheet, name, error) < 0)
			return -1;
		if (!list[n])
			return 0;
		list += n + 1;
	}
}

int sheet_set_columns(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	if (sheet_choose(target, value, error) < 0)
		return option_wrap(error, row->name, value);
	return 0;
}

void sheet_row_below(struct sheet *sheet, int parent)
{
	for (size_t i = sheet_n_columns(sheet); i > 0; i--)
		*vec_add(&sheet->cells) = NULL;
	*vec_add(&sheet->parents) = parent;
}

void sheet_row(struct sheet *sheet)
{
	sheet_row_below(sheet, -1);
}

/* Takes ownership of @value, sanitized for a terminal. */
static void put(struct sheet *sheet, size_t column, char *value)
{
	struct text shown = {};

	text_add_shown(&shown, value);
	free(value);
	sheet->cells.v[sheet->cells.n - sheet_n_columns(sheet) + column] =
		text_take(&shown);
}

void sheet_set(struct sheet *sheet, size_t column, const char *format, ...)
{
	struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	put(sheet, column, text_take(&text));
}

void sheet_set_size(struct sheet *sheet, size_t column, uint64_t size_bytes, bool bytes)
{
	struct text text = {};

	if (size_bytes == UINT64_MAX)
		return;
	if (bytes)
		text_printf(&text, "%ju", (uintmax_t)size_bytes);
	else
		text_add_size_human(&text, size_bytes);
	put(sheet, column, text_take(&text));
}

/* Without the blanks that fill the last column. */
static void add_lines(struct text *text, const char *printed)
{
	while (*printed) {
		size_t n = strcspn(printed, "\n"), shown = n;

		while (shown > 0 && printed[shown - 1] == ' ')
			shown--;
		text_add(text, printed, shown);
		text_addc(text, '\n');
		printed += n + (printed[n] == '\n');
	}
}

int text_add_sheet(struct text *text, const struct sheet *sheet, struct error *error)
{
	_cleanup_free_ char *printed = NULL;
	struct sheet usual = *sheet;
	int rc;

	if (sheet->cells.n == 0)
		return 0;
	setlocale(LC_CTYPE, ""); /* for the width of characters */
	if (sheet->chosen.n == 0) {
		usual.chosen.v = NULL;
		usual.chosen.n = usual.chosen.room = 0;
		choose_usual(&usual);
	}
	rc = sheet_draw(&usual, &printed);
	if (usual.chosen.v != sheet->chosen.v)
		vec_free(&usual.chosen);
	if (rc < 0)
		return error_system(error, -rc, "cannot print the table");
	add_lines(text, printed);
	return 0;
}

unsigned sheet_width(void)
{
	const char *columns_variable = getenv("COLUMNS");
	struct winsize size = {};
	uint32_t width = 80;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	else if (columns_variable && parse_u32(columns_variable, &width) && width == 0)
		width = 80;
	return MIN(MAX(width, 40u), 200u);
}

void sheet_clear(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->cells.n; i++)
		free(sheet->cells.v[i]);
	vec_free(&sheet->cells);
	vec_free(&sheet->parents);
}

void sheet_free(struct sheet *sheet)
{
	sheet_clear(sheet);
	vec_free(&sheet->chosen);
}
