/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * vDPA devices: their parent, driver and character device. Linux
 * Documentation/ABI/testing/sysfs-bus-vdpa, drivers/vdpa/vdpa.c, drivers/vhost/vdpa.c
 * (the character device is a child directory of the device, without a class).
 */
#include "topology/facts-parts.h"

#define BUS "bus/vdpa/devices"

/*
 * The PCI function above the device, or the last but one component of its path: the
 * parent may be on an auxiliary bus of the function (mlx5_core.sf.2), or not on PCI.
 * "none" if the device is directly below sys/devices, as those of the kernel's simulators
 * are (seen with Linux 7.3).
 */
static char *parent_name(char *path)
{
	char *name = NULL, *slash = path ? strrchr(path, '/') : NULL;

	if (slash && slash == strchr(path, '/'))
		return xstrdup("none");

	while (slash) {
		struct pci_address at;

		*slash = '\0';
		slash = strrchr(path, '/');
		if (pci_address_parse(slash ? slash + 1 : path, &at)) {
			free(name);
			return xstrdup(slash ? slash + 1 : path);
		}
		if (!name)
			name = xstrdup(slash ? slash + 1 : path);
	}
	return name;
}

/* "vhost-vdpa-0", or NULL if vhost-vdpa does not drive it. */
static char *character_device(const struct facts *facts, const char *path)
{
	_cleanup_names_ struct tree_names names = {};

	tree_list(&facts->sys, path, &names);
	for (size_t i = 0; i < names.n; i++)
		if (has_prefix(names.v[i], "vhost-vdpa-"))
			return xstrdup(names.v[i]);
	return NULL;
}

static void add_device(struct facts *facts, const char *name)
{
	_cleanup_free_ char *link = xasprintf(BUS "/%s", name);
	_cleanup_free_ char *path = tree_link_path(&facts->sys, link);
	_cleanup_free_ char *parent = xasprintf("vdpa.%s.parent", name);
	_cleanup_free_ char *driver = xasprintf("vdpa.%s.driver", name);
	_cleanup_free_ char *device = xasprintf("vdpa.%s.device", name);
	_cleanup_free_ char *bound = xasprintf("%s/driver", path ? path : link);
	char *driven = tree_link_name(&facts->sys, bound);

	facts_take(facts, driver, driven ? driven : xstrdup("none"), NULL);
	facts_take(facts, device, character_device(facts, path ? path : link),
		   "vhost_vdpa does not drive it");
	facts_take(facts, parent, parent_name(path), "the kernel does not report it");
}

void facts_vdpa(struct facts *facts)
{
	_cleanup_names_ struct tree_names names = {};
	_cleanup_text_ struct text list = {};

	tree_list(&facts->sys, BUS, &names);
	for (size_t i = 0; i < names.n; i++) {
		text_printf(&list, "%s%s", i > 0 ? " " : "", names.v[i]);
		add_device(facts, names.v[i]);
	}
	if (names.n == 0 && (facts->live || tree_has(&facts->sys, "bus/vdpa")))
		text_adds(&list, "none");
	facts_take(facts, "vdpa.devices", list.n > 0 ? text_take(&list) : NULL,
		   "the source has no sys/bus/vdpa");
}
