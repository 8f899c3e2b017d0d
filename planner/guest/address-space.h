/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * address-space.h - a guest's physical addresses: how many bits its CPU has, and how
 * many of them memory and the window of 64-bit BARs need.
 */
#pragma once

#include "planner/guest/guest.h"
#include "topology/machine.h"

enum address_bits_from {
	BITS_MODEL,   /* the domain alone shows them */
	BITS_HOST,    /* those of the host's CPU, but not more than @bits unless 0 */
	BITS_UNKNOWN, /* another architecture, or a mode that we do not know */
};

struct address_bits {
	enum address_bits_from from;
	unsigned bits; /* of BITS_MODEL; of BITS_HOST the limit, 0 none */
};

/* The address bits of the guest's CPU. */
struct address_bits guest_address_bits(const struct guest *guest);
/*
 * The highest address that QEMU uses on q35 or i440fx, before firmware places any BAR:
 * memory, room for memory devices, and a window of @hole_bytes. On virt the end of memory
 * and of that room. False: unknown.
 */
bool guest_highest_address(const struct guest *guest, const struct machine *host,
			   uint64_t hole_bytes, uint64_t *ret);
/*
 * Whether QEMU takes the CPU for one of AMD. Under KVM every model has the vendor of the
 * host's CPU, unless <model vendor_id=> gives another (QEMU target/i386/host-cpu.c,
 * host_cpu_instance_init()): unknown without a host.
 */
enum known guest_cpu_is_amd(const struct guest *guest, const struct machine *host);
/* The window that QEMU reserves at least: <pcihole64>, or its default. */
uint64_t guest_hole_bytes(const struct guest *guest);
/* The first and last address that memory devices may have on q35 or i440fx. False:
 * unknown, or there is no room for any. */
bool guest_device_memory(const struct guest *guest, const struct machine *host,
			 uint64_t *ret_first, uint64_t *ret_last);
