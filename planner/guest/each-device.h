/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/guest/guest.h"

/* Each device <@name> of the document; not what libvirt adds by itself. */
#define foreach_device(device, guest, name)                                              \
	for (const struct guest_device *device = (guest)->devices.v;                     \
	     device && device < (guest)->devices.v + (guest)->devices.n; device++)       \
		if (streq(device->tag, name) && device->element >= 0)
