/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * window-use.h - what a domain, its host and its target say about the window that its
 * 64-bit BARs need: those of host devices and of shared memory (ivshmem).
 */
#pragma once

#include "planner/guest/guest.h"
#include "planner/guest/target.h"
#include "planner/guest/window.h"

struct window_use {
	struct window_guest guest;
	int element;      /* of the device with the largest BARs */
	size_t devices;   /* with 64-bit BARs */
	size_t unlisted;  /* host devices whose BARs @host does not have */
	bool host_bits;   /* the guest has the address bits of the host's CPU */
	bool unsupported; /* another machine type: nothing is known */
};

/*
 * The memory of a GPU whose own NUMA nodes have it, on hosts with Grace CPUs; 0: none.
 * The kernel's driver shows it to a guest as a BAR of the next power of two
 * (drivers/vfio/pci/nvgrace-gpu/main.c), which the host's description does not have.
 */
uint64_t window_memory_of(const struct machine *host, int function);

/* The version of the guest's firmware that @target or @host gives, as in window.h; 0. */
unsigned window_firmware_version(const struct guest *guest, const struct machine *host,
				 const struct target *target);

/*
 * @guest is as libvirt would complete it. @host may be NULL. The facts of the host that
 * are used: cpu.address-bits, cpu.vendor, cpu.pdpe1gb, and the versions of firmware that
 * @target leaves open.
 */
void window_use_read(const struct guest *guest, const struct machine *host,
		     const struct target *target, struct window_use *ret);
