/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each device needs above it (qemuDomainDeviceCalculatePCIConnectFlags), and the
 * order in which libvirt assigns addresses (qemuDomainAssignDevicePCISlots).
 */
#include "planner/guest/assign/parts.h"

#include "base/first.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/disk-name.h"

enum { RANK_PCI, RANK_FILESYSTEM, RANK_INTERFACE, RANK_SOUND, RANK_CONTROLLER };

/* Tags in libvirt's order; the first four and controllers have their own ranks. */
static const char *const ranked[] = {
	[RANK_FILESYSTEM] = "filesystem",
	[RANK_INTERFACE] = "interface",
	[RANK_SOUND] = "sound",
	[RANK_CONTROLLER] = "controller",
	"disk",
	"hostdev of an interface",
	"hostdev",
	"memballoon",
	"rng",
	"watchdog",
	"video",
	"shmem",
	"input",
	"serial",
	"iommu",
	"vsock",
	"memory",
	"crypto",
	"panic",
	"pstore",
};

static int rank_of(const char *tag)
{
	for (size_t i = 1; i < ARRAY_SIZE(ranked); i++)
		if (streq(ranked[i], tag))
			return (int)i;
	return (int)ARRAY_SIZE(ranked);
}

static unsigned express(const struct guest *guest)
{
	bool pcie = guest_is_q35(guest) || guest_is_virt(guest);

	return AUTOMATIC | (pcie ? TAKES_PCIE : TAKES_PCI);
}

static unsigned needs_of_kind(const struct guest *guest, const struct device_kind *kind)
{
	if (kind->connection == CONNECT_PCI)
		return AUTOMATIC | TAKES_PCI;
	return express(guest) | (kind->connection == CONNECT_INTEGRATED ? INTEGRATED : 0);
}

static bool transitional(const char *model)
{
	return model && has_suffix(model, "virtio-transitional");
}

/* A newer libvirt gives it no address, unless the domain does. */
static bool is_board_card(const struct guest *guest, const struct guest_device *device)
{
	return streq(device->tag, "interface") && !device->address.type &&
	       streq_null(device->model, "lan9118") &&
	       assign_has(guest, FEATURE_LAN9118_OFF_PCI);
}

/* 0: not on PCI. */
static unsigned needs_of_device(const struct guest *guest,
				const struct guest_device *device)
{
	const struct device_kind *kind = device_kind_of(device);

	if (!device_on_pci(device) || is_board_card(guest, device))
		return 0;
	/*
	 * vmxnet3 and virtio-crypto are PCI Express devices in a port, but libvirt treats
	 * them as conventional.
	 */
	if (transitional(device->model) || streq(device->tag, "crypto") ||
	    (streq(device->tag, "interface") && device_card_conventional(device->model)))
		return AUTOMATIC | TAKES_PCI;
	return kind ? needs_of_kind(guest, kind) : express(guest);
}

static unsigned needs_of_controller(const struct guest *guest,
				    const struct guest_controller *controller)
{
	const struct device_kind *kind;

	if (guest_is_pci(controller))
		return guest_pci_index(controller) >= 0
			       ? controller_rows[controller_model_of(controller)].needs
			       : 0;
	kind = device_kind_of_controller(controller);
	if (!kind || !controller_on_pci(controller))
		return 0;
	if (transitional(controller->model))
		return AUTOMATIC | TAKES_PCI;
	return needs_of_kind(guest, kind);
}

static void add(struct assign_list *list, struct assign_item item, unsigned needs,
		int rank)
{
	if (needs)
		*vec_add(&list->rows) = (struct assign_row){item, needs, rank};
}

/* -1: no explicit one. */
static int64_t index_of(const struct guest_controller *controller)
{
	return controller->index.state == VALUE_VALID ? (int64_t)controller->index.value
						      : -1;
}

bool assign_has(const struct guest *guest, enum feature feature)
{
	return guest->libvirt >= feature_first(feature).libvirt;
}

/*
 * A controller with an explicit index goes before the first one of its type with a higher
 * index or, unless it is a companion itself, before the companions of its own index; all
 * others go to the end of the list. So its place follows from the controller that it goes
 * before, which is its successor among the earlier ones of its type, sorted.
 */
struct placed {
	int type; /* the first controller of its type */
	int64_t index;
	bool companion;
	int number; /* in the guest */
	int before; /* the one that it goes before; -1: the last of its type */
	int previous, next;
	int head, tail; /* of its type's list, kept in the type's first */
};

static int compare_entries(const void *left, const void *right)
{
	const struct placed *a = *(struct placed *const *)left;
	const struct placed *b = *(struct placed *const *)right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	if (a->companion != b->companion)
		return a->companion ? 1 : -1;
	return (a->number > b->number) - (a->number < b->number);
}

/* Removes the last one from the sorted list again and again: the rest came earlier. */
static void find_neighbours(struct placed *entries, int n)
{
	struct placed **sorted = xcalloc((size_t)n, sizeof(*sorted));
	int *above = xcalloc((size_t)n, sizeof(*above)),
	    *below = xcalloc((size_t)n, sizeof(*below));

	for (int i = 0; i < n; i++)
		sorted[i] = &entries[i];
	qsort(sorted, (size_t)n, sizeof(struct placed *), compare_entries);
	for (int i = 0; i < n; i++) {
		above[sorted[i]->number] = i + 1 < n ? sorted[i + 1]->number : -1;
		below[sorted[i]->number] = i > 0 ? sorted[i - 1]->number : -1;
	}
	for (int i = n - 1; i >= 0; i--) {
		int next = above[i];

		entries[i].before = entries[i].index >= 0 && next >= 0 &&
						    entries[next].type == entries[i].type
					    ? next
					    : -1;
		if (next >= 0)
			below[next] = below[i];
		if (below[i] >= 0)
			above[below[i]] = next;
	}
	free(below);
	free(above);
	free(sorted);
}

static void insert(struct placed *entries, int number)
{
	struct placed *own = &entries[number], *type = &entries[own->type];

	own->next = own->before;
	own->previous = own->before >= 0 ? entries[own->before].previous : type->tail;
	if (own->previous >= 0)
		entries[own->previous].next = number;
	else
		type->head = number;
	if (own->next >= 0)
		entries[own->next].previous = number;
	else
		type->tail = number;
}

/* One that is added later has its index from the beginning. */
static void fill_entries(const struct guest *guest, const struct assign_list *list,
			 struct placed *entries)
{
	_cleanup_firsts_ struct firsts types = {};

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *it = &guest->controllers.v[i];

		entries[i] = (struct placed){
			/* Most often that of the one before. */
			.type = i > 0 && streq_null(it->type, it[-1].type)
					? entries[i - 1].type
					: first_add(&types, it->type, 0, (int)i),
			.index = i < list->given.n ? list->given.v[i] : index_of(it),
			.companion = it->master,
			.number = (int)i,
			.head = -1,
			.tail = -1,
		};
	}
}

static void sort(const struct guest *guest, struct assign_list *ret)
{
	int n = (int)guest->controllers.n;
	struct placed *entries = xcalloc((size_t)n, sizeof(*entries));

	ret->order.n = 0;
	fill_entries(guest, ret, entries);
	find_neighbours(entries, n);
	for (int i = 0; i < n; i++)
		insert(entries, i);
	/* Types are in the order of their first controllers. */
	for (int i = 0; i < n; i++)
		for (int at = entries[i].head; at >= 0; at = entries[at].next)
			*vec_add(&ret->order) = (size_t)at;
	free(entries);
}

void assign_order(const struct guest *guest, struct assign_list *ret)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		*vec_add(&ret->given) = index_of(&guest->controllers.v[i]);
	sort(guest, ret);
}

/* Controllers added since then follow at the end. */
static size_t controller_at(const struct assign_list *list, size_t place)
{
	return place < list->order.n ? list->order.v[place] : place;
}

/* A disk, and what libvirt sorts it by (virDomainDiskInsert). */
struct sorted_disk {
	int bus;    /* the first disk with the same bus=, which may be absent */
	int number; /* of its name; -1: none */
	int device;
};

static int by_name(const void *left, const void *right)
{
	const struct sorted_disk *a = left, *b = right;

	if (a->bus != b->bus)
		return a->bus < b->bus ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->device < b->device ? -1 : a->device > b->device;
}

/* By bus, in the order of their first disks, and by name. */
static void collect_disks(const struct guest *guest, struct assign_list *list)
{
	_cleanup_firsts_ struct firsts buses = {};
	VEC(struct sorted_disk) disks = {};

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		const char *bus = device->bus_by_name ? NULL : device->bus;
		struct disk_name name;

		if (!streq(device->tag, "disk"))
			continue;
		*vec_add(&disks) = (struct sorted_disk){
			first_add(&buses, bus, 0, (int)i),
			device->target_dev && disk_name_parse(device->target_dev, &name)
				? name.number
				: -1,
			(int)i};
	}
	vec_sort(&disks, by_name);
	for (size_t i = 0; i < disks.n; i++) {
		int at = disks.v[i].device;

		add(list, (struct assign_item){-1, at, -1},
		    needs_of_device(guest, &guest->devices.v[at]), rank_of("disk"));
	}
	vec_free(&disks);
}

static void collect_devices(const struct guest *guest, struct assign_list *list)
{
	int rank = 0;

	collect_disks(guest, list);
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		bool hostdev;

		if (streq(device->tag, "disk"))
			continue;
		/* Most often that of the one before. */
		if (i == 0 || !streq(device[-1].tag, device->tag))
			rank = rank_of(device->tag);
		/* libvirt keeps these among the hostdevs, before the others. */
		hostdev = rank == RANK_INTERFACE && streq_null(device->type, "hostdev");
		add(list, (struct assign_item){-1, (int)i, -1},
		    needs_of_device(guest, device),
		    hostdev ? rank_of("hostdev of an interface") : rank);
	}
}

/* By rank; those of a rank were added in order. */
static void sort_by_rank(struct assign_list *list)
{
	size_t starts[ARRAY_SIZE(ranked) + 2] = {};
	struct assign_row *sorted = xcalloc(list->rows.n, sizeof(*sorted));

	for (size_t i = 0; i < list->rows.n; i++)
		starts[list->rows.v[i].rank + 1]++;
	for (size_t rank = 1; rank < ARRAY_SIZE(starts); rank++)
		starts[rank] += starts[rank - 1];
	for (size_t i = 0; i < list->rows.n; i++)
		sorted[starts[list->rows.v[i].rank]++] = list->rows.v[i];
	free(list->rows.v);
	list->rows.v = sorted;
	list->rows.room = list->rows.n;
}

void assign_collect(const struct guest *guest, struct assign_list *ret)
{
	ret->rows.n = 0;
	if (assign_has(guest, FEATURE_CONTROLLERS_SORTED))
		sort(guest, ret);
	for (size_t place = 0; place < guest->controllers.n; place++) {
		size_t i = controller_at(ret, place);
		const struct guest_controller *controller = &guest->controllers.v[i];

		add(ret, (struct assign_item){(int)i, -1, -1},
		    needs_of_controller(guest, controller),
		    guest_is_pci(controller) ? RANK_PCI : RANK_CONTROLLER);
	}
	collect_devices(guest, ret);
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (streq_null(guest->iommus.v[i].model, "virtio") ||
		    streq_null(guest->iommus.v[i].model, "amd"))
			add(ret, (struct assign_item){-1, -1, (int)i},
			    express(guest) | INTEGRATED, rank_of("iommu"));
	sort_by_rank(ret);
}
