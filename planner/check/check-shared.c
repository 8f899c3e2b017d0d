/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-shared.c - devices whose back end is another process: it must be able to map the
 * guest's memory. Sources: libvirt 9.0 src/qemu/qemu_validate.c,
 * qemuValidateDomainDefVhostUserRequireSharedMemory; what 9.0, 11.3 and 12.9 refuse was
 * tested.
 */
#include "planner/check/fix-parts.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/memory.h"

#define NEVER UINT_MAX

static const struct sharer {
	const char *tag, *type; /* NULL: vhost-user */
	const char *name;
	unsigned refused; /* the first libvirt that refuses it without shared memory */
} sharers[] = {
	{"filesystem", NULL, "A virtiofs file system", 0},
	{"disk", NULL, "A vhost-user disk", 0},
	{"disk", "vhostvdpa", "A vDPA disk", 0},
	{"interface", NULL, "A vhost-user network interface", VERSION_OF(11, 2)},
	{"video", NULL, "A vhost-user GPU", NEVER},
};

static const struct sharer *sharer_of(const struct guest_device *device)
{
	for (size_t i = 0; device->element >= 0 && i < ARRAY_SIZE(sharers); i++)
		if (streq(device->tag, sharers[i].tag) &&
		    (sharers[i].type ? streq_null(device->type, sharers[i].type)
				     : device_is_vhost_user(device)))
			return &sharers[i];
	return NULL;
}

/* A cell without memAccess has the mode of <memoryBacking>. */
static bool cell_is_shared(const struct guest *guest, const struct guest_cell *cell)
{
	return streq_null(cell->mem_access ? cell->mem_access : guest->memory_access,
			  "shared");
}

/*
 * What is not shared: "the memory of cell 1 is private"; NULL if nothing is private. The
 * caller frees it.
 */
static char *what_is_private(const struct guest *guest)
{
	for (size_t i = 0; i < guest->cells.n; i++)
		if (!cell_is_shared(guest, &guest->cells.v[i]))
			return xasprintf("the memory of cell %zu is private", i);
	if (guest->cells.n == 0 && !streq_null(guest->memory_access, "shared"))
		return xstrdup("the guest's memory is private");
	return NULL;
}

/* Without access=, a memory device has the mode of its cell. */
static bool device_is_shared(const struct guest *guest, const struct guest_device *device)
{
	const struct guest_number *node = &device->node;

	if (device->access)
		return streq(device->access, "shared");
	if (node->state == VALUE_VALID && node->value < guest->cells.n)
		return cell_is_shared(guest, &guest->cells.v[node->value]);
	return streq_null(guest->memory_access, "shared");
}

/*
 * A memory device that is private although the cells are shared: libvirt accepts that.
 * EPC memory is never visible to devices.
 */
static const struct guest_device *private_device(const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (guest_is_memory(device) && !streq_null(device->model, "sgx-epc") &&
		    !streq_null(device->model, "virtio-pmem") &&
		    !device_is_shared(guest, device))
			return device;
	}
	return NULL;
}

static void judge_devices(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_device *memory = private_device(guest);

	for (size_t i = 0; memory && i < guest->devices.n; i++) {
		const struct sharer *sharer = sharer_of(&guest->devices.v[i]);
		struct finding *finding;

		if (!sharer)
			continue;
		finding = check_warned(
			check, guest->devices.v[i].element,
			"%s needs memory that another process can map, but a memory device (%s) is private.",
			sharer->name, memory->model ? memory->model : "no model");
		check_relate(check, finding, memory->element);
		check_set_remedy(finding,
				 "Write <memory access='shared'> in the device.");
		return;
	}
}

static void shared_memory(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_free_ char *what = what_is_private(guest);

	for (size_t i = 0; what && i < guest->devices.n; i++) {
		const struct sharer *sharer = sharer_of(&guest->devices.v[i]);
		struct finding *finding;

		if (!sharer)
			continue;
		finding = check_found(
			check, guest->devices.v[i].element,
			"%s needs memory that another process can map, but %s.",
			sharer->name, what);
		if (check->options->target.libvirt < sharer->refused)
			finding->severity = SEVERITY_WARNING;
		if (guest->cells.n > 0 && streq_null(guest->memory_access, "shared"))
			check_set_remedy(
				finding,
				"Write memAccess='shared' in each cell that has memAccess='private', or remove it there.");
	}
	if (!what)
		judge_devices(check);
}

/* Whether something has the mode of <memoryBacking>, which is not shared. */
static bool needs_backing(const struct guest *guest)
{
	if (streq_null(guest->memory_access, "shared"))
		return false;
	for (size_t i = 0; i < guest->cells.n; i++)
		if (!guest->cells.v[i].mem_access)
			return true;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest_is_memory(&guest->devices.v[i]) &&
		    !guest->devices.v[i].access &&
		    !device_is_shared(guest, &guest->devices.v[i]))
			return true;
	return guest->cells.n == 0;
}

/* A source that the user chose is kept: any of them can be shared. */
static void share_backing(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	struct want *want = want_new("domain");
	struct want *backing = want_child(want, "memoryBacking");

	if (!guest->memory_source && !guest->hugepages)
		want_set(want_child(backing, "source"), "type", "memfd");
	want_set(want_child(backing, "access"), "mode", "shared");
	fix_merge(fix, 0, want);
}

static void fix_shared(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;
	struct want *want;

	if (needs_backing(guest))
		share_backing(fix);
	for (size_t i = 0; i < guest->cells.n; i++) {
		const struct guest_cell *cell = &guest->cells.v[i];

		if (!cell->mem_access || streq(cell->mem_access, "shared"))
			continue;
		want = want_new("cell");
		want_set(want, "memAccess", "shared");
		edit_merge(&fix->edits, cell->element, want);
		want_free(want);
	}
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (!guest_is_memory(device) || device_is_shared(guest, device) ||
		    !device->access)
			continue;
		want = want_new("memory");
		want_set(want, "access", "shared");
		edit_merge(&fix->edits, device->element, want);
		want_free(want);
	}
}

/* 9.0 chooses no model, 11.3 does. */
static void vhost_user_model(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned libvirt = check->options->target.libvirt;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (!streq(device->tag, "interface") || !device_is_vhost_user(device))
			continue;
		if (device->model && !device_card_is_virtio(device->model))
			check_found(
				check, device->element,
				"An interface of type vhostuser has model %s, not virtio.",
				device->model);
		else if (device->model ||
			 streq(device_default_card(guest, NULL), "virtio"))
			continue;
		else if (libvirt < UNTRIED_SINCE)
			check_found(check, device->element,
				    "An interface of type vhostuser has no <model>.");
		else if (libvirt < UNTRIED_UNTIL)
			check_warned(
				check, device->element,
				"An interface of type vhostuser has no <model>; libvirt 9.0 refuses it.");
	}
}

const struct rule shared_rules[] = {
	{RULE("shared-memory", shared_memory, ERROR, 0, LIBVIRT),
	 .what = "If a device's back end is another process (virtiofs, vhost-user, a vDPA disk), all of the guest's memory is shared.",
	 .why = "The other process maps the guest's memory. Without shared memory, libvirt refuses virtiofs and such disks, and since 11.2 network interfaces. Older versions accept an interface, but no packets are delivered. A vhost-user GPU is always accepted. For what libvirt accepts, virt-layout check gives only a warning.",
	 .to_fix =
		 "Write <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>, or memAccess='shared' in every cell.",
	 .source = LV
	 "qemu/qemu_validate.c; libvirt NEWS.rst, 11.2; tested with 11.3 and 12.9",
	 .remedy = REMEDY_FIX, .fix = fix_shared},
	{RULE("vhost-user-model", vhost_user_model, ERROR, 0, LIBVIRT),
	 .what = "An interface of type vhostuser has a virtio model.",
	 .why = "libvirt refuses other models; 9.0 also refuses an interface without <model>, for which 11.3 chooses virtio.",
	 .to_fix = "Write <model type='virtio'/>.",
	 .source = "tested with libvirt 9.0, 11.3 and 12.9", .remedy = REMEDY_EDIT},
	{},
};
