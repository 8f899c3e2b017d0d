/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-request-part.c - the part of a request that describes one partition. */
#include "partition/disk-request-value.h"
#include "partition/disk-request.h"

#include "base/option.h"
#include "base/size.h"
#include "base/text.h"

/* Bits by name: UEFI 2.10 table 5-8 and the Discoverable Partitions Specification. */
static const struct {
	const char *name;
	int bit;
} attribute_rows[] = {
	{"required", 0},          {"RequiredPartition", 0}, {"no-block-io", 1},
	{"NoBlockIOProtocol", 1}, {"legacy-boot", 2},       {"LegacyBIOSBootable", 2},
	{"growfs", 59},           {"read-only", 60},        {"no-auto", 63},
};

int attribute_bit(const char *name)
{
	uint64_t bit;

	for (size_t i = 0; i < ARRAY_SIZE(attribute_rows); i++)
		if (streq(attribute_rows[i].name, name))
			return attribute_rows[i].bit;
	if (has_prefix(name, "GUID:"))
		name += 5;
	if (!parse_u64(name, &bit) || bit < 48 || bit > 63)
		return -1;
	return (int)bit;
}

void text_add_attributes(struct text *text, uint64_t attributes)
{
	for (int bit = 0; bit < 64; bit++) {
		const char *name = NULL;

		if (!(attributes >> bit & 1))
			continue;
		for (size_t i = ARRAY_SIZE(attribute_rows); i-- > 0;)
			if (attribute_rows[i].bit == bit)
				name = attribute_rows[i].name;
		if (text->n > 0)
			text_addc(text, ' ');
		if (name)
			text_adds(text, name);
		else
			text_printf(text, "%d", bit);
	}
}

/* "rest", "25%" or an amount. */
static int set_part_size(const struct disk_request *request, struct part_request *part,
			 const char *value, struct error *error)
{
	size_t n = strlen(value);
	_cleanup_free_ char *number = NULL;
	uint64_t millis;

	if (streq(value, "rest")) {
		part->size = PART_SHARE;
		return 0;
	}
	if (n == 0 || value[n - 1] != '%') {
		part->size = PART_FIXED;
		return value_positive(request->sector_bytes, value, &part->size_bytes,
				      error);
	}
	/* "12.5" as thousandths of a percent, parsed like decimal kilobytes. */
	number = xasprintf("%.*sKB", (int)n - 1, value);
	if (size_parse(number, false, 0, &millis) != SIZE_OK || millis == 0 ||
	    millis > 100000)
		return error_input(error, "must be more than 0 %% and at most 100 %%");
	part->size = PART_PERCENT;
	part->percent_millis = millis;
	return 0;
}

static int set_attribute(struct part_request *part, const char *value,
			 struct error *error)
{
	int bit = attribute_bit(value);

	part->has_attributes = true;
	if (streq(value, "none"))
		return 0;
	if (bit < 0)
		return error_input(
			error,
			"not one of required, no-block-io, legacy-boot, growfs, read-only, no-auto, or a bit from 48 to 63");
	part->attributes |= UINT64_C(1) << bit;
	return 0;
}

enum part_key {
	PART_KEY_SIZE,
	PART_KEY_MIN,
	PART_KEY_MAX,
	PART_KEY_WEIGHT,
	PART_KEY_START,
	PART_KEY_PADDING,
	PART_KEY_ALIGN,
	PART_KEY_AT,
	PART_KEY_KIND,
	PART_KEY_NUMBER,
	PART_KEY_TYPE,
	PART_KEY_NAME,
	PART_KEY_UUID,
	PART_KEY_ATTRIBUTE,
	PART_KEY_ACTIVE,
};
static const char *const part_keys[] = {
	[PART_KEY_SIZE] = "size",     [PART_KEY_MIN] = "min",
	[PART_KEY_MAX] = "max",       [PART_KEY_WEIGHT] = "weight",
	[PART_KEY_START] = "start",   [PART_KEY_PADDING] = "padding",
	[PART_KEY_ALIGN] = "align",   [PART_KEY_AT] = "align-at",
	[PART_KEY_KIND] = "kind",     [PART_KEY_NUMBER] = "number",
	[PART_KEY_TYPE] = "type",     [PART_KEY_NAME] = "name",
	[PART_KEY_UUID] = "uuid",     [PART_KEY_ATTRIBUTE] = "attribute",
	[PART_KEY_ACTIVE] = "active", NULL,
};

static int set_part_word(struct part_request *part, enum part_key key, const char *value,
			 struct error *error)
{
	uint64_t number;
	int index;

	switch (key) {
	case PART_KEY_KIND:
		index = value_choice(value, "primary|extended|logical", error);
		part->kind = (enum partition_kind)MAX(index, 0);
		part->has_kind = true;
		return index < 0 ? -1 : 0;
	case PART_KEY_AT:
		index = value_choice(value, ALIGN_AT_NAMES, error);
		part->at = (enum align_at)MAX(index, 0);
		part->has_at = true;
		return index < 0 ? -1 : 0;
	case PART_KEY_NUMBER:
		if (value_number(value, 1, REQUEST_MAX_TABLE, &number, error) < 0)
			return -1;
		part->number = (unsigned)number;
		return 0;
	case PART_KEY_UUID:
		part->has_uuid = true;
		if (guid_parse(value, &part->uuid) && !guid_is_zero(part->uuid))
			return 0;
		return error_input(error, "not a GUID");
	case PART_KEY_TYPE:
	case PART_KEY_NAME:
	default: {
		char **to = key == PART_KEY_TYPE ? &part->type : &part->name;

		free(*to);
		*to = xstrdup(value);
		return 0;
	}
	}
}

static int set_value(const struct disk_request *request, struct part_request *part,
		     enum part_key key, const char *value, struct error *error)
{
	const uint32_t sector = request->sector_bytes;

	switch (key) {
	case PART_KEY_SIZE:
		return set_part_size(request, part, value, error);
	case PART_KEY_MIN:
		return value_size(sector, value, &part->min_bytes, error);
	case PART_KEY_MAX:
		return value_positive(sector, value, &part->max_bytes, error);
	case PART_KEY_WEIGHT:
		return value_number(value, 1, 1000000, &part->weight, error);
	case PART_KEY_START:
		part->has_start = true;
		return value_size(sector, value, &part->start_bytes, error);
	case PART_KEY_PADDING:
		return value_size(sector, value, &part->padding_bytes, error);
	case PART_KEY_ALIGN:
		return value_alignment(value, sector, &part->align_bytes, error);
	case PART_KEY_ATTRIBUTE:
		return set_attribute(part, value, error);
	case PART_KEY_ACTIVE:
		part->has_active = true;
		return value_yes(value, &part->active, error);
	default:
		return set_part_word(part, key, value, error);
	}
}

int part_request_set(const struct disk_request *request, struct part_request *part,
		     const char *key, const char *value, struct error *error)
{
	int index = value_key(part_keys, "partition", key, error);

	if (index < 0)
		return -1;
	if (set_value(request, part, (enum part_key)index, value, error) < 0)
		return error_wrap(error, "%s=%s", key, value);
	return 0;
}

/* Copies up to an unescaped comma into @word and returns what comes after it. */
static const char *take_word(const char *at, struct text *word)
{
	for (; *at && *at != ','; at++) {
		if (at[0] == '\\' && (at[1] == ',' || at[1] == '\\'))
			at++;
		text_addc(word, *at);
	}
	return *at ? at + 1 : NULL;
}

int disk_request_add_part(struct disk_request *request, const char *flag,
			  struct error *error)
{
	struct part_request *part = vec_add(&request->parts);
	const char *at = flag;
	char yes[] = "yes";

	while (at) {
		_cleanup_text_ struct text word = {};
		char *value;

		at = take_word(at, &word);
		value = word.n > 0 ? strchr(word.s, '=') : NULL;
		if (value)
			*value++ = '\0';
		else if (word.n > 0 && streq(word.s, "active"))
			value = yes;
		else
			return error_input(error, "--part %s: \"%s\" is not KEY=VALUE",
					   flag, word.n > 0 ? word.s : "");
		if (part_request_set(request, part, word.s, value, error) < 0)
			return error_wrap(error, "--part %s", flag);
	}
	return 0;
}
