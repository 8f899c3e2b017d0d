/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* utf16.h - files that a Windows shell wrote: UTF-16. */
#pragma once

#include "base/error.h"
#include "base/text.h"

/*
 * Converts a text with a byte order mark of UTF-16 or UTF-32, or XML in one without, to
 * UTF-8 without a mark; any other stays. An XML declaration, which may say UTF-16, is
 * replaced with as many blanks, so that lines keep their numbers. So is one that says it
 * of other bytes, as after a conversion with iconv. Errors: not valid (status 2), the C
 * library has no conversion (status 3).
 */
int utf16_to_utf8(const char *name, struct text *text, struct error *error) _must_check_;
