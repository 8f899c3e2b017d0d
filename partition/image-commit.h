/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* image-commit.h - the space that an image may use eventually. */
#pragma once

#include "partition/image-size.h"
#include "partition/qcow2-walk.h"

/* @to may be 0 or 1: unchanged. */
uint64_t image_round_up(uint64_t n, uint64_t to);
/*
 * The commitment of an existing qcow2: from its header, how its clusters are used, the
 * space that its bitmaps use, and the block size of the file system.
 */
void image_commit_existing(struct image_size *size, const struct qcow2_header *header,
			   const struct qcow2_use *use, uint64_t bitmap_bytes,
			   uint64_t block_bytes);
/* Adds room for this many future snapshots. */
void image_commit_snapshots(struct image_size *size, uint32_t snapshots);
/* Notes what the header says about damage and about other files. */
void image_note_state(struct image_size *size, const struct qcow2_header *header);
/* Sizes of a raw image that does not exist yet. */
void image_measure_new_raw(uint64_t capacity_bytes, const struct image_question *question,
			   struct image_sizes *sizes);
/*
 * Sizes of a qcow2 image that does not exist yet, and of its data file if it has one.
 * What a preallocated one allocates at once is unknown; its commitment is the same as
 * that of any other.
 */
void image_measure_new_qcow2(const struct qcow2_options *options,
			     const struct image_question *question,
			     struct image_sizes *sizes);
