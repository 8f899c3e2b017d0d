/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/hwloc-set.h"

static bool is_hex(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* One word at *at, "0x" and up to 8 digits; false if there is none. */
static bool take_word(const unsigned char **at, const unsigned char *end)
{
	int digits = 0;

	if (end - *at < 3 || (*at)[0] != '0' || (*at)[1] != 'x')
		return false;
	for (*at += 2; *at < end && is_hex(**at); (*at)++)
		digits++;
	return digits >= 1 && digits <= 8;
}

bool hwloc_set_valid(const struct hwloc_attribute *given)
{
	const unsigned char *at = given->value;
	size_t words = 1;

	if (!take_word(&at, given->end))
		return false;
	for (; at < given->end && *at == ',' && words < HWLOC_INDEX_LIMIT / 32; words++) {
		at++;
		if (at < given->end && *at != ',' && !take_word(&at, given->end))
			return false;
	}
	return at == given->end;
}

bool hwloc_set_has_only(const struct hwloc_attribute *given, uint32_t index)
{
	unsigned word = 0, digit = 0;
	bool found = false;

	for (const unsigned char *at = given->end; at-- > given->value;) {
		unsigned value;

		if (*at == ',' || *at == 'x') {
			word += *at == ',';
			digit = 0;
			continue;
		}
		value = (unsigned)(*at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10);
		for (unsigned bit = 0; bit < 4; bit++)
			if (value & 1u << bit) {
				if (word * 32 + digit * 4 + bit != index)
					return false;
				found = true;
			}
		digit++;
	}
	return found;
}
