/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fill.h - the content of the partitions of a new image: a copy of a file, or a file
 * system, empty or filled from a folder, without root.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "partition/filling.h"

/* Zero it before use, and free it. At most one fill per partition. */
struct fill_list {
	VEC(struct fill) list;
};

/*
 * "FILE=3", "ext4=3" or "DIR=3": the last "=" is the separator, the number is the
 * partition. copy_files adds to the format, in either order.
 */
enum fill_kind { FILL_POPULATE, FILL_FORMAT, FILL_COPY_FILES };
int fill_add(struct fill_list *fills, enum fill_kind kind, const char *value,
	     struct error *error) _must_check_;
/* "FILE=8KiB": a file that is copied to a place outside all partitions. */
int fill_add_blob(struct fill_list *fills, const char *value, struct error *error)
	_must_check_;
void fill_list_free(struct fill_list *fills);
/* The partitions exist, the formats are known, and folders come only with a format. */
int fill_check(const struct fill_list *fills, const struct partition_table *table,
	       struct error *error) _must_check_;
/*
 * Makes a read-only file system in a scratch file in the target's folder, to learn its
 * size. The target's fd is not used.
 */
int fill_size(const struct fill *fill, const struct fill_target *target,
	      uint32_t sector_bytes, uint64_t *ret_bytes, struct error *error)
	_must_check_;
/* Writes all of them. Zeros stay holes. */
int fill_all(const struct fill_list *fills, const struct partition_table *table,
	     const struct fill_target *target, struct error *error) _must_check_;
