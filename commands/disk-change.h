/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-change.h - shared by the commands that change an existing disk. */
#pragma once

#include "base/option.h"
#include "partition/commit.h"
#include "partition/content.h"
#include "partition/disk-open.h"
#include "partition/inspect.h"

struct change_wish {
	struct disk_wish disk;
	const char *journal;   /* NULL: next to the image */
	uint32_t sector_bytes; /* 0: detect it */
	bool force;            /* known content does not stop it */
};

/* The options that fill it, for the tables of those commands. */
extern const struct option_row change_rows[];
#define FORCE_SUMMARY                                                                    \
	"write even if there is a reason not to; refused if the image is in use"
/* The setter of --format; its field is a struct disk_wish. */
option_setter disk_set_format;
/* That of --sector-size; its field is a uint32_t. */
option_setter disk_set_sector_size;

/* A disk that is open and locked for a change. Owns everything in it. */
struct changed_disk {
	struct disk_io *io;
	struct disk_kind kind;
	char *journal;
	struct inspection seen;
	struct report report;  /* of reading it */
	bool kernel_keeps_old; /* the kernel keeps the old partitions */
};

/*
 * Opens @path for writing and reads its table. Errors in addition to those of disk_open:
 * an earlier change is not finished; a block device without --journal.
 */
int change_begin(const char *path, const struct change_wish *wish,
		 struct changed_disk *ret, struct error *error) _must_check_;
/* What partitions should be aligned to: qcow2 clusters or units of discards; 0: none. */
uint64_t change_unit_bytes(const struct changed_disk *disk);
/* Error, with the first finding as its reason, unless the table may be edited. */
int change_need_editable(const struct changed_disk *disk, struct error *error)
	_must_check_;
/* Carries out a patch; @wanted is the table afterwards, NULL if it does not change. */
int change_commit(struct changed_disk *disk, const struct patch *patch,
		  const struct partition_table *wanted, struct error *error) _must_check_;
/*
 * Adds everything that the whole disk is recognized as, including its table as we read
 * it.
 */
int change_survey(struct changed_disk *disk, struct contents *ret, struct error *error)
	_must_check_;
/*
 * The path for the sidecar of this image; owned by the caller, NULL with *error filled
 * in.
 */
char *change_journal(const char *path, const struct change_wish *wish,
		     struct error *error) _must_check_;
/* Error if an earlier change is not finished. */
int change_need_closed(const char *path, const char *journal, struct error *error)
	_must_check_;
/*
 * Makes the kernel read the new table of a block device. change_end() reports the result.
 */
void change_announce(struct changed_disk *disk);
/*
 * Closes the disk, before anything is printed about it, and warns if the kernel still
 * uses the old partitions of @path. Error: that of disk_end(). The change was made
 * nevertheless, so its result should still be printed.
 */
int change_end(struct changed_disk *disk, const char *path, struct error *error)
	_must_check_;
/* Says so on standard error if an MBR cannot use the end of the disk. */
void change_say_limit(const char *path, const struct partition_table *table);
void changed_disk_free(struct changed_disk *disk);
#define _cleanup_changed_disk_ _cleanup_(changed_disk_free)
