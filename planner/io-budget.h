/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * io-budget.h - how many devices with an I/O BAR a firmware can serve.
 *
 * Each bridge with an I/O BAR below it takes a window of 4 KiB out of 64 KiB that all
 * roots share. SeaBIOS stops the boot when they run out, OVMF gives no device below an
 * expander bus any BAR at all; OVMF also keeps a window for each port into which
 * something could be plugged, as soon as one window is needed. The limits were measured
 * on q35 (SeaBIOS 1.16, OVMF 2022.11).
 */
#pragma once

#include "planner/request.h"

#define IO_LIMIT_BIOS 14u
#define IO_LIMIT_EFI 9u

/* Functions with an I/O BAR that this request may have. UINT_MAX: no limit (arm). */
unsigned io_limit(const struct request *request);
/*
 * Past the limit the last devices, in the request's order (guest node, then host address),
 * become virtio, each with a note. Those of a kind that the user named stay.
 */
void io_keep_to_limit(struct request *request);
/* Whether ports must be hotplug='off' to keep to it: EFI with any I/O BAR. */
bool io_needs_cold_ports(const struct request *request, unsigned io_functions);
