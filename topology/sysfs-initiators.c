/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysfs-initiators.c - which devices the nodes of generic initiators belong to. The
 * kernel has the nodes (has_generic_initiator), but only the firmware's SRAT names the
 * devices, and only root can read it.
 */
#include "topology/sysfs-initiators.h"

#include "topology/acpi-machine.h"
#include "topology/acpi-read.h"
#include "topology/sysfs-tree.h"

#define TABLE "firmware/acpi/tables/SRAT"

static bool is_initiator(const struct machine_node *node)
{
	return streq_null(node->kind, "generic-initiator");
}

static unsigned count_initiators(const struct machine *machine)
{
	unsigned n = 0;

	for (size_t i = 0; i < machine->nodes.n; i++)
		n += is_initiator(&machine->nodes.v[i]);
	return n;
}

static void read_table(const struct text *bytes, struct machine *machine)
{
	_cleanup_acpi_tables_ struct acpi_tables tables = {};
	_cleanup_acpi_facts_ struct acpi_facts facts = {};

	acpi_add(&tables, (const uint8_t *)bytes->s, bytes->n);
	acpi_read(&tables, &facts);
	if (!facts.has_srat) {
		machine_complain(machine, "sys/" TABLE ": is not a table");
		return;
	}
	for (size_t i = 0; i < facts.complaints.n; i++)
		machine_complain(machine, "%s", facts.complaints.v[i]);
	acpi_add_initiators(&facts, machine);
}

/* The kernel numbers nodes as the table has them, unless NUMA is off or emulated. */
static bool agrees(const struct machine *machine)
{
	for (size_t i = 0; i < machine->nodes.n; i++)
		if (machine->nodes.v[i].initiators.n > 0 &&
		    !is_initiator(&machine->nodes.v[i]) &&
		    set_empty(&machine->nodes.v[i].cpus))
			return false;
	return true;
}

void sysfs_read_initiators(int root_fd, struct machine *machine)
{
	_cleanup_tree_ struct tree top = {.fd = -1};
	_cleanup_text_ struct text bytes = {};
	unsigned n = count_initiators(machine);

	if (n == 0)
		return;
	if (!tree_top(root_fd, machine, &top) ||
	    (!tree_bytes(&top, "sys/" TABLE, TREE_FILE_LIMIT, &bytes) &&
	     !tree_bytes(&top, TABLE, TREE_FILE_LIMIT, &bytes))) {
		machine_complain(
			machine,
			"sys/" TABLE
			": cannot be read, so it is not known which devices the %u nodes of generic initiators belong to; only root can read it",
			n);
		return;
	}
	read_table(&bytes, machine);
	if (agrees(machine))
		return;
	machine_complain(
		machine,
		"sys/" TABLE
		": the kernel has other nodes of generic initiators, so it is not known which devices they belong to");
	for (size_t i = 0; i < machine->nodes.n; i++)
		machine->nodes.v[i].initiators.n = 0;
}
