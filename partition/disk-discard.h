/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-discard.h - how a block device takes discards, as lsblk -D shows it. */
#pragma once

#include <stdint.h>

/* All 0: it takes none, or it is not a block device. */
struct disk_discard {
	uint64_t granularity_bytes; /* the least that a discard frees */
	uint64_t max_bytes;         /* of one discard */
	uint64_t alignment_bytes;   /* from its beginning to the first multiple of that */
};

/* Of the device with this number, from sysfs. */
struct disk_discard disk_discard_read(uint64_t device_number);
/* From byte @start to the next one where a unit of discards begins; 0: one begins there.
 */
uint64_t disk_discard_gap(const struct disk_discard *discard, uint64_t start);
/*
 * The unit that partitions should be aligned to, 0: none. Granularities that no alignment
 * of at most 64 MiB can respect are ignored; some adapters report such.
 */
uint64_t disk_discard_unit(const struct disk_discard *discard);
