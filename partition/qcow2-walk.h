/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * qcow2-walk.h - how the clusters of an existing qcow2 image are used, from its own
 * tables: what the guest's writes will replace in place, and what they will add.
 */
#pragma once

#include "partition/qcow2.h"

/* All numbers are clusters. */
struct qcow2_use {
	uint64_t length;     /* of the file; the last one may be partial */
	uint64_t free;       /* of them, with a reference count of 0 */
	uint64_t compressed; /* guest clusters that are compressed */
	uint64_t shared;     /* guest clusters and L2 tables that a snapshot has too */
	uint64_t leaked;  /* in use, but nothing refers to them; 0 if that is unknown */
	uint64_t wanted;  /* new ones for data and L2 tables when all is written */
	bool damaged;     /* a table cannot be followed; its entries count as missing */
	uint64_t *blocks; /* the refcount table, in host byte order; owned */
	uint64_t n_blocks;
};

/*
 * Reads the L1, L2 and refcount tables of the open image into *@ret. Nothing in them is
 * trusted: an entry that leaves the file counts as missing. Error: reading fails (3).
 */
int qcow2_walk(int fd, const char *name, uint64_t length_bytes,
	       const struct qcow2_header *header, struct qcow2_use *ret,
	       struct error *error) _must_check_;
/*
 * The refcount blocks that must be added when the file gets @more clusters. *@ret_moves:
 * the refcount table is too small for them and moves.
 */
uint64_t qcow2_more_blocks(const struct qcow2_header *header, const struct qcow2_use *use,
			   uint64_t more, bool *ret_moves);
void qcow2_use_free(struct qcow2_use *use);
#define _cleanup_qcow2_use_ _cleanup_(qcow2_use_free)
