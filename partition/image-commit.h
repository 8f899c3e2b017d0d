/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* image-commit.h - what an image can come to take. */
#pragma once

#include "partition/image-size.h"
#include "partition/qcow2.h"

/* @to may be 0 or 1: as it is. */
uint64_t image_round_up(uint64_t n, uint64_t to);
/*
 * The commitment of an existing qcow2, from its header and what its bitmaps take: a bound
 * only, where anything has happened to it since it was made.
 */
void image_commit_existing(struct image_size *size, const struct qcow2_header *header,
			   uint64_t bitmap_bytes);
/* Room for so many snapshots yet to come, on top of it. */
void image_commit_snapshots(struct image_size *size, uint32_t snapshots);
/* Notes what the header says of damage and of other files. */
void image_note_state(struct image_size *size, const struct qcow2_header *header);
/* Sizes of a raw image yet to be made. */
void image_measure_new_raw(uint64_t capacity_bytes, const struct image_question *question,
			   struct image_sizes *sizes);
/*
 * Sizes of a qcow2 image yet to be made, and of its data file if it has one. What a
 * preallocated one allocates at once is unknown; its commitment is that of any other.
 */
void image_measure_new_qcow2(const struct qcow2_options *options,
			     const struct image_question *question,
			     struct image_sizes *sizes);
