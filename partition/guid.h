/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guid.h - a GUID as a value. In memory the bytes are in the order of the text form (RFC
 * 9562, section 4); on a GPT the first three fields are little-endian (UEFI 2.10,
 * appendix A), which only guid_from_disk and guid_to_disk handle.
 */
#pragma once

#include "base/text.h"

#define GUID_TEXT_BYTES 37 /* with the NUL */

struct guid {
	uint8_t bytes[16];
};

/* The whole of @string is a GUID, with or without hyphens, in upper or lower case. */
bool guid_parse(const char *string, struct guid *ret) _must_check_;
/* In lower case, as RFC 9562 specifies. */
void guid_format(struct guid guid, char ret[static GUID_TEXT_BYTES]);
void text_add_guid(struct text *text, struct guid guid);
bool guid_equal(struct guid a, struct guid b);
bool guid_is_zero(struct guid guid);
int guid_compare(const struct guid *a, const struct guid *b);
struct guid guid_from_disk(const uint8_t bytes[static 16]);
void guid_to_disk(struct guid guid, uint8_t ret[static 16]);
/* The same bytes with version 4 and variant 1 set. */
struct guid guid_as_v4(struct guid guid);
