/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io-use.h - what a domain asks of its firmware's I/O space (firmware-io.h). */
#pragma once

#include "planner/guest/firmware-io.h"
#include "planner/guest/target.h"
#include "planner/guest/tree.h"
#include "topology/machine.h"

struct io_use {
	struct io_root roots[256]; /* by bus number */
	int indexes[256];          /* of their controllers */
	size_t n_roots;
	unsigned windows; /* of all roots */
	unsigned limit;   /* of them */
	enum known reserves;
};

/*
 * The guest is as libvirt would complete it, on machine type q35. @host may be NULL; of
 * it and of @target, the version of edk2 is used.
 */
void io_use_read(const struct guest_tree *tree, const struct machine *host,
		 const struct target *target, struct io_use *ret);
/*
 * IO_DEVICE_DROPPED: there are more windows than the limit (SeaBIOS then hangs).
 * IO_ALL_DROPPED is certain only if @use->reserves is KNOWN_YES; it is not returned if
 * that is KNOWN_NO.
 */
enum io_verdict io_use_judge(const struct io_use *use);
/*
 * Whether a device with I/O ports that is plugged into this port takes those of devices
 * that run on its root bus. KNOWN_NO if the PCI controller with this index is not an
 * empty, hot-pluggable port of an expander bus.
 */
enum known io_use_takes(const struct io_use *use, const struct guest_tree *tree,
			int index);
/* Whether <qemu:override> has the firmware reserve I/O space for this PCI controller. */
bool io_use_reserves(const struct guest *guest, int index);
