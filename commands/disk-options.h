/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-request.h - the options that say what is to be on a disk, the same for plan,
 * create and add.
 */
#pragma once

#include "base/option.h"
#include "partition/disk-request.h"

/* The first rows of a command's table; its own begin at REQUEST_ROWS_N. */
enum request_row {
	REQUEST_SIZE,
	REQUEST_MINIMAL,
	REQUEST_LABEL,
	REQUEST_PART,
	REQUEST_SECTOR_SIZE,
	REQUEST_ALIGN,
	REQUEST_ALIGN_AT,
	REQUEST_RULE,
	REQUEST_CLUSTER_SIZE,
	REQUEST_FIRST_LBA,
	REQUEST_ENTRIES,
	REQUEST_SEED,
	REQUEST_UUID_RULE,
	REQUEST_UUID,
	REQUEST_ROWS_N,
};

/* clang-format off */
#define REQUEST_ROWS \
	[REQUEST_SIZE] = { "size", 's', "SIZE", "how large the disk is" }, \
	[REQUEST_MINIMAL] = { "minimal", 'm', NULL, "as small as the partitions allow" }, \
	[REQUEST_LABEL] = { "label", 'l', "LABEL", "kind of table (default gpt)", "gpt|dos|mbr" }, \
	[REQUEST_PART] = { "part", 'p', "KEY=VALUE,...", "a partition; repeat" }, \
	[REQUEST_SECTOR_SIZE] = { "sector-size", 0, "N", "512 (default) or 4096", "512|4096" }, \
	[REQUEST_ALIGN] = { "align", 'a', "SIZE", "boundaries (default 1MiB); repeated: least common multiple" }, \
	[REQUEST_ALIGN_AT] = { "align-at", 0, "WHERE", "which ends lie on boundaries (default both)", ALIGN_AT_NAMES }, \
	[REQUEST_RULE] = { "rule", 0, "RULE", "how ends are aligned (default tight)", ALIGN_RULES }, \
	[REQUEST_CLUSTER_SIZE] = { "cluster-size", 0, "SIZE", "of the image; the default boundaries are multiples" }, \
	[REQUEST_FIRST_LBA] = { "first-lba", 0, "N", "first block that a partition may take" }, \
	[REQUEST_ENTRIES] = { "entries", 0, "N", "slots in the GPT (default 128)" }, \
	[REQUEST_SEED] = { "seed", 0, "STRING", "make UUIDs from this, not at random" }, \
	[REQUEST_UUID_RULE] = { "uuid-rule", 0, "RULE", "how, with a seed: own or systemd-repart's", UUID_RULE_NAMES }, \
	[REQUEST_UUID] = { "uuid", 0, "UUID", "the disk's UUID, or 0xSIGNATURE of an MBR" }
/* clang-format on */

/* What was given so far, in order; zero it first. Values are borrowed. */
struct request_flags {
	const char *values[REQUEST_ROWS_N]; /* those that are given once */
	VEC(struct request_flag {
		int row;
		const char *value;
	})
	list;
};

/* True, and notes it, if @row is one of these options. */
bool request_flag(struct request_flags *flags, int row, const char *value);
/*
 * The request: of the file @path (NULL: none), then of the flags. @request has been
 * initialised.
 */
int request_from_flags(const struct request_flags *flags, const char *path,
		       struct disk_request *request, struct error *error) _must_check_;
void request_flags_free(struct request_flags *flags);
#define _cleanup_request_flags_ _cleanup_(request_flags_free)
