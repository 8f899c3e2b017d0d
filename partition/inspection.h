/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspection.h - what is asked of a disk, and what inspect found there. */
#pragma once

#include "partition/partition-table.h"

#define GPT_HEADER_BYTES    92
#define GPT_MAX_ARRAY_BYTES (4u << 20)
#define DOS_MAX_LOGICAL     60 /* as many as libfdisk takes */
#define DOS_BOOT_CODE_BYTES 440
#define DOS_SIGNATURE_AT    440
#define DOS_ENTRIES_AT      446
#define DOS_ENTRY_BYTES     16
#define DOS_PROTECTIVE      0xee

enum gpt_copy { GPT_PRIMARY, GPT_BACKUP };

/* A header as it stands on disk, its fields checked. */
struct gpt_header {
	bool good;  /* signature, checksums, and all fields within bounds */
	bool found; /* a signature was there */
	uint64_t my_lba, alternate_lba, first_usable_lba, last_usable_lba;
	struct guid disk_guid;
	uint64_t entries_lba;
	uint32_t n_entries, entry_bytes, entries_crc;
};

/* Owns the table. */
struct inspection {
	struct partition_table table; /* LABEL_NONE if there is none to be had */
	struct gpt_header gpt[2];
	bool grown;      /* the backup GPT stands where the disk ended once */
	bool cut_off;    /* it ends before its GPT does */
	bool hybrid;     /* GPT with MBR entries beside the protective one */
	bool protective; /* the protective MBR is as it should be */
	bool opaque;     /* an entry has bytes that the table cannot say */
	bool intact;     /* the table has no finding of severity error */
	char *foreign;   /* another kind of table is there: "sun"; owned, else NULL */
	bool editable;   /* intact, both copies of a GPT agree, not hybrid, not opaque */
	uint8_t boot_code[DOS_BOOT_CODE_BYTES];
};

struct inspect_question {
	uint32_t sector_bytes;  /* 512 or 4096 to take it from the user; 0: find out */
	uint64_t grain_bytes;   /* boundaries that starts and ends should keep; 0: none */
	const char *grain_name; /* what they are: "physical sector" */
	bool backup_only;       /* as if a GPT had no primary copy */
};

void inspection_free(struct inspection *inspection);
#define _cleanup_inspection_ _cleanup_(inspection_free)
