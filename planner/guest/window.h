/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * window.h - whether the large 64-bit BARs of a guest's devices get addresses: what each
 * firmware does, as tests/boot/windows measured it.
 */
#pragma once

#include "topology/machine.h"

/* The window of machine type virt, unless <pcihole64> is larger. */
#define WINDOW_VIRT_BYTES (UINT64_C(512) << 30)

enum window_firmware { WINDOW_SEABIOS, WINDOW_EDK2, WINDOW_EDK2_ARM };

enum window_fits { WINDOW_NO, WINDOW_YES, WINDOW_UNKNOWN };

/* A guest. What is not known may be left out: version 0, bits 0, KNOWN_UNKNOWN. */
struct window_guest {
	enum window_firmware firmware;
	unsigned version;      /* of SeaBIOS or edk2, as in struct target */
	unsigned bits;         /* address bits of its CPU */
	enum known amd;        /* the CPU's vendor is AMD */
	enum known pages;      /* it has pages of 1 GiB */
	uint64_t memory_end;   /* the first address after memory and its devices */
	uint64_t option_bytes; /* opt/ovmf/X-PciMmio64Mb; 0 not given */
	uint64_t hole_bytes;   /* of machine type virt: its window; 0 the default */
	uint64_t sum_bytes, largest_bytes; /* BARs: together; the largest, a power of 2 */
	unsigned ports; /* other ports and devices, which need a little of the window */
};

/*
 * Whether all BARs get addresses below the CPU's limit, for every value that what is not
 * known may have: WINDOW_UNKNOWN if that decides.
 */
enum window_fits window_fits(const struct window_guest *guest);

/* What may decide whether they fit and is not known. */
enum window_unknown {
	WINDOW_BITS = 1,
	WINDOW_VENDOR = 2,
	WINDOW_PAGES = 4,
	WINDOW_VERSION = 8,
	WINDOW_RELEASE = 16,    /* the version is known, but was not measured */
	WINDOW_UNMEASURED = 32, /* a version with so many address bits */
};

/* All of it, of a guest that has WINDOW_UNKNOWN. */
unsigned window_unknown(const struct window_guest *guest);
/* The address bits above which WINDOW_UNMEASURED holds. */
#define WINDOW_MOST_MEASURED 46
/* The fewest address bits, at most 52 and at least those that it has, with which they
 * fit; 0: they never do. */
unsigned window_needed_bits(const struct window_guest *guest);
/* The least window of machine type virt with which they fit; 0: none. */
uint64_t window_needed_hole(const struct window_guest *guest);
/* The least X-PciMmio64Mb with which they fit, in bytes; 0: it does not help. */
uint64_t window_needed_option(const struct window_guest *guest);

/* The 64-bit BARs of one device, and room for them below its port. */
struct window_bars {
	uint64_t bytes, largest_bytes; /* 0: it has none */
};
struct window_bars window_bars_of(const struct machine_function *function);
