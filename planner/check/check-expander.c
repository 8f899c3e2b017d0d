/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-expander.c - expander buses: their machine, numbers and nodes. */
#include "planner/check/rules.h"

void pxb_machine(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];
		enum controller_model model = controller_model_of(c);

		if (c->added)
			continue;
		if (model == CONTROLLER_PCIE_EXPANDER && !guest_is_q35(guest) &&
		    !guest_is_virt(guest))
			check_found(
				check, c->element,
				"A pcie-expander-bus needs machine type q35 or virt, not %s.",
				guest->machine ? guest->machine : "the default");
		if (model == CONTROLLER_PCI_EXPANDER && !guest_is_i440fx(guest) &&
		    guest->machine)
			check_found(
				check, c->element,
				"A pci-expander-bus needs machine type pc (i440fx), not %s.",
				guest->machine);
	}
}

/* Which of the target's options each model takes (domain_validate.c). */
void busnr_misplaced(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];
		enum controller_model model = controller_model_of(c);
		bool expander = guest_is_expander(c), port = guest_is_port(c);
		bool root = controller_role(model) == ROLE_ROOT;
		const char *option = NULL;

		if (!guest_is_pci(c) || c->added)
			continue;
		if (c->bus_nr.state != VALUE_ABSENT && !c->bus_nr_assigned && !expander)
			option = "busNr";
		else if (c->node.state != VALUE_ABSENT && !expander &&
			 !(root && !number_is(c->index, 0)))
			option = "node";
		else if (c->chassis.state != VALUE_ABSENT && !port)
			option = "chassis";
		else if (c->port.state != VALUE_ABSENT && !port)
			option = "port";
		else if (c->hotplug.state != VALUE_ABSENT && !port &&
			 model != CONTROLLER_PCI_ROOT)
			option = "hotplug";
		else if (c->chassis_nr.state != VALUE_ABSENT &&
			 model != CONTROLLER_PCI_BRIDGE)
			option = "chassisNr";
		else if (c->pcihole64_bytes.state != VALUE_ABSENT && !root)
			option = "pcihole64";
		if (option)
			check_found(check, c->element, "%s is not an option of a %s.",
				    option,
				    c->model ? c->model : "PCI controller without model")
				->subject = xstrdup(option);
	}
}

void pxb_busnr_range(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (guest_is_pci(c) && c->bus_nr.state == VALUE_VALID &&
		    (c->bus_nr.value < 1 || c->bus_nr.value > 254))
			check_values(check_found(check, c->element,
						 "busNr %llu is outside 1 to 254.",
						 ULL(c->bus_nr.value)),
				     NULL, "1-254");
	}
}

void pxb_node_exists(struct check *check)
{
	for (size_t i = 0; i < check->guest->controllers.n; i++) {
		const struct guest_controller *c = &check->guest->controllers.v[i];

		if (guest_is_pci(c) && c->node.state == VALUE_VALID &&
		    c->node.value >= check->guest->cells.n)
			check_found(
				check,
				c->node_element >= 0 ? c->node_element : c->element,
				"Controller %llu is on guest node %llu, but <cpu><numa> has %zu cell%s.",
				ULL(c->index.value), ULL(c->node.value),
				check->guest->cells.n,
				check->guest->cells.n == 1 ? "" : "s");
	}
}
