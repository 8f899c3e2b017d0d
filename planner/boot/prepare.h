/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare.h - prepares a domain for a dry boot: kernel and initrd are ours, and of
 * everything else only what is on a list is kept (prepare-rows.h), with back ends that
 * touch nothing on this host. Each change is listed as a substitution.
 */
#pragma once

#include "base/xml/document.h"
#include "planner/boot/substitution.h"

enum boot_accel { ACCEL_AUTO, ACCEL_TCG, ACCEL_KVM };

struct prepare_options {
	enum boot_accel accel;       /* not ACCEL_AUTO, which is resolved before */
	bool nested;                 /* the guest runs guests: a CPU with SVM */
	const char *root;            /* the private directory of the run, absolute */
	const char *kernel, *initrd; /* absolute paths; NULL: paused, or no initrd */
	const char *append;          /* further kernel arguments, or NULL */
	bool plain;                  /* the kernel does all that it would do by itself */
	const char
		*emulator;   /* QEMU to run, absolute; NULL: the one that libvirt finds */
	bool trace_firmware; /* its debug port into ROOT/firmware.log */
	/*
	 * The guest will not run: it has no kernel, initrd or serial port, but QEMU's
	 * qtest protocol on ROOT/serial.
	 */
	bool paused;
};

#define BOOT_LOADER   "loader.fd" /* copies of the domain's firmware */
#define BOOT_TEMPLATE "nvram-template.fd"
/* Why a domain with enrolled keys is booted without them. */
#define BOOT_NO_KEYS                                                                     \
	"they would prevent the firmware from starting the unsigned program of a dry boot"
#define BOOT_FIRMWARE_LOG "firmware.log"
#define BOOT_SCRATCH_DISK "disk.raw" /* an empty file replaces every disk */

/*
 * Whether the kernel is told to start with one CPU, so that the agent has to start the
 * others. @append: the user's kernel arguments, or NULL.
 */
bool prepare_starts_one_cpu(bool plain, const char *append);

/*
 * Writes the text of the prepared domain to an empty @ret, and adds what was replaced to
 * @substitutions. Errors: not a libvirt domain; an architecture without a known kernel
 * command line; a domain that is not for QEMU.
 */
int prepare_domain(const struct document *domain, const struct prepare_options *options,
		   struct text *ret, struct substitutions *substitutions,
		   struct error *error) _must_check_;
/*
 * The firmware files that the domain names, for copies called BOOT_LOADER and
 * BOOT_TEMPLATE in the private directory; NULL if it names none. The caller frees them.
 */
char *prepare_loader(const struct document *domain) _must_check_;
char *prepare_template(const struct document *domain) _must_check_;
/* The domain's architecture, "x86_64" if it names none. Borrowed from the document. */
const char *domain_architecture(const struct document *domain);
