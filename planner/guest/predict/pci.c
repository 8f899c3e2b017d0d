/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Firmware numbers the buses of each root by itself, depth first, bridges by ascending
 * slot and function (SeaBIOS src/fw/pciinit.c, pci_bios_init_bus_rec; edk2 PciBusDxe does
 * the same and Linux keeps what it finds). So a controller's guest bus number follows
 * from its root's first number and its place.
 */
#include "planner/guest/device-kind.h"
#include "planner/guest/predict/predict.h"
#include "planner/qemu/stand-in.h"

#define MOST_BUS 255

/* What is known of each controller index while the tree is walked. */
struct walk {
	const struct guest *guest;
	struct machine *machine;
	const struct guest_controller *at[INDEXES];
	bool reached[INDEXES];
	uint8_t bus[INDEXES];  /* guest bus number of what is below it */
	uint8_t last[INDEXES]; /* highest number below it */
};

int predict_cell_of(const struct guest *guest, const struct guest_controller *controller)
{
	/* A chain longer than there are indexes is a cycle. */
	for (int steps = 0; controller && steps < INDEXES; steps++) {
		if (controller->node.state == VALUE_VALID)
			return guest->acpi_element >= 0 &&
					       controller->node.value < guest->cells.n
				       ? (int)controller->node.value
				       : -1;
		if (controller->address.state != VALUE_VALID ||
		    number_is(controller->index, 0))
			return -1;
		controller = guest_pci_controller(guest, controller->address.at.bus);
	}
	return -1;
}

static bool on_bus(const struct guest_address *address, unsigned index)
{
	return address->state == VALUE_VALID && streq_null(address->type, "pci") &&
	       address->at.bus == index;
}

static bool is_bridge(const struct guest_controller *controller)
{
	const struct bridge_kind *kind = bridge_kind_of(controller);

	return kind && kind->bridge;
}

static unsigned devfn_of(const struct guest_address *address)
{
	return address->at.slot * PCI_FUNCTIONS + address->at.function;
}

/*
 * Numbers the bridges on the bus below @index, whose own number is @last. A bridge for
 * which there is no number left is not reached; what firmware does then nobody knows.
 */
static unsigned number_bus(struct walk *walk, unsigned index, unsigned last)
{
	int child_at[PCI_SLOTS * PCI_FUNCTIONS] = {};

	walk->reached[index] = true;
	walk->bus[index] = (uint8_t)last;
	for (unsigned child = 1; child < INDEXES; child++)
		if (walk->at[child] && !walk->reached[child] &&
		    on_bus(&walk->at[child]->address, index) &&
		    is_bridge(walk->at[child]))
			child_at[devfn_of(&walk->at[child]->address)] = (int)child;
	for (size_t devfn = 0; devfn < ARRAY_SIZE(child_at); devfn++)
		if (child_at[devfn] > 0 && !walk->reached[child_at[devfn]] &&
		    last < MOST_BUS)
			last = number_bus(walk, (unsigned)child_at[devfn], last + 1);
	walk->last[index] = (uint8_t)last;
	return last;
}

static void number_all(struct walk *walk)
{
	number_bus(walk, 0, 0);
	for (unsigned index = 1; index < INDEXES; index++) {
		const struct guest_controller *c = walk->at[index];

		/* Without ACPI nothing tells the kernel of further roots. */
		if (c && guest_bus_nr(c) >= 0 && !walk->reached[index] &&
		    walk->guest->acpi_element >= 0)
			number_bus(walk, index, (unsigned)guest_bus_nr(c));
	}
}

static struct machine_function *
add_function(struct walk *walk, const struct guest_address *address, const char *what)
{
	struct machine_function *function;
	unsigned bus = address->at.bus;

	if (address->state != VALUE_VALID || !streq_null(address->type, "pci")) {
		machine_complain(walk->machine, "%s has no PCI address", what);
		return NULL;
	}
	if (!walk->reached[bus]) {
		machine_complain(walk->machine,
				 "%s is on controller %u, which the guest cannot reach",
				 what, bus);
		return NULL;
	}
	function = machine_add_function(
		walk->machine, (struct pci_address){.bus = walk->bus[bus],
						    .slot = address->at.slot,
						    .function = address->at.function});
	function->prog_if_known = KNOWN_YES;
	if (walk->at[bus]) {
		int cell = predict_cell_of(walk->guest, walk->at[bus]);

		if (cell >= 0 && machine_node(walk->machine, cell))
			machine_affinity_set(&function->affinity, cell,
					     AFFINITY_FROM_SYSFS);
	}
	return function;
}

/* A domain with such an index is refused by libvirt; no guest shows what is on it. */
static void complain_of_index(struct walk *walk, const struct guest_controller *c)
{
	if (c->index.state == VALUE_VALID)
		machine_complain(walk->machine,
				 "PCI controller %llu is left out: its index is above %d",
				 (unsigned long long)c->index.value, INDEXES - 1);
	else
		machine_complain(
			walk->machine,
			"a PCI controller is left out: its index is not a number");
}

static void add_bridge(struct walk *walk, const struct guest_controller *controller)
{
	const struct bridge_kind *kind = bridge_kind_of(controller);
	int index = guest_pci_index(controller);
	struct machine_function *function;
	_cleanup_free_ char *what = NULL;

	if (index < 0)
		complain_of_index(walk, controller);
	if (!kind || index <= 0)
		return;
	what = xasprintf("controller %d", index);
	function = add_function(walk, &controller->address, what);
	if (!function)
		return;
	function->vendor = kind->vendor;
	function->device = kind->device;
	function->class_code = kind->class_code;
	function->pcie_type = kind->pcie_type;
	function->acs = kind->acs ? KNOWN_YES : KNOWN_NO;
	function->bridge = kind->bridge && walk->reached[index];
	if (kind->bridge && !walk->reached[index])
		machine_complain(walk->machine, "%s gets no bus number", what);
	if (function->bridge) {
		function->secondary = walk->bus[index];
		function->subordinate = walk->last[index];
	}
}

/* What a device sits on decides which of its faces it shows. */
enum seat { SEAT_ROOT, SEAT_PORT, SEAT_CONVENTIONAL };

static enum seat seat_on(const struct walk *walk, unsigned bus)
{
	const struct bridge_kind *kind =
		bus > 0 && walk->at[bus] ? bridge_kind_of(walk->at[bus]) : NULL;

	if (!kind || !kind->bridge)
		return SEAT_ROOT;
	return kind->pcie_type == PCIE_ROOT_PORT ||
			       kind->pcie_type == PCIE_DOWNSTREAM_PORT
		       ? SEAT_PORT
		       : SEAT_CONVENTIONAL;
}

static enum pcie_type type_of(const struct device_kind *kind, enum seat seat)
{
	if (kind->connection == CONNECT_PCI || seat == SEAT_CONVENTIONAL)
		return PCIE_NONE;
	if (seat == SEAT_ROOT)
		return kind->connection == CONNECT_PCIE ? PCIE_INTEGRATED_ENDPOINT
							: PCIE_NONE;
	return PCIE_ENDPOINT;
}

static void fill_kind(struct machine_function *function, const struct device_kind *kind,
		      enum seat seat)
{
	function->vendor = kind->vendor;
	function->device = seat == SEAT_PORT ? kind->device : device_kind_legacy_id(kind);
	function->class_code = kind->class_code;
	function->pcie_type = type_of(kind, seat);
	if (kind->vfs)
		function->total_vfs = (int)kind->vfs;
}

static void add_controller(struct walk *walk, const struct guest_controller *controller)
{
	const struct device_kind *kind = device_kind_of_controller(controller);
	struct machine_function *function;

	if (guest_is_pci(controller)) {
		add_bridge(walk, controller);
		return;
	}
	/* q35's own SATA is one of the fixed functions. */
	if (!kind || !controller_on_pci(controller) ||
	    (streq(kind->tag, "controller") && streq_null(controller->type, "sata") &&
	     number_is(controller->index, 0)))
		return;
	function = add_function(walk, &controller->address, controller->type);
	if (function)
		fill_kind(function, kind, seat_on(walk, controller->address.at.bus));
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
		machine_complain(walk->machine,
				 PCI_FORMAT
				 " is a stand-in: what it stands for is left out",
				 PCI_ARGS(function->at));
	else if (kind)
		fill_kind(function, kind, seat_on(walk, device->address.at.bus));
	else
		machine_complain(walk->machine,
				 PCI_FORMAT " is a %s: its identity is the host's",
				 PCI_ARGS(function->at), device->tag);
}

/* hw/i386/pc_q35.c and hw/arm/virt.c: what the machine has by itself. */
static const struct fixed_row {
	bool q35;
	uint8_t slot, function;
	uint16_t vendor, device;
	uint32_t class_code;
} fixed[] = {
	{true, 0x00, 0, 0x8086, 0x29c0, 0x060000},
	{true, 0x1f, 0, 0x8086, 0x2918, 0x060100},
	{true, 0x1f, 2, 0x8086, 0x2922, 0x010601},
	{true, 0x1f, 3, 0x8086, 0x2930, 0x0c0500},
	{false, 0x00, 0, 0x1b36, 0x0008, 0x060000},
};

static void add_fixed(struct walk *walk)
{
	bool q35 = guest_is_q35(walk->guest);

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++) {
		struct machine_function *function;

		if (fixed[i].q35 != q35 || (!q35 && !guest_is_virt(walk->guest)))
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

static void add_iommu_device(struct walk *walk, const struct guest_iommu *iommu)
{
	struct machine_function *function;

	if (!streq_null(iommu->model, "virtio"))
		return;
	function = add_function(walk, &iommu->address, "iommu");
	if (!function)
		return;
	function->vendor = 0x1af4;
	function->device = 0x1057;
	function->class_code = 0x00ff00;
	function->pcie_type = PCIE_NONE;
}

void predict_pci(const struct guest *guest, struct machine *machine)
{
	struct walk walk = {.guest = guest, .machine = machine};

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];
		int index = guest_pci_index(c);

		if (index >= 0 && !walk.at[index])
			walk.at[index] = c;
	}
	number_all(&walk);
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
