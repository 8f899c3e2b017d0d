/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* inspect-parts.h - shared by the files inspect*.c. */
#pragma once

#include "base/finding.h"
#include "partition/disk-io.h"
#include "partition/inspection.h"

static inline bool has_mbr_signature(const uint8_t *sector)
{
	return sector[510] == 0x55 && sector[511] == 0xaa;
}

/* One pass over a disk. */
struct inspector {
	struct disk_io *io;
	struct inspection *ret;
	struct report *report;
	uint32_t sector_bytes;
	uint64_t n_sectors;
	bool backup_only;
	size_t first; /* finding of the report that is about this disk */
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

/* inspect-gpt.c: whether a header with a correct checksum begins @sector. */
bool gpt_header_whole(const uint8_t *sector, uint32_t sector_bytes);
/* Its fields, unchecked. */
struct gpt_header gpt_header_parse(const uint8_t *sector);
/* A header at @lba with its fields checked against the disk. */
int gpt_read_header(struct inspector *in, enum gpt_copy copy, uint64_t lba,
		    struct gpt_header *ret, struct error *error) _must_check_;
/* Whether there is a header with a correct checksum at @lba for this sector size. */
int gpt_probe(struct disk_io *io, uint32_t sector_bytes, bool backup, bool *ret,
	      struct error *error) _must_check_;
/* Both copies, their entries and whether they agree; fills in->ret->table. */
int gpt_inspect(struct inspector *in, const uint8_t *sector, struct error *error)
	_must_check_;
/* inspect-entries.c: the fixed part of an entry, unchecked; its name is NULL. */
struct partition gpt_entry_parse(const uint8_t *entry, unsigned number);
/*
 * The name in an entry, owned, NULL for none. Lone surrogates are encoded like other
 * characters, so that it is not UTF-8; *ret_good is then false.
 */
char *gpt_entry_name(const uint8_t *entry, bool *ret_good);
/* Replaces lone surrogates by U+FFFD. @name can be NULL. */
void gpt_name_mask(char *name);
/* The array of @header; false, with findings, if it is damaged. */
int gpt_read_entries(struct inspector *in, enum gpt_copy copy,
		     const struct gpt_header *header, struct partition_table *ret,
		     bool *ret_good, struct error *error) _must_check_;
/* inspect-dos.c: one 16-byte entry (UEFI 2.10, table 5-2) of an MBR or EBR. */
struct dos_entry {
	uint8_t flag, code;
	uint32_t start, n; /* as stored */
};
struct dos_entry dos_entry_read(const uint8_t *sector, int index);
void pmbr_inspect(struct inspector *in, const uint8_t *sector);
int dos_inspect(struct inspector *in, const uint8_t *sector, struct error *error)
	_must_check_;
/* Says that a dynamic disk of Windows must not be changed, if the table is one. */
void gpt_check_dynamic(struct inspector *in);
/* inspect-table.c: overlaps, duplicates, boundaries; for any label. */
void table_inspect(struct inspector *in, const struct inspect_question *question);
