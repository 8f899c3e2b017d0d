/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diff.h - what changed between two texts, as a unified diff that patch(1) takes.
 */
#pragma once

#include "base/text.h"

/*
 * Adds "--- @old_name", "+++ @new_name" and the hunks with three lines of context;
 * nothing if the texts are equal. Bytes go out as they are.
 */
void text_add_diff(struct text *text, const char *old_name, const char *before,
		   const char *new_name, const char *after);
