/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* filling.h - what one partition is filled with, and where it is written. */
#pragma once

#include "base/progress.h"
#include "partition/part-content.h"
#include "partition/partition-table.h"

#define FILL_FORMATS "ext2, ext3, ext4, vfat, swap, btrfs, xfs, squashfs or erofs"

/* Owns its strings. */
struct fill {
	unsigned number;  /* of the partition */
	char *populate;   /* a file; NULL: make a file system */
	char *format;     /* "ext4" */
	char *copy_files; /* a folder; NULL: empty */
	/* Several sources instead of a folder, borrowed; NULL: none. */
	const struct part_content *content;
	struct guid uuid; /* of the file system; zero: random, or derived from the seed */
	/* Not a partition: @populate is copied to this place outside all of them. */
	bool is_blob;
	uint64_t offset_bytes;
};

/* Where everything is written. */
struct fill_target {
	int fd;           /* the raw image */
	int folder_fd;    /* where scratch files are created */
	const char *seed; /* UUIDs and times of file systems are derived from it; NULL */
	struct progress *progress; /* NULL: no progress is reported */
};

/* The partition that is filled, and its position. */
struct filling {
	const struct fill *fill;
	const struct partition_table *table;
	const struct partition *partition;
	const struct fill_target *target;
};

/* fill-format.c: whether we can make this file system, and copy files into it. */
bool fill_knows_format(const char *format);
bool fill_copies_into(const char *format);
/*
 * Whether files that an ordinary user copies into it belong to root there. Otherwise they
 * keep their owner. What root copies, also in a user namespace or under fakeroot, always
 * keeps its owner.
 */
bool fill_gives_to_root(const char *format);
/* Read-only file systems, whose size follows from what is in them. */
bool fill_sizes_itself(const char *format);
