/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * content.h - what a disk, or a part of it, contains according to other programs: file
 * systems, swap, members of RAIDs and volume groups, encrypted volumes, and partition
 * tables of any type. It is read before anything is overwritten.
 */
#pragma once

#include "base/text.h"
#include "base/vec.h"
#include "partition/disk-io.h"

enum signature_kind {
	SIGNATURE_TABLE,      /* a partition table */
	SIGNATURE_FILESYSTEM, /* something that can be mounted */
	SIGNATURE_MEMBER,     /* of a RAID or volume group */
	SIGNATURE_CRYPTO,     /* an encrypted volume */
	SIGNATURE_OTHER,      /* swap, ... */
};

/* The bytes that identify one. */
struct signature {
	enum signature_kind kind;
	char *type;      /* owned; libblkid's name: "ext4", "LVM2_member", "sun" */
	uint64_t offset; /* in bytes from the start of the disk */
	uint32_t n_bytes;
};

/* Owned, in the order in which they were found. Zero it before use. */
struct contents {
	VEC(struct signature) list;
};

/*
 * Adds the content of bytes [@start, @end) of the disk, once for each signature; the
 * second copy of a superblock counts separately. libblkid gets a copy of the first 4 MiB
 * and of the last MiB of the range and nothing else; a few types of table that it does
 * not know (Amiga, DASD, PC-98), and DDF RAIDs, are found by their magic. Error: reading
 * fails.
 */
int contents_find(struct disk_io *io, uint64_t start, uint64_t end, struct contents *ret,
		  struct error *error) _must_check_;
/* Adds one that was found in another way; @type is copied. */
void contents_add(struct contents *contents, enum signature_kind kind, const char *type);
/* The first of this class, borrowed, or NULL. */
const struct signature *contents_first(const struct contents *contents,
				       enum signature_kind kind);
/* "sun partition table, ext4 file system", each type once; nothing if the list is
 * empty. */
void text_add_contents(struct text *text, const struct contents *contents);
/* The same text for one of them: "ext4 file system". */
void text_add_signature(struct text *text, const struct signature *signature);
void contents_free(struct contents *contents);
#define _cleanup_contents_ _cleanup_(contents_free)

/* What is on a partition, as libblkid names it; each NULL if it has none. Owned. */
struct volume {
	char *type; /* "ext4", "crypto_LUKS", or "several file systems at once" */
	char *label, *uuid;
};
/* The content of bytes [@start, @end) of the disk. Error: reading fails. */
int volume_find(struct disk_io *io, uint64_t start, uint64_t end, struct volume *ret,
		struct error *error) _must_check_;
void volume_free(struct volume *volume);

/* What inspect.c needs: one answer each, NULL if there is none. Owned. */
struct whole_content {
	char *type;      /* libblkid's name, or "several file systems at once" */
	char *table;     /* the type of its partition table: "dos", "sun", "mac", ... */
	uint64_t offset; /* of the signature of @type, in bytes; 0 if it has none */
};
int content_find(struct disk_io *io, struct whole_content *ret, struct error *error)
	_must_check_;
void whole_content_free(struct whole_content *content);
#define _cleanup_whole_content_ _cleanup_(whole_content_free)
