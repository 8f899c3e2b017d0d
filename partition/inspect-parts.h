/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspect-parts.h - shared by the files inspect*.c. */
#pragma once

#include "base/finding.h"
#include "partition/disk-io.h"
#include "partition/inspection.h"

/* One pass over a disk. */
struct inspector {
	struct disk_io *io;
	struct inspection *ret;
	struct report *report;
	uint32_t sector_bytes;
	uint64_t n_sectors;
	bool backup_only;
};

/* Adds a finding about @subject (NULL: the disk), which is copied. */
struct finding *inspector_find(struct inspector *in, const char *rule,
			       enum severity severity, const char *subject,
			       const char *format, ...) _printf_(5, 6);
/* Writes "partition 3" into @ret and returns it, for a subject. */
#define SUBJECT_BYTES 32
const char *partition_subject(unsigned number, char ret[static SUBJECT_BYTES]);
/* Reads @n sectors at @lba into @bytes. */
int inspector_read(struct inspector *in, uint64_t lba, uint64_t n, void *bytes,
		   struct error *error) _must_check_;

/*
 * Says, once, that the tables describe parts of an ISO 9660 volume. Such an image boots
 * from optical media, and as a disk through an MBR or a GPT; its partitions may overlap.
 */
void inspector_say_isohybrid(struct inspector *in);

/* inspect-gpt.c: a header at @lba with its fields checked against the disk. */
int gpt_read_header(struct inspector *in, enum gpt_copy copy, uint64_t lba,
		    struct gpt_header *ret, struct error *error) _must_check_;
/* Whether there is a header with a correct checksum at @lba for this sector size. */
int gpt_probe(struct disk_io *io, uint32_t sector_bytes, bool backup, bool *ret,
	      struct error *error) _must_check_;
/* Both copies, their entries and whether they agree; fills in->ret->table. */
int gpt_inspect(struct inspector *in, const uint8_t *sector, struct error *error)
	_must_check_;
/* inspect-entries.c: the array of @header; false, with findings, if it is damaged. */
int gpt_read_entries(struct inspector *in, enum gpt_copy copy,
		     const struct gpt_header *header, struct partition_table *ret,
		     bool *ret_good, struct error *error) _must_check_;
/* inspect-dos.c */
void pmbr_inspect(struct inspector *in, const uint8_t *sector);
int dos_inspect(struct inspector *in, const uint8_t *sector, struct error *error)
	_must_check_;
/* inspect-table.c: overlaps, duplicates, boundaries; for any label. */
void table_inspect(struct inspector *in, const struct inspect_question *question);
