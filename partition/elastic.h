/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elastic.h - gives sizes to partitions, and to the space after each, as systemd-repart
 * does on an empty disk. Pure. The algorithm follows repart.d(5); what the page leaves
 * open was observed with systemd 252 and 257, which do the same
 * (tests/oracle/disk-repart).
 */
#pragma once

#include "base/macros.h"

#include <stddef.h>

#define ELASTIC_GRAIN      UINT64_C(4096)       /* every size is a multiple of it */
#define ELASTIC_NONE       UINT64_MAX           /* no such limit */
#define ELASTIC_MIN        (UINT64_C(10) << 20) /* of a partition that gives none */
#define ELASTIC_MAX_WEIGHT 1000000
/* What systemd-repart adds for the table when it chooses the size of the image. */
#define ELASTIC_TABLE_BYTES (UINT64_C(1044) << 10)

/* Bytes; limits are multiples of the grain, or ELASTIC_NONE. */
struct elastic {
	uint64_t weight, min, max;
	uint64_t padding_weight, padding_min, padding_max;
	int32_t priority;    /* above 0: left out if not everything fits */
	uint64_t data_bytes; /* its content needs that much; 0: no content */
};

/* A partition and its result. */
struct elastic_slot {
	const struct elastic *want;
	bool dropped;           /* found by elastic_fit */
	uint64_t size, padding; /* found by elastic_place; unset until then */
};

/* The smallest size of the partition, without padding. */
uint64_t elastic_least(const struct elastic *want);
/*
 * The bytes that all partitions need that are not dropped. UINT64_MAX if they exceed
 * 2^64-1.
 */
uint64_t elastic_need(const struct elastic_slot *slots, size_t n);
/* Drops the partitions of the largest priorities above 0 until the rest fits, if it can.
 */
bool elastic_fit(struct elastic_slot *slots, size_t n, uint64_t room) _must_check_;
/* Distributes @room bytes among those that are not dropped; they fit. */
void elastic_place(struct elastic_slot *slots, size_t n, uint64_t room);
