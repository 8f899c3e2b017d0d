/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* use.c - what one domain uses of its host. */
#include "planner/check/use.h"

#include "planner/check/demand.h"
#include "planner/check/host.h"

static struct place place_of(const struct document *document, int element)
{
	const struct document_element *at = &document->elements.v[MAX(element, 0)];

	return (struct place){.file = document->name,
			      .line = at->line,
			      .column = at->column,
			      .path = document_path(document, MAX(element, 0))};
}

/* Only pins to a single CPU: others are meant to be shared. */
static void gather_pins(const struct check *check, struct check_use *ret)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (set_count(&guest->vcpupins.v[i].cpus.set) == 1)
			set_union(&ret->pins, &guest->vcpupins.v[i].cpus.set);
	ret->pins_place = place_of(check->document, guest->cputune_element);
}

static void gather_memory(const struct check *check, struct check_use *ret)
{
	const struct guest *guest = check->guest;

	memory_demands_list(check, &ret->memory);
	ret->memory_place = place_of(check->document, guest->numatune_element);
	if (guest->memory_backing_element >= 0)
		ret->pages_place =
			place_of(check->document, guest->memory_backing_element);
}

static void add_thing(const struct check *check, enum check_use_kind kind, char *name,
		      int element, struct check_use *ret)
{
	struct check_use_thing *row = vec_add(&ret->things);

	row->kind = kind;
	row->name = name;
	row->place = place_of(check->document, element);
}

static void gather_mdevs(const struct check *check, struct check_use *ret)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		check_queues queues = {};

		if (!device->mdev_uuid)
			continue;
		add_thing(check, USE_MDEV,
			  xasprintf("Mediated device %s", device->mdev_uuid),
			  device->element, ret);
		check_list_queues(check, device, &queues);
		for (size_t j = 0; j < queues.n; j++)
			add_thing(check, USE_AP_QUEUE,
				  xasprintf("AP queue %02x.%04x", queues.v[j].adapter,
					    queues.v[j].domain),
				  device->element, ret);
		vec_free(&queues);
	}
}

static void gather_vdpa(const struct check *check, struct check_use *ret)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];

		if (device->vdpa_path)
			add_thing(check, USE_VDPA,
				  xasprintf("vDPA device %s", device->vdpa_path),
				  device->element, ret);
	}
}

static void gather_group(const struct check *check, const struct check_hostdev *row,
			 struct check_use *ret)
{
	int group = row->function >= 0
			    ? check->host->functions.v[row->function].iommu_group
			    : GROUP_UNKNOWN;

	if (group >= 0)
		add_thing(check, USE_GROUP, xasprintf("IOMMU group %d", group),
			  check->guest->devices.v[row->device].element, ret);
}

void check_gather_use(const struct check *check, struct check_use *ret)
{
	check_hostdevs list = {};

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_device *device =
			&check->guest->devices.v[list.v[i].device];
		struct check_use_device *row = vec_add(&ret->devices);

		row->at = device->source.at;
		row->place = place_of(check->document, device->element);
		gather_group(check, &list.v[i], ret);
	}
	vec_free(&list);
	gather_mdevs(check, ret);
	gather_vdpa(check, ret);
	gather_pins(check, ret);
	gather_memory(check, ret);
}

void check_use_free(struct check_use *use)
{
	for (size_t i = 0; i < use->devices.n; i++)
		free(use->devices.v[i].place.path);
	for (size_t i = 0; i < use->things.n; i++) {
		free(use->things.v[i].name);
		free(use->things.v[i].place.path);
	}
	vec_free(&use->devices);
	vec_free(&use->things);
	memory_demands_free(&use->memory);
	set_free(&use->pins);
	free(use->pins_place.path);
	free(use->memory_place.path);
	free(use->pages_place.path);
}
