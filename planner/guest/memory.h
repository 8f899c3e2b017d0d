/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* memory.h - how much memory a guest has: what it begins with, and its memory devices. */
#pragma once

#include "planner/guest/guest.h"

/* The least block of virtio-mem; sizes and addresses of devices are multiples of it. */
#define MEMORY_GRANULE_BYTES (UINT64_C(2) << 20)

/* Whether a device is <memory>. */
bool guest_is_memory(const struct guest_device *device);

#define foreach_memory(device, guest)                                                    \
	for (const struct guest_device *device = (guest)->devices.v;                     \
	     device && device < (guest)->devices.v + (guest)->devices.n; device++)       \
		if (guest_is_memory(device))

/* Whether it needs one of the slots of <maxMemory>: dimm and nvdimm. */
bool guest_needs_slot(const struct guest_device *device);
/*
 * The bytes of all memory devices together, 0 without one. False: a size is missing or
 * malformed, or the sum is too large.
 */
bool guest_memory_devices(const struct guest *guest, uint64_t *ret);
/*
 * The bytes that QEMU's -m has: those of the cells, or without cells <memory> less the
 * memory devices. False: unknown.
 */
bool guest_initial_memory(const struct guest *guest, uint64_t *ret);
/* Both together, whatever <memory> has; libvirt does the same. False: unknown. */
bool guest_total_memory(const struct guest *guest, uint64_t *ret);
