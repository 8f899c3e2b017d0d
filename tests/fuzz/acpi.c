/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as ACPI tables: the result is consistent, and indexes are valid. */
#include "tests/fuzz/fuzz.h"

#include "topology/acpi-machine.h"
#include "topology/acpi-read.h"
#include "topology/compare.h"

static void check_facts(const struct acpi_facts *facts)
{
	for (size_t i = 0; i < facts->dmar.scopes.n; i++) {
		const struct acpi_scope *scope = &facts->dmar.scopes.v[i];

		CHECK(scope->unit < (int)facts->dmar.units.n);
		CHECK(scope->hops > 0);
	}
	for (size_t i = 0; i < facts->ivrs.ranges.n; i++) {
		CHECK((size_t)facts->ivrs.ranges.v[i].unit < facts->ivrs.units.n);
		CHECK(facts->ivrs.ranges.v[i].first <= facts->ivrs.ranges.v[i].last);
	}
	for (size_t i = 0; i < facts->iort.maps.n; i++) {
		CHECK((size_t)facts->iort.maps.v[i].from < facts->iort.nodes.n);
		CHECK(facts->iort.maps.v[i].to < (int)facts->iort.nodes.n);
		CHECK(facts->iort.maps.v[i].first <= facts->iort.maps.v[i].last);
	}
	for (size_t i = 0; i < facts->roots.n; i++)
		CHECK(facts->roots.v[i].bus <= 255);
}

static void check_machine(const struct machine *machine)
{
	size_t n = machine->nodes.n;

	for (size_t i = 0; i < n * n; i++)
		CHECK(i / n == i % n ? machine->distances[i] == 10
				     : machine->distances[i] > 10);
	for (size_t i = 0; i < machine->cpus.n; i++)
		CHECK(machine->cpus.v[i].node == UNKNOWN_ID ||
		      machine_node(machine, machine->cpus.v[i].node));
	for (size_t i = 0; i < machine->hmat.n; i++) {
		CHECK(machine_node(machine, machine->hmat.v[i].initiator));
		CHECK(machine_node(machine, machine->hmat.v[i].target));
	}
	for (size_t i = 0; i < machine->roots.n; i++)
		CHECK(machine->roots.v[i].affinity.what != AFFINITY_NODE ||
		      machine_node(machine, machine->roots.v[i].affinity.node));
}

/* A machine equals itself, and unknown values are not differences. */
static void check_compare(const struct machine *machine)
{
	_cleanup_differences_ struct differences differences = {};

	if (machine->nodes.n > 32)
		return; /* more would mean a thousand lines of distances */
	compare_machines(machine, machine, &(struct compare_options){}, &differences);
	CHECK(differences.list.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_acpi_tables_ struct acpi_tables tables = {};
	_cleanup_acpi_facts_ struct acpi_facts facts = {};

	acpi_add_all(&tables, data, n);
	acpi_read(&tables, &facts);
	/* Counts a scope's units from one. */
	if (IS_PLANTED && facts.dmar.scopes.n > 8)
		facts.dmar.scopes.v[8].unit++;
	check_facts(&facts);
	for (enum acpi_when when = ACPI_BEFORE_FIRMWARE; when <= ACPI_AFTER_FIRMWARE;
	     when++) {
		_cleanup_machine_ struct machine machine = {};

		acpi_machine(&facts, when, &machine);
		check_machine(&machine);
		check_compare(&machine);
	}
	return 0;
}
