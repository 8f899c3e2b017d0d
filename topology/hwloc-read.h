/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-read.h - machines from hwloc: its XML files, its synthetic syntax, and what it
 * adds to sysfs on this machine. hwloc's types are not used outside.
 */
#pragma once

#include "base/error.h"
#include "topology/hwloc-copy.h"
#include "topology/machine.h"

/* Why hwloc's own limits are not enough: see hwloc-check.c. */
#define HWLOC_INDEX_LIMIT   65536 /* of CPUs and nodes: members of a struct set */
#define HWLOC_DEPTH_LIMIT   128   /* nested elements; lstopo writes about 20 */
#define SYNTHETIC_CPU_LIMIT 4096

/*
 * The @n bytes of an XML file that lstopo wrote (formats of hwloc 1.0 to what the
 * installed hwloc takes); @name is for messages. Fills a zeroed *@ret. IOMMU groups,
 * drivers, BARs and nodes that hwloc does not place stay unknown. Errors: ill-formed, not
 * a topology, damaged, beyond the limits, rejected by hwloc; status 2, with the line if
 * there is one. Status 3: libxml2 or hwloc cannot be loaded. The same holds for the next
 * two.
 */
int hwloc_read_xml(const char *name, const char *bytes, size_t n, struct machine *ret,
		   struct error *error) _must_check_;
/* "pack:2 numa:2 core:4 pu:2": no PCI, no distances; memory only if specified. */
int hwloc_read_synthetic(const char *description, struct machine *ret,
			 struct error *error) _must_check_;
/* Names the kinds of this machine's nodes ("HBM"), which sysfs does not. */
void hwloc_name_nodes(struct machine *machine);

/* A file that hwloc can be trusted with. */
struct hwloc_checked {
	unsigned major; /* version of the XML format: hwloc's, but hwloc 2 reads 1 too */
	char *architecture; /* from an <info> of <topology>; NULL: none */
	struct hwloc_copy copy;
};
void hwloc_checked_free(struct hwloc_checked *checked);
#define _cleanup_hwloc_checked_ _cleanup_(hwloc_checked_free)
/*
 * The first part of the above, when the libraries are loaded. Fills a zeroed *@ret, which
 * is to be freed in any case.
 */
int hwloc_check_xml(const char *name, const char *bytes, size_t n,
		    struct machine *machine, struct hwloc_checked *ret,
		    struct error *error) _must_check_;
int hwloc_check_synthetic(const char *description, struct error *error) _must_check_;
