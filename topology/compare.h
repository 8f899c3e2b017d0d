/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compare.h - comparison of machines: exactly, field by field; and, for the first law, a
 * planned machine with the one that a kernel saw (MACHINE_COMPARE_TABLE in machine.h says
 * how each field is compared).
 */
#pragma once

#include "topology/differences.h"
#include "topology/machine.h"

/*
 * Whether all fields of struct machine are equal. If not, @why (if not NULL) gets one
 * sentence that names the first difference.
 */
bool machine_equal(const struct machine *a, const struct machine *b, struct text *why);

/* What a caller knows besides the two machines. The default is zeroed. */
struct compare_options {
	/*
	 * How much of a node's memory may be missing, in bytes: 0 means
	 * memory_taken_at_most.
	 */
	uint64_t memory_taken_bytes;
	bool only_planned; /* more devices than planned are not a difference */
};

/*
 * Adds to a zeroed *@ret how @observed differs from @expected. Both are settled. Virtual
 * functions that appeared behind a planned physical function are not unplanned.
 */
void compare_machines(const struct machine *expected, const struct machine *observed,
		      const struct compare_options *options, struct differences *ret);

/*
 * The most that firmware and a kernel keep of a node of @planned_bytes, by which its
 * MemTotal is smaller: a 32nd (struct page alone is a 64th: 64 bytes for each 4096), and
 * on the first node with memory the kernel's image, firmware tables and the 64 MiB of
 * bounce buffers (Linux kernel/dma/swiotlb.c); on other nodes what edk2 reserves at the
 * top of the memory below 4 GiB, whichever node has it (44 MiB observed).
 */
uint64_t memory_taken_at_most(uint64_t planned_bytes, bool first);
