/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's names for the devices behind PCI functions. class/net/eth0 is a link to
 * devices/pci0000:00/0000:00:03.0/virtio0/net/eth0: the last address on the path is the
 * function's.
 */
#include "topology/sysfs-parts.h"

static const char *const classes[] = {"net", "block", "nvme", "infiniband", "drm"};

/* Index of the function with the last address in @path, or -1. */
static int function_on_path(const struct machine *machine, const char *path)
{
	int index = -1;

	while (*path) {
		size_t n = strcspn(path, "/");
		_cleanup_free_ char *name = xstrndup(path, n);
		struct pci_address at;

		if (pci_address_parse(name, &at))
			index = machine_function_index(machine, at);
		path += n + (path[n] == '/');
	}
	return index;
}

/* sda1 is in .../block/sda/, card0-VGA-1 in .../drm/card0/. */
static bool part_of_another(const char *path, const struct tree_names *names)
{
	const char *end = strrchr(path, '/'), *start = end;

	while (start && start > path && start[-1] != '/')
		start--;
	for (size_t i = 0; start && i < names->n; i++)
		if (strlen(names->v[i]) == (size_t)(end - start) &&
		    strncmp(names->v[i], start, (size_t)(end - start)) == 0)
			return true;
	return false;
}

static void add_name(struct machine_function *function, const char *name)
{
	for (size_t i = 0; i < function->names.n; i++)
		if (streq(function->names.v[i], name))
			return;
	*vec_add(&function->names) = xstrdup(name);
}

static void read_class(const struct tree *sys, const char *class, struct machine *machine)
{
	_cleanup_free_ char *directory = xasprintf("class/%s", class);
	_cleanup_names_ struct tree_names names = {};

	tree_list(sys, directory, &names);
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_free_ char *link = xasprintf("%s/%s", directory, names.v[i]);
		_cleanup_free_ char *path = tree_link_path(sys, link);
		int index = path ? function_on_path(machine, path) : -1;

		/* For a graphics device the card, not its connectors and render nodes. */
		if (streq(class, "drm") && sysfs_number(names.v[i], "card") < 0)
			continue;
		/*
		 * An NVMe controller only if its disks are attached elsewhere
		 * (multipath).
		 */
		if (index >= 0 && streq(class, "nvme") &&
		    machine->functions.v[index].names.n)
			continue;
		if (index >= 0 && !part_of_another(path, &names))
			add_name(&machine->functions.v[index], names.v[i]);
	}
}

/* A recording without class/: the directories directly below the function. */
static void read_below(const struct tree *sys, struct machine_function *function)
{
	_cleanup_free_ char *link =
		xasprintf("bus/pci/devices/" PCI_FORMAT, PCI_ARGS(function->at));
	_cleanup_free_ char *path = tree_link_path(sys, link);
	_cleanup_tree_ struct tree tree = {};

	if (!tree_sub(sys, path ? path : link, &tree))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		_cleanup_names_ struct tree_names names = {};

		tree_list(&tree, classes[i], &names);
		for (size_t k = 0; k < names.n; k++)
			add_name(function, names.v[k]);
	}
}

void sysfs_read_names(const struct tree *sys, struct machine *machine)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		read_class(sys, classes[i], machine);
	for (size_t i = 0; i < machine->functions.n; i++)
		any = any || machine->functions.v[i].names.n;
	for (size_t i = 0; !any && i < machine->functions.n; i++)
		read_below(sys, &machine->functions.v[i]);
}
