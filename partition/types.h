/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * types.h - partition types by name: those of the Discoverable Partitions Specification,
 * other common ones, and popular names.
 */
#pragma once

#include "partition/partition-table.h"

/*
 * The type that @string names on @label: a name ("esp", "root-x86-64", "swap"), an alias,
 * a GUID (GPT) or a code ("0x83", "83", MBR). Sets the one that the label uses.
 */
bool type_parse(enum table_label label, const char *string, struct guid *ret_guid,
		uint8_t *ret_code) _must_check_;
/* The nearest known name, static, or NULL. */
const char *type_nearest(enum table_label label, const char *string);
/* The name, static; NULL if unknown. */
const char *type_name_of_guid(struct guid type);
const char *type_name_of_code(uint8_t code);
/* What to show for a partition: the name, otherwise the GUID or the code. */
void text_add_type(struct text *text, enum table_label label,
		   const struct partition *partition);

/* The n-th name known for any label and its GUID ("" without one), NULL past the last. */
const char *type_at(size_t n, const char **ret_guid, uint8_t *ret_code);

static inline bool is_extended_code(uint8_t code)
{
	return code == 0x05 || code == 0x0f || code == 0x85;
}
