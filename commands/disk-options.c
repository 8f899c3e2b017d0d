/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/disk-options.h"

#include "base/file.h"
#include "partition/disk-request-read.h"

const struct option_row disk_request_rows[] = {
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
	 "cluster size of the image; the default alignment is a multiple of it",
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
		    request_set_flag(&flags->list.v[i], request, error) < 0)
			return -1;
	return 0;
}

int request_from_flags(const struct request_flags *flags, const char *path,
		       struct disk_request *request, struct error *error)
{
	if (set_basics(flags, request, error) < 0 ||
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
