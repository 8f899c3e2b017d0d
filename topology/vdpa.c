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

int vdpa_function(const struct machine *machine, const char *path)
{
	_cleanup_free_ char *name = vdpa_named(machine, path);
	_cleanup_free_ char *fact = name ? xasprintf("vdpa.%s.parent", name) : NULL;
	const char *parent = fact ? machine_fact(machine, fact) : NULL;
	struct pci_address at;

	return parent && pci_address_parse(parent, &at)
		       ? machine_function_index(machine, at)
		       : -1;
}
