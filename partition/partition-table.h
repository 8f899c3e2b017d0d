/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * partition-table.h - the content of a partition table, whoever wrote it: planned by
 * layout, read by inspect, encoded by table. Addresses are logical blocks (LBA) of the
 * table's own sector size; ends are inclusive, as on the disk.
 */
#pragma once

#include "base/vec.h"
#include "partition/guid.h"

enum table_label {
	LABEL_NONE,
	LABEL_GPT, /* UEFI 2.10, chapter 5 */
	LABEL_DOS, /* MBR, with EBRs inside the extended partition */
};
/* "gpt", "dos", "none". */
const char *label_name(enum table_label label);

enum partition_kind {
	KIND_PRIMARY, /* all partitions of a GPT */
	KIND_EXTENDED,
	KIND_LOGICAL,
};
const char *kind_name(enum partition_kind kind);

#define GPT_NAME_UNITS    36 /* UTF-16 code units in an entry's name */
#define GPT_ENTRY_BYTES   128
#define GPT_MIN_ENTRIES   128 /* UEFI 2.10, 5.3.1: at least 16 KiB for the array */
#define DOS_FIRST_LOGICAL 5
#define DOS_LAST_LOGICAL  60 /* the last number of libfdisk and the kernel's 63 minors */
#define DOS_PROTECTIVE    0xee

/* GPT attribute bits (UEFI 2.10, table 5-8). */
#define GPT_REQUIRED           (UINT64_C(1) << 0)
#define GPT_NO_BLOCK_IO        (UINT64_C(1) << 1)
#define GPT_LEGACY_BOOT        (UINT64_C(1) << 2)
#define GPT_RESERVED_ATTRIBUTE UINT64_C(0x0000fffffffffff8) /* bits 3-47 */

struct partition {
	unsigned number; /* from 1; logical ones from 5 */
	enum partition_kind kind;
	uint64_t start_lba, end_lba; /* inclusive; end >= start */
	uint64_t ebr_lba;            /* of a logical one: the sector that describes it */
	struct guid type;            /* GPT */
	uint8_t type_code;           /* MBR */
	struct guid uuid;            /* GPT */
	char *name;                  /* GPT, owned UTF-8, NULL for none */
	uint64_t attributes;         /* GPT */
	bool active;                 /* MBR: boot indicator 0x80 */
};

/* Owns everything in it; a zeroed table is LABEL_NONE. */
struct partition_table {
	enum table_label label;
	uint32_t sector_bytes;                      /* 512 or 4096 */
	uint64_t n_sectors;                         /* of the disk */
	struct guid disk_guid;                      /* GPT */
	uint32_t disk_signature;                    /* MBR, bytes 440-443 */
	bool keeps_signature;                       /* not drawn, even if it is 0 */
	uint64_t first_usable_lba, last_usable_lba; /* inclusive */
	uint32_t n_entries;                         /* GPT: slots in the array */
	uint32_t entry_bytes;                       /* of a slot; 0: GPT_ENTRY_BYTES */
	VEC(struct partition) partitions;           /* ascending by number */
};

void partition_table_free(struct partition_table *table);
#define _cleanup_partition_table_ _cleanup_(partition_table_free)

/* Sorts by number. */
void partition_table_sort(struct partition_table *table);
/* The partition with this number, borrowed, or NULL. */
struct partition *partition_table_find(const struct partition_table *table,
				       unsigned number);
/*
 * The first difference between them, as one phrase for a message ("partition 2 ends at
 * 4095, not 4096"), owned by the caller; NULL if they are equal. ebr_lba counts too.
 */
char *partition_table_difference(const struct partition_table *is,
				 const struct partition_table *wanted) _must_check_;
/* Bytes of a slot in the array. */
static inline uint32_t gpt_entry_bytes(const struct partition_table *table)
{
	return table->entry_bytes ? table->entry_bytes : GPT_ENTRY_BYTES;
}
/* Blocks in a partition. */
static inline uint64_t partition_sectors(const struct partition *partition)
{
	return partition->end_lba - partition->start_lba + 1;
}
/* Blocks at the end of the disk that an MBR cannot use, because it is too large. */
static inline uint64_t dos_unusable(const struct partition_table *table)
{
	return table->label == LABEL_DOS && table->n_sectors > table->last_usable_lba + 1
		       ? table->n_sectors - table->last_usable_lba - 1
		       : 0;
}
/* An independent table with the same content. */
struct partition_table partition_table_copy(const struct partition_table *table);
/* Whether both have the same values for this partition. */
bool partition_same(const struct partition *a, const struct partition *b);
