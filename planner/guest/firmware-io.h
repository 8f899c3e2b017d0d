/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * firmware-io.h - which bridges a firmware of q35 can give I/O ports.
 *
 * A bus that is not a root needs a window of 4 KiB if a function on it has an I/O BAR,
 * and all roots share 64 KiB. SeaBIOS (1.16.2, 1.16.3 and 1.17.0) starts with 14 such
 * buses and stops with 15.
 *
 * OVMF (2022.11 and 2025.02) has ten windows from 0x6000. pcie-root needs one for the
 * functions of the chipset, so nine are left. 2022.11 reserves one for each hot-pluggable
 * port as well. OVMF serves the roots by bus number. If the last root gets no room, it
 * drops one reservation, of the lowest root that has one, and tries again; without
 * reservations it drops a device. But if only an earlier root gets no room, it gives up,
 * and no function of any root gets a BAR. 2025.02 reserves nothing for empty ports; which
 * release changed that was not measured. Sources: edk2 MdeModulePkg PciBusDxe and
 * PciHostBridgeDxe, OvmfPkg PciHotPlugInitDxe; tests/unit/guest/firmware-io.c has what
 * was measured.
 */
#pragma once

#include "topology/emulator.h"

#include <stdbool.h>
#include <stddef.h>

#define IO_LIMIT_BIOS 14u
#define IO_LIMIT_EFI  9u

/* What is below a root bus, or on it. */
struct io_root {
	unsigned windows;  /* buses with a function that has an I/O BAR */
	unsigned reserved; /* hot-pluggable ports without such a bus below them */
	bool direct;       /* a function on the root bus itself has an I/O BAR */
};

enum io_verdict {
	IO_FITS,
	IO_DEVICE_DROPPED, /* a device gets no BARs */
	IO_ALL_DROPPED,    /* no device gets a BAR */
};

/* Whether this version of edk2 reserves windows for hot-pluggable ports; 0: unknown. */
enum known io_efi_reserves(unsigned edk2);
/* With reservations. @roots by bus number, pcie-root first; at most 256. */
enum io_verdict io_under_efi(const struct io_root *roots, size_t n);
