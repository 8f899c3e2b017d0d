/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hmat-figures.h - the latencies or bandwidths of one structure of the HMAT. QEMU stores
 * each as a 16-bit multiple of one unit: a power of 10 for latencies, of 2 for
 * bandwidths.
 */
#pragma once

#include "base/vec.h"

#define HMAT_BANDWIDTH_STEP (UINT64_C(1) << 20) /* bytes/s */
#define HMAT_ENTRY_MAX      65534u              /* 65535: the target cannot be reached */

enum hmat_fit {
	HMAT_FITS,
	HMAT_UNALIGNED, /* no multiple of HMAT_BANDWIDTH_STEP */
	HMAT_TOO_FAR,   /* from those before */
};

/* What QEMU remembers of the figures of a structure; {} before the first. */
struct hmat_figures {
	bool bandwidth; /* else latency */
	uint64_t unit;  /* in ns, or bytes/s; 0: none yet */
	uint64_t range; /* of latencies the largest entry, of bandwidths all bits */
};

/*
 * Adds a figure in ns, or in bytes/s. The answer is QEMU's, which depends on the order of
 * the figures.
 */
enum hmat_fit hmat_add(struct hmat_figures *figures, uint64_t value);
/* Whether the entry for a figure that was added has 16 bits; QEMU does not check the
 * first latency. */
bool hmat_shows(const struct hmat_figures *figures, uint64_t value);
/*
 * Rounds figures so that QEMU accepts all of them; those below one unit become 0 (not
 * given). Returns the unit of which they are multiples now.
 */
uint64_t hmat_round(bool bandwidth, uint64_t *values, size_t n);
