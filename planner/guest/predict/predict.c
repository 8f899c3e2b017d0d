/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/predict/predict.h"

#include "planner/guest/assign/assign.h"
#include "planner/guest/read.h"

static void predict_iommu(const struct guest *guest, struct machine *machine)
{
	const struct guest_iommu *iommu = guest->iommus.n ? &guest->iommus.v[0] : NULL;
	bool acpi = guest->acpi_element >= 0;

	machine->iommu.address_bits = UNKNOWN_ID;
	machine->iommu.table = iommu && acpi ? KNOWN_YES : KNOWN_NO;
	machine->iommu.enabled = machine->iommu.table;
	machine->iommu.remapping = KNOWN_NO;
	if (iommu && guest_has_device_tree(guest))
		machine->iommu.enabled = KNOWN_YES;
	if (!iommu || (!acpi && !guest_has_device_tree(guest)))
		return;
	if (streq_null(iommu->model, "intel")) {
		machine->iommu.remapping =
			switch_is(iommu->intremap, true) ? KNOWN_YES : KNOWN_NO;
		machine->iommu.address_bits = iommu->aw_bits.state == VALUE_VALID
						      ? (int)iommu->aw_bits.value
						      : 39;
	} else if (streq_null(iommu->model, "smmuv3")) {
		machine->iommu.remapping = KNOWN_UNKNOWN; /* always by the ITS */
	} else {
		/* Linux lists these only after a driver has attached. */
		machine->iommu.enabled = KNOWN_UNKNOWN;
		machine->iommu.remapping = KNOWN_UNKNOWN;
	}
}

/* Functions on pcie-root have no _PXM; those below an expander bus have its node. */
static void predict_roots(const struct guest_tree *tree, struct machine *machine)
{
	const struct guest *guest = tree->guest;

	for (size_t i = 0; i < machine->roots.n; i++) {
		struct machine_root *root = &machine->roots.v[i];

		machine_affinity_forget(&root->affinity);
		for (size_t j = 0; j < guest->controllers.n; j++) {
			const struct guest_controller *c = &guest->controllers.v[j];
			int cell = predict_node_of_bus(tree, guest_pci_index(c));

			if (guest_is_pci(c) && number_is(c->bus_nr, root->first_bus) &&
			    cell >= 0 && machine_node(machine, cell))
				machine_affinity_set(&root->affinity, cell,
						     AFFINITY_FROM_SYSFS);
		}
		if (root->affinity.what == AFFINITY_UNKNOWN && machine->nodes.n == 1)
			machine_affinity_set(&root->affinity, machine->nodes.v[0].id,
					     AFFINITY_FROM_ONLY_NODE);
	}
}

/*
 * QEMU's ports with ACS have these services (hw/pci/pcie.c, pcie_acs_init), of which
 * Linux turns on those that isolate if there is an IOMMU (drivers/pci/pci.c,
 * pci_std_enable_acs).
 */
static void predict_acs(struct machine *machine)
{
	const uint8_t isolating = ACS_SOURCE_VALIDATION | ACS_REQUEST_REDIRECT |
				  ACS_COMPLETION_REDIRECT | ACS_UPSTREAM_FORWARDING;
	bool on = machine->iommu.enabled == KNOWN_YES;

	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		if (function->bridge && function->acs == KNOWN_NO)
			function->peer.acs = ABILITY_NONE;
		if (!function->bridge || function->acs != KNOWN_YES ||
		    machine->iommu.enabled == KNOWN_UNKNOWN)
			continue;
		function->peer.acs = on ? ABILITY_ON : ABILITY_OFF;
		function->peer.acs_can =
			isolating | ACS_TRANSLATION_BLOCKING | ACS_DIRECT_TRANSLATED;
		function->peer.acs_on = on ? isolating : 0;
	}
}

void predict(const struct guest *guest, struct machine *ret)
{
	_cleanup_guest_tree_ struct guest_tree tree = {};

	guest_tree_read(guest, &tree);
	*ret = (struct machine){.source = MACHINE_GUEST,
				.pci_known = KNOWN_YES,
				.architecture = xstrdup(guest->architecture)};
	predict_numa(guest, ret);
	predict_pci(&tree, ret);
	predict_iommu(guest, ret);
	predict_acs(ret);
	machine_settle(ret, true);
	predict_roots(&tree, ret);
	predict_groups(&tree, ret);
	predict_initiator_nodes(&tree, ret);
	predict_renumber(guest, ret);
}

void predict_any(struct guest *guest, unsigned libvirt, struct machine *ret)
{
	_cleanup_assignment_ struct assignment assignment = {};

	assign(guest, libvirt, &assignment);
	predict(guest, ret);
}

/* An @attribute of @element that libvirt refuses. */
static int refuse_number(const struct guest *guest, const char *attribute, int element,
			 struct error *error)
{
	const struct document *document = guest->document;
	const char *value = document_attribute(document, element, attribute);
	_cleanup_text_ struct text shown = {};

	if (value) {
		text_printf(&shown, "%s='", attribute);
		text_add_shown(&shown, value);
		text_printf(&shown, "' is not a number from 0 to %d", INDEXES - 1);
	} else {
		text_printf(&shown, "there is no free %s from 0 to %d", attribute,
			    INDEXES - 1);
	}
	return error_input_at(
		error, document->name, document->elements.v[element].line,
		"PCI controller: %s; libvirt refuses this domain, so its guest cannot be predicted",
		shown.s);
}

static int refuse_numbers(const struct guest *guest, struct error *error)
{
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (guest_is_pci(c) && guest_pci_index(c) < 0)
			return refuse_number(guest, "index", c->element, error);
		if (guest_is_pci(c) && c->bus_nr.state != VALUE_ABSENT &&
		    guest_bus_nr(c) < 0)
			return refuse_number(guest, "busNr", c->target_element, error);
	}
	return 0;
}

int predict_document(const struct document *document, const struct target_wish *wish,
		     struct machine *ret, struct error *error)
{
	static const struct target_wish nothing = {};
	_cleanup_target_settled_ struct target_settled settled = {};
	_cleanup_guest_ struct guest guest = {};

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0 || refuse_numbers(&guest, error) < 0)
		return -1;
	target_settle(wish ? wish : &nothing, NULL, document, &guest, NULL, &settled);
	predict_any(&guest, settled.target.libvirt, ret);
	return 0;
}
