/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspection.h - the question about a disk, and what inspect found. */
#pragma once

#include "partition/partition-table.h"

#define GPT_HEADER_BYTES    92
#define GPT_MAX_ARRAY_BYTES (4u << 20)
#define DOS_MAX_LOGICAL     60 /* the maximum of libfdisk */
#define DOS_BOOT_CODE_BYTES 440
#define DOS_SIGNATURE_AT    440
#define DOS_ENTRIES_AT      446
#define DOS_ENTRY_BYTES     16

enum gpt_copy { GPT_PRIMARY, GPT_BACKUP };

/* A header as stored on disk, its fields checked. */
struct gpt_header {
	bool good;  /* signature, checksums, and all fields within bounds */
	bool found; /* there is a signature */
	uint64_t my_lba, alternate_lba, first_usable_lba, last_usable_lba;
	struct guid disk_guid;
	uint64_t entries_lba;
	uint32_t n_entries, entry_bytes, entries_crc;
};

/* Owns the table. */
struct inspection {
	struct partition_table table; /* LABEL_NONE if there is no usable table */
	struct gpt_header gpt[2];
	bool grown;      /* the backup GPT is where the disk used to end */
	bool cut_off;    /* it ends before its GPT does */
	bool fits;       /* it is cut off, but its partitions are not */
	bool differ;     /* both copies of a GPT are valid, and they differ */
	bool hybrid;     /* GPT with MBR entries in addition to the protective one */
	bool iso;        /* an ISO 9660 volume begins with the disk */
	bool isohybrid;  /* and its tables describe parts of the volume */
	bool protective; /* the protective MBR is as it should be */
	bool opaque;     /* an entry has bytes that the table cannot represent */
	bool intact;     /* the table has no finding of severity error */
	bool no_mbr;   /* block 0 is not an MBR: a file system, another table or format */
	char *foreign; /* there is a table of another type: "sun"; owned, else NULL */
	bool editable; /* intact, both copies of a GPT agree, not
			* isohybrid, not opaque */
	bool hybrid_editable; /* the same, except that the hybrid MBR may be wrong */
	uint8_t boot_code[DOS_BOOT_CODE_BYTES];
};

struct inspect_question {
	uint32_t sector_bytes;  /* 512 or 4096 if the user gave it; 0: detect it */
	uint64_t grain_bytes;   /* boundaries that starts and ends should be on; 0:
				 * none */
	const char *grain_name; /* where they come from: "physical sector" */
	bool backup_only;       /* ignore the primary copy of a GPT */
};

void inspection_free(struct inspection *inspection);
#define _cleanup_inspection_ _cleanup_(inspection_free)
