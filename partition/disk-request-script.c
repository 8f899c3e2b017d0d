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
#include "partition/part.h"
#include "partition/script-field.h"
#include "partition/script-header.h"
#include "partition/script-settle.h"
#include "partition/types.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <strings.h>

struct script {
	long line;
	struct disk_request *request;
	struct script_header header;
	bool in_partitions, is_at_end;
};

/* Bare numbers are sectors; *@ret_bytes need not be whole sectors otherwise. */
static int read_amount(const struct script *script, const char *what, const char *value,
		       uint64_t *ret_bytes, bool *ret_has_unit, struct error *error)
{
	const uint64_t sector = script->request->sector_bytes;
	enum size_answer answer = script_amount(value, ret_bytes, ret_has_unit);

	if (answer == SIZE_OK && !*ret_has_unit &&
	    (__builtin_mul_overflow(*ret_bytes, sector, ret_bytes) ||
	     *ret_bytes > INT64_MAX))
		answer = SIZE_TOO_LARGE;
	if (answer == SIZE_MALFORMED)
		return error_input(
			error,
			"%s=%s: is neither a number of sectors nor an amount such as 512MiB or 4G",
			what, value);
	if (answer != SIZE_OK)
		return error_input(error, "%s=%s: %s", what, value,
				   size_answer_text(answer));
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

#define NO_HYPHENS "it has no hyphens; sfdisk refuses it"

static bool lacks_hyphens(const char *word)
{
	struct guid guid;

	return guid_parse(word, &guid) && !strchr(word, '-');
}

/* As libfdisk reads types in scripts, else by our names. */
static int set_type(const struct script *script, struct part_request *part,
		    const char *word, struct error *error)
{
	const enum table_label label = script->request->label;
	_cleanup_free_ char *known = NULL;

	if (!*word || streq(word, "-"))
		return 0;
	if (label == LABEL_GPT && lacks_hyphens(word))
		return error_input(error, "type=%s: %s", word, NO_HYPHENS);
	known = script_type(label, word);
	return part_request_set(script->request, part, "type", known ? known : word,
				error);
}

static int set_start(const struct script *script, struct part_request *part,
		     const char *value, struct error *error)
{
	bool has_unit;

	if (!*value || streq(value, "-") || streq(value, "+"))
		return 0;
	if (*value == '+' || *value == '-')
		return error_input(
			error,
			"start=%s: a start relative to another one is not supported; sfdisk ignores the sign",
			value);
	part->has_start = true;
	part->has_at = true;
	part->at = AT_NONE;
	if (read_amount(script, "start", value, &part->start_bytes, &has_unit, error) < 0)
		return -1;
	/* As in sfdisk; script-settle.c rounds the sizes. */
	part->start_bytes -= part->start_bytes % script->request->sector_bytes;
	return 0;
}

static int set_size(const struct script *script, struct part_request *part,
		    const char *value, struct error *error)
{
	bool has_unit;

	if (!*value || streq(value, "+") || streq(value, "-")) {
		part->size = PART_SHARE;
		return 0;
	}
	if (value[strlen(value) - 1] == '%')
		return part_request_set(script->request, part, "size", value, error);
	if (*value == '-')
		return error_input(
			error,
			"size=%s: a new partition cannot be reduced; sfdisk ignores the sign",
			value);
	part->size = PART_FIXED;
	value += *value == '+'; /* for a new partition it has no meaning */
	if (read_amount(script, "size", value, &part->size_bytes, &has_unit, error) < 0)
		return -1;
	part->in_sectors = !has_unit;
	return 0; /* one of size 0 is left out */
}

static int set_bootable(const struct script *script, struct part_request *part,
			const char *value, struct error *error)
{
	if (*value && !streq(value, "*") && !streq(value, "+") && !streq(value, "-"))
		return error_input(error, "bootable must be \"*\" or \"-\", not \"%s\"",
				   value);
	if (!*value || streq(value, "-"))
		return 0;
	/* sfdisk ignores it on a GPT. */
	part->active = script->request->label == LABEL_DOS;
	return 0;
}

/* What an MBR cannot hold; sfdisk ignores it silently. */
static bool ignored_field(const struct script *script, enum field field,
			  const char *value)
{
	static const char *const names[] = {
		[FIELD_UUID] = "uuid", [FIELD_NAME] = "name", [FIELD_ATTRS] = "attrs"};

	if (script->request->label != LABEL_DOS || field >= ARRAY_SIZE(names) ||
	    !names[field])
		return false;
	*vec_add(&script->request->notes) =
		xasprintf("%s:%ld: %s=%s is ignored, because an MBR cannot hold it",
			  script->request->file, script->line, names[field], value);
	return true;
}

static int set_field(const struct script *script, struct part_request *part,
		     enum field field, const char *value, struct error *error)
{
	_cleanup_free_ char *name = NULL;

	if (ignored_field(script, field, value))
		return 0;
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
		if (lacks_hyphens(value))
			return error_input(error, "uuid=%s: %s", value, NO_HYPHENS);
		return part_request_set(script->request, part, "uuid", value, error);
	case FIELD_NAME:
		break;
	}
	name = script_unescape(value);
	return part_request_set(script->request, part, "name", name, error);
}

/*
 * Whether @word is "name = value" or, in a line with named fields, just "bootable"; then
 * its value. -1: it has an unknown name, or no name in a line with named fields.
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
		    (!equals && (!named || rows[i].field != FIELD_BOOTABLE)))
			continue;
		*ret = rows[i].field;
		*ret_value = xstrdup(equals ? equals + 1 : "*");
		return 1;
	}
	return equals || named ? -1 : 0;
}

/*
 * sfdisk permits "start=", "size=" and empty fields without names, and with quotation
 * marks only what it then ignores.
 */
static bool may_be_empty(const struct script *script, enum field field, bool named,
			 bool quoted)
{
	if (!quoted)
		return !named || field == FIELD_START || field == FIELD_SIZE;
	return named && (field == FIELD_NAME || field == FIELD_ATTRS ||
			 (field == FIELD_UUID && script->request->label == LABEL_DOS));
}

static int read_fields(const struct script *script, struct part_request *part,
		       const char *line, struct error *error)
{
	/* sfdisk takes a line with "=" for one with names. */
	const bool with_names = strchr(line, '=') != NULL;
	enum field position = FIELD_START;

	while (isspace((unsigned char)*line))
		line++;
	/* sfdisk ignores what follows the fourth unnamed field. */
	for (const char *at = line; *at && position <= FIELD_BOOTABLE;
	     at = script_skip_separator(at)) {
		const char *from = at;
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
		if (named == 0) {
			value = xstrdup(word.s);
			position++;
		}
		if (!*value &&
		    !may_be_empty(script, field, named, at > from && at[-1] == '"'))
			return error_input(error, "\"%s\" has no value", word.s);
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

/* As in sfdisk, the extended partition comes before its logical ones. */
static int need_extended(const struct script *script, const struct part_request *part,
			 struct error *error)
{
	const struct disk_request *request = script->request;

	if (request->label != LABEL_DOS || part->number < 5)
		return 0;
	for (size_t i = 0; i < request->parts.n; i++)
		if (part_asks_extended(&request->parts.v[i]))
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

	part->line = script->line;
	part->at = AT_START;
	part->has_at = true;
	/*
	 * A colon before any "=" or "," ends the device's name; the one in "GUID:60"
	 * comes later.
	 */
	if (colon && strcspn(line, "=,") > (size_t)(colon - line)) {
		_cleanup_free_ char *device = script_trim(line, (size_t)(colon - line));

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
	return error_input(
		error, "size=0: must be above 0; of an empty slot, the start is 0 too");
}

/* As in sfdisk's input, of which a script is a recording; "quit" and "write" end it. */
static bool is_command(const char *line, bool *ret_is_end)
{
	*ret_is_end = streq(line, "write") || streq(line, "quit");
	return *ret_is_end || streq(line, "print") || streq(line, "help");
}

static int finish_headers(struct script *script, bool has_partitions, struct error *error)
{
	long bad = 0;

	if (script->in_partitions)
		return 0;
	script->in_partitions = has_partitions;
	if (script_header_finish(&script->header, has_partitions, script->request, &bad,
				 error) == 0)
		return 0;
	script->line = bad;
	return -1;
}

static int read_line(struct script *script, const char *line, struct error *error)
{
	if (!*line || *line == '#' || is_command(line, &script->is_at_end))
		return 0;
	if (streq(line, "abort"))
		return error_input(error, "the script ends with \"abort\"");
	if (!script->in_partitions && script_is_header(line))
		return script_header_read(&script->header, line, script->line,
					  script->request, error);
	if (finish_headers(script, true, error) < 0)
		return -1;
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

static int read_lines(struct script *script, const char *bytes, size_t n,
		      struct error *error)
{
	for (size_t at = 0; at < n && !script->is_at_end;) {
		const char *newline = memchr(bytes + at, '\n', n - at);
		size_t length = newline ? (size_t)(newline - bytes) - at : n - at;
		_cleanup_free_ char *line = script_trim(bytes + at, length);

		script->line++;
		if (read_line(script, line, error) < 0)
			return error_wrap(error, "%s:%ld", script->request->file,
					  script->line);
		at += length + 1;
	}
	if (finish_headers(script, false, error) < 0)
		return error_wrap(error, "%s:%ld", script->request->file, script->line);
	return 0;
}

int disk_request_read_script(const char *name, const char *bytes, size_t n,
			     struct disk_request *request, struct error *error)
{
	struct script script = {.request = request};
	int rc;

	free(request->file);
	request->file = xstrdup(name);
	request->exact = true;
	if (memchr(bytes, '\0', n))
		return error_input(error, "%s: is not text: it contains NUL bytes", name);
	rc = read_lines(&script, bytes, n, error);
	script_header_free(&script.header);
	if (rc == 0)
		infer_size(request);
	return rc;
}
