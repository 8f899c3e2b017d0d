/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "topology/machine-fields.h"

/* Sets the field to its value for a missing attribute, or one that has not been read
 * yet. */
void field_forget(const struct field *field, void *base);
/*
 * Reads an attribute's text into the field, which owns nothing yet. False, with the field
 * unchanged, if it is not what the writer writes. References to functions and roots are
 * not changed.
 */
bool field_take(const struct field *field, const char *string, void *base);
/* The valid values, for an error: "a list such as 0-3,8". */
const char *field_wants(const struct field *field);
