/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Source: sfdisk(8), "Header lines", and what sfdisk 2.38 and 2.41 were observed to do.
 */
#include "partition/script-header.h"

#include "base/option.h"
#include "partition/script-field.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

void script_header_free(struct script_header *header)
{
	free(header->id);
	*header = (struct script_header){};
}

/*
 * sfdisk also takes "sda2 : 2048, 4096" for a header, warns, and leaves the partition
 * out. We do not: a name that ends in a number is that of a partition.
 */
bool script_is_header(const char *line)
{
	const char *colon = strchr(line, ':'), *end = colon;

	if (!colon || colon == line || colon[1] == '\0' || strchr(line, '='))
		return false;
	while (end > line && isspace((unsigned char)end[-1]))
		end--;
	return end == line || !isdigit((unsigned char)end[-1]);
}

static int set_label(struct disk_request *request, const char *value, struct error *error)
{
	_cleanup_free_ char *lower = xstrdup(value);

	for (char *at = lower; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return disk_request_set(request, "label", lower, error);
}

/* Bytes, with or without a unit; 0: the default. */
static int set_grain(struct disk_request *request, const char *value, struct error *error)
{
	_cleanup_free_ char *bytes = NULL;
	bool has_unit;
	uint64_t n;

	request->align_bytes = 0;
	if (script_amount(value, &n, &has_unit) != SIZE_OK)
		return error_input(error, "\"%s\" is not an amount", value);
	if (n == 0)
		return 0;
	bytes = xasprintf("%juB", (uintmax_t)n);
	return disk_request_set(request, "align", bytes, error);
}

/* A number; with a unit, as libfdisk reads it, an offset if @unit_bytes are above 0. */
static int set_number(struct disk_request *request, const char *key, const char *value,
		      uint64_t unit_bytes, struct error *error)
{
	_cleanup_free_ char *number = NULL;
	bool has_unit;
	uint64_t n;

	if (script_amount(value, &n, &has_unit) != SIZE_OK ||
	    (has_unit && unit_bytes == 0))
		return error_input(error, "\"%s\" is not a number", value);
	number = xasprintf("%ju", (uintmax_t)(has_unit ? n / unit_bytes : n));
	return disk_request_set(request, key, number, error);
}

static int set_unit(const char *value, struct error *error)
{
	return streq(value, "sectors")
		       ? 0
		       : error_input(error, "only sectors are supported, not \"%s\"",
				     value);
}

enum header_name {
	HEADER_LABEL,
	HEADER_ID,
	HEADER_UNIT,
	HEADER_DEVICE,
	HEADER_GRAIN,
	HEADER_FIRST,
	HEADER_LAST,
	HEADER_LENGTH,
	HEADER_SECTOR
};
static const char *const names[] = {
	[HEADER_LABEL] = "label",        [HEADER_ID] = "label-id",
	[HEADER_UNIT] = "unit",          [HEADER_DEVICE] = "device",
	[HEADER_GRAIN] = "grain",        [HEADER_FIRST] = "first-lba",
	[HEADER_LAST] = "last-lba",      [HEADER_LENGTH] = "table-length",
	[HEADER_SECTOR] = "sector-size", NULL,
};

static int set_header(struct script_header *header, enum header_name name,
		      const char *value, struct disk_request *request,
		      struct error *error)
{
	switch (name) {
	case HEADER_LABEL:
		return set_label(request, value, error);
	case HEADER_ID:
		free(header->id);
		header->id = xstrdup(value);
		return 0;
	case HEADER_UNIT:
		return set_unit(value, error);
	case HEADER_GRAIN:
		return set_grain(request, value, error);
	case HEADER_LENGTH:
		return set_number(request, "entries", value, 0, error);
	case HEADER_FIRST:
	case HEADER_LAST:
		return set_number(request, names[name], value, request->sector_bytes,
				  error);
	case HEADER_SECTOR:
		return disk_request_set(request, names[name], value, error);
	case HEADER_DEVICE:
		break;
	}
	return 0;
}

/* sfdisk ignores these too; but then "Label: gpt" gives an MBR. */
static int unknown_header(const char *name, long at, struct disk_request *request,
			  struct error *error)
{
	_cleanup_free_ char *lower = xstrdup(name);
	const char *nearest;

	for (char *to = lower; *to; to++)
		*to = (char)tolower((unsigned char)*to);
	nearest = nearest_name(lower, names);
	for (size_t i = 0; names[i]; i++)
		if (streq(names[i], lower))
			nearest = names[i];
	if (nearest)
		return error_input(error, "unknown header \"%s\"; did you mean \"%s\"?",
				   name, nearest);
	*vec_add(&request->notes) = xasprintf("%s:%ld: unknown header \"%s\" is ignored",
					      request->file, at, name);
	return 0;
}

int script_header_read(struct script_header *header, const char *line, long at,
		       struct disk_request *request, struct error *error)
{
	const char *colon = strchr(line, ':');
	_cleanup_free_ char *name = script_trim(line, (size_t)(colon - line));
	_cleanup_free_ char *value = script_trim(colon + 1, strlen(colon + 1));

	if (!*value)
		return error_input(error, "the header \"%s\" has no value", name);
	for (int i = 0; names[i]; i++) {
		if (!streq(names[i], name))
			continue;
		if (i == HEADER_ID)
			header->id_line = at;
		if (i == HEADER_LENGTH)
			header->length_line = at;
		if (set_header(header, (enum header_name)i, value, request, error) < 0)
			return error_wrap(error, "%s", name);
		return 0;
	}
	return unknown_header(name, at, request, error);
}

/* Up to eight hexadecimal digits, with or without 0x, as sfdisk reads them. */
static bool parse_signature(const char *string, uint32_t *ret)
{
	const char *digits = string + 2 * (strncasecmp(string, "0x", 2) == 0);
	_cleanup_free_ char *prefixed = xasprintf("0x%s", digits);

	return isxdigit((unsigned char)*digits) && parse_u32(prefixed, ret);
}

static int set_id(const struct script_header *header, struct disk_request *request,
		  struct error *error)
{
	if (!header->id)
		return 0;
	if (request->label == LABEL_GPT) {
		request->has_disk_guid = guid_parse(header->id, &request->disk_guid);
		if (request->has_disk_guid)
			return 0;
		return error_input(error,
				   "label-id: \"%s\" is not a GUID, which a GPT needs",
				   header->id);
	}
	request->has_signature = parse_signature(header->id, &request->signature);
	if (request->has_signature)
		return 0;
	return error_input(
		error,
		"label-id: \"%s\" is not a signature of up to 8 hexadecimal digits, which an MBR needs",
		header->id);
}

int script_header_finish(const struct script_header *header, bool has_partitions,
			 struct disk_request *request, long *ret_bad, struct error *error)
{
	*ret_bad = 1;
	if (!request->has_label && !has_partitions)
		return error_input(error, "neither a label nor partitions are given");
	if (!request->has_label)
		request->label = LABEL_DOS; /* sfdisk's default */
	if (request->label == LABEL_DOS) {
		*ret_bad = header->length_line;
		if (header->length_line > 0)
			return error_input(
				error,
				"table-length: an MBR always has 4 entries; sfdisk refuses this header");
		/* sfdisk ignores them. */
		request->first_lba = request->last_lba = 0;
	}
	*ret_bad = header->id_line;
	return set_id(header, request, error);
}
