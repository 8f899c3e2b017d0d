/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/disk-request-value.h"

#include "base/option.h"
#include "base/size.h"
#include "partition/align.h"

#include <string.h>

int value_choice(const char *value, const char *choices, struct error *error)
{
	size_t n = strlen(value);
	int index = 0;

	for (const char *at = choices; at; index++) {
		if (strncmp(at, value, n) == 0 && n > 0 && (at[n] == '|' || !at[n]))
			return index;
		at = strchr(at, '|');
		at = at ? at + 1 : NULL;
	}
	return error_input(error, "must be one of %s", choices);
}

int value_size(uint32_t sector_bytes, const char *value, uint64_t *ret,
	       struct error *error)
{
	enum size_answer answer = size_parse(value, false, sector_bytes, ret);

	if (answer == SIZE_OK)
		return 0;
	return error_input(error, "%s", size_answer_text(answer));
}

int value_positive(uint32_t sector_bytes, const char *value, uint64_t *ret,
		   struct error *error)
{
	if (value_size(sector_bytes, value, ret, error) < 0)
		return -1;
	return *ret > 0 ? 0 : error_input(error, "must be greater than 0");
}

int value_number(const char *value, uint64_t min, uint64_t max, uint64_t *ret,
		 struct error *error)
{
	if (parse_u64(value, ret) && *ret >= min && *ret <= max)
		return 0;
	return error_input(error, "must be a number from %ju to %ju", (uintmax_t)min,
			   (uintmax_t)max);
}

int value_yes(const char *value, bool *ret, struct error *error)
{
	int index = value_choice(value, "no|yes", error);

	*ret = index == 1;
	return index < 0 ? -1 : 0;
}

int value_alignment(const char *value, uint32_t sector_bytes, uint64_t *align_bytes,
		    struct error *error)
{
	uint64_t more;

	if (value_positive(sector_bytes, value, &more, error) < 0)
		return -1;
	if (*align_bytes == 0)
		*align_bytes = more;
	else if (!align_lcm(*align_bytes, more, align_bytes))
		return error_input(
			error,
			"the least common multiple with the other alignments exceeds 2^64-1");
	return 0;
}

int value_key(const char *const *keys, const char *what, const char *key,
	      struct error *error)
{
	const char *nearest;

	for (int i = 0; keys[i]; i++)
		if (streq(keys[i], key))
			return i;
	nearest = nearest_name(key, keys);
	if (nearest)
		return error_input(error, "a %s cannot have \"%s\"; did you mean \"%s\"?",
				   what, key, nearest);
	return error_input(error, "a %s cannot have \"%s\"", what, key);
}
