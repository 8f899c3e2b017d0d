/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/disk-options.h"

#include "base/file.h"
#include "base/streams.h"
#include "partition/definition.h"
#include "partition/disk-request-read.h"
#include "partition/fill-parts.h"
#include "partition/types.h"

const struct option_row disk_request_rows[] = {
	{"definitions", 0, "DIR",
	 "take the partitions from the files *.conf in DIR (repart.d(5)); can be repeated",
	 SET_BY(request_keep)},
	{"architecture", 0, "ARCH",
	 "with --definitions: the architecture of root and usr (default: this machine's)",
	 SET_BY(request_keep)},
	{"copy-source", 0, "DIR",
	 "with --definitions: where the sources of CopyFiles= are (default /)",
	 SET_BY(request_keep)},
	{"repart-version", 0, "VERSION",
	 "with --definitions: which systemd-repart to follow (default 257)",
	 DEFINITION_VERSIONS, SET_BY(request_keep)},
	{"size", 's', "SIZE", "size of the disk", SET_BY(request_keep)},
	{"minimal", 'm', NULL, "make the disk as small as the partitions allow",
	 SET_BY(request_keep)},
	{"label", 'l', "LABEL", "type of partition table (default gpt)", "gpt|dos|mbr",
	 SET_BY(request_keep)},
	{"part", 'p', "KEY=VALUE,...", "a partition; can be repeated",
	 SET_BY(request_keep)},
	{"sector-size", 0, "N", "512 (default) or 4096", "512|4096",
	 SET_BY(request_keep)},
	{"align", 'a', "SIZE",
	 "alignment (default 1MiB); if repeated, the least common multiple",
	 SET_BY(request_keep)},
	{"align-at", 0, "WHERE", "which ends to align (default both)", ALIGN_AT_NAMES,
	 SET_BY(request_keep)},
	{"rule", 0, "RULE", "how ends are aligned (default tight)", ALIGN_RULES,
	 SET_BY(request_keep)},
	{"cluster-size", 0, "SIZE",
	 "cluster size of the image, or unit of discards of the disk; the default alignment is a multiple of it",
	 SET_BY(request_keep)},
	{"first-lba", 0, "N", "first block that a partition may use",
	 SET_BY(request_keep)},
	{"entries", 0, "N", "number of slots in the GPT (default 128)",
	 SET_BY(request_keep)},
	{"seed", 0, "STRING",
	 "derive UUIDs from STRING instead of generating them at random",
	 SET_BY(request_keep)},
	{"uuid-rule", 0, "RULE",
	 "how to derive UUIDs from the seed: by virt-layout's rule or by that of systemd-repart",
	 UUID_RULE_NAMES, SET_BY(request_keep)},
	{"uuid", 0, "UUID", "the disk's UUID, or 0xSIGNATURE of an MBR",
	 SET_BY(request_keep)},
	{},
};

int request_keep(void *target, const struct option_row *row, const char *value,
		 struct error *error)
{
	struct request_flags *flags = target;

	(void)error;
	*vec_add(&flags->list) =
		(struct request_flag){row->name, row->arg ? value : "yes"};
	return 0;
}

void request_flags_free(struct request_flags *flags)
{
	vec_free(&flags->list);
}

/* The value that was given last; NULL: none. */
static const char *last_value(const struct request_flags *flags, const char *key)
{
	for (size_t i = flags->list.n; i > 0; i--)
		if (streq(flags->list.v[i - 1].key, key))
			return flags->list.v[i - 1].value;
	return NULL;
}

int request_set_option(struct disk_request *request, const char *name, const char *value,
		       struct error *error)
{
	if (disk_request_set(request, name, value, error) < 0)
		return option_wrap(error, name, value);
	return 0;
}

/* Parsing types and "2048s" depends on them, so they come before everything else. */
static const char *const basics[] = {"label", "sector-size"};

static int set_basics(const struct request_flags *flags, struct disk_request *request,
		      struct error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(basics); i++) {
		const char *value = last_value(flags, basics[i]);

		if (value && request_set_option(request, basics[i], value, error) < 0)
			return -1;
	}
	return 0;
}

/* What belongs to definitions, and what else may be given with them. */
static const char *const definition_keys[] = {"definitions", "architecture",
					      "copy-source", "repart-version"};
static const char *const with_definitions[] = {"size",        "minimal",      "label",
					       "sector-size", "cluster-size", "seed",
					       "uuid-rule",   "uuid"};

static bool is_in(const char *key, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (streq(keys[i], key))
			return true;
	return false;
}

static bool is_of_definitions(const char *key)
{
	return is_in(key, definition_keys, ARRAY_SIZE(definition_keys));
}

static int check_with_definitions(const struct request_flags *flags, const char *path,
				  const struct disk_request *request, struct error *error)
{
	if (path)
		return error_input(
			error, "%s: a request and --definitions are mutually exclusive",
			path);
	if (request->label != LABEL_GPT)
		return error_input(error, "--label dos: definitions need a GPT");
	for (size_t i = 0; i < flags->list.n; i++) {
		const char *key = flags->list.v[i].key;

		if (!is_of_definitions(key) &&
		    !is_in(key, with_definitions, ARRAY_SIZE(with_definitions)))
			return error_input(
				error,
				"--%s and --definitions are mutually exclusive: partitions are placed as systemd-repart does",
				key);
	}
	return 0;
}

/* Known as the architecture of a type. */
static int check_architecture(const char *name, struct error *error)
{
	_cleanup_free_ char *type = xasprintf("root-%s", name ? name : "x86-64");
	struct guid guid;
	uint8_t code;

	return type_parse(LABEL_GPT, type, &guid, &code)
		       ? 0
		       : option_error(
				 error, "architecture", name,
				 "is not an architecture that repart.d(5) lists, such as x86-64 or arm64");
}

enum definition_version request_repart_version(const struct request_flags *flags)
{
	const char *version = last_value(flags, "repart-version");

	return version && streq(version, "252") ? REPART_252 : REPART_257;
}

/* The request of --definitions, if it is given. */
static int read_definitions(const struct request_flags *flags, const char *path,
			    struct disk_request *request, struct error *error)
{
	const struct definition_how how = {
		.version = request_repart_version(flags),
		.architecture = last_value(flags, "architecture"),
		.copy_source = last_value(flags, "copy-source"),
	};
	_cleanup_definitions_ struct definition_list list = {.how = &how};
	vec_strings directories = {};
	int rc = 0;

	for (size_t i = 0; i < flags->list.n; i++)
		if (streq(flags->list.v[i].key, "definitions"))
			*vec_add(&directories) = flags->list.v[i].value;
	for (size_t i = 0; i < flags->list.n && directories.n == 0; i++)
		if (is_of_definitions(flags->list.v[i].key))
			return error_input(error, "--%s needs --definitions",
					   flags->list.v[i].key);
	if (directories.n > 0 &&
	    (check_with_definitions(flags, path, request, error) < 0 ||
	     check_architecture(how.architecture, error) < 0 ||
	     definition_read(&directories, &list, error) < 0 ||
	     definition_to_request(&list, request, error) < 0 ||
	     fill_measure_parts(request, error) < 0))
		rc = -1;
	for (size_t i = 0; i < list.notes.n && rc == 0; i++)
		streams_say("%s", list.notes.v[i]);
	vec_free(&directories);
	return rc;
}

void request_settle_size(struct disk_request *request)
{
	const uint64_t before = request->size_bytes;

	if (definition_settle_size(request) && before > 0)
		streams_say(
			"the size was rounded up to %ju bytes, a multiple of %d, as by systemd-repart",
			(uintmax_t)request->size_bytes, (int)ELASTIC_GRAIN);
}

void request_say_dropped(const struct disk_request *request,
			 const struct disk_layout *layout)
{
	for (size_t i = 0; i < layout->dropped.n; i++) {
		const struct part_request *part = &request->parts.v[layout->dropped.v[i]];

		streams_say(
			"%s: does not fit on the disk and is left out, because of Priority=%d",
			part->file, part->elastic.priority);
	}
}

static bool is_basic(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(basics); i++)
		if (streq(basics[i], key))
			return true;
	return false;
}

static int read_request_file(const char *path, struct disk_request *request,
			     struct error *error)
{
	const struct disk_request before = *request;
	_cleanup_text_ struct text text = {};

	if (file_read(path, FILE_LIMIT, &text, error) < 0 ||
	    disk_request_read(path, text.s ? text.s : "", text.n, request, error) < 0)
		return -1;
	for (size_t i = 0; i < request->notes.n; i++)
		streams_say("%s", request->notes.v[i]);
	if (before.label != LABEL_GPT && request->label != before.label)
		return error_input(error, "%s gives label %s, but --label gives %s", path,
				   label_name(request->label), label_name(before.label));
	if (before.sector_bytes != 512 && request->sector_bytes != before.sector_bytes)
		return error_input(
			error,
			"%s: its sector size differs from --sector-size; leave out the option",
			path);
	return 0;
}

int request_set_flag(const struct request_flag *flag, struct disk_request *request,
		     struct error *error)
{
	if (!streq(flag->key, "part"))
		return request_set_option(request, flag->key, flag->value, error);
	if (request->parts.n >= REQUEST_MAX_ENTRIES)
		return error_input(error,
				   "the request has more than %d partitions, the limit",
				   REQUEST_MAX_ENTRIES);
	return disk_request_add_part(request, flag->value, error);
}

static int set_rest(const struct request_flags *flags, struct disk_request *request,
		    struct error *error)
{
	for (size_t i = 0; i < flags->list.n; i++)
		if (!is_basic(flags->list.v[i].key) &&
		    !is_of_definitions(flags->list.v[i].key) &&
		    request_set_flag(&flags->list.v[i], request, error) < 0)
			return -1;
	return 0;
}

int request_from_flags(const struct request_flags *flags, const char *path,
		       struct disk_request *request, struct error *error)
{
	if (set_basics(flags, request, error) < 0 ||
	    read_definitions(flags, path, request, error) < 0 ||
	    (path && read_request_file(path, request, error) < 0))
		return -1;
	/*
	 * A size on the command line overrides the one in the file, and so does
	 * --minimal.
	 */
	if (last_value(flags, "size"))
		request->minimal = false;
	if (last_value(flags, "minimal"))
		request->size_bytes = 0;
	return set_rest(flags, request, error);
}
