/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-io.c - IORT (Arm DEN0049), VIOT (ACPI 6.5, 5.2.34) and MCFG (PCI firmware
 * specification 3.2, 4.1.2).
 */
#include "topology/acpi-parts.h"

enum {
	IORT_COUNT = 36,
	IORT_FIRST = 40,
	IORT_NODE_HEAD = 16,
	IORT_ROOT_COMPLEX_BYTES = 32,
	IORT_SMMU_BYTES = 24,
	IORT_MAP_BYTES = 20,
	IORT_SINGLE = 1,

	VIOT_COUNT = 36,
	VIOT_FIRST = 38,
	VIOT_PCI_RANGE = 1,
	VIOT_MEMORY_DEVICE = 2,
	VIOT_IOMMU_PCI = 3,
	VIOT_IOMMU_MEMORY = 4,

	MCFG_FIRST = 44,
	MCFG_ENTRY_BYTES = 16,
};

/* IORT's nodes have one byte of type and two of length. */
static bool next_node(const struct acpi_table *table, size_t *at, struct acpi_entry *ret)
{
	size_t left = *at < table->n ? table->n - *at : 0;
	const uint8_t *bytes = table->bytes + *at;

	if (left < IORT_NODE_HEAD || acpi_u16(bytes, 1) < IORT_NODE_HEAD ||
	    acpi_u16(bytes, 1) > left)
		return false;
	*ret = (struct acpi_entry){bytes[0], bytes, acpi_u16(bytes, 1)};
	*at += ret->n;
	return true;
}

static void add_maps(struct acpi_facts *facts, const struct acpi_table *table, int node,
		     const struct acpi_entry *entry)
{
	uint64_t n = acpi_u32(entry->bytes, 8), first = acpi_u32(entry->bytes, 12);

	if (n == 0)
		return;
	if (first > entry->n || n > (entry->n - first) / IORT_MAP_BYTES) {
		acpi_complain(facts, table,
			      "the maps of a node extend past the end of the data");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const uint8_t *map = entry->bytes + first + IORT_MAP_BYTES * i;
		uint32_t input = acpi_u32(map, 0), more = acpi_u32(map, 4);

		if (acpi_u32(map, 16) & IORT_SINGLE)
			input = more = 0;
		*vec_add(&facts->iort.maps) = (struct acpi_iort_map){
			.from = node,
			.to = (int)MIN(acpi_u32(map, 12), (uint32_t)INT32_MAX),
			.first = input,
			.last = more > UINT32_MAX - input ? UINT32_MAX : input + more,
			.first_out = acpi_u32(map, 8)};
	}
}

/* Maps name nodes by their offset; that becomes an index. */
static void resolve_maps(struct acpi_facts *facts)
{
	for (size_t i = 0; i < facts->iort.maps.n; i++) {
		struct acpi_iort_map *map = &facts->iort.maps.v[i];
		size_t low = 0, high = facts->iort.nodes.n;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (facts->iort.nodes.v[middle].offset < (uint32_t)map->to)
				low = middle + 1;
			else
				high = middle;
		}
		map->to = low < facts->iort.nodes.n && facts->iort.nodes.v[low].offset ==
							       (uint32_t)map->to
				  ? (int)low
				  : -1;
	}
}

void acpi_read_iort(const struct acpi_table *table, struct acpi_facts *facts)
{
	uint32_t n = table->n >= IORT_FIRST + 8 ? acpi_u32(table->bytes, IORT_COUNT) : 0;
	size_t at = n > 0 ? acpi_u32(table->bytes, IORT_FIRST) : 0;

	for (uint32_t i = 0; i < n; i++) {
		struct acpi_iort_node node = {.offset = (uint32_t)at};
		struct acpi_entry entry;

		if (!next_node(table, &at, &entry)) {
			acpi_complain(
				facts, table,
				"node %u extends past the end of the table; the rest is ignored",
				i);
			break;
		}
		node.type = entry.type;
		if (entry.type == ACPI_IORT_ROOT_COMPLEX &&
		    acpi_entry_has(facts, table, &entry, IORT_ROOT_COMPLEX_BYTES))
			node.segment = acpi_u32(entry.bytes, 28);
		else if ((entry.type == ACPI_IORT_SMMU ||
			  entry.type == ACPI_IORT_SMMUV3) &&
			 acpi_entry_has(facts, table, &entry, IORT_SMMU_BYTES))
			node.base = acpi_u64(entry.bytes, 16);
		*vec_add(&facts->iort.nodes) = node;
		add_maps(facts, table, (int)facts->iort.nodes.n - 1, &entry);
	}
	resolve_maps(facts);
}

/* The least bytes of each type; 0: it is not known. */
static size_t viot_bytes(unsigned type)
{
	switch (type) {
	case VIOT_PCI_RANGE:
	case VIOT_MEMORY_DEVICE:
		return 24;
	case VIOT_IOMMU_PCI:
	case VIOT_IOMMU_MEMORY:
		return 16;
	default:
		return 0;
	}
}

static void add_viot(struct acpi_facts *facts, const struct acpi_table *table,
		     const struct acpi_entry *entry, uint16_t offset)
{
	const uint8_t *bytes = entry->bytes;

	if (viot_bytes(entry->type) == 0)
		acpi_entry_unknown(facts, table, entry);
	else if (!acpi_entry_has(facts, table, entry, viot_bytes(entry->type)))
		return;
	if (entry->type == VIOT_PCI_RANGE)
		*vec_add(&facts->viot.ranges) =
			(struct acpi_viot_range){.pci = true,
						 .endpoint = acpi_u32(bytes, 4),
						 .first_segment = acpi_u16(bytes, 8),
						 .last_segment = acpi_u16(bytes, 10),
						 .first = acpi_u16(bytes, 12),
						 .last = acpi_u16(bytes, 14),
						 .iommu = acpi_u16(bytes, 16)};
	else if (entry->type == VIOT_MEMORY_DEVICE)
		*vec_add(&facts->viot.ranges) =
			(struct acpi_viot_range){.endpoint = acpi_u32(bytes, 4),
						 .iommu = acpi_u16(bytes, 16)};
	else if (entry->type == VIOT_IOMMU_PCI)
		*vec_add(&facts->viot.iommus) =
			(struct acpi_viot_iommu){.pci = true,
						 .offset = offset,
						 .segment = acpi_u16(bytes, 4),
						 .device = acpi_u16(bytes, 6)};
	else if (entry->type == VIOT_IOMMU_MEMORY)
		*vec_add(&facts->viot.iommus) =
			(struct acpi_viot_iommu){.offset = offset,
						 .base = acpi_u64(bytes, 8)};
}

void acpi_read_viot(const struct acpi_table *table, struct acpi_facts *facts)
{
	struct acpi_walk walk = {.kind = ACPI_ENTRY_8_16,
				 .bytes = table->bytes,
				 .end = table->n,
				 .damaged = table->n < VIOT_FIRST + 2};
	unsigned left = walk.damaged ? 0 : acpi_u16(table->bytes, VIOT_COUNT);
	struct acpi_entry entry;

	if (!walk.damaged)
		walk.at = acpi_u16(table->bytes, VIOT_FIRST);
	for (; left > 0 && acpi_next(&walk, &entry); left--)
		add_viot(facts, table, &entry, (uint16_t)(walk.at - entry.n));
	walk.damaged |= left > 0;
	acpi_end_walk(facts, table, &walk);
}

void acpi_read_mcfg(const struct acpi_table *table, struct acpi_facts *facts)
{
	for (size_t at = MCFG_FIRST; at + MCFG_ENTRY_BYTES <= table->n;
	     at += MCFG_ENTRY_BYTES)
		*vec_add(&facts->mcfg) =
			(struct acpi_mcfg){.base = acpi_u64(table->bytes, at),
					   .segment = acpi_u16(table->bytes, at + 8),
					   .first_bus = table->bytes[at + 10],
					   .last_bus = table->bytes[at + 11]};
}
