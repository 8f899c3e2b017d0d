/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machine-fate.h - whether a QEMU has a machine type, and for how long. */
#pragma once

#include "base/macros.h"

enum machine_fate {
	MACHINE_UNKNOWN, /* a name of which nothing is known for this QEMU */
	MACHINE_EXISTS,
	MACHINE_DEPRECATED,
	MACHINE_REMOVED,
	MACHINE_TOO_NEW, /* a newer QEMU has it */
	MACHINE_NEVER,   /* no QEMU has it */
	MACHINE_ABSENT,  /* the host's QEMU does not have it (host-emulator.h) */
};

struct machine_verdict {
	enum machine_fate fate;
	unsigned since; /* the QEMU that has it, deprecated it or removed it; 0 unknown */
	unsigned
		removal; /* of MACHINE_DEPRECATED: the first QEMU without it; 0 unknown */
	/*
	 * The fate, or the removal, is computed from QEMU's rule and not known from a
	 * release: deprecated after 3 years, removed after 6 (include/hw/core/boards.h).
	 */
	bool computed;
	/*
	 * A distribution's own type: whether the target's QEMU has it is not known, even
	 * if the fate is MACHINE_DEPRECATED.
	 */
	bool downstream;
};
