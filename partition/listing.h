/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listing.h - the entries of a table as they are, also those that cannot be partitions of
 * the disk: what sfdisk -d lists.
 */
#pragma once

#include "partition/disk-io.h"
#include "partition/inspection.h"

/*
 * Reads the table of a disk that has been inspected (@seen) into a zeroed *@ret;
 * LABEL_NONE if it has none. Entries can end before they begin (then their size is 0, or
 * in a GPT the end is UINT64_MAX), lie outside the disk, overlap, and have the same
 * number of an EBR's partition more than once under different numbers. Names can have
 * lone surrogates, encoded like other characters (listing_mask_names()).
 *
 * A GPT that sfdisk does not accept is listed as inspected, unless the MBR has
 * partitions.
 */
int listing_read(struct disk_io *io, const struct inspection *seen,
		 struct partition_table *ret, struct error *error) _must_check_;
/* Makes the names UTF-8: U+FFFD for lone surrogates. */
void listing_mask_names(struct partition_table *listing);
/* A copy of only those blocks that the disk has. */
struct partition_table listing_on_disk(const struct partition_table *listing);
