/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/disk-request.h"

#include "partition/disk-request-value.h"

#include "base/size.h"

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
		free(request->parts.v[i].file);
		part_content_free(&request->parts.v[i].content);
	}
	vec_free(&request->parts);
	for (size_t i = 0; i < request->notes.n; i++)
		free(request->notes.v[i]);
	vec_free(&request->notes);
	free(request->file);
	free(request->seed);
	*request = (struct disk_request){};
}

/*
 * A GUID for a GPT, eight hexadecimal digits for an MBR: layout checks which one is
 * right.
 */
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
			   "neither a GUID nor a disk signature such as 0x1badb002");
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

static int set_label(struct disk_request *request, const char *value, struct error *error)
{
	static const enum table_label labels[] = {LABEL_GPT, LABEL_DOS, LABEL_DOS};
	int index = value_choice(value, "gpt|dos|mbr", error);

	if (index < 0)
		return -1;
	request->label = labels[index];
	request->has_label = true;
	return 0;
}

/* "512" as usually written, or with a unit. */
static int set_sector_size(struct disk_request *request, const char *value,
			   struct error *error)
{
	uint64_t bytes;

	if (size_parse(value, true, 0, &bytes) != SIZE_OK ||
	    (bytes != 512 && bytes != 4096))
		return error_input(error, "must be 512 or 4096");
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
	int index = value_choice(value, choices[key], error);

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

	if (value_number(value, 1, REQUEST_MAX_TABLE, &n, error) < 0)
		return -1;
	request->n_entries = (uint32_t)n;
	return 0;
}

int disk_request_set(struct disk_request *request, const char *key, const char *value,
		     struct error *error)
{
	int index = value_key(disk_keys, "disk", key, error);
	const uint32_t sector = request->sector_bytes;

	if (index < 0)
		return -1;
	switch ((enum disk_key)index) {
	case DISK_SIZE:
		return value_positive(sector, value, &request->size_bytes, error);
	case DISK_LABEL:
		return set_label(request, value, error);
	case DISK_SECTOR:
		return set_sector_size(request, value, error);
	case DISK_ALIGN:
		return value_alignment(value, sector, &request->align_bytes, error);
	case DISK_CLUSTER:
		return value_positive(sector, value, &request->cluster_bytes, error);
	case DISK_FIRST:
		return value_number(value, 1, UINT32_MAX, &request->first_lba, error);
	case DISK_LAST:
		return value_number(value, 1, INT64_MAX, &request->last_lba, error);
	case DISK_ENTRIES:
		return set_entries(request, value, error);
	case DISK_SEED:
		if (!*value)
			return error_input(error, "must not be empty");
		free(request->seed);
		request->seed = xstrdup(value);
		return 0;
	case DISK_UUID:
		return set_disk_id(request, value, error);
	case DISK_MINIMAL:
		return value_yes(value, &request->minimal, error);
	case DISK_AT:
	case DISK_RULE:
	case DISK_UUID_RULE:
		break;
	}
	return set_disk_choice(request, (enum disk_key)index, value, error);
}
