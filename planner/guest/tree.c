/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Firmware numbers the buses of each root separately, depth first, bridges by ascending
 * slot and function (SeaBIOS src/fw/pciinit.c, pci_bios_init_bus_rec; edk2 PciBusDxe does
 * the same and Linux keeps what it finds). So a controller's guest bus number follows
 * from its root's first number and its place.
 */
#include "planner/guest/tree.h"

#define MOST_BUS 255

const struct guest_controller *guest_tree_controller(const struct guest_tree *tree,
						     int index)
{
	int number = index >= 0 && index < INDEXES ? tree->bus[index].controller : -1;

	return number >= 0 ? &tree->guest->controllers.v[number] : NULL;
}

int guest_tree_cell(const struct guest_tree *tree, int index)
{
	return index >= 0 && index < INDEXES ? tree->bus[index].cell : -1;
}

bool guest_tree_under_expander(const struct guest_tree *tree, int index)
{
	return index >= 0 && index < INDEXES && tree->bus[index].root > 0;
}

bool guest_iommu_has_bus(const struct guest_iommu *iommu)
{
	return streq_null(iommu->model, "smmuv3") && iommu->pci_bus.state == VALUE_VALID;
}

bool guest_iommu_is_accelerated(const struct guest_iommu *iommu)
{
	return guest_iommu_has_bus(iommu) && switch_is(iommu->accel, true);
}

bool guest_iommu_is_ignored(const struct guest *guest, const struct guest_iommu *iommu)
{
	return iommu != guest->iommus.v && !iommu->added &&
	       streq_null(iommu->model, "smmuv3") && !guest_iommu_has_bus(iommu);
}

const struct guest_iommu *guest_tree_iommu(const struct guest_tree *tree, int index)
{
	const struct guest *guest = tree->guest;
	int root = index >= 0 && index < INDEXES ? tree->bus[index].root : -1;
	const struct guest_iommu *whole = NULL;

	for (size_t i = 0; i < guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &guest->iommus.v[i];

		if (root >= 0 && guest_iommu_has_bus(iommu) &&
		    iommu->pci_bus.value == (uint64_t)root)
			return iommu;
		if (!whole && !guest_iommu_has_bus(iommu) &&
		    !guest_iommu_is_ignored(guest, iommu))
			whole = iommu;
	}
	return whole;
}

bool guest_iommu_remaps(const struct guest *guest, const struct guest_iommu *iommu)
{
	const struct commandline *commandline = &guest->commandline;
	bool on = false;

	for (size_t i = 0; i < commandline->additions.n; i++) {
		const struct addition *addition = &commandline->additions.v[i];
		const struct addition_value *value =
			addition_value(addition, "dma-remap");

		if (!value || !streq_null(addition->driver, "amd-iommu"))
			continue;
		if (addition->kind == ADDITION_GLOBAL)
			on = value->number > 0;
		else if (iommu->added && addition->element == iommu->element)
			return value->number > 0;
	}
	return on;
}

/* A disk whose back end is the NVMe driver of QEMU, through VFIO. */
static bool is_nvme_disk(const struct guest_device *device)
{
	return streq(device->tag, "disk") && device->source.state == VALUE_VALID;
}

unsigned guest_tree_locked_times(const struct guest_tree *tree)
{
	const struct guest *guest = tree->guest;
	unsigned own = 0;
	bool others = false, accelerated = false;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		const struct guest_iommu *iommu;

		if (guest_is_vdpa(device) || is_nvme_disk(device))
			own++;
		if (device->source.state != VALUE_VALID || streq(device->tag, "disk"))
			continue;
		iommu = guest_tree_iommu(tree, device->address.at.bus);
		if (!iommu)
			others = true;
		else if (guest_iommu_is_accelerated(iommu))
			accelerated = true;
		else
			own++;
	}
	return own + others + accelerated;
}

bool guest_has_bus_iommus(const struct guest *guest)
{
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (guest_iommu_has_bus(&guest->iommus.v[i]))
			return true;
	return false;
}

static void find_controllers(struct guest_tree *tree)
{
	for (int index = 0; index < INDEXES; index++)
		tree->bus[index] = (struct guest_bus){.controller = -1,
						      .parent = -1,
						      .root = -1,
						      .cell = -1,
						      .number = -1,
						      .last = -1};
	for (size_t i = 0; i < tree->guest->controllers.n; i++) {
		int index = guest_pci_index(&tree->guest->controllers.v[i]);

		if (index < 0 || tree->bus[index].controller >= 0)
			continue;
		tree->bus[index].controller = (int)i;
		tree->bus[index].model =
			controller_model_of(&tree->guest->controllers.v[i]);
	}
}

static void find_parents(struct guest_tree *tree)
{
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c = guest_tree_controller(tree, index);

		if (c && guest_address_on_pci(&c->address))
			tree->bus[index].parent = c->address.at.bus;
	}
}

static bool is_root(const struct guest_tree *tree, int index)
{
	return tree->bus[index].controller >= 0 &&
	       (index == 0 || controller_is_root(tree->bus[index].model));
}

/* An unknown <model name=> may or may not be a bridge. */
static bool is_bridge(const struct guest_tree *tree, int index)
{
	return controller_is_bridge(tree->bus[index].model) &&
	       controller_device_of(guest_tree_controller(tree, index));
}

/* A chain longer than the number of indexes is a loop. */
static int find_root(const struct guest_tree *tree, int index)
{
	for (int steps = 0; index >= 0 && steps < INDEXES; steps++) {
		if (is_root(tree, index))
			return index;
		if (tree->bus[index].controller < 0)
			return -1;
		index = tree->bus[index].parent;
	}
	return -1;
}

static int cell_of_root(const struct guest_tree *tree, int root)
{
	const struct guest_controller *c = guest_tree_controller(tree, root);

	return c && c->node.state == VALUE_VALID && c->node.value < tree->guest->cells.n
		       ? (int)c->node.value
		       : -1;
}

static void find_roots(struct guest_tree *tree)
{
	for (int index = 0; index < INDEXES; index++) {
		int root = find_root(tree, index);

		tree->bus[index].root = root;
		tree->bus[index].cell = cell_of_root(tree, root);
		if (root >= 0 && index != root && is_bridge(tree, index))
			tree->bus[root].bridges++;
	}
}

static unsigned devfn_of(struct pci_address at)
{
	return at.slot * PCI_FUNCTIONS + at.function;
}

/* The bridges on each bus by index, as lists; 0 ends a list. */
struct bridges {
	struct guest_tree *tree;
	int first[INDEXES], next[INDEXES];
};

static void list_bridges(struct guest_tree *tree, struct bridges *ret)
{
	*ret = (struct bridges){.tree = tree};
	for (int index = INDEXES - 1; index > 0; index--) {
		int parent = tree->bus[index].parent;

		if (parent < 0 || !is_bridge(tree, index))
			continue;
		ret->next[index] = ret->first[parent];
		ret->first[parent] = index;
	}
}

/*
 * Numbers the bridges on the bus of @index, whose own number is @last; returns the last
 * number used. If no number is left, a bridge gets none; what firmware does then is
 * unknown.
 */
static int number_bus(const struct bridges *bridges, int index, int last)
{
	struct guest_bus *bus = bridges->tree->bus;
	int child_at[PCI_SLOTS * PCI_FUNCTIONS] = {};

	bus[index].number = bus[index].last = last;
	if (bridges->first[index] == 0)
		return last;
	for (int child = bridges->first[index]; child > 0; child = bridges->next[child])
		if (bus[child].number < 0)
			child_at[devfn_of(guest_tree_controller(bridges->tree, child)
						  ->address.at)] = child;
	for (size_t devfn = 0; devfn < ARRAY_SIZE(child_at); devfn++)
		if (child_at[devfn] > 0 && bus[child_at[devfn]].number < 0 &&
		    last < MOST_BUS)
			last = number_bus(bridges, child_at[devfn], last + 1);
	bus[index].last = last;
	return last;
}

static void number_buses(struct guest_tree *tree)
{
	struct bridges bridges;

	list_bridges(tree, &bridges);
	number_bus(&bridges, 0, 0);
	/* Without ACPI the kernel does not find additional roots. */
	for (int index = 1; tree->guest->acpi_element >= 0 && index < INDEXES; index++) {
		const struct guest_controller *c = guest_tree_controller(tree, index);

		if (c && guest_bus_nr(c) >= 0 && tree->bus[index].number < 0)
			number_bus(&bridges, index, guest_bus_nr(c));
	}
}

static void add_function(const struct guest *guest, guest_functions *list,
			 const struct guest_address *address, struct assign_item item)
{
	if (guest_address_on_pci(address))
		list->v[list->n++] =
			(struct guest_function){item, address,
						assign_item_kind(guest, item)};
}

static void list_functions(struct guest_tree *tree)
{
	const struct guest *guest = tree->guest;
	guest_functions *list = &tree->functions;

	list->n = 0;
	vec_reserve(list, guest->controllers.n + guest->devices.n + guest->iommus.n);
	for (size_t i = 0; i < guest->controllers.n; i++)
		add_function(guest, list, &guest->controllers.v[i].address,
			     (struct assign_item){(int)i, -1, -1});
	for (size_t i = 0; i < guest->devices.n; i++)
		add_function(guest, list, &guest->devices.v[i].address,
			     (struct assign_item){-1, (int)i, -1});
	for (size_t i = 0; i < guest->iommus.n; i++)
		add_function(guest, list, &guest->iommus.v[i].address,
			     (struct assign_item){-1, -1, (int)i});
}

static void count_children(struct guest_tree *tree)
{
	for (size_t i = 0; i < tree->functions.n; i++)
		tree->bus[tree->functions.v[i].address->at.bus].children++;
}

void guest_tree_read(const struct guest *guest, struct guest_tree *ret)
{
	ret->guest = guest;
	find_controllers(ret);
	find_parents(ret);
	find_roots(ret);
	list_functions(ret);
	count_children(ret);
	number_buses(ret);
}

void guest_tree_free(struct guest_tree *tree)
{
	vec_free(&tree->functions);
}
