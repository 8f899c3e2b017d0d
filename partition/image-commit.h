/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* image-private.h - what image.c and image-commit.c share. */
#pragma once

#include "partition/image.h"

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
