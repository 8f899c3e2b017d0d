/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The requested IOMMU and what it requires: QEMU's I/O APIC for interrupt remapping,
 * caching_mode if a host device is assigned (QEMU exits without it), iommu='on' for
 * virtio devices, which otherwise bypass it. Those with a vhost-user back end stay as
 * they are, because not every back end works with it.
 */
#include "planner/plan/in-place/parts.h"

static bool is_transitional(const char *model)
{
	return model && has_suffix(model, "virtio-transitional");
}

static bool is_virtio_device(const struct guest_device *device)
{
	const struct device_kind *kind = device_kind_of(device);

	return kind && device_on_pci(device) && device_kind_is_virtio(kind) &&
	       !is_transitional(device->model);
}

/*
 * libvirt drops the <driver> of a memory device that it does not know, and QEMU exits if
 * a vhost-user back end does not offer VIRTIO_F_ACCESS_PLATFORM.
 */
static bool takes_driver(const struct in_place *plan, const struct guest_device *device)
{
	if (device_is_vhost_user(device))
		return false;
	return !streq(device->tag, "memory") ||
	       target_has(&plan->request->target, FEATURE_VIRTIO_MEMORY_OPTIONS);
}

static bool is_virtio_controller(const struct guest_controller *controller)
{
	const struct device_kind *kind = device_kind_of_controller(controller);

	return kind && controller_on_pci(controller) && device_kind_is_virtio(kind) &&
	       !is_transitional(controller->model);
}

/* Whether an address is below an expander bus. */
static bool on_node(const struct in_place *plan, const struct guest_address *address)
{
	int bus;

	if (!guest_address_on_pci(address))
		return false;
	bus = plan->item_of[address->at.bus];
	return bus > 0 && layout_root_of(&plan->layout, bus) > 0;
}

static const struct guest_controller *above(const struct guest *guest,
					    const struct guest_address *address)
{
	return guest_pci_controller(guest, address->at.bus);
}

/*
 * Devices older than the IOMMU use it from now on. Of newer devices only those on a node
 * do, because libvirt adds its own devices (a balloon) without iommu='on'. Transitional
 * ones cannot: QEMU would not start.
 */
static void drive_through(struct in_place *plan, bool all)
{
	struct guest *guest = &plan->new;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (is_virtio_device(&guest->devices.v[i]) &&
		    takes_driver(plan, &guest->devices.v[i]) &&
		    guest->devices.v[i].driver_iommu.state == VALUE_ABSENT &&
		    (all || on_node(plan, &guest->devices.v[i].address)) &&
		    !device_is_transitional(&guest->devices.v[i],
					    above(guest, &guest->devices.v[i].address)))
			guest->devices.v[i].driver_iommu = switch_of(true);
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (is_virtio_controller(&guest->controllers.v[i]) &&
		    guest->controllers.v[i].driver_iommu.state == VALUE_ABSENT &&
		    (all || on_node(plan, &guest->controllers.v[i].address)) &&
		    !controller_is_transitional(&guest->controllers.v[i],
						above(guest,
						      &guest->controllers.v[i].address)))
			guest->controllers.v[i].driver_iommu = switch_of(true);
}

/* Whether the domain has the requested IOMMU, in working order. */
static bool is_there(const struct guest *old, const char *model)
{
	if (old->iommus.n == 0 || !streq_null(old->iommus.v[0].model, model))
		return false;
	return !streq(model, "intel") || switch_is(old->iommus.v[0].intremap, true);
}

static bool assigns_device(const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (in_place_is_host_device(&guest->devices.v[i]))
			return true;
	return false;
}

static void set_gic(struct guest *guest)
{
	free(guest->gic_version);
	guest->gic_version = xstrdup("3");
}

unsigned in_place_iommu_slot(const struct in_place *plan)
{
	unsigned used = 0, slot = IOMMU_SLOT;

	for (size_t i = 0; i < plan->layout.items.n; i++)
		if (plan->layout.items.v[i].parent == 0)
			used |= 1u << plan->layout.items.v[i].slot;
	while (slot > 0 && used >> slot & 1)
		slot--;
	return slot;
}

static int place_virtio(struct in_place *plan, struct guest_iommu *iommu,
			struct error *error)
{
	unsigned slot = in_place_iommu_slot(plan);

	if (slot == 0)
		return in_place_refuse(
			plan, error, plan->old.devices_element,
			"<devices>: pcie-root has no free slot for the virtio IOMMU");
	iommu->address = compose_address(0, slot, 0);
	return 0;
}

static int set_model(struct in_place *plan, struct guest_iommu *iommu,
		     struct error *error)
{
	const char *model = plan->request->iommu;

	if (streq(model, "intel")) {
		compose_intel(&plan->new, iommu);
		if (assigns_device(&plan->new))
			iommu->caching_mode = switch_of(true);
	}
	if (streq(model, "smmuv3"))
		set_gic(&plan->new);
	if (streq(model, "virtio") && !iommu->address.type)
		return place_virtio(plan, iommu, error);
	return 0;
}

/* Removes those of another model. */
static void remove_others(struct guest *guest, const char *model)
{
	size_t n = 0;

	for (size_t i = 0; i < guest->iommus.n; i++) {
		struct guest_iommu *iommu = &guest->iommus.v[i];

		if (streq_null(iommu->model, model)) {
			guest->iommus.v[n++] = *iommu;
			continue;
		}
		free(iommu->model);
		free(iommu->address.type);
	}
	guest->iommus.n = n;
}

/* Sets what host devices and the number of vCPUs require of an existing one. */
static void keep_iommu(struct in_place *plan)
{
	struct guest *new = &plan->new;

	if (new->iommus.n == 0 || !streq_null(new->iommus.v[0].model, "intel"))
		return;
	if (assigns_device(new))
		new->iommus.v[0].caching_mode = switch_of(true);
	if (new->vcpus.value > 255 && switch_is(new->iommus.v[0].intremap, true))
		new->iommus.v[0].eim = switch_of(true);
}

/*
 * QEMU accepts only one IOMMU. One in <qemu:commandline> is kept if it is of the
 * requested model, otherwise it is an error.
 */
static int check_added(const struct in_place *plan, const struct addition *added,
		       struct error *error)
{
	bool same = streq_null(added->model, plan->request->iommu);

	if (same && (!streq(added->model, "intel") ||
		     streq_null(addition_text(added, "intremap"), "on")))
		return 0;
	if (same)
		return in_place_refuse(
			plan, error, added->element,
			"--iommu intel: the IOMMU in <qemu:commandline> does not have intremap=on, which VFIO in the guest needs; add it to that argument");
	return in_place_refuse(
		plan, error, added->element,
		"--iommu %s: <qemu:commandline> already adds an IOMMU (%s), and a guest can only have one; remove that argument first",
		plan->request->iommu, added->model);
}

/*
 * Turns the first IOMMU, of the whole machine, into one of pcie-root, and gives the
 * domain's expander buses one each. Those of new buses follow in cover_buses().
 */
static void divide_smmu(struct in_place *plan)
{
	struct guest *new = &plan->new;

	new->iommus.v[0].pci_bus = number_of(0);
	for (size_t i = 0; i < new->controllers.n; i++)
		if (new->controllers.v[i].element >= 0 &&
		    guest_is_expander(&new->controllers.v[i]))
			guest_add_iommu(new, "smmuv3")->pci_bus =
				new->controllers.v[i].index;
}

/*
 * One for the machine; an SMMUv3 for pcie-root and each expander bus where the target has
 * that, as Arm servers have one or more for each root complex. One that the domain has
 * for the machine stays, unless some are to be accelerated: only those of a bus can be.
 */
static void add_iommus(struct in_place *plan)
{
	struct guest *new = &plan->new;
	bool divides = new->iommus.n == 0 || plan->request->accelerates;

	if (new->iommus.n == 0)
		guest_add_iommu(new, plan->request->iommu);
	if (divides && streq(plan->request->iommu, "smmuv3") &&
	    target_has(&plan->request->target, FEATURE_SMMUV3_PER_BUS) &&
	    !guest_has_bus_iommus(new))
		divide_smmu(plan);
}

static int settle_iommu(struct in_place *plan, struct error *error)
{
	const char *model = plan->request->iommu;
	const struct addition *added = commandline_iommu(&plan->old.commandline, 0);
	struct guest *new = &plan->new;

	if (!plan->iommu_given) {
		keep_iommu(plan);
		return 0;
	}
	if (added && new->iommus.n == 0)
		return check_added(plan, added, error);
	remove_others(new, model);
	if (streq(model, "none"))
		return 0;
	add_iommus(plan);
	drive_through(plan, !is_there(&plan->old, model));
	return set_model(plan, &new->iommus.v[0], error);
}

/* Whether a device is below the root bus with this controller index. */
static bool is_below(const struct in_place *plan, const struct guest_address *address,
		     uint64_t root)
{
	int bus = guest_address_on_pci(address) ? plan->item_of[address->at.bus]
						: LAYOUT_NONE;

	return bus != LAYOUT_NONE && root < INDEXES &&
	       layout_root_of(&plan->layout, bus) == plan->item_of[root];
}

/* QEMU takes only host devices below an accelerated SMMUv3, and those through iommufd. */
static bool only_assigned(const struct in_place *plan, uint64_t root, bool *ret_any)
{
	const struct guest *guest = &plan->new;

	*ret_any = false;
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (!guest_is_pci(&guest->controllers.v[i]) &&
		    is_below(plan, &guest->controllers.v[i].address, root))
			return false;
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (!is_below(plan, &device->address, root))
			continue;
		if (!in_place_is_host_device(device))
			return false;
		*ret_any = true;
	}
	return true;
}

static bool has_smmu(const struct guest *guest, uint64_t root)
{
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (number_is(guest->iommus.v[i].pci_bus, root))
			return true;
	return false;
}

/*
 * Where buses have an SMMUv3 each, a new expander bus gets one as well: without it, the
 * guest could not assign the devices that are planned there. So does one that is to be
 * accelerated.
 */
static void cover_buses(struct in_place *plan)
{
	struct guest *new = &plan->new;
	bool any;

	if (!guest_has_bus_iommus(new))
		return;
	for (size_t i = 0; i < new->controllers.n; i++) {
		struct guest_number index = new->controllers.v[i].index;

		if (guest_is_expander(&new->controllers.v[i]) &&
		    !has_smmu(new, index.value) &&
		    (new->controllers.v[i].element < 0 ||
		     (plan->request->accelerates &&
		      only_assigned(plan, index.value, &any) && any)))
			guest_add_iommu(new, "smmuv3")->pci_bus = index;
	}
}

static void use_iommufd(struct in_place *plan, uint64_t root)
{
	for (size_t i = 0; i < plan->new.devices.n; i++) {
		struct guest_device *device = &plan->new.devices.v[i];

		if (in_place_is_host_device(device) &&
		    is_below(plan, &device->address, root) &&
		    (plan->request->accelerates ||
		     !guest_uses_iommufd(&plan->new, device)))
			device->driver_iommufd = switch_of(true);
	}
}

/* Where others are accelerated, new ones are as well; older ones only on request. */
static void accelerate(struct in_place *plan)
{
	unsigned count = 0;

	for (size_t i = 0; i < plan->new.iommus.n; i++) {
		struct guest_iommu *iommu = &plan->new.iommus.v[i];
		bool any;

		if (!plan->request->accelerates && iommu->element >= 0) {
			if (switch_is(iommu->accel, true) &&
			    iommu->pci_bus.state == VALUE_VALID)
				use_iommufd(plan, iommu->pci_bus.value);
			continue;
		}
		if (iommu->pci_bus.state != VALUE_VALID || iommu->pci_bus.value == 0 ||
		    !only_assigned(plan, iommu->pci_bus.value, &any) || !any)
			continue;
		iommu->accel = switch_of(true);
		use_iommufd(plan, iommu->pci_bus.value);
		count++;
	}
	if (count == 0 && plan->request->accelerates)
		request_note(
			plan->request,
			"--iommu smmuv3,accel=on: nothing is accelerated, because %s",
			guest_has_bus_iommus(&plan->new)
				? "there is no expander bus with host devices only below it"
				: "plan does not change the SMMUv3 that <qemu:commandline> adds");
}

/*
 * --iommufd. Each device says so itself: <iommufd> of the domain needs libvirt 12.2, and
 * is for mediated devices as well.
 */
static void open_through_iommufd(struct in_place *plan)
{
	unsigned count = 0;

	for (size_t i = 0; i < plan->new.devices.n; i++) {
		struct guest_device *device = &plan->new.devices.v[i];

		if (!in_place_is_host_device(device))
			continue;
		count++;
		if (!guest_uses_iommufd(&plan->new, device))
			device->driver_iommufd = switch_of(true);
	}
	if (count == 0)
		request_note(plan->request,
			     "--iommufd: the domain has no PCI device of the host");
}

int in_place_iommu(struct in_place *plan, struct error *error)
{
	if (settle_iommu(plan, error) < 0 ||
	    (plan->iommu_given &&
	     request_check_no_iommu(plan->request, plan->new.vcpus.value, error) < 0))
		return -1;
	cover_buses(plan);
	if (plan->request->iommufd)
		open_through_iommufd(plan);
	if (in_place_accelerates(plan))
		accelerate(plan);
	return 0;
}
