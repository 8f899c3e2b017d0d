/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: libvirt 9.0 src/conf/domain_addr.c, virDomainPCIAddressBusSetModel (what a bus
 * accepts) and virDomainPCIControllerModelToConnectType (what it needs); QEMU 7.2
 * include/hw/pci/pci_ids.h and hw/pci-bridge (devices; ACS: gen_pcie_root_port.c alone,
 * the bridge of a pxb: pci_expander_bridge.c).
 */
#include "planner/guest/controller-model.h"

#include "topology/machine.h"

#define PORT_TAKES (TAKES_PCIE | TAKES_UPSTREAM | TAKES_PCIE_TO_PCI | AUTOMATIC)
#define PCI_TAKES  (TAKES_PCI | TAKES_BRIDGE)

#define NAME(word) .name = (word), .name_length = sizeof(word) - 1

#define CLASS_HOST        0x060000
#define CLASS_BRIDGE      0x060400
#define CLASS_SUBTRACTIVE 0x060401

const struct controller_row controller_rows[] = {
	[CONTROLLER_NONE] = {.first_slot = 1, .last_slot = 0},
	[CONTROLLER_PCI_ROOT] = {NAME("pci-root"), .role = ROLE_ROOT,
				 .takes = PCI_TAKES | TAKES_EXPANDER | AUTOMATIC,
				 .first_slot = 1, .last_slot = 31},
	[CONTROLLER_PCIE_ROOT] = {NAME("pcie-root"), .role = ROLE_ROOT,
				  .takes = TAKES_PCIE | TAKES_ROOT_PORT | TAKES_DMI |
					   TAKES_PCIE_EXPANDER,
				  .first_slot = 1, .last_slot = 31},
	[CONTROLLER_PCI_EXPANDER] = {NAME("pci-expander-bus"), .role = ROLE_EXPANDER,
				     .takes = PCI_TAKES | AUTOMATIC,
				     .needs = TAKES_EXPANDER, .first_slot = 0,
				     .last_slot = 31, .own_bridges = 1,
				     .class_code = CLASS_HOST, .pcie_type = PCIE_NONE,
				     .devices = {{"pxb", 0x1b36, 0x0009}}},
	[CONTROLLER_PCIE_EXPANDER] = {NAME("pcie-expander-bus"), .role = ROLE_EXPANDER,
				      .takes = TAKES_ROOT_PORT | TAKES_DMI,
				      .needs = TAKES_PCIE_EXPANDER, .first_slot = 0,
				      .last_slot = 31, .class_code = CLASS_HOST,
				      .pcie_type = PCIE_NONE,
				      .devices = {{"pxb-pcie", 0x1b36, 0x000b}}},
	[CONTROLLER_ROOT_PORT] = {NAME("pcie-root-port"), .role = ROLE_PORT,
				  .takes = PORT_TAKES,
				  .needs = TAKES_ROOT_PORT | AGGREGATE,
				  .class_code = CLASS_BRIDGE, .pcie_type = PCIE_ROOT_PORT,
				  .devices = {{"pcie-root-port", 0x1b36, 0x000c,
					       .acs = true},
					      {"ioh3420", 0x8086, 0x3420}}},
	[CONTROLLER_UPSTREAM_PORT] = {NAME("pcie-switch-upstream-port"),
				      .role = ROLE_SWITCH, .takes = TAKES_DOWNSTREAM,
				      .needs = TAKES_UPSTREAM, .first_slot = 0,
				      .last_slot = 31, .class_code = CLASS_BRIDGE,
				      .pcie_type = PCIE_UPSTREAM_PORT,
				      .devices = {{"x3130-upstream", 0x104c, 0x8232}}},
	[CONTROLLER_DOWNSTREAM_PORT] =
		{NAME("pcie-switch-downstream-port"), .role = ROLE_PORT,
		 .takes = PORT_TAKES, .needs = TAKES_DOWNSTREAM,
		 .class_code = CLASS_BRIDGE, .pcie_type = PCIE_DOWNSTREAM_PORT,
		 .devices = {{"xio3130-downstream", 0x104c, 0x8233}}},
	[CONTROLLER_PCI_BRIDGE] = {NAME("pci-bridge"), .role = ROLE_BRIDGE,
				   .takes = PCI_TAKES | AUTOMATIC, .needs = TAKES_BRIDGE,
				   .first_slot = 1, .last_slot = 31,
				   .class_code = CLASS_BRIDGE, .pcie_type = PCIE_NONE,
				   .devices = {{"pci-bridge", 0x1b36, 0x0001}}},
	[CONTROLLER_DMI_BRIDGE] = {NAME("dmi-to-pci-bridge"), .role = ROLE_BRIDGE,
				   .takes = PCI_TAKES, .needs = TAKES_DMI,
				   .first_slot = 0, .last_slot = 31,
				   .class_code = CLASS_SUBTRACTIVE,
				   .pcie_type = PCIE_NONE,
				   .devices = {{"i82801b11-bridge", 0x8086, 0x244e}}},
	[CONTROLLER_PCIE_BRIDGE] = {NAME("pcie-to-pci-bridge"), .role = ROLE_BRIDGE,
				    .takes = PCI_TAKES | AUTOMATIC,
				    .needs = TAKES_PCIE_TO_PCI, .first_slot = 1,
				    .last_slot = 31, .class_code = CLASS_BRIDGE,
				    .pcie_type = PCIE_TO_PCI_BRIDGE,
				    .devices = {{"pcie-pci-bridge", 0x1b36, 0x000e}}},
};
const size_t n_controller_rows = ARRAY_SIZE(controller_rows);

enum controller_model controller_model_named(const char *name)
{
	size_t length;

	if (!name)
		return CONTROLLER_NONE;
	/* What most of them are. */
	if (streq(name, controller_rows[CONTROLLER_ROOT_PORT].name))
		return CONTROLLER_ROOT_PORT;
	length = strlen(name);
	for (size_t i = 1; length > 0 && i < n_controller_rows; i++)
		if (controller_rows[i].name_length == length &&
		    memcmp(controller_rows[i].name, name, length) == 0)
			return (enum controller_model)i;
	return CONTROLLER_NONE;
}

enum controller_model controller_model_of(const struct guest_controller *controller)
{
	return guest_is_pci(controller) ? controller_model_named(controller->model)
					: CONTROLLER_NONE;
}

/* By QEMU's name; the first for NULL. */
static const struct controller_device *find_device(const struct controller_row *row,
						   const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(row->devices) && row->devices[i].name; i++)
		if (!name || streq(row->devices[i].name, name))
			return &row->devices[i];
	return NULL;
}

enum controller_model controller_model_of_device(const char *device)
{
	for (size_t i = 1; i < n_controller_rows; i++)
		if (find_device(&controller_rows[i], device))
			return (enum controller_model)i;
	return CONTROLLER_NONE;
}

const struct controller_device *
controller_device_of(const struct guest_controller *controller)
{
	return find_device(&controller_rows[controller_model_of(controller)],
			   controller->model_name);
}
