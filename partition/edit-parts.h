/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edit-parts.h - shared by the files edit*.c. */
#pragma once

#include "partition/disk-io.h"
#include "partition/inspection.h"
#include "partition/patch.h"

/* Groups of the patch, numbered like those of table.h. */
enum edit_group {
	EDIT_BACKUP,  /* GPT: the backup copy; MBR: new EBRs */
	EDIT_PRIMARY, /* GPT: the primary copy; MBR: the sectors that lead to those */
	EDIT_PMBR,    /* GPT: the protective MBR */
};

/* The parts for each label. */
int gpt_edit(struct disk_io *io, const struct inspection *seen,
	     const struct partition_table *wanted, enum gpt_copy from, struct patch *ret,
	     struct error *error) _must_check_;
/* The sector of a header without checksums; what depends on the copy is not in it. */
void gpt_empty_header(const struct partition_table *table, uint8_t ret[static 4096]);
int dos_edit(struct disk_io *io, const struct inspection *seen,
	     const struct partition_table *wanted, struct patch *ret, struct error *error)
	_must_check_;
/* Cylinder, head and sector as packed in an entry; the maximum if they do not fit. */
void edit_put_chs(uint8_t *at, uint64_t lba);
/* Adds the sector at @lba with the content @new. */
int edit_sector(struct disk_io *io, struct patch *patch, uint64_t lba, unsigned group,
		const uint8_t *new, struct error *error) _must_check_;
