/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/memory.h"

#include "base/text.h"

bool guest_is_memory(const struct guest_device *device)
{
	return streq(device->tag, "memory");
}

bool guest_needs_slot(const struct guest_device *device)
{
	return guest_is_memory(device) &&
	       (streq_null(device->model, "dimm") || streq_null(device->model, "nvdimm"));
}

bool guest_memory_devices(const struct guest *guest, uint64_t *ret)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (!guest_is_memory(device))
			continue;
		if (device->size_bytes.state != VALUE_VALID ||
		    __builtin_add_overflow(sum, device->size_bytes.value, &sum))
			return false;
	}
	*ret = sum;
	return true;
}

static bool sum_of_cells(const struct guest *guest, uint64_t *ret)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < guest->cells.n; i++)
		if (guest->cells.v[i].memory_bytes.state != VALUE_VALID ||
		    __builtin_add_overflow(sum, guest->cells.v[i].memory_bytes.value,
					   &sum))
			return false;
	*ret = sum;
	return true;
}

bool guest_initial_memory(const struct guest *guest, uint64_t *ret)
{
	uint64_t devices;

	if (guest->cells.n > 0)
		return sum_of_cells(guest, ret);
	if (guest->memory_bytes.state != VALUE_VALID ||
	    !guest_memory_devices(guest, &devices) || devices > guest->memory_bytes.value)
		return false;
	*ret = guest->memory_bytes.value - devices;
	return true;
}

bool guest_total_memory(const struct guest *guest, uint64_t *ret)
{
	uint64_t initial, devices;

	return guest_initial_memory(guest, &initial) &&
	       guest_memory_devices(guest, &devices) &&
	       !__builtin_add_overflow(initial, devices, ret);
}
