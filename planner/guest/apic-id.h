/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* apic-id.h - the APIC IDs that QEMU gives to the vCPUs of a PC. */
#pragma once

#include "planner/guest/guest.h"

/* The highest ID that xAPIC has; x2APIC has 32 bits. */
#define XAPIC_LAST_ID 254

/*
 * The APIC ID of a vCPU. Threads, cores, dies and sockets have bits of their own, so with
 * 3 cores for each socket the second socket begins at 4. False if the domain's topology
 * is malformed or is not that of its vCPUs.
 */
bool guest_apic_id(const struct guest *guest, unsigned vcpu, uint64_t *ret);
