/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * acpi-numa.c - CPUs, nodes, distances, latencies and bandwidths: MADT, PPTT, SRAT, SLIT,
 * HMAT (ACPI 6.5, 5.2.12, 5.2.30, 5.2.16, 5.2.17, 5.2.28).
 */
#include "topology/acpi-parts.h"

enum {
	CPU_LIMIT = 65536, /* four times what Linux can have */
	MADT_FIRST = 44,
	MADT_APIC = 0,
	MADT_X2APIC = 9,
	MADT_GICC = 11,
	MADT_ENABLED = 1,

	PPTT_FIRST = 36,
	PPTT_PROCESSOR = 0,
	PPTT_PROCESSOR_BYTES = 20,
	PPTT_PACKAGE = 1 << 0,
	PPTT_HAS_ID = 1 << 1,
	PPTT_THREAD = 1 << 2, /* from revision 2 of the table on */

	SRAT_FIRST = 48,
	SRAT_APIC = 0,
	SRAT_MEMORY = 1,
	SRAT_X2APIC = 2,
	SRAT_GICC = 3,
	SRAT_ITS = 4, /* of interrupt controllers, in domains that others describe */
	SRAT_INITIATOR = 5,
	SRAT_PORT = 6,
	SRAT_ENABLED = 1,
	SRAT_HOTPLUG = 2,
	SRAT_HANDLE_BYTES = 32,
	HANDLE_PCI = 1,

	SLIT_COUNT = 36,
	SLIT_FIRST = 44,

	HMAT_FIRST = 40,
	HMAT_FIGURES = 1,
	HMAT_FIGURES_HEAD = 32,
	HMAT_UNKNOWN = 0,
	HMAT_UNREACHABLE = 0xffff,
};

/* Where the id and the flags of a CPU are, by the type of its entry. */
struct cpu_entry {
	unsigned type;
	size_t least, id, n_id, flags;
};

/* NULL, with a complaint, also if the entry is too short. */
static const struct cpu_entry *find_cpu_entry(struct acpi_facts *facts,
					      const struct acpi_table *table,
					      const struct cpu_entry *rows, size_t n,
					      const struct acpi_entry *entry)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].type == entry->type)
			return acpi_entry_has(facts, table, entry, rows[i].least)
				       ? &rows[i]
				       : NULL;
	return NULL;
}

static uint32_t cpu_id(const struct cpu_entry *row, const struct acpi_entry *entry)
{
	return row->n_id == 1 ? entry->bytes[row->id] : acpi_u32(entry->bytes, row->id);
}

void acpi_read_madt(const struct acpi_table *table, struct acpi_facts *facts)
{
	static const struct cpu_entry rows[] = {
		{MADT_APIC, 8, 3, 1, 4},
		{MADT_X2APIC, 16, 4, 4, 8},
		{MADT_GICC, 40, 8, 4, 12},
	};
	struct acpi_walk walk = acpi_walk_table(table, MADT_FIRST, ACPI_ENTRY_8_8);
	struct acpi_entry entry;

	while (acpi_next(&walk, &entry)) {
		const struct cpu_entry *row =
			find_cpu_entry(facts, table, rows, ARRAY_SIZE(rows), &entry);

		facts->arm |= row && entry.type == MADT_GICC;
		if (row && facts->cpus.n == CPU_LIMIT) {
			acpi_complain(facts, table, "more than %d CPUs", CPU_LIMIT);
			return;
		}
		if (row)
			*vec_add(&facts->cpus) =
				(struct acpi_cpu){.id = cpu_id(row, &entry),
						  .enabled = acpi_u32(entry.bytes,
								      row->flags) &
							     MADT_ENABLED};
	}
	acpi_end_walk(facts, table, &walk);
}

void acpi_read_pptt(const struct acpi_table *table, struct acpi_facts *facts)
{
	struct acpi_walk walk = acpi_walk_table(table, PPTT_FIRST, ACPI_ENTRY_8_8);
	struct acpi_entry entry;

	while (acpi_next(&walk, &entry)) {
		uint32_t flags;

		if (entry.type != PPTT_PROCESSOR ||
		    !acpi_entry_has(facts, table, &entry, PPTT_PROCESSOR_BYTES))
			continue;
		flags = acpi_u32(entry.bytes, 4);
		*vec_add(&facts->processors) =
			(struct acpi_processor){.offset = (uint32_t)(walk.at - entry.n),
						.parent = acpi_u32(entry.bytes, 8),
						.package = flags & PPTT_PACKAGE,
						.thread = table->revision >= 2 &&
							  flags & PPTT_THREAD,
						.has_id = flags & PPTT_HAS_ID,
						.id = acpi_u32(entry.bytes, 12)};
	}
	acpi_end_walk(facts, table, &walk);
}

/* The domain of an APIC is in two places, 8 and 24 bits of it. */
static uint32_t apic_domain(const struct acpi_entry *entry, uint8_t revision)
{
	uint32_t domain = entry->bytes[2];

	if (revision >= 2)
		domain |= (uint32_t)entry->bytes[9] << 8 |
			  (uint32_t)entry->bytes[10] << 16 |
			  (uint32_t)entry->bytes[11] << 24;
	return domain;
}

static void add_cpu(struct acpi_facts *facts, const struct acpi_table *table,
		    const struct acpi_entry *entry)
{
	static const struct cpu_entry rows[] = {
		{SRAT_APIC, 16, 3, 1, 4},
		{SRAT_X2APIC, 24, 8, 4, 12},
		{SRAT_GICC, 18, 6, 4, 10},
	};
	const struct cpu_entry *row =
		find_cpu_entry(facts, table, rows, ARRAY_SIZE(rows), entry);
	size_t domain = entry->type == SRAT_GICC ? 2 : 4;

	if (!row || !(acpi_u32(entry->bytes, row->flags) & SRAT_ENABLED))
		return;
	*vec_add(&facts->affinities) = (struct acpi_affinity){
		.what = ACPI_CPU,
		.domain = entry->type == SRAT_APIC ? apic_domain(entry, table->revision)
						   : acpi_u32(entry->bytes, domain),
		.cpu = cpu_id(row, entry)};
}

static void add_memory(struct acpi_facts *facts, const struct acpi_table *table,
		       const struct acpi_entry *entry)
{
	uint32_t flags;

	if (!acpi_entry_has(facts, table, entry, 40))
		return;
	flags = acpi_u32(entry->bytes, 28);
	if (!(flags & SRAT_ENABLED))
		return;
	*vec_add(&facts->affinities) =
		(struct acpi_affinity){.what = ACPI_MEMORY,
				       .domain = table->revision >= 2
							 ? acpi_u32(entry->bytes, 2)
							 : entry->bytes[2],
				       .start = acpi_u64(entry->bytes, 8),
				       .size_bytes = acpi_u64(entry->bytes, 16),
				       .hotplug = flags & SRAT_HOTPLUG};
}

/*
 * The function of a handle. The bus comes first (ACPI 6.5, table 5.66), except in QEMU
 * 9.0, where it comes second.
 */
static struct pci_address handle_function(const struct acpi_entry *entry)
{
	return acpi_function(acpi_u16(entry->bytes, 8),
			     (uint16_t)(entry->bytes[10] << 8 | entry->bytes[11]));
}

static bool is_enabled_handle(struct acpi_facts *facts, const struct acpi_table *table,
			      const struct acpi_entry *entry)
{
	return acpi_entry_has(facts, table, entry, SRAT_HANDLE_BYTES) &&
	       acpi_u32(entry->bytes, 24) & SRAT_ENABLED;
}

static void add_initiator(struct acpi_facts *facts, const struct acpi_table *table,
			  const struct acpi_entry *entry)
{
	bool pci;

	if (!is_enabled_handle(facts, table, entry))
		return;
	pci = entry->bytes[3] == HANDLE_PCI;
	*vec_add(&facts->affinities) =
		(struct acpi_affinity){.what = ACPI_INITIATOR,
				       .domain = acpi_u32(entry->bytes, 4),
				       .pci = pci,
				       .at = pci ? handle_function(entry)
						 : (struct pci_address){}};
}

static void add_port(struct acpi_facts *facts, const struct acpi_table *table,
		     const struct acpi_entry *entry)
{
	struct acpi_port port;

	if (!is_enabled_handle(facts, table, entry))
		return;
	port = (struct acpi_port){.domain = acpi_u32(entry->bytes, 4)};
	if (entry->bytes[3] == HANDLE_PCI) {
		port.at = handle_function(entry);
	} else {
		for (size_t i = 0; i < sizeof(port.hid) - 1; i++)
			port.hid[i] =
				entry->bytes[8 + i] > ' ' && entry->bytes[8 + i] < 127
					? (char)entry->bytes[8 + i]
					: '?';
		port.uid = acpi_u32(entry->bytes, 16);
	}
	*vec_add(&facts->ports) = port;
}

static void ignore(struct acpi_facts *facts, const struct acpi_table *table,
		   const struct acpi_entry *entry)
{
	(void)facts, (void)table, (void)entry;
}

void acpi_read_srat(const struct acpi_table *table, struct acpi_facts *facts)
{
	static void (*const readers[])(struct acpi_facts *, const struct acpi_table *,
				       const struct acpi_entry *) = {
		[SRAT_APIC] = add_cpu,   [SRAT_MEMORY] = add_memory,
		[SRAT_X2APIC] = add_cpu, [SRAT_GICC] = add_cpu,
		[SRAT_ITS] = ignore,     [SRAT_INITIATOR] = add_initiator,
		[SRAT_PORT] = add_port,
	};
	struct acpi_walk walk = acpi_walk_table(table, SRAT_FIRST, ACPI_ENTRY_8_8);
	struct acpi_entry entry;

	while (acpi_next(&walk, &entry)) {
		if (entry.type < ARRAY_SIZE(readers))
			readers[entry.type](facts, table, &entry);
		else
			acpi_entry_unknown(facts, table, &entry);
	}
	acpi_end_walk(facts, table, &walk);
}

void acpi_read_slit(const struct acpi_table *table, struct acpi_facts *facts)
{
	uint64_t n = table->n >= SLIT_FIRST ? acpi_u64(table->bytes, SLIT_COUNT) : 0;

	if (n == 0 || n > UINT16_MAX || n * n > table->n - SLIT_FIRST) {
		acpi_complain(facts, table,
			      "its matrix extends past the end of the table");
		facts->has_slit = false;
		return;
	}
	facts->localities = n;
	facts->distances = table->bytes + SLIT_FIRST;
}

/*
 * A matrix of 16-bit multiples of a base unit: picoseconds, or MB/s, which QEMU counts as
 * MiB/s (hw/acpi/hmat.c).
 */
static void add_figures(struct acpi_facts *facts, const struct acpi_table *table,
			const struct acpi_entry *entry)
{
	const uint8_t *bytes = entry->bytes;
	uint64_t initiators, targets, base, lists;

	if (!acpi_entry_has(facts, table, entry, HMAT_FIGURES_HEAD))
		return;
	initiators = acpi_u32(bytes, 12);
	targets = acpi_u32(bytes, 16);
	base = acpi_u64(bytes, 24);
	lists = HMAT_FIGURES_HEAD + 4 * (initiators + targets);
	if (lists > entry->n ||
	    (targets > 0 && initiators > (entry->n - lists) / 2 / targets)) {
		acpi_complain(facts, table, "a matrix extends past the end of the table");
		return;
	}
	for (size_t i = 0; i < initiators * targets; i++) {
		uint64_t value = acpi_u16(bytes, lists + 2 * i);

		if (value == HMAT_UNKNOWN || value == HMAT_UNREACHABLE ||
		    base > UINT64_MAX / value)
			continue;
		*vec_add(&facts->hmat) = (struct acpi_hmat){
			.initiator =
				acpi_u32(bytes, HMAT_FIGURES_HEAD + 4 * (i / targets)),
			.target = acpi_u32(bytes, HMAT_FIGURES_HEAD +
							  4 * (initiators + i % targets)),
			.level = bytes[8] & 15,
			.type = bytes[9],
			.value = base * value};
	}
}

void acpi_read_hmat(const struct acpi_table *table, struct acpi_facts *facts)
{
	struct acpi_walk walk = acpi_walk_table(table, HMAT_FIRST, ACPI_ENTRY_16_32);
	struct acpi_entry entry;

	while (acpi_next(&walk, &entry))
		if (entry.type == HMAT_FIGURES)
			add_figures(facts, table, &entry);
	acpi_end_walk(facts, table, &walk);
}
