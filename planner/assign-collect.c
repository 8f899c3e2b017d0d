/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each device needs above it (qemuDomainDeviceCalculatePCIConnectFlags) and in which
 * order libvirt gives out addresses (qemuDomainAssignDevicePCISlots).
 */
#include "planner/assign-parts.h"

#include "planner/device-kind.h"

enum { RANK_PCI, RANK_FILESYSTEM, RANK_INTERFACE, RANK_SOUND, RANK_CONTROLLER };

/* Tags in libvirt's order; the first four and controllers have ranks of their own. */
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

/* 0: not on PCI. */
static unsigned needs_of_device(const struct guest *guest,
				const struct guest_device *device)
{
	const struct device_kind *kind = device_kind_of(device);

	if (!device_on_pci(device))
		return 0;
	/* vmxnet3 is Express in a port, but libvirt takes it for conventional. */
	if (transitional(device->model) ||
	    (kind && streq(kind->tag, "interface") && streq_null(kind->model, "vmxnet3")))
		return AUTOMATIC | TAKES_PCI;
	return kind ? needs_of_kind(guest, kind) : express(guest);
}

static unsigned needs_of_controller(const struct guest *guest,
				    const struct guest_controller *controller)
{
	const struct device_kind *kind;
	const struct bus_row *row;

	if (guest_is_pci(controller)) {
		row = bus_row(controller->model);
		return row && guest_pci_index(controller) >= 0 ? row->needs : 0;
	}
	kind = device_kind_of_controller(controller);
	if (!kind || !controller_on_pci(controller))
		return 0;
	if (transitional(controller->model))
		return AUTOMATIC | TAKES_PCI;
	return needs_of_kind(guest, kind);
}

static void add(struct assign_list *list, struct assign_item item, unsigned needs,
		int rank, size_t sequence)
{
	if (needs)
		*vec_add(&list->rows) = (struct assign_row){ item, needs, rank, sequence };
}

/* -1: none is written. */
static int64_t index_of(const struct guest_controller *controller)
{
	return controller->index.state == VALUE_VALID ? (int64_t)controller->index.value
						      : -1;
}

static bool is_companion(const struct guest_controller *controller)
{
	return controller->master;
}

/* Where in the order a controller goes; the end if it is the first of its type. */
static size_t insertion_place(const struct guest *guest, const struct assign_list *list,
			      const struct guest_controller *controller)
{
	size_t place = list->order.n;
	bool found = false;

	for (size_t i = list->order.n; i-- > 0;) {
		const struct guest_controller *there =
			&guest->controllers.v[list->order.v[i]];

		if (!streq_null(there->type, controller->type))
			continue;
		if (index_of(controller) < 0)
			return i + 1;
		if (index_of(there) > index_of(controller) ||
		    (!is_companion(controller) && is_companion(there) &&
		     index_of(there) == index_of(controller)))
			place = i;
		else if (!found)
			place = i + 1;
		found = true;
	}
	return place;
}

void assign_order(const struct guest *guest, struct assign_list *ret)
{
	for (size_t i = 0; i < guest->controllers.n; i++) {
		size_t place = insertion_place(guest, ret, &guest->controllers.v[i]);
		size_t *order;

		vec_add(&ret->order);
		order = ret->order.v;
		memmove(&order[place + 1], &order[place],
			(ret->order.n - 1 - place) * sizeof(*order));
		order[place] = i;
	}
}

/* What was added since stands behind. */
static size_t controller_at(const struct assign_list *list, size_t place)
{
	return place < list->order.n ? list->order.v[place] : place;
}

static void collect_devices(const struct guest *guest, struct assign_list *list)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int rank = rank_of(device->tag);
		/* libvirt keeps these with the hostdevs, before the others. */
		bool hostdev = rank == RANK_INTERFACE && streq_null(device->type, "hostdev");

		add(list, (struct assign_item){ -1, (int)i, -1 },
		    needs_of_device(guest, device),
		    hostdev ? rank_of("hostdev of an interface") : rank, i);
	}
}

static int compare_rows(const void *left, const void *right)
{
	const struct assign_row *a = left, *b = right;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

void assign_collect(const struct guest *guest, struct assign_list *ret)
{
	ret->rows.n = 0;
	for (size_t place = 0; place < guest->controllers.n; place++) {
		size_t i = controller_at(ret, place);
		const struct guest_controller *controller = &guest->controllers.v[i];

		add(ret, (struct assign_item){ (int)i, -1, -1 },
		    needs_of_controller(guest, controller),
		    guest_is_pci(controller) ? RANK_PCI : RANK_CONTROLLER, place);
	}
	collect_devices(guest, ret);
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (streq_null(guest->iommus.v[i].model, "virtio"))
			add(ret, (struct assign_item){ -1, -1, (int)i },
			    express(guest) | INTEGRATED, rank_of("iommu"), i);
	vec_sort(&ret->rows, compare_rows);
}
