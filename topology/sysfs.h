/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs.h - a machine from a Linux system's /sys, live or recorded, below one open
 * directory. Uses only base, so that the program inside a guest can use it.
 */
#pragma once

#include "base/error.h"
#include "topology/machine.h"

/* Where configuration space is read from. */
struct config_source {
	/* Reads at most @n bytes from the beginning; returns how many, 0 if unknown. */
	size_t (*read)(void *data, struct pci_address at, uint8_t *bytes, size_t n);
	void *data;
};

struct sysfs_source {
	int root_fd; /* contains sys/, or is itself a sys directory; stays the caller's */
	const char *name;           /* for messages */
	enum machine_source source; /* MACHINE_LIVE: what is missing does not exist */
	bool keep_files;            /* each text that was read is added to
				     * machine.files */
	const char *kernel_log;     /* the kernel's boot messages, or NULL */
	const struct config_source *config; /* tried before the files named config, or
					     * NULL */
};

/*
 * Fills in a zeroed *@ret, which is settled and which the caller must free even after an
 * error. Errors: the directory contains neither sys/devices nor devices/system. Anything
 * malformed below is a complaint. Sources: Documentation/ABI/{stable,testing}/sysfs-* of
 * Linux.
 */
int sysfs_read_source(const struct sysfs_source *source, struct machine *ret,
		      struct error *error) _must_check_;
int sysfs_read(int root_fd, const char *name, enum machine_source source,
	       struct machine *ret, struct error *error) _must_check_;

/*
 * Whether interrupts are remapped, from lines of the kernel log ("DMAR-IR: Enabled IRQ
 * remapping ...", "AMD-Vi: Interrupt remapping enabled"), or from /proc/interrupts, where
 * the chips are then called IR-....
 */
enum known remapping_from_log(const char *log);
enum known remapping_from_interrupts(const char *interrupts, const char *architecture);
