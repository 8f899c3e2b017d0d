/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/controller-model.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/predict/predict.h"
#include "planner/qemu/stand-in.h"

/* Where functions are added. */
struct walk {
	const struct guest *guest;
	const struct guest_tree *tree;
	struct machine *machine;
};

int predict_node_of_bus(const struct guest_tree *tree, int index)
{
	return tree->guest->acpi_element >= 0 ? guest_tree_cell(tree, index) : -1;
}

static struct machine_function *
add_function(struct walk *walk, const struct guest_address *address, const char *what)
{
	struct machine_function *function;
	unsigned bus = address->at.bus;
	int cell;

	if (!guest_address_on_pci(address)) {
		machine_complain(walk->machine, "%s has no PCI address", what);
		return NULL;
	}
	if (walk->tree->bus[bus].number < 0) {
		machine_complain(walk->machine,
				 "%s is on controller %u, which the guest cannot reach",
				 what, bus);
		return NULL;
	}
	function = machine_add_function(
		walk->machine,
		(struct pci_address){.bus = (uint8_t)walk->tree->bus[bus].number,
				     .slot = address->at.slot,
				     .function = address->at.function});
	function->prog_if_known = KNOWN_YES;
	cell = predict_node_of_bus(walk->tree, (int)bus);
	if (cell >= 0 && machine_node(walk->machine, cell))
		machine_affinity_set(&function->affinity, cell, AFFINITY_FROM_SYSFS);
	return function;
}

/* libvirt refuses a domain with such an index, so no guest can have devices there. */
static void complain_of_index(struct walk *walk, const struct guest_controller *c)
{
	if (c->index.state == VALUE_VALID)
		machine_complain(
			walk->machine,
			"PCI controller %llu is left out: its index is greater than %d",
			(unsigned long long)c->index.value, INDEXES - 1);
	else
		machine_complain(
			walk->machine,
			"a PCI controller is left out: its index is not a number");
}

static void add_bridge(struct walk *walk, const struct guest_controller *controller)
{
	enum controller_model model = controller_model_of(controller);
	const struct controller_device *device = controller_device_of(controller);
	int index = guest_pci_index(controller);
	struct machine_function *function;
	_cleanup_free_ char *what = NULL;
	bool bridge = controller_is_bridge(model), numbered;

	if (index < 0)
		complain_of_index(walk, controller);
	if (!device || index <= 0)
		return;
	numbered = walk->tree->bus[index].number >= 0;
	what = xasprintf("controller %d", index);
	function = add_function(walk, &controller->address, what);
	if (!function)
		return;
	function->vendor = device->vendor;
	function->device = device->device;
	function->class_code = controller_rows[model].class_code;
	function->pcie_type = controller_rows[model].pcie_type;
	function->acs = device->acs ? KNOWN_YES : KNOWN_NO;
	function->bridge = bridge && numbered;
	if (bridge && !numbered)
		machine_complain(walk->machine, "%s gets no bus number", what);
	if (function->bridge) {
		function->secondary = (uint8_t)walk->tree->bus[index].number;
		function->subordinate = (uint8_t)walk->tree->bus[index].last;
	}
}

/* The bus decides which of its identities a device shows. */
enum seat { SEAT_ROOT, SEAT_PORT, SEAT_CONVENTIONAL };

static enum seat seat_on(const struct walk *walk, unsigned bus)
{
	const struct guest_controller *c = guest_tree_controller(walk->tree, (int)bus);

	if (bus == 0 || !c || !controller_is_bridge(controller_model_of(c)))
		return SEAT_ROOT;
	return guest_is_port(c) ? SEAT_PORT : SEAT_CONVENTIONAL;
}

/* On a root, virtio devices of every model are conventional (measured). */
static enum pcie_type type_of(const struct device_kind *kind, enum seat seat)
{
	if (kind->connection == CONNECT_PCI || seat == SEAT_CONVENTIONAL)
		return PCIE_NONE;
	if (seat == SEAT_ROOT)
		return kind->connection == CONNECT_PCIE && !device_kind_is_virtio(kind)
			       ? PCIE_INTEGRATED_ENDPOINT
			       : PCIE_NONE;
	return PCIE_ENDPOINT;
}

static void fill_kind(struct machine_function *function, const struct device_kind *kind,
		      const char *model, enum seat seat)
{
	bool modern = seat == SEAT_PORT || streq_null(model, "virtio-non-transitional");

	function->vendor = kind->vendor;
	function->device = modern ? kind->device : device_kind_legacy_id(kind);
	function->class_code = kind->class_code;
	function->pcie_type = type_of(kind, seat);
	if (kind->vfs)
		function->total_vfs = (int)kind->vfs;
}

/* q35's own SATA and i440fx's own IDE are among the fixed functions. */
static bool is_chipset(const struct walk *walk, const struct guest_controller *controller)
{
	const char *own = guest_is_q35(walk->guest)      ? "sata"
			  : guest_is_i440fx(walk->guest) ? "ide"
							 : NULL;

	return own && streq_null(controller->type, own) &&
	       number_is(controller->index, 0);
}

static void add_controller(struct walk *walk, const struct guest_controller *controller)
{
	const struct device_kind *kind = device_kind_of_controller(controller);
	struct machine_function *function;

	if (guest_is_pci(controller)) {
		add_bridge(walk, controller);
		return;
	}
	if (!kind || !controller_on_pci(controller) || is_chipset(walk, controller))
		return;
	function = add_function(walk, &controller->address, controller->type);
	if (function)
		fill_kind(function, kind, controller->model,
			  seat_on(walk, controller->address.at.bus));
}

static void add_device(struct walk *walk, const struct guest_device *device)
{
	const struct device_kind *kind = device_kind_of(device);
	struct machine_function *function;

	if (!device_on_pci(device))
		return;
	function = add_function(walk, &device->address, device->tag);
	if (!function)
		return;
	if (device->alias && has_prefix(device->alias, STAND_IN_ALIAS))
		machine_complain(
			walk->machine,
			PCI_FORMAT
			" is only a stand-in, so the device that it stands for is not predicted",
			PCI_ARGS(function->at));
	else if (kind)
		fill_kind(function, kind, device->model,
			  seat_on(walk, device->address.at.bus));
	else if (streq(device->tag, "interface") && device->model)
		machine_complain(walk->machine,
				 PCI_FORMAT
				 " is a NIC of model %s, whose identity is not known",
				 PCI_ARGS(function->at), device->model);
	else
		machine_complain(walk->machine,
				 PCI_FORMAT
				 " is a %s: it has the identity of the host's device",
				 PCI_ARGS(function->at), device->tag);
}

/*
 * Devices of the machine itself: QEMU's hw/i386/pc_q35.c, hw/i386/pc_piix.c and
 * hw/arm/virt.c. PIIX4's power management exists only with ACPI.
 */
static const struct fixed_row {
	bool (*machine)(const struct guest *guest);
	uint8_t slot, function;
	uint16_t vendor, device;
	uint32_t class_code;
	bool with_acpi; /* only then */
} fixed[] = {
	{guest_is_q35, 0x00, 0, 0x8086, 0x29c0, 0x060000, false},
	{guest_is_q35, 0x1f, 0, 0x8086, 0x2918, 0x060100, false},
	{guest_is_q35, 0x1f, 2, 0x8086, 0x2922, 0x010601, false},
	{guest_is_q35, 0x1f, 3, 0x8086, 0x2930, 0x0c0500, false},
	{guest_is_i440fx, 0x00, 0, 0x8086, 0x1237, 0x060000, false},
	{guest_is_i440fx, 0x01, 0, 0x8086, 0x7000, 0x060100, false},
	{guest_is_i440fx, 0x01, 1, 0x8086, 0x7010, 0x010180, false},
	{guest_is_i440fx, 0x01, 3, 0x8086, 0x7113, 0x068000, true},
	{guest_is_virt, 0x00, 0, 0x1b36, 0x0008, 0x060000, false},
};

static void add_fixed(struct walk *walk)
{
	bool acpi = walk->guest->acpi_element >= 0;

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		struct machine_function *function;

		if (!fixed[i].machine(walk->guest) || (fixed[i].with_acpi && !acpi))
			continue;
		function = machine_add_function(
			walk->machine,
			(struct pci_address){.slot = fixed[i].slot,
					     .function = fixed[i].function});
		function->vendor = fixed[i].vendor;
		function->device = fixed[i].device;
		function->class_code = fixed[i].class_code;
		function->prog_if_known = KNOWN_YES;
		function->pcie_type = PCIE_NONE;
	}
}

/* IOMMUs that are PCI functions: libvirt's model, and what the guest sees. */
static const struct {
	const char *model;
	uint16_t vendor, device;
	uint32_t class_code;
} iommu_rows[] = {
	{"virtio", 0x1af4, 0x1057, 0x00ff00},
	{"amd", 0x1022, 0x1419, 0x080600}, /* QEMU's AMDVI-PCI */
};

static void add_iommu_device(struct walk *walk, const struct guest_iommu *iommu)
{
	for (size_t i = 0; i < ARRAY_SIZE(iommu_rows); i++) {
		struct machine_function *function;

		if (!streq_null(iommu->model, iommu_rows[i].model))
			continue;
		function = add_function(walk, &iommu->address, "iommu");
		if (!function)
			return;
		function->vendor = iommu_rows[i].vendor;
		function->device = iommu_rows[i].device;
		function->class_code = iommu_rows[i].class_code;
		function->pcie_type = PCIE_NONE;
	}
}

void predict_pci(const struct guest_tree *tree, struct machine *machine)
{
	const struct guest *guest = tree->guest;
	struct walk walk = {.guest = guest, .tree = tree, .machine = machine};

	add_fixed(&walk);
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest_is_pci(&guest->controllers.v[i]) ||
		    guest->controllers.v[i].index.state == VALUE_VALID)
			add_controller(&walk, &guest->controllers.v[i]);
	for (size_t i = 0; i < guest->devices.n; i++)
		add_device(&walk, &guest->devices.v[i]);
	for (size_t i = 0; i < guest->iommus.n; i++)
		add_iommu_device(&walk, &guest->iommus.v[i]);
}
