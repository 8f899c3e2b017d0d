/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/request.h"

#include "base/option.h"
#include "base/size.h"

#include <ctype.h>
#include <stdio.h>

void disk_request_init(struct disk_request *request)
{
	*request = (struct disk_request){
		.label = LABEL_GPT,
		.sector_bytes = 512,
		.n_entries = GPT_MIN_ENTRIES,
	};
}

void disk_request_free(struct disk_request *request)
{
	for (size_t i = 0; i < request->parts.n; i++) {
		free(request->parts.v[i].type);
		free(request->parts.v[i].name);
	}
	vec_free(&request->parts);
	free(request->file);
	free(request->seed);
	*request = (struct disk_request){};
}

/* The index of @value in "a|b|c", or -1 with a fault that lists them. */
static int read_choice(const char *key, const char *value, const char *choices,
		       struct error *error)
{
	size_t n = strlen(value);
	int index = 0;

	for (const char *at = choices; at; index++) {
		if (strncmp(at, value, n) == 0 && n > 0 && (at[n] == '|' || !at[n]))
			return index;
		at = strchr(at, '|');
		at = at ? at + 1 : NULL;
	}
	return error_input(error, "%s=%s: must be one of %s", key, value, choices);
}

static int read_size(uint32_t sector_bytes, const char *key, const char *value,
		     uint64_t *ret, struct error *error)
{
	enum size_answer answer = size_parse(value, false, sector_bytes, ret);

	if (answer == SIZE_OK)
		return 0;
	return error_input(error, "%s=%s %s", key, value, size_answer_text(answer));
}

static int read_positive(uint32_t sector_bytes, const char *key, const char *value,
			 uint64_t *ret, struct error *error)
{
	if (read_size(sector_bytes, key, value, ret, error) < 0)
		return -1;
	return *ret > 0 ? 0 : error_input(error, "%s=%s: must be above 0", key, value);
}

static int read_number(const char *key, const char *value, uint64_t min, uint64_t max,
		       uint64_t *ret, struct error *error)
{
	if (parse_u64(value, ret) && *ret >= min && *ret <= max)
		return 0;
	return error_input(error, "%s=%s: must be a number from %ju to %ju", key, value,
			   (uintmax_t)min, (uintmax_t)max);
}

static int read_yes(const char *key, const char *value, bool *ret, struct error *error)
{
	int index = read_choice(key, value, "no|yes", error);

	*ret = index == 1;
	return index < 0 ? -1 : 0;
}

/* Several alignments hold together at their least common multiple. */
static int add_alignment(const char *key, const char *value, uint32_t sector_bytes,
			 uint64_t *align_bytes, struct error *error)
{
	uint64_t more;

	if (read_positive(sector_bytes, key, value, &more, error) < 0)
		return -1;
	if (*align_bytes == 0)
		*align_bytes = more;
	else if (!align_lcm(*align_bytes, more, align_bytes))
		return error_input(error,
				   "%s=%s: the least common multiple with the other "
				   "alignments lies beyond 2^64-1",
				   key, value);
	return 0;
}

/* A GUID for a GPT, eight hexadecimal digits for an MBR: which one fits says layout. */
static int set_disk_id(struct disk_request *request, const char *value,
		       struct error *error)
{
	if (guid_parse(value, &request->disk_guid)) {
		request->has_disk_guid = true;
		return 0;
	}
	if (has_prefix(value, "0x") && parse_u32(value, &request->signature)) {
		request->has_signature = true;
		return 0;
	}
	return error_input(error,
			   "uuid=%s: neither a GUID nor a disk signature like "
			   "0x1badb002",
			   value);
}

enum disk_key {
	DISK_SIZE,
	DISK_LABEL,
	DISK_SECTOR,
	DISK_ALIGN,
	DISK_AT,
	DISK_RULE,
	DISK_CLUSTER,
	DISK_FIRST,
	DISK_LAST,
	DISK_ENTRIES,
	DISK_SEED,
	DISK_UUID_RULE,
	DISK_UUID,
	DISK_MINIMAL,
};
static const char *const disk_keys[] = {
	[DISK_SIZE] = "size",
	[DISK_LABEL] = "label",
	[DISK_SECTOR] = "sector-size",
	[DISK_ALIGN] = "align",
	[DISK_AT] = "align-at",
	[DISK_RULE] = "rule",
	[DISK_CLUSTER] = "cluster-size",
	[DISK_FIRST] = "first-lba",
	[DISK_LAST] = "last-lba",
	[DISK_ENTRIES] = "entries",
	[DISK_SEED] = "seed",
	[DISK_UUID_RULE] = "uuid-rule",
	[DISK_UUID] = "uuid",
	[DISK_MINIMAL] = "minimal",
	NULL,
};

static int find_key(const char *const *keys, const char *what, const char *key,
		    struct error *error)
{
	const char *nearest;

	for (int i = 0; keys[i]; i++)
		if (streq(keys[i], key))
			return i;
	nearest = nearest_name(key, keys);
	if (nearest)
		return error_input(error, "a %s has no \"%s\"; did you mean \"%s\"?",
				   what, key, nearest);
	return error_input(error, "a %s has no \"%s\"", what, key);
}

static int set_label(struct disk_request *request, const char *value, struct error *error)
{
	static const enum table_label labels[] = {LABEL_GPT, LABEL_DOS, LABEL_DOS};
	int index = read_choice("label", value, "gpt|dos|mbr", error);

	if (index < 0)
		return -1;
	request->label = labels[index];
	return 0;
}

/* "512" as everybody writes it, or with a unit. */
static int set_sector_size(struct disk_request *request, const char *value,
			   struct error *error)
{
	uint64_t bytes;

	if (size_parse(value, true, 0, &bytes) != SIZE_OK ||
	    (bytes != 512 && bytes != 4096))
		return error_input(error, "sector-size=%s: must be 512 or 4096", value);
	request->sector_bytes = (uint32_t)bytes;
	return 0;
}

static int set_disk_choice(struct disk_request *request, enum disk_key key,
			   const char *value, struct error *error)
{
	static const char *const choices[] = {
		[DISK_AT] = ALIGN_AT_NAMES,
		[DISK_RULE] = ALIGN_RULES,
		[DISK_UUID_RULE] = UUID_RULE_NAMES,
	};
	int index = read_choice(disk_keys[key], value, choices[key], error);

	if (index < 0)
		return -1;
	if (key == DISK_AT)
		request->at = (enum align_at)index;
	else if (key == DISK_RULE)
		request->rule = (enum align_rule)index;
	else
		request->uuid_rule = (enum uuid_rule)index;
	return 0;
}

static int set_entries(struct disk_request *request, const char *value,
		       struct error *error)
{
	uint64_t n;

	if (read_number("entries", value, GPT_MIN_ENTRIES, REQUEST_MAX_ENTRIES, &n,
			error) < 0)
		return -1;
	request->n_entries = (uint32_t)n;
	return 0;
}

int disk_request_set(struct disk_request *request, const char *key, const char *value,
		     struct error *error)
{
	int index = find_key(disk_keys, "disk", key, error);
	const uint32_t sector = request->sector_bytes;

	if (index < 0)
		return -1;
	switch ((enum disk_key)index) {
	case DISK_SIZE:
		return read_positive(sector, key, value, &request->size_bytes, error);
	case DISK_LABEL:
		return set_label(request, value, error);
	case DISK_SECTOR:
		return set_sector_size(request, value, error);
	case DISK_ALIGN:
		return add_alignment(key, value, sector, &request->align_bytes, error);
	case DISK_CLUSTER:
		return read_positive(sector, key, value, &request->cluster_bytes, error);
	case DISK_FIRST:
		return read_number(key, value, 1, UINT32_MAX, &request->first_lba, error);
	case DISK_LAST:
		return read_number(key, value, 1, INT64_MAX, &request->last_lba, error);
	case DISK_ENTRIES:
		return set_entries(request, value, error);
	case DISK_SEED:
		free(request->seed);
		request->seed = xstrdup(value);
		return 0;
	case DISK_UUID:
		return set_disk_id(request, value, error);
	case DISK_MINIMAL:
		return read_yes(key, value, &request->minimal, error);
	case DISK_AT:
	case DISK_RULE:
	case DISK_UUID_RULE:
		break;
	}
	return set_disk_choice(request, (enum disk_key)index, value, error);
}

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
		return read_positive(request->sector_bytes, "size", value,
				     &part->size_bytes, error);
	}
	/* "12.5" thousandths of a percent, as decimal kilobytes are thousands. */
	number = xasprintf("%.*sKB", (int)n - 1, value);
	if (size_parse(number, false, 0, &millis) != SIZE_OK || millis == 0 ||
	    millis > 100000)
		return error_input(error,
				   "size=%s: must be above 0 %% and at most 100 %%",
				   value);
	part->size = PART_PERCENT;
	part->percent_millis = millis;
	return 0;
}

static int set_attribute(struct part_request *part, const char *value,
			 struct error *error)
{
	int bit = attribute_bit(value);

	if (bit < 0)
		return error_input(error,
				   "attribute=%s: not one of required, no-block-io, "
				   "legacy-boot, growfs, read-only, no-auto, or a "
				   "bit from 48 to 63",
				   value);
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
		index = read_choice("kind", value, "primary|extended|logical", error);
		part->kind = (enum partition_kind)MAX(index, 0);
		part->has_kind = true;
		return index < 0 ? -1 : 0;
	case PART_KEY_AT:
		index = read_choice("align-at", value, ALIGN_AT_NAMES, error);
		part->at = (enum align_at)MAX(index, 0);
		part->has_at = true;
		return index < 0 ? -1 : 0;
	case PART_KEY_NUMBER:
		if (read_number("number", value, 1, REQUEST_MAX_ENTRIES, &number, error) <
		    0)
			return -1;
		part->number = (unsigned)number;
		return 0;
	case PART_KEY_UUID:
		part->has_uuid = true;
		if (guid_parse(value, &part->uuid) && !guid_is_zero(part->uuid))
			return 0;
		return error_input(error, "uuid=%s: not a GUID", value);
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

int part_request_set(const struct disk_request *request, struct part_request *part,
		     const char *key, const char *value, struct error *error)
{
	int index = find_key(part_keys, "partition", key, error);
	const uint32_t sector = request->sector_bytes;

	if (index < 0)
		return -1;
	switch ((enum part_key)index) {
	case PART_KEY_SIZE:
		return set_part_size(request, part, value, error);
	case PART_KEY_MIN:
		return read_size(sector, key, value, &part->min_bytes, error);
	case PART_KEY_MAX:
		return read_positive(sector, key, value, &part->max_bytes, error);
	case PART_KEY_WEIGHT:
		return read_number(key, value, 1, 1000000, &part->weight, error);
	case PART_KEY_START:
		part->has_start = true;
		return read_size(sector, key, value, &part->start_bytes, error);
	case PART_KEY_PADDING:
		return read_size(sector, key, value, &part->padding_bytes, error);
	case PART_KEY_ALIGN:
		return add_alignment(key, value, sector, &part->align_bytes, error);
	case PART_KEY_ATTRIBUTE:
		return set_attribute(part, value, error);
	case PART_KEY_ACTIVE:
		return read_yes(key, value, &part->active, error);
	default:
		return set_part_word(part, (enum part_key)index, value, error);
	}
}

/* Copies up to an unescaped comma into @word and gives what lies behind it. */
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

int disk_request_read(const char *name, const char *bytes, size_t n,
		      struct disk_request *request, struct error *error)
{
	size_t at = 0;

	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < n && isspace((unsigned char)bytes[at]))
		at++;
	if (at < n && bytes[at] == '<')
		return disk_request_read_xml(name, bytes, n, request, error);
	return disk_request_read_script(name, bytes, n, request, error);
}
