/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sheet.h - tables in the style of lsblk: rows of cells, of which -o selects columns and
 * -n leaves out the headings.
 */
#pragma once

#include "base/option.h"
#include "base/text.h"
#include "base/vec.h"

/* Owns its cells. Zero it and set columns, which end with a zeroed row. */
struct sheet {
	const struct option_column *columns;
	bool no_headings;
	VEC(size_t) chosen; /* selected by -o; empty: all that are not hidden */
	VEC(char *) cells;  /* row by row; NULL is an empty cell */
	VEC(int) parents;   /* of each row, -1 for none */
};

/* Selects columns from "NAME,SIZE" or adds them to the default ones with "+NOTE". */
int sheet_choose(struct sheet *sheet, const char *list, struct error *error) _must_check_;
/* The same for a row of options, whose field is a struct sheet. */
option_setter sheet_set_columns;
/* Begins the next row, all cells empty. */
void sheet_row(struct sheet *sheet);
/* The same below row number @parent, which was begun before; -1: at the top level. */
void sheet_row_below(struct sheet *sheet, int parent);
/* Sets a cell of the row begun last. */
void sheet_set(struct sheet *sheet, size_t column, const char *format, ...)
	_printf_(3, 4);
/* A size, for people or in bytes; UINT64_MAX is unknown and stays empty. */
void sheet_set_size(struct sheet *sheet, size_t column, uint64_t size_bytes, bool bytes);
/* The whole table with a newline after each row; nothing without rows. */
int text_add_sheet(struct text *text, const struct sheet *sheet, struct error *error)
	_must_check_;
/*
 * The part of it that draws: by libsmartcols (sheet-draw.c), or without it
 * (sheet-draw-static.c). The sheet has rows and chosen columns; sets *@ret to the lines,
 * which the caller frees. A negative errno.
 */
int sheet_draw(const struct sheet *sheet, char **ret) _must_check_;
size_t sheet_n_columns(const struct sheet *sheet);
/* Removes all rows; the choice of columns stays. */
void sheet_clear(struct sheet *sheet);
/* The width of the terminal, or the value of $COLUMNS, or 80, within 40 and 200. */
unsigned sheet_width(void);
void sheet_free(struct sheet *sheet);
#define _cleanup_sheet_ _cleanup_(sheet_free)
