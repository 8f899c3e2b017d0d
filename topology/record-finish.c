/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* record-finish.c - what a record says across its elements. */
#include "topology/record-read-parts.h"

/* "0000:80" is the beginning of a function's address. */
static int find_root(const struct machine *machine, const char *string)
{
	_cleanup_free_ char *longer = xasprintf("%s:00.0", string);
	struct pci_address address;
	const struct machine_root *root;

	if (!pci_address_parse(longer, &address))
		return -1;
	root = machine_root(machine, address.domain, address.bus);
	return root && root->first_bus == address.bus ? (int)(root - machine->roots.v)
						      : -1;
}

static int resolve(struct record_reader *reader, int element, const struct field *field,
		   void *function)
{
	const char *value = document_attribute(reader->document, element, field->name);
	struct pci_address address;
	int index = -1;

	if (!value || streq(value, "none"))
		return 0;
	if (field->type == FIELD_ROOT)
		index = find_root(reader->machine, value);
	else if (pci_address_parse(value, &address))
		index = machine_function_index(reader->machine, address);
	if (index < 0)
		return record_fault(reader, element, "%s=\"%s\" is not %s", field->name,
				    value, field_wants(field));
	memcpy((char *)function + field->offset, &index, sizeof(index));
	return 0;
}

/* The path up from every function ends. */
static int check_way_up(struct record_reader *reader, size_t i)
{
	const struct machine *machine = reader->machine;
	int at = (int)i;

	for (size_t steps = 0; at >= 0; steps++) {
		/* Below a bridge there are at most 255 more buses. */
		if (steps > 256)
			return record_fault(reader, reader->functions.v[i],
					    "has no path up to a root bus");
		at = machine->functions.v[at].upstream;
	}
	return 0;
}

static bool affinity_fits(const struct machine_affinity *affinity)
{
	bool node = affinity->node != UNKNOWN_ID, nodes = !set_empty(&affinity->nodes);

	return node == (affinity->what == AFFINITY_NODE) &&
	       nodes == (affinity->what == AFFINITY_CANDIDATES) &&
	       set_next(&affinity->nodes, NODE_LIMIT) < 0;
}

/*
 * A kind of affinity that only a newer version knows is unknown, and its nodes with it.
 */
static bool affinity_settle(const struct record_reader *reader,
			    struct machine_affinity *affinity)
{
	if (!affinity_fits(affinity) && reader->later &&
	    affinity->what == AFFINITY_UNKNOWN)
		machine_affinity_forget(affinity);
	return affinity_fits(affinity);
}

static int check_buses(struct record_reader *reader, size_t i)
{
	const struct machine_function *function = &reader->machine->functions.v[i];

	if (!function->bridge || function->secondary <= function->subordinate)
		return 0;
	return record_fault(
		reader, reader->functions.v[i],
		"subordinate=\"%02x\" is below secondary=\"%02x\", so the bridge has no buses",
		function->subordinate, function->secondary);
}

static int finish_functions(struct record_reader *reader)
{
	struct machine *machine = reader->machine;
	const struct element *row = record_row(machine_elements, "function");

	for (size_t i = 0; i < machine->functions.n; i++) {
		int element = reader->functions.v[i];

		for (const struct field *field = row->fields; field->name; field++)
			if ((field->type == FIELD_FUNCTION ||
			     field->type == FIELD_ROOT) &&
			    resolve(reader, element, field, &machine->functions.v[i]) < 0)
				return -1;
		if (!affinity_settle(reader, &machine->functions.v[i].affinity))
			return record_fault(
				reader, element,
				"the attributes affinity, node and nodes contradict each other");
	}
	for (size_t i = 0; i < machine->functions.n; i++)
		if (check_way_up(reader, i) < 0 || check_buses(reader, i) < 0)
			return -1;
	return 0;
}

static int finish_rest(struct record_reader *reader)
{
	const struct machine *machine = reader->machine;

	for (size_t i = 0; i < machine->roots.n; i++) {
		struct machine_root *root = &machine->roots.v[i];

		if (root->last_bus < root->first_bus ||
		    !affinity_settle(reader, &root->affinity))
			return record_fault(
				reader, 0,
				"root %04x:%02x: affinity, node and nodes contradict each other, or the last bus is below the first",
				root->domain, root->first_bus);
	}
	for (size_t i = 0; i < machine->facts.n; i++)
		if (!machine->facts.v[i].value == !machine->facts.v[i].unknown)
			return record_fault(
				reader, 0,
				"fact %s needs either a value or the reason why it is unknown",
				machine->facts.v[i].name);
	if (!reader->seen[record_row(machine_elements, "iommu") - machine_elements])
		return record_fault(reader, 0, "has no <iommu>");
	return 0;
}

int record_finish(struct record_reader *reader)
{
	return finish_functions(reader) < 0 ? -1 : finish_rest(reader);
}
