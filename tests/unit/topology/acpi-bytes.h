/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* acpi-bytes.h - tables of real QEMUs (the fuzz target's seeds), and single ones. */
#pragma once

#include "base/file.h"
#include "topology/acpi-read.h"

static inline void acpi_read_seed(const char *name, struct text *ret)
{
	_cleanup_free_ char *path =
		xasprintf("%s/tests/fuzz/corpus/acpi/%s", SOURCE_DIR, name);
	_cleanup_error_ struct error error = {};

	assert_int_equal(file_read(path, FILE_LIMIT, ret, &error), 0);
}

/* The bytes of a text as tables. */
static inline void acpi_add_text(struct acpi_tables *tables, const struct text *text)
{
	acpi_add_all(tables, (const uint8_t *)text->s, text->n);
}

/* Where a table is in the text. */
static inline uint8_t *acpi_at(struct text *text, const char *signature)
{
	uint8_t *found = memmem(text->s, text->n, signature, 4);

	assert_non_null(found);
	return found;
}
