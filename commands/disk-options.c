/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/disk-options.h"

#include "base/file.h"
#include "partition/disk-request-read.h"

static const char *const keys[REQUEST_ROWS_N] = {
	[REQUEST_SIZE] = "size",           [REQUEST_MINIMAL] = "minimal",
	[REQUEST_LABEL] = "label",         [REQUEST_SECTOR_SIZE] = "sector-size",
	[REQUEST_ALIGN] = "align",         [REQUEST_ALIGN_AT] = "align-at",
	[REQUEST_RULE] = "rule",           [REQUEST_CLUSTER_SIZE] = "cluster-size",
	[REQUEST_FIRST_LBA] = "first-lba", [REQUEST_ENTRIES] = "entries",
	[REQUEST_SEED] = "seed",           [REQUEST_UUID_RULE] = "uuid-rule",
	[REQUEST_UUID] = "uuid",
};

bool request_flag(struct request_flags *flags, int row, const char *value)
{
	if (row < 0 || row >= REQUEST_ROWS_N)
		return false;
	*vec_add(&flags->list) =
		(struct request_flag){row, row == REQUEST_MINIMAL ? "yes" : value};
	flags->values[row] = vec_last(&flags->list)->value;
	return true;
}

void request_flags_free(struct request_flags *flags)
{
	vec_free(&flags->list);
}

/* The label and the sector size first: types and "2048s" are read by them. */
static int set_basics(const struct request_flags *flags, struct disk_request *request,
		      struct error *error)
{
	static const enum request_row basics[] = {REQUEST_LABEL, REQUEST_SECTOR_SIZE};

	for (size_t i = 0; i < ARRAY_SIZE(basics); i++) {
		const char *value = flags->values[basics[i]];

		if (value && disk_request_set(request, keys[basics[i]], value, error) < 0)
			return error_wrap(error, "--%s", keys[basics[i]]);
	}
	return 0;
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
		return error_input(error, "%s says label %s, --label says %s", path,
				   label_name(request->label), label_name(before.label));
	if (before.sector_bytes != 512 && request->sector_bytes != before.sector_bytes)
		return error_input(error, "%s and --sector-size disagree", path);
	return 0;
}

static int set_rest(const struct request_flags *flags, struct disk_request *request,
		    struct error *error)
{
	for (size_t i = 0; i < flags->list.n; i++) {
		int row = flags->list.v[i].row;
		const char *value = flags->list.v[i].value;

		if (row == REQUEST_PART && request->parts.n >= REQUEST_MAX_ENTRIES)
			return error_input(error, "more than %d partitions",
					   REQUEST_MAX_ENTRIES);
		if (row == REQUEST_PART
			    ? disk_request_add_part(request, value, error) < 0
			    : row != REQUEST_LABEL && row != REQUEST_SECTOR_SIZE &&
				      disk_request_set(request, keys[row], value, error) <
					      0)
			return -1;
	}
	return 0;
}

int request_from_flags(const struct request_flags *flags, const char *path,
		       struct disk_request *request, struct error *error)
{
	if (set_basics(flags, request, error) < 0 ||
	    (path && read_request_file(path, request, error) < 0))
		return -1;
	/* A size on the command line replaces the one in the file, and so does --minimal.
	 */
	if (flags->values[REQUEST_SIZE])
		request->minimal = false;
	if (flags->values[REQUEST_MINIMAL])
		request->size_bytes = 0;
	return set_rest(flags, request, error);
}
