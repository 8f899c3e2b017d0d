/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "topology/machine-fields.h"

/* Makes the field what it is where its attribute is missing, or not looked at yet. */
void field_forget(const struct field *field, void *base);
/*
 * Reads an attribute's text into the field, which owns nothing yet. False, with the field
 * untouched, where it is not as the writer writes it. References to functions and roots
 * stay as they are.
 */
bool field_take(const struct field *field, const char *string, void *base);
/* What would be right, for an error: "a list like 0-3,8". */
const char *field_wants(const struct field *field);
