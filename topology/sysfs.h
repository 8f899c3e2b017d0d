/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs.h - a machine from a Linux system's /sys, live or recorded, below one open
 * directory. Uses base and nothing else, so that the program inside a guest can.
 */
#pragma once

#include "base/error.h"
#include "topology/machine.h"

/* Where configuration space is read from. */
struct config_source {
	/* At most @n bytes from the beginning; how many, 0 if it cannot tell. */
	size_t (*read)(void *data, struct pci_address at, uint8_t *bytes, size_t n);
	void *data;
};

struct sysfs_source {
	int root_fd; /* holds sys/, or is itself a sys directory; stays the caller's */
	const char *name;           /* for messages */
	enum machine_source source; /* MACHINE_LIVE: what is not there does not exist */
	bool keep_files;            /* each text that was read goes to machine.files */
	const char *kernel_log;     /* what the kernel said at boot, or NULL */
	const struct config_source *config; /* before the files named config, or NULL */
};

/*
 * Fills a zeroed *@ret, which is settled and the caller's to free also after a fault.
 * Faults: the directory holds neither sys/devices nor devices/system. Anything malformed
 * below is a complaint. Sources: Documentation/ABI/{stable,testing}/sysfs-* of Linux.
 */
int sysfs_read_source(const struct sysfs_source *source, struct machine *ret,
		      struct error *error) _must_check_;
int sysfs_read(int root_fd, const char *name, enum machine_source source,
	       struct machine *ret, struct error *error) _must_check_;

/*
 * Whether interrupts are remapped, from lines of the kernel log ("DMAR-IR: Enabled IRQ
 * remapping ...", "AMD-Vi: Interrupt remapping enabled"), or from /proc/interrupts,
 * whose chips are called IR-... then.
 */
enum known remapping_from_log(const char *log);
enum known remapping_from_interrupts(const char *interrupts);
