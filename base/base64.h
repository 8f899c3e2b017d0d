/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* base64.h - bytes as text, RFC 4648 section 4: with padding, without line ends. */
#pragma once

#include "base/text.h"

void text_add_base64(struct text *text, const char *bytes, size_t n);
/*
 * Adds the bytes that @string encodes. False, with nothing added, for a wrong character,
 * length or padding, or nonzero bits after the end.
 */
bool text_add_from_base64(struct text *text, const char *string) _must_check_;
