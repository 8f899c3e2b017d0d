/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/vdpa.h"

#define FOLDER "/dev/"
#define PREFIX FOLDER "vhost-vdpa-"

bool vdpa_is_device(const char *path)
{
	return path && has_prefix(path, PREFIX) && path[strlen(PREFIX)] &&
	       !path[strlen(PREFIX) + strspn(path + strlen(PREFIX), "0123456789")];
}

char *vdpa_named(const struct machine *machine, const char *path)
{
	if (!vdpa_is_device(path))
		return NULL;
	for (size_t i = 0; i < machine->facts.n; i++) {
		const struct machine_fact *fact = &machine->facts.v[i];
		static const char prefix[] = "vdpa.", suffix[] = ".device";

		if (fact->value && has_prefix(fact->name, prefix) &&
		    has_suffix(fact->name, suffix) &&
		    streq(fact->value, path + strlen(FOLDER)))
			return xstrndup(fact->name + strlen(prefix),
					strlen(fact->name) - strlen(prefix) -
						strlen(suffix));
	}
	return NULL;
}

static const char *fact_of(const struct machine *machine, const char *name,
			   const char *what)
{
	_cleanup_free_ char *fact = xasprintf("vdpa.%s.%s", name, what);

	return machine_fact(machine, fact);
}

static int function_at(const struct machine *machine, const char *parent)
{
	struct pci_address at;

	return parent && pci_address_parse(parent, &at)
		       ? machine_function_index(machine, at)
		       : -1;
}

int vdpa_function(const struct machine *machine, const char *path)
{
	_cleanup_free_ char *name = vdpa_named(machine, path);

	return name ? function_at(machine, fact_of(machine, name, "parent")) : -1;
}

static struct vdpa_device device_of(const struct machine *machine, char *name)
{
	const char *parent = fact_of(machine, name, "parent");

	return (struct vdpa_device){
		.name = name,
		.parent = parent,
		.driver = fact_of(machine, name, "driver"),
		.device = fact_of(machine, name, "device"),
		.function = function_at(machine, parent),
	};
}

void vdpa_list(const struct machine *machine, struct vdpa_devices *ret)
{
	const char *at = machine_fact(machine, "vdpa.devices");
	VEC(struct vdpa_device) list = {};

	*ret = (struct vdpa_devices){};
	if (!at || streq(at, "none"))
		return;
	for (size_t n; *at; at += n + (at[n] != '\0')) {
		n = strcspn(at, " ");
		if (n > 0)
			*vec_add(&list) = device_of(machine, xstrndup(at, n));
	}
	*ret = (struct vdpa_devices){list.v, list.n, list.room};
}

void vdpa_devices_free(struct vdpa_devices *devices)
{
	for (size_t i = 0; i < devices->n; i++)
		free(devices->v[i].name);
	free(devices->v);
	*devices = (struct vdpa_devices){};
}
