/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diff.h - the differences between two texts, as a unified diff for patch(1).
 */
#pragma once

#include "base/text.h"

/*
 * Adds "--- @old_name", "+++ @new_name" and the hunks with three lines of context;
 * nothing if the texts are equal. Bytes are copied unchanged.
 */
void text_add_diff(struct text *text, const char *old_name, const char *before,
		   const char *new_name, const char *after);
