/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * board.h - the models of ARM boards in QEMU: which exist, and the vCPUs and memory that
 * each has. Unlike machine type virt they have no versions.
 */
#pragma once

#include "planner/guest/machine-fate.h"

#include <stdint.h>

struct board {
	const char *name;
	unsigned seen;        /* in which of the QEMUs that were asked (board.c) */
	unsigned least, most; /* vCPUs; the least is 0 if it was not started, the most if
				 not known */
	unsigned sizes_mib;   /* the sum of its memory sizes, powers of two; 0: others */
	unsigned most_mib;    /* 0: no limit was seen */
	bool only_64;         /* only qemu-system-aarch64 has it */
};

/* The board in a version of QEMU; NULL if it is not a board that this QEMU has. */
const struct board *board_find(const char *name, unsigned qemu);
/*
 * Whether that QEMU has the board; MACHINE_UNKNOWN also if it came or went between two
 * versions that were asked.
 */
struct machine_verdict board_judge(const char *name, const char *architecture,
				   unsigned qemu);
/* Whether the board can have so much memory. */
bool board_takes(const struct board *board, uint64_t bytes);
/* "512 MiB or 1 GiB", "at most 1 GiB". Owned by the caller. */
char *board_memory(const struct board *board) _must_check_;
