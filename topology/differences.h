/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * differences.h - what compare found: each difference with its cause, and what could not
 * be compared.
 */
#pragma once

#include "base/jsonw.h"
#include "base/text.h"
#include "base/vec.h"

/*
 * The closed list of what can differ, a cause before what it may cause. The text is what
 * the kind means to somebody who looks for the reason.
 */
#define DIFFERENCE_KINDS(ROW)                                                            \
	ROW(ACPI_OFF, "acpi-off", "the guest runs without ACPI")                         \
	ROW(BUS_OVERLAP, "bus-overlap", "bus numbers of two root buses overlap")         \
	ROW(IOMMU_TABLE_MISSING, "iommu-table-missing", "firmware describes no IOMMU")   \
	ROW(IOMMU_OFF, "iommu-off", "the kernel does not use the IOMMU")                 \
	ROW(IOMMU_ON, "iommu-on", "an IOMMU that was not planned")                       \
	ROW(REMAPPING_OFF, "remapping-off", "interrupts are not remapped")               \
	ROW(REMAPPING_ON, "remapping-on", "interrupts are remapped, unplanned")          \
	ROW(NODE_MISSING, "node-missing", "a NUMA node is not there")                    \
	ROW(NODE_UNPLANNED, "node-unplanned", "a NUMA node that was not planned")        \
	ROW(CPU_MISSING, "cpu-missing", "a CPU is not online")                           \
	ROW(CPU_UNPLANNED, "cpu-unplanned", "a CPU that was not planned")                \
	ROW(CPU_ON_OTHER_NODE, "cpu-on-other-node", "a CPU is on another node")          \
	ROW(CPU_TOPOLOGY, "cpu-topology", "CPUs share something else than planned")      \
	ROW(DISTANCE, "distance", "a distance between nodes")                            \
	ROW(HMAT, "hmat", "a latency or bandwidth between nodes")                        \
	ROW(MEMORY, "memory", "the memory of a node")                                    \
	ROW(ROOT_MISSING, "root-missing", "a root bus is not there")                     \
	ROW(ROOT_UNPLANNED, "root-unplanned", "a root bus that was not planned")         \
	ROW(ROOT_ON_OTHER_NODE, "root-on-other-node", "a root bus is on another node")   \
	ROW(BRIDGE_BUSES, "bridge-buses", "a bridge leads to other buses")               \
	ROW(DEVICE_MOVED, "device-moved", "a device sits elsewhere")                     \
	ROW(DEVICE_MISSING, "device-missing", "a planned device is not there")           \
	ROW(DEVICE_UNPLANNED, "device-unplanned", "a device that was not planned")       \
	ROW(DEVICE_IDENTITY, "device-identity", "another device at this address")        \
	ROW(DEVICE_UPSTREAM, "device-upstream", "a device is behind another bridge")     \
	ROW(DEVICE_ON_OTHER_NODE, "device-on-other-node", "a device is on another node") \
	ROW(BAR_UNASSIGNED, "bar-unassigned", "a BAR got no address")                    \
	ROW(VFS, "vfs", "the number of virtual functions")                               \
	ROW(GROUP_MERGED, "group-merged", "one IOMMU group where several were planned")  \
	ROW(GROUP_SPLIT, "group-split", "several IOMMU groups where one was planned")    \
	ROW(GROUP_MISSING, "group-missing", "a device without an IOMMU group")           \
	ROW(GROUP_UNPLANNED, "group-unplanned", "a device with an unplanned IOMMU group")

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
	int because;               /* index of the root cause in the list; -1: is one */
};

/* What could not be compared: never counted as passed. */
struct incomparable {
	char *what;           /* "IOMMU group", "distance"; owned, as the next */
	const char *side;     /* static: "expected", "observed" */
	struct text subjects; /* which ones, a comma between */
	size_t n;             /* how many */
};

/* Zeroed it holds nothing. Causes come first, each with its consequences behind it. */
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

/* One line a difference, consequences indented below their cause; then a count. */
void text_add_differences(struct text *text, const struct differences *differences);
/* The members "checked", "differences" and "unknown" of an open object. */
void jsonw_differences(struct jsonw *json, const struct differences *differences);
