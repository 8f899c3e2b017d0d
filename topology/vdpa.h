/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vdpa.h - the vDPA devices of a host, from its facts (facts.h). */
#pragma once

#include "topology/machine.h"

/*
 * The name of the vDPA device whose character device is @path ("/dev/vhost-vdpa-0"), or
 * NULL: the host has none, or the path has another name. Owned by the caller.
 */
char *vdpa_named(const struct machine *machine, const char *path) _must_check_;
/* Whether the path has the name that the kernel gives to such a character device. */
bool vdpa_is_device(const char *path);
/* Its PCI function, an index in machine->functions; -1 if it is not known, or not on PCI.
 */
int vdpa_function(const struct machine *machine, const char *path);

/* A vDPA device. All but the name belong to the machine; what is not known is NULL. */
struct vdpa_device {
	char *name;
	const char *parent, *driver; /* "none": it has none */
	const char *device;          /* "vhost-vdpa-0" */
	int function;                /* of the parent, as above */
};
struct vdpa_devices {
	struct vdpa_device *v;
	size_t n, room;
};
/* All of them, in the order of the fact vdpa.devices. */
void vdpa_list(const struct machine *machine, struct vdpa_devices *ret);
void vdpa_devices_free(struct vdpa_devices *devices);
#define _cleanup_vdpa_devices_ _cleanup_(vdpa_devices_free)
