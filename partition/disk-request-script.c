/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-request-script.c - sfdisk's scripts (sfdisk(8), "INPUT FORMATS"): headers "name:
 * value", then one partition per line, either "start, size, type, bootable" or named
 * fields, after an optional "device :". Numbers without a unit are sectors. The values
 * of a script are used exactly, to the sector: only a start that it leaves open is
 * aligned.
 */
#include "partition/disk-request-read-parts.h"

#include "base/size.h"
#include "partition/script-field.h"
#include "partition/script-settle.h"
#include "partition/types.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <strings.h>

struct script {
	const char *name;
	long line;
	struct disk_request *request;
	bool in_partitions;
};

static char *trimmed(const char *from, size_t n)
{
	while (n > 0 && isspace((unsigned char)*from)) {
		from++;
		n--;
	}
	while (n > 0 && isspace((unsigned char)from[n - 1]))
		n--;
	return xstrndup(from, n);
}

/* The script's name for a type: sfdisk's letters and names, then ours. */
static const char *script_type(enum table_label label, const char *word)
{
	static const struct {
		const char *word, *dos, *gpt;
	} rows[] = {
		{"L", "83", "linux-generic"}, {"S", "82", "swap"}, {"E", "05", NULL},
		{"U", "ef", "esp"},           {"H", NULL, "home"}, {"V", "8e", "lvm"},
		{"R", "fd", "raid"},          {"X", "85", NULL},   {"Ex", "05", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *type = label == LABEL_GPT ? rows[i].gpt : rows[i].dos;

		if (streq(rows[i].word, word) && type)
			return type;
	}
	return word;
}

/* Bare numbers are sectors; otherwise an amount that must be whole sectors. */
static int read_amount(const struct script *script, const char *what, const char *value,
		       uint64_t *ret_bytes, struct error *error)
{
	const uint64_t sector = script->request->sector_bytes;
	_cleanup_free_ char *plain = script_plain_amount(value);
	enum size_answer answer = SIZE_OK;
	uint64_t sectors;

	if (!plain) {
		answer = SIZE_MALFORMED;
	} else if (script_number(value, &sectors)) {
		if (__builtin_mul_overflow(sectors, sector, ret_bytes) ||
		    *ret_bytes > INT64_MAX)
			answer = SIZE_TOO_LARGE;
	} else {
		answer = size_parse(plain, false, (unsigned)sector, ret_bytes);
	}
	if (answer != SIZE_OK)
		return error_input(error, "%s=%s: %s", what, value,
				   size_answer_text(answer));
	/* sfdisk counts sectors: a size is rounded up to them, a start down. */
	if (*ret_bytes % sector && streq(what, "size"))
		*ret_bytes += sector;
	*ret_bytes -= *ret_bytes % sector;
	return 0;
}

/* "GUID:60,63" and "RequiredPartition LegacyBIOSBootable", separated by commas or
 * blanks. */
static int set_attributes(struct part_request *part, const char *value,
			  struct error *error)
{
	_cleanup_free_ char *words = xstrdup(value);
	char *rest = NULL;

	for (char *word = strtok_r(words, " ,\t", &rest); word;
	     word = strtok_r(NULL, " ,\t", &rest)) {
		int bit = attribute_bit(word);

		if (bit < 0)
			return error_input(error, "attrs: unknown attribute \"%s\"",
					   word);
		part->attributes |= UINT64_C(1) << bit;
	}
	return 0;
}

enum field {
	FIELD_START,
	FIELD_SIZE,
	FIELD_TYPE,
	FIELD_BOOTABLE,
	FIELD_UUID,
	FIELD_NAME,
	FIELD_ATTRS
};

/* By sfdisk's letters and our names, else by libfdisk's long names. */
static int set_type(const struct script *script, struct part_request *part,
		    const char *word, struct error *error)
{
	const enum table_label label = script->request->label;
	const char *type = script_type(label, word);
	_cleanup_free_ char *named = NULL;
	struct guid guid;
	uint8_t code;

	if (!*word || streq(word, "-"))
		return 0;
	if (!type_parse(label, type, &guid, &code))
		named = script_type_name(label, word);
	return part_request_set(script->request, part, "type", named ? named : type,
				error);
}

static int set_start(const struct script *script, struct part_request *part,
		     const char *value, struct error *error)
{
	if (!*value || streq(value, "-"))
		return 0;
	if (*value == '+')
		return error_input(
			error,
			"start=%s: a start relative to the previous partition is not supported",
			value);
	part->has_start = true;
	part->has_at = true;
	part->at = AT_NONE;
	return read_amount(script, "start", value, &part->start_bytes, error);
}

static int set_size(const struct script *script, struct part_request *part,
		    const char *value, struct error *error)
{
	uint64_t sectors;

	if (!*value || streq(value, "+") || streq(value, "-")) {
		part->size = PART_SHARE;
		return 0;
	}
	if (value[strlen(value) - 1] == '%')
		return part_request_set(script->request, part, "size", value, error);
	part->size = PART_FIXED;
	value += *value == '+'; /* for a new partition it has no meaning */
	part->in_sectors = script_number(value, &sectors);
	if (read_amount(script, "size", value, &part->size_bytes, error) < 0)
		return -1;
	return 0; /* one of size 0 is left out */
}

static int set_bootable(const struct script *script, struct part_request *part,
			const char *value, struct error *error)
{
	if (*value && !streq(value, "*") && !streq(value, "-"))
		return error_input(error, "bootable must be \"*\" or \"-\", not \"%s\"",
				   value);
	if (!streq(value, "*"))
		return 0;
	/* sfdisk ignores it on a GPT. */
	part->active = script->request->label == LABEL_DOS;
	return 0;
}

static int set_field(const struct script *script, struct part_request *part,
		     enum field field, const char *value, struct error *error)
{
	switch (field) {
	case FIELD_START:
		return set_start(script, part, value, error);
	case FIELD_SIZE:
		return set_size(script, part, value, error);
	case FIELD_TYPE:
		return set_type(script, part, value, error);
	case FIELD_BOOTABLE:
		return set_bootable(script, part, value, error);
	case FIELD_ATTRS:
		return set_attributes(part, value, error);
	case FIELD_UUID:
		return part_request_set(script->request, part, "uuid", value, error);
	case FIELD_NAME:
		break;
	}
	return part_request_set(script->request, part, "name", value, error);
}

/*
 * Whether @word is "name = value" or just "bootable"; then its value. -1: it has an
 * unknown name, or no name in a line with named fields.
 */
static int named_field(const char *word, bool named, enum field *ret, char **ret_value)
{
	static const struct {
		const char *name;
		enum field field;
	} rows[] = {
		{"start", FIELD_START}, {"size", FIELD_SIZE},
		{"type", FIELD_TYPE},   {"Id", FIELD_TYPE},
		{"uuid", FIELD_UUID},   {"name", FIELD_NAME},
		{"attrs", FIELD_ATTRS}, {"bootable", FIELD_BOOTABLE},
	};
	const char *equals = strchr(word, '=');
	_cleanup_free_ char *name =
		xstrndup(word, equals ? (size_t)(equals - word) : strlen(word));

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcasecmp(name, rows[i].name) != 0 ||
		    (!equals && rows[i].field != FIELD_BOOTABLE))
			continue;
		*ret = rows[i].field;
		*ret_value = xstrdup(equals ? equals + 1 : "*");
		return 1;
	}
	return equals || named ? -1 : 0;
}

/* sfdisk permits these two to be empty, but no other field with a name. */
static bool may_be_empty(enum field field)
{
	return field == FIELD_START || field == FIELD_SIZE;
}

static int need_value(enum field field, const char *word, const char *value,
		      struct error *error)
{
	if (*value || may_be_empty(field))
		return 0;
	return error_input(error, "\"%s\" has no value", word);
}

static int read_fields(const struct script *script, struct part_request *part,
		       const char *line, struct error *error)
{
	/* sfdisk takes a line with "=" for one with names. */
	const bool with_names = strchr(line, '=') != NULL;
	enum field position = FIELD_START;

	while (isspace((unsigned char)*line))
		line++;
	for (const char *at = line; *at; at = script_skip_separator(at)) {
		_cleanup_text_ struct text word = {};
		_cleanup_free_ char *value = NULL;
		enum field field = position;
		int named;

		at = script_take_field(at, &word);
		if (!at)
			return error_input(error, "a quotation mark is missing");
		text_add(&word, "", 0);
		named = named_field(word.s, with_names, &field, &value);
		if (named < 0)
			return error_input(error, "unknown field \"%s\"", word.s);
		if (named > 0 && need_value(field, word.s, value, error) < 0)
			return -1;
		if (named == 0) {
			if (position > FIELD_BOOTABLE)
				return error_input(
					error,
					"a line has at most four unnamed fields; the fifth is \"%s\"",
					word.s);
			value = xstrdup(word.s);
			position++;
		}
		if (set_field(script, part, field, value, error) < 0)
			return -1;
	}
	return 0;
}

/* The number at the end of a device's name: "/dev/vda5", "disk.img3", "nvme0n1p2". */
static unsigned trailing_number(const char *device)
{
	size_t n = strlen(device), at = n;
	uint32_t number;

	while (at > 0 && isdigit((unsigned char)device[at - 1]))
		at--;
	if (at == n || !parse_u32(device + at, &number) || number > REQUEST_MAX_TABLE)
		return 0;
	return number;
}

static bool is_extended(const struct part_request *part)
{
	struct guid guid;
	uint8_t code;

	return part->type && type_parse(LABEL_DOS, part->type, &guid, &code) &&
	       is_extended_code(code);
}

/* As in sfdisk, the extended partition comes before its logical ones. */
static int need_extended(const struct script *script, const struct part_request *part,
			 struct error *error)
{
	const struct disk_request *request = script->request;

	if (request->label != LABEL_DOS || part->number < 5)
		return 0;
	for (size_t i = 0; i < request->parts.n; i++)
		if (is_extended(&request->parts.v[i]))
			return 0;
	return error_input(
		error,
		"partition %u is logical, but the extended partition does not come before it; sfdisk refuses this order; move the line",
		part->number);
}

static int read_partition(struct script *script, const char *line, struct error *error)
{
	struct part_request *part = vec_add(&script->request->parts);
	const char *colon = strchr(line, ':');

	if (!script->request->has_label)
		script->request->label = LABEL_DOS; /* sfdisk's default */
	part->line = script->line;
	part->at = AT_START;
	part->has_at = true;
	/*
	 * A colon before any "=" or "," ends the device's name; the one in "GUID:60"
	 * comes later.
	 */
	if (colon && strcspn(line, "=,") > (size_t)(colon - line)) {
		_cleanup_free_ char *device = trimmed(line, (size_t)(colon - line));

		part->number = trailing_number(device); /* 0: the next free one */
		line = colon + 1;
		if (line[strspn(line, " \t")] == '\0')
			return error_input(error, "nothing follows \"%s:\"", device);
	}
	if (read_fields(script, part, line, error) < 0)
		return -1;
	if (part->size != PART_FIXED || part->size_bytes > 0)
		return need_extended(script, part, error);
	/* An empty slot of an old dump. */
	if (part->has_start && part->start_bytes == 0) {
		free(part->type);
		free(part->name);
		script->request->parts.n--;
		return 0;
	}
	return error_input(error, "size=0: must be above 0");
}

/* "0x1badb002", or decimal. */
static int set_label_id(struct disk_request *request, const char *value,
			struct error *error)
{
	_cleanup_free_ char *hexadecimal = NULL;
	uint64_t id;

	if (!script_number(value, &id) || id > UINT32_MAX || request->label == LABEL_GPT)
		return disk_request_set(request, "uuid", value, error);
	hexadecimal = xasprintf("0x%08jx", (uintmax_t)id);
	return disk_request_set(request, "uuid", hexadecimal, error);
}

/* Bytes, with or without a unit. */
static int set_grain(struct disk_request *request, const char *value, struct error *error)
{
	_cleanup_free_ char *bytes = NULL;
	uint64_t n;

	if (script_number(value, &n))
		bytes = xasprintf("%juB", (uintmax_t)n);
	return disk_request_set(request, "align", bytes ? bytes : value, error);
}

static int read_header(struct script *script, const char *name, const char *value,
		       struct error *error)
{
	static const struct {
		const char *name, *key; /* NULL: ignored */
	} rows[] = {
		{"label", "label"},
		{"first-lba", "first-lba"},
		{"last-lba", "last-lba"},
		{"table-length", "entries"},
		{"sector-size", "sector-size"},
		{"device", NULL},
	};

	if (streq(name, "unit"))
		return streq(value, "sectors")
			       ? 0
			       : error_input(error,
					     "unit: %s: only sectors are supported",
					     value);
	if (streq(name, "label-id"))
		return set_label_id(script->request, value, error);
	if (streq(name, "grain"))
		return set_grain(script->request, value, error);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(name, rows[i].name))
			return rows[i].key ? disk_request_set(script->request,
							      rows[i].key, value, error)
					   : 0;
	return error_input(error, "unknown header \"%s\"", name);
}

static bool is_header(const char *line, const char *colon)
{
	for (const char *at = line; at < colon; at++)
		if (!isalpha((unsigned char)*at) && *at != '-')
			return false;
	return colon > line;
}

static int read_line(struct script *script, const char *line, struct error *error)
{
	const char *colon = strchr(line, ':');

	if (!*line || *line == '#')
		return 0;
	if (!script->in_partitions && colon && is_header(line, colon)) {
		_cleanup_free_ char *name = trimmed(line, (size_t)(colon - line));
		_cleanup_free_ char *value = trimmed(colon + 1, strlen(colon + 1));

		return read_header(script, name, value, error);
	}
	script->in_partitions = true;
	if (script->request->parts.n >= REQUEST_MAX_ENTRIES)
		return error_input(error,
				   "the script has more than %d partitions, the limit",
				   REQUEST_MAX_ENTRIES);
	return read_partition(script, line, error);
}

/* A GPT whose last usable block is known needs no size: the backup comes after it. */
static void infer_size(struct disk_request *request)
{
	uint64_t array = ((uint64_t)request->n_entries * GPT_ENTRY_BYTES +
			  request->sector_bytes - 1) /
			 request->sector_bytes;
	uint64_t sectors;

	if (request->size_bytes || request->minimal || request->label != LABEL_GPT ||
	    !request->last_lba)
		return;
	if (__builtin_add_overflow(request->last_lba, array + 2, &sectors) ||
	    sectors > INT64_MAX / request->sector_bytes)
		return;
	request->size_bytes = sectors * request->sector_bytes;
}

int disk_request_read_script(const char *name, const char *bytes, size_t n,
			     struct disk_request *request, struct error *error)
{
	struct script script = {.name = name, .request = request};

	free(request->file);
	request->file = xstrdup(name);
	request->exact = true;
	if (memchr(bytes, '\0', n))
		return error_input(error, "%s: is not text: it contains NUL bytes", name);
	for (size_t at = 0; at < n;) {
		const char *newline = memchr(bytes + at, '\n', n - at);
		size_t length = newline ? (size_t)(newline - bytes) - at : n - at;
		_cleanup_free_ char *line = trimmed(bytes + at, length);

		script.line++;
		if (read_line(&script, line, error) < 0)
			return error_wrap(error, "%s:%ld", name, script.line);
		at += length + 1;
	}
	infer_size(request);
	return 0;
}
