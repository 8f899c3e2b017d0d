/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * journal.h - the sidecar: the sectors that a change touches, old and new, kept in a
 * file while the change is under way. It is durable before the first write to the disk
 * and goes away when the last one is, so that whatever happens between can be finished
 * or undone from it.
 */
#pragma once

#include "partition/disk-io.h"
#include "partition/partition-table.h"
#include "partition/patch.h"

/* Owns everything in it. */
struct journal {
	char *image;     /* as the user named it then */
	uint64_t device; /* that the image is on, or the number of the block device */
	uint64_t size_bytes;
	uint64_t inode; /* 0: of a block device, whose node has another after a reboot */
	enum table_label label; /* what the groups of the patch are called */
	struct patch patch;
};

enum journal_state {
	JOURNAL_NONE,    /* no such file */
	JOURNAL_EMPTY,   /* no byte, or zeros: a file system's after a power failure */
	JOURNAL_PARTIAL, /* begins like one: it was cut off before it was durable */
	JOURNAL_WHOLE,
};

/* Where the sidecar of an image lies: beside the file that the path leads to. */
char *journal_path(const char *image) _must_check_;
/*
 * Writes it to a new file, durable with its name when this returns. Faults: something is
 * there already (2), it cannot be written (3); then the file is gone again.
 */
int journal_write(const char *path, const struct journal *journal, struct error *error)
	_must_check_;
/*
 * Reads it; only a whole one fills the zeroed *@ret. Fault: the file cannot be read, or
 * does not begin like a sidecar (2).
 */
int journal_read(const char *path, struct journal *ret, enum journal_state *ret_state,
		 struct error *error) _must_check_;
/* From bytes in memory; false if they are not a whole sidecar. */
bool journal_parse(const uint8_t *bytes, size_t n, struct journal *ret) _must_check_;
/* Removes the file, durably. */
int journal_drop(const char *path, struct error *error) _must_check_;
void journal_free(struct journal *journal);
#define _cleanup_journal_ _cleanup_(journal_free)
