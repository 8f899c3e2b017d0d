/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * content.h - what is on a disk, or in a part of it, as others recognise it: file
 * systems, swap, members of RAIDs and volume groups, encrypted volumes, and partition
 * tables of any kind. Read before something is written over it.
 */
#pragma once

#include "base/text.h"
#include "base/vec.h"
#include "partition/disk-io.h"

enum signature_kind {
	SIGNATURE_TABLE,      /* a partition table */
	SIGNATURE_FILESYSTEM, /* what can be mounted */
	SIGNATURE_MEMBER,     /* of a RAID or of a volume group */
	SIGNATURE_CRYPTO,     /* an encrypted volume */
	SIGNATURE_OTHER,      /* swap, ... */
};

/* The bytes by which one is recognised. */
struct signature {
	enum signature_kind kind;
	char *type;      /* owned; libblkid's word: "ext4", "LVM2_member", "sun" */
	uint64_t offset; /* in bytes from the start of the disk */
	uint32_t n_bytes;
};

/* Owned, in the order in which they were found. Zero it. */
struct contents {
	VEC(struct signature) list;
};

/*
 * Adds what bytes [@start, @end) of the disk are recognised as, each time a signature
 * occurs: the second copy of a superblock is one more. libblkid gets a copy of the first
 * 4 MiB and of the last MiB of the range and nothing else; a few kinds of table that it
 * does not know (Amiga, DASD, PC-98), and DDF RAIDs, are found by their magic. Fault:
 * reading fails.
 */
int contents_find(struct disk_io *io, uint64_t start, uint64_t end, struct contents *ret,
		  struct error *error) _must_check_;
/* Adds one that was seen in another way; @type is copied. */
void contents_add(struct contents *contents, enum signature_kind kind, const char *type);
/* The first of this kind, borrowed, or NULL. */
const struct signature *contents_first(const struct contents *contents,
				       enum signature_kind kind);
/* "sun partition table, ext4 file system", each type once; nothing for none. */
void text_add_contents(struct text *text, const struct contents *contents);
/* The same words for one of them: "ext4 file system". */
void text_add_signature(struct text *text, const struct signature *signature);
void contents_free(struct contents *contents);
#define _cleanup_contents_ _cleanup_(contents_free)

/* What inspect.c asks for: one answer each, NULL if there is none. Owned. */
struct whole_content {
	char *type;      /* as libblkid calls it, or "several file systems at once" */
	char *table;     /* the kind of its partition table: "dos", "sun", "mac", ... */
	uint64_t offset; /* of the signature of @type, in bytes; 0 if it has none */
};
int content_find(struct disk_io *io, struct whole_content *ret, struct error *error)
	_must_check_;
void whole_content_free(struct whole_content *content);
#define _cleanup_whole_content_ _cleanup_(whole_content_free)
