/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * differences.h - the result of compare: each difference with its cause, and what could
 * not be compared.
 */
#pragma once

#include "base/jsonw.h"
#include "base/text.h"
#include "base/vec.h"

/*
 * The list of everything that can differ; a cause comes before what it may cause. The
 * text is what the kind means to someone who is looking for the reason.
 */
#define DIFFERENCE_KINDS(ROW)                                                            \
	ROW(ACPI_OFF, "acpi-off", "the guest runs without ACPI")                         \
	ROW(BUS_OVERLAP, "bus-overlap", "bus numbers of two root buses overlap")         \
	ROW(IOMMU_TABLE_MISSING, "iommu-table-missing", "firmware describes no IOMMU")   \
	ROW(IOMMU_OFF, "iommu-off", "the kernel does not use the IOMMU")                 \
	ROW(IOMMU_ON, "iommu-on", "an IOMMU that was not planned")                       \
	ROW(REMAPPING_OFF, "remapping-off", "interrupts are not remapped")               \
	ROW(REMAPPING_ON, "remapping-on",                                                \
	    "interrupts are remapped, which was not planned")                            \
	ROW(NODE_MISSING, "node-missing", "a NUMA node is missing")                      \
	ROW(NODE_UNPLANNED, "node-unplanned", "a NUMA node was not planned")             \
	ROW(CPU_MISSING, "cpu-missing", "a CPU is not online")                           \
	ROW(CPU_UNPLANNED, "cpu-unplanned", "a CPU was not planned")                     \
	ROW(CPU_ON_OTHER_NODE, "cpu-on-other-node", "a CPU is on another node")          \
	ROW(CPU_TOPOLOGY, "cpu-topology",                                                \
	    "CPUs do not share cores, dies or packages as planned")                      \
	ROW(DISTANCE, "distance", "a distance between nodes differs")                    \
	ROW(HMAT, "hmat", "a latency or bandwidth between nodes differs")                \
	ROW(MEMORY, "memory", "the memory size of a node differs")                       \
	ROW(ROOT_MISSING, "root-missing", "a root bus is missing")                       \
	ROW(ROOT_UNPLANNED, "root-unplanned", "a root bus was not planned")              \
	ROW(ROOT_ON_OTHER_NODE, "root-on-other-node", "a root bus is on another node")   \
	ROW(BRIDGE_BUSES, "bridge-buses", "a bridge leads to other buses")               \
	ROW(DEVICE_MOVED, "device-moved", "a device is at another address")              \
	ROW(DEVICE_MISSING, "device-missing", "a planned device is missing")             \
	ROW(DEVICE_UNPLANNED, "device-unplanned", "a device was not planned")            \
	ROW(DEVICE_IDENTITY, "device-identity", "a different device is at this address") \
	ROW(DEVICE_UPSTREAM, "device-upstream", "a device is behind another bridge")     \
	ROW(DEVICE_ON_OTHER_NODE, "device-on-other-node", "a device is on another node") \
	ROW(PATH, "path", "a path between two devices differs")                          \
	ROW(BAR_UNASSIGNED, "bar-unassigned", "a BAR has no address")                    \
	ROW(VFS, "vfs", "the number of virtual functions differs")                       \
	ROW(GROUP_MERGED, "group-merged", "one IOMMU group instead of several")          \
	ROW(GROUP_SPLIT, "group-split", "several IOMMU groups instead of one")           \
	ROW(GROUP_MISSING, "group-missing", "a device has no IOMMU group")               \
	ROW(GROUP_UNPLANNED, "group-unplanned",                                          \
	    "a device has an IOMMU group that was not planned")

enum difference_kind {
#define ROW(name, string, means) DIFFERENCE_##name,
	DIFFERENCE_KINDS(ROW)
#undef ROW
};
const char *difference_kind_name(enum difference_kind kind);
const char *difference_kind_means(enum difference_kind kind);

struct difference {
	enum difference_kind kind;
	char *subject;             /* "node 1", "0000:0a:00.0"; owned, as the next two */
	char *expected, *observed; /* for people */
	int because;               /* index of the root cause in the list; -1: it is
				    * one */
};

/* What could not be compared: never counted as passed. */
struct incomparable {
	char *what;           /* "IOMMU group", "distance"; owned, as the next */
	const char *side;     /* static: "expected", "observed" */
	struct text subjects; /* which ones, separated by commas */
	size_t n;             /* how many */
};

/* A zeroed one is empty. Causes come first, each followed by its consequences. */
struct differences {
	VEC(struct difference) list;
	VEC(struct incomparable) unknown;
	size_t checked; /* comparisons made, on values that both sides know */
};

void differences_free(struct differences *differences);
/* Notes that @what of a subject is not known on a side, "expected" or "observed". */
void differences_unknown(struct differences *differences, const char *what,
			 const char *side, const char *format, ...) _printf_(4, 5);
void differences_vunknown(struct differences *differences, const char *what,
			  const char *side, const char *format, va_list args)
	_printf_(4, 0);
#define _cleanup_differences_ _cleanup_(differences_free)

/* One line per difference, consequences indented below their cause; then a count. */
void text_add_differences(struct text *text, const struct differences *differences);
/* The members "checked", "differences" and "unknown" of an open object. */
void jsonw_differences(struct jsonw *json, const struct differences *differences);
