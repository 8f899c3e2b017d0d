/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hybrid.h - a hybrid MBR: up to three partitions of a GPT are in the MBR too, for
 * firmware that reads only an MBR (Raspberry Pi), next to the protective entry.
 */
#pragma once

#include "base/error.h"
#include "partition/disk-io.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

#define HYBRID_MOST 3

/* Zero it before use. */
struct hybrid {
	unsigned numbers[HYBRID_MOST];
	uint8_t codes[HYBRID_MOST]; /* 0: the one that belongs to the partition's type */
	unsigned n;
};

/* "1,3" or "1:0c,3": numbers of partitions, with the type in the MBR. */
int hybrid_parse(const char *string, struct hybrid *ret, struct error *error)
	_must_check_;
/*
 * Writes the entries of the hybrid MBR of @table into sector 0, in place of those that it
 * has; without any partition, of a protective MBR. The rest of the sector does not
 * change. Errors as for hybrid_make.
 */
int hybrid_write(const struct hybrid *hybrid, const struct partition_table *table,
		 uint8_t *sector, struct error *error) _must_check_;
/* The same on the disk @io, in addition to the changes in @patch, which make @table. */
int hybrid_edit(const struct hybrid *hybrid, struct disk_io *io,
		const struct partition_table *table, struct patch *patch,
		struct error *error) _must_check_;
/*
 * Changes the protective MBR in @patch, which makes @table, into a hybrid one: first the
 * protective entry, up to the first of these partitions, then they, as sgdisk --hybrid
 * writes them. Error (2): no such partition, or it is beyond 2^32 sectors.
 */
int hybrid_make(const struct hybrid *hybrid, const struct partition_table *table,
		struct patch *patch, struct error *error) _must_check_;
/*
 * Adapts sector 0 with a hybrid MBR that matches @before to @wanted: partitions that end
 * elsewhere, and a protective entry that reached the end of the disk. Error (2): a
 * partition in it is deleted, or becomes too large.
 */
int hybrid_follow(uint8_t *sector, const struct partition_table *before,
		  const struct partition_table *wanted, struct error *error) _must_check_;
