/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * patch.h - the sectors of a disk that are to change, each with its bytes before and
 * after. Every command that writes to an image (create, add, grow, replace, stub) makes a
 * patch; one writer carries it out.
 *
 * Sectors are written group by group, with a flush after each group: a barrier. Within a
 * group, any order and any mixture of old and new may survive a power failure.
 */
#pragma once

#include "base/vec.h"

struct patch_sector {
	uint64_t lba;
	unsigned group;     /* written after all smaller groups are durable */
	uint8_t *old, *new; /* sector_bytes each, owned */
};

/* Owns its sectors. Zero it and set sector_bytes. */
struct patch {
	uint32_t sector_bytes;
	VEC(struct patch_sector) sectors; /* ascending by (group, lba); no lba twice */
};

/* Copies both; nothing is added if they are equal. Call patch_sort afterwards. */
void patch_add(struct patch *patch, uint64_t lba, unsigned group, const uint8_t *old,
	       const uint8_t *new);
void patch_sort(struct patch *patch);
/* The entry for this block, borrowed, or NULL. */
struct patch_sector *patch_find(const struct patch *patch, uint64_t lba);
void patch_free(struct patch *patch);
#define _cleanup_patch_ _cleanup_(patch_free)
