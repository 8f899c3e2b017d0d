/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An I/O thread per node: thread N + 1 serves the disks below node N's expander buses.
 * The queues of a disk without a node are spread over all threads if libvirt and QEMU can
 * do that; otherwise such disks are assigned to the threads in turn.
 */
#include "planner/plan/in-place/host.h"

/* The cell of the bus that an address is on, or NO_CELL. */
static int cell_of(const struct in_place *plan, const struct guest_address *address)
{
	const struct layout *layout = &plan->layout;
	int bus = in_place_bus(plan, address);

	return bus == LAYOUT_NONE ? NO_CELL
				  : layout->items.v[layout_root_of(layout, bus)].cell;
}

int in_place_cell_of_device(const struct in_place *plan, size_t device)
{
	for (size_t i = 0; i < plan->wishes.n; i++)
		if (plan->wishes.v[i].device == (int)device)
			return plan->wishes.v[i].to.cell;
	return cell_of(plan, &plan->full.devices.v[device].address);
}

int in_place_cell_of_controller(const struct in_place *plan, size_t controller)
{
	if (controller < plan->old.controllers.n)
		return cell_of(plan, &plan->full.controllers.v[controller].address);
	return cell_of(plan, &plan->new.controllers.v[controller].address);
}

static bool takes_thread(const struct guest_device *device)
{
	return streq(device->tag, "disk") && streq_null(device->bus, "virtio") &&
	       device_on_pci(device) && device->driver_iothread.state == VALUE_ABSENT &&
	       !device->iothreads_mapped;
}

struct turns {
	unsigned threads, next;
};

static unsigned thread_for(struct turns *turns, int cell)
{
	if (cell >= 0 && (unsigned)cell < turns->threads)
		return (unsigned)cell + 1;
	return turns->next++ % turns->threads + 1;
}

static void serve_disks(struct in_place *plan, struct turns *turns)
{
	bool map = target_has(&plan->request->target, FEATURE_IOTHREAD_VQ_MAPPING);

	for (size_t i = 0; i < plan->old.devices.n; i++) {
		struct guest_device *device = &plan->new.devices.v[i];
		int cell;

		if (!takes_thread(device))
			continue;
		cell = in_place_cell_of_device(plan, i);
		if (cell == NO_CELL && map && turns->threads > 1)
			device->map_iothreads = turns->threads;
		else
			device->driver_iothread = number_of(thread_for(turns, cell));
	}
}

static void serve_controllers(struct in_place *plan, struct turns *turns)
{
	for (size_t i = 0; i < plan->new.controllers.n; i++) {
		struct guest_controller *controller = &plan->new.controllers.v[i];
		const struct device_kind *kind = device_kind_of_controller(controller);

		if (!streq_null(controller->type, "scsi") || !kind ||
		    !device_kind_is_virtio(kind) ||
		    controller->driver_iothread.state != VALUE_ABSENT)
			continue;
		controller->driver_iothread = number_of(
			thread_for(turns, in_place_cell_of_controller(plan, i)));
	}
}

int in_place_disks(struct in_place *plan, struct error *error)
{
	struct turns turns = {.threads =
				      (unsigned)MAX(plan->request->nodes.n, (size_t)1)};
	struct guest *new = &plan->new;

	if (!plan->request->iothreads)
		return 0;
	if (new->iothread_ids_element >= 0)
		return in_place_refuse(
			plan, error, new->iothread_ids_element,
			"<iothreadids>: the domain gives its I/O threads IDs of its own, but --iothreads per-node needs the IDs 1, 2 and so on; remove <iothreadids> or the option");
	if (new->iothreads.state != VALUE_VALID || new->iothreads.value < turns.threads)
		new->iothreads = number_of(turns.threads);
	serve_disks(plan, &turns);
	serve_controllers(plan, &turns);
	return 0;
}
