/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * journal.h - the sidecar: the sectors that a change touches, old and new, kept in a file
 * while the change is in progress. It is durable before the first write to the disk and
 * is removed when the last one is durable, so that whatever happens in between can be
 * finished or undone from it.
 */
#pragma once

#include "partition/disk-io.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

/* Owns everything in it. */
struct journal {
	char *image;     /* the name that the user gave then */
	uint64_t device; /* of the device that holds the image, or of the block device */
	uint64_t size_bytes;
	uint64_t inode;         /* 0: a block device, whose node has another inode after a
				 * reboot */
	enum table_label label; /* the names of the patch's groups */
	struct patch patch;
};

enum journal_state {
	JOURNAL_NONE,    /* no such file */
	JOURNAL_EMPTY,   /* empty, or zeros: left by a file system after a power
			  * failure */
	JOURNAL_PARTIAL, /* begins like one: it was cut off before it was durable */
	JOURNAL_WHOLE,
};

/* The path of an image's sidecar: next to the file that the path refers to. */
char *journal_path(const char *image) _must_check_;
/*
 * Writes it to a new file, which is durable with its name when this returns. The file
 * gets its name when it is complete, where the file system has files without a name: then
 * a kill leaves no part of it. Errors: the file exists already (2), it cannot be written
 * (3); then the file is removed again.
 */
int journal_write(const char *path, const struct journal *journal, struct error *error)
	_must_check_;
/*
 * Reads it; only a complete sidecar fills the zeroed *@ret. Error: the file cannot be
 * read, or does not begin like a sidecar (2).
 */
int journal_read(const char *path, struct journal *ret, enum journal_state *ret_state,
		 struct error *error) _must_check_;
/* From bytes in memory; false if they are not a complete sidecar. */
bool journal_parse(const uint8_t *bytes, size_t n, struct journal *ret) _must_check_;
/* Removes the file, durably. */
int journal_drop(const char *path, struct error *error) _must_check_;
void journal_free(struct journal *journal);
#define _cleanup_journal_ _cleanup_(journal_free)
