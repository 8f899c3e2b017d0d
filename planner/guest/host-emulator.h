/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host-emulator.h - what the host that is given says of the QEMU that would run a domain.
 * It counts only if it is the target's QEMU: --target may name another.
 */
#pragma once

#include "planner/guest/guest.h"
#include "planner/guest/machine-type.h"
#include "topology/machine.h"

/* The emulator of a domain, whatever is known about it; NULL: nothing. */
const struct machine_emulator *host_emulator(const struct machine *host,
					     const struct guest *guest);
/*
 * The same, if it reported its machine types and devices, and is of the target's
 * version; else NULL.
 */
const struct machine_emulator *host_emulator_told(const struct machine *host,
						  const struct guest *guest,
						  const struct target *target);

/* machine_type_judge(), but by what the emulator reported, unless it is NULL. */
struct machine_verdict host_machine_judge(const struct machine_emulator *emulator,
					  const char *name, const char *architecture,
					  unsigned qemu);
/* The same for machine_type_vcpus() and machine_type_instead(). */
unsigned host_machine_vcpus(const struct machine_emulator *emulator, const char *name,
			    unsigned qemu);
char *host_machine_instead(const struct machine_emulator *emulator, const char *name,
			   const char *architecture, unsigned qemu) _must_check_;
/* The name that an alias means there, or @name. Borrowed. */
const char *host_machine_name(const struct machine_emulator *emulator, const char *name);
