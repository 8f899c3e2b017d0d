/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sheet-library.c - the functions of libsmartcols that we call. */
#include "base/library.h"

#include <libsmartcols.h>

#define SCOLS(...) LIBRARY_FUNCTION(SONAME_SMARTCOLS, __VA_ARGS__)

/* clang-format off */
SCOLS(int, scols_line_set_data, (struct libscols_line *a, size_t b, const char *c), (a, b, c))
SCOLS(struct libscols_table *, scols_new_table, (void), ())
SCOLS(int, scols_print_table_to_string, (struct libscols_table *a, char **b), (a, b))
SCOLS(int, scols_table_enable_noencoding, (struct libscols_table *a, int b), (a, b))
SCOLS(int, scols_table_enable_noheadings, (struct libscols_table *a, int b), (a, b))
SCOLS(struct libscols_line *, scols_table_get_line, (struct libscols_table *a, size_t b), (a, b))
SCOLS(struct libscols_column *, scols_table_new_column, (struct libscols_table *a, const char *b, double c, int d), (a, b, c, d))
SCOLS(struct libscols_line *, scols_table_new_line, (struct libscols_table *a, struct libscols_line *b), (a, b))
SCOLS(void, scols_unref_table, (struct libscols_table *a), (a))
