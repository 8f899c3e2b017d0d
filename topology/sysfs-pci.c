/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Linux: Documentation/ABI/testing/sysfs-bus-pci, PCI/sysfs-pci.rst.
 *
 * Theory of operation. Every function is listed, including bridges and unconfigured ones.
 * bus/pci/devices/ADDRESS is a link to the real directory, whose parent is the bridge
 * above it or a root bus ("pci0000:00"): this gives the hierarchy exactly, even if
 * bridges have no bus numbers. A recording may contain directories instead of links; then
 * the caller has to use bus numbers.
 */

#include "topology/sysfs-parts.h"

#include "topology/sysfs.h"

#include "topology/pci-config.h"

#include <stdio.h>

#define DEVICES "bus/pci/devices"

/* What the whole tree contains, to distinguish "no link" from "links left out". */
struct shown {
	bool groups, drivers, live;
	const struct config_source *config;
};

static void read_ids(const struct tree *tree, struct machine_function *function)
{
	uint64_t value;

	if (tree_hex(tree, "class", 0xffffff, &value)) {
		function->class_code = (uint32_t)value;
		function->prog_if_known = KNOWN_YES;
	}
	if (tree_hex(tree, "vendor", 0xffff, &value))
		function->vendor = (uint16_t)value;
	if (tree_hex(tree, "device", 0xffff, &value))
		function->device = (uint16_t)value;
	if (tree_hex(tree, "subsystem_vendor", 0xffff, &value))
		function->subvendor = (uint16_t)value;
	if (tree_hex(tree, "subsystem_device", 0xffff, &value))
		function->subdevice = (uint16_t)value;
}

/* Base class 6: 04 is a bridge to PCI, 09 a semi-transparent one. */
static void read_bridge(const struct tree *tree, struct machine_function *function)
{
	uint32_t class = function->class_code >> 8;
	int secondary, subordinate;

	if (class == 0x0604 || class == 0x0609)
		function->bridge = true;
	if (!function->bridge || !tree_has(tree, "secondary_bus_number") ||
	    !tree_int(tree, "secondary_bus_number", &secondary) ||
	    !tree_int(tree, "subordinate_bus_number", &subordinate))
		return;
	if (secondary < 0 || secondary > 255 || subordinate < secondary ||
	    subordinate > 255)
		return;
	function->secondary = (uint8_t)secondary;
	function->subordinate = (uint8_t)subordinate;
}

/* Flags of a resource line (include/linux/ioport.h). */
enum {
	RESOURCE_IO = 0x100,
	RESOURCE_MEMORY = 0x200,
	RESOURCE_PREFETCHABLE = 0x2000,
	RESOURCE_64BIT = 0x100000,
};

static void read_bar(const char *line, struct machine_bar *bar)
{
	unsigned long long start, end, flags;

	if (sscanf(line, "0x%16llx 0x%16llx 0x%16llx", &start, &end, &flags) != 3 ||
	    !(flags & (RESOURCE_IO | RESOURCE_MEMORY)) || end < start ||
	    end - start == UINT64_MAX)
		return;
	bar->start = start;
	bar->size_bytes = end - start + 1;
	bar->flags = (uint8_t)((flags & RESOURCE_IO ? BAR_IO : 0) |
			       (flags & RESOURCE_64BIT ? BAR_64BIT : 0) |
			       (flags & RESOURCE_PREFETCHABLE ? BAR_PREFETCHABLE : 0));
}

/*
 * Lines: 6 BARs, the ROM, then with CONFIG_PCI_IOV 6 BARs of the VFs, then a bridge's
 * windows. Only the count shows which of the latter two exist: 7 lines have neither, 11
 * the windows, 13 the VFs, 17 both.
 */
static void read_bars(const struct tree *tree, struct machine_function *function)
{
	_cleanup_free_ char *text = tree_text(tree, "resource");
	const char *lines[32];
	char *rest = text, *line;
	size_t n = 0;

	while (n < ARRAY_SIZE(lines) && (line = strsep(&rest, "\n")))
		lines[n++] = line;
	if (n < MACHINE_BARS + 1) {
		if (text)
			machine_complain(tree->machine,
					 "%s/resource: has %zu lines, not 7", tree->path,
					 n);
		return;
	}
	function->bars_known = KNOWN_YES;
	for (size_t i = 0; i < MACHINE_BARS; i++) {
		read_bar(lines[i], &function->bars[i]);
		if (n >= 2 * MACHINE_BARS + 1)
			read_bar(lines[MACHINE_BARS + 1 + i], &function->vf_bars[i]);
	}
	read_bar(lines[MACHINE_BARS], &function->rom);
}

/* The nodes whose CPUs are all local: older kernels and small recordings have no more. */
static void affinity_from_cpus(const struct tree *tree, struct machine_affinity *affinity)
{
	const struct machine *machine = tree->machine;
	_cleanup_set_ struct set cpus = {}, nodes = {};
	size_t with_cpus = 0;

	if (!tree_set(tree, "local_cpulist", &cpus) &&
	    !tree_mask(tree, "local_cpus", &cpus))
		return;
	for (size_t i = 0; i < machine->nodes.n; i++) {
		with_cpus += !set_empty(&machine->nodes.v[i].cpus);
		if (set_intersects(&machine->nodes.v[i].cpus, &cpus))
			set_add(&nodes, (unsigned)machine->nodes.v[i].id);
	}
	if (set_count(&nodes) == 1)
		machine_affinity_set(affinity, set_first(&nodes), AFFINITY_FROM_SYSFS);
	if (set_count(&nodes) <= 1 || set_count(&nodes) == with_cpus)
		return;
	affinity->what = AFFINITY_CANDIDATES;
	affinity->source = AFFINITY_FROM_SYSFS;
	affinity->nodes = set_copy(&nodes);
}

static void read_affinity(const struct tree *tree, struct machine_function *function)
{
	int node;

	if (!tree_has(tree, "numa_node"))
		affinity_from_cpus(tree, &function->affinity);
	else if (tree_int(tree, "numa_node", &node) && node >= 0)
		machine_affinity_set(&function->affinity, node, AFFINITY_FROM_SYSFS);
}

static void read_links(const struct tree *tree, const struct shown *shown,
		       struct machine_function *function)
{
	_cleanup_free_ char *group = tree_link_name(tree, "iommu_group");

	function->driver = tree_link_name(tree, "driver");
	function->iommu = tree_link_name(tree, "iommu");
	if (!function->driver && (shown->drivers || shown->live))
		function->driver = xstrdup("");
	if (shown->groups || shown->live)
		function->iommu_group = GROUP_NONE;
	if (group &&
	    (!parse_int(group, &function->iommu_group) || function->iommu_group < 0)) {
		machine_complain(tree->machine,
				 "%s/iommu_group: does not point to a number",
				 tree->path);
		function->iommu_group = GROUP_UNKNOWN;
	}
}

static void read_sriov(const struct tree *tree, struct machine_function *function)
{
	int value;

	if (!tree_has(tree, "sriov_totalvfs"))
		return;
	if (tree_int(tree, "sriov_totalvfs", &value) && value >= 0)
		function->total_vfs = value;
	if (tree_int(tree, "sriov_numvfs", &value) && value >= 0)
		function->num_vfs = value;
}

static void read_link_number(const struct tree *tree, const char *name,
			     uint32_t (*parse)(const char *string), uint32_t *value)
{
	_cleanup_free_ char *text = tree_text(tree, name);
	uint32_t given = text ? parse(text) : 0;

	if (given)
		*value = given;
}

/* What is missing there may be known from the configuration space. */
static void read_link_speed(const struct tree *tree, struct machine_function *function)
{
	struct machine_link *link = &function->link;

	read_link_number(tree, "current_link_speed", pci_link_speed, &link->speed_mt_s);
	read_link_number(tree, "current_link_width", pci_link_width, &link->width);
	read_link_number(tree, "max_link_speed", pci_link_speed, &link->max_speed_mt_s);
	read_link_number(tree, "max_link_width", pci_link_width, &link->max_width);
	function->link_mb_s = pci_link_data(link->speed_mt_s, link->width);
}

/* "flr bus": the methods the kernel would use; without privileges the only hint. */
static void read_reset(const struct tree *tree, struct machine_function *function)
{
	_cleanup_free_ char *text = tree_text(tree, "reset_method");
	char *rest = text, *word;

	if (function->flr != KNOWN_UNKNOWN || !text)
		return;
	function->flr = KNOWN_NO;
	while ((word = strsep(&rest, " \n")))
		if (streq(word, "flr") || streq(word, "af_flr"))
			function->flr = KNOWN_YES;
}

static void read_config(const struct tree *tree, const struct shown *shown,
			struct machine_function *function)
{
	_cleanup_text_ struct text config = {};
	uint8_t bytes[PCI_CONFIG_BYTES];
	size_t n = 0;

	if (shown->config)
		n = shown->config->read(shown->config->data, function->at, bytes,
					sizeof(bytes));
	if (n > 0)
		pci_config_read(bytes, n, function);
	else if (tree_bytes(tree, "config", PCI_CONFIG_BYTES, &config))
		pci_config_read((const uint8_t *)config.s, config.n, function);
}

static void read_function(const struct tree *tree, const struct shown *shown,
			  struct machine_function *function)
{
	read_ids(tree, function);
	read_config(tree, shown, function);
	read_bridge(tree, function);
	read_bars(tree, function);
	read_affinity(tree, function);
	read_links(tree, shown, function);
	read_sriov(tree, function);
	read_link_speed(tree, function);
	read_reset(tree, function);
}

static int by_address(const void *a, const void *b)
{
	return pci_address_compare(((const struct machine_function *)a)->at,
				   ((const struct machine_function *)b)->at);
}

static void list_functions(const struct tree *sys, struct machine *machine)
{
	_cleanup_names_ struct tree_names names = {};
	struct pci_address at;

	tree_list(sys, DEVICES, &names);
	for (size_t i = 0; i < names.n; i++)
		if (pci_address_parse(names.v[i], &at))
			machine_add_function(machine, at);
		else
			machine_complain(machine,
					 "%s/" DEVICES "/%s: is not a PCI address",
					 sys->path, names.v[i]);
	vec_sort(&machine->functions, by_address);
}

/* A copy without symbolic links has the functions, but not where Linux lists them. */
static bool lists_left_out(const struct tree *sys)
{
	_cleanup_names_ struct tree_names roots = {};
	struct pci_address at;
	bool found = false;

	tree_list(sys, "devices", &roots);
	for (size_t i = 0; i < roots.n && !found; i++) {
		_cleanup_names_ struct tree_names names = {};
		_cleanup_free_ char *path = xasprintf("devices/%s", roots.v[i]);

		if (!has_prefix(roots.v[i], "pci"))
			continue;
		tree_list(sys, path, &names);
		for (size_t k = 0; k < names.n; k++)
			found = found || pci_address_parse(names.v[k], &at);
	}
	return found;
}

static char *device_path(struct pci_address at)
{
	return xasprintf(DEVICES "/" PCI_FORMAT, PCI_ARGS(at));
}

static struct shown what_is_shown(const struct tree *sys, const struct machine *machine)
{
	struct shown shown = {
		.groups = tree_has(sys, "kernel/iommu_groups"),
		.live = machine->source == MACHINE_LIVE,
	};

	for (size_t i = 0; i < machine->functions.n && !(shown.groups && shown.drivers);
	     i++) {
		_cleanup_free_ char *link = device_path(machine->functions.v[i].at);
		_cleanup_free_ char *path = tree_link_path(sys, link);
		_cleanup_tree_ struct tree tree = {};

		if (!tree_sub(sys, path ? path : link, &tree))
			continue;
		shown.groups = shown.groups || tree_has(&tree, "iommu_group");
		shown.drivers = shown.drivers || tree_has(&tree, "driver");
	}
	return shown;
}

/*
 * Index of the bridge above, from ".../pci0000:00/0000:00:01.0/0000:01:00.0": the nearest
 * component that is a known function; -1 from the root bus on. Recordings leave bridges
 * out, so the nearest need not be the next.
 */
static int parent_in_path(const struct machine *machine, const char *path,
			  uint32_t domain)
{
	_cleanup_free_ char *rest = xstrdup(path);
	char *slash = strrchr(rest, '/');

	while (slash) {
		struct pci_address parent;
		int index;

		*slash = 0;
		slash = strrchr(rest, '/');
		if (!slash || !pci_address_parse(slash + 1, &parent) ||
		    parent.domain != domain)
			return -1;
		index = machine_function_index(machine, parent);
		if (index >= 0)
			return index;
	}
	return -1;
}

static void read_physical(const struct tree *tree, struct machine_function *function)
{
	_cleanup_free_ char *name = tree_link_name(tree, "physfn");
	struct pci_address physical;

	if (name && pci_address_parse(name, &physical))
		function->physical_function =
			machine_function_index(tree->machine, physical);
}

bool sysfs_read_pci(const struct sysfs_source *source, const struct tree *sys,
		    struct machine *machine)
{
	bool exact = true;
	struct shown shown;

	machine->pci_known = tree_has(sys, DEVICES) || machine->source == MACHINE_LIVE
				     ? KNOWN_YES
				     : KNOWN_NO;
	list_functions(sys, machine);
	if (!machine->functions.n && lists_left_out(sys)) {
		machine->pci_known = KNOWN_NO;
		machine_complain(
			machine,
			"%s/" DEVICES
			": lists no function, although there are some; the copy was made without symbolic links, so it has no PCI functions",
			sys->path);
	}
	shown = what_is_shown(sys, machine);
	shown.config = source->config;
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];
		_cleanup_free_ char *link = device_path(function->at);
		_cleanup_free_ char *path = tree_link_path(sys, link);
		_cleanup_tree_ struct tree tree = {};

		exact = exact && path;
		if (path)
			function->upstream =
				parent_in_path(machine, path, function->at.domain);
		if (function->upstream >= 0)
			machine->functions.v[function->upstream].bridge = true;
		if (!tree_sub(sys, path ? path : link, &tree)) {
			machine_complain(machine,
					 "%s/%s: points to something that cannot be read",
					 sys->path, link);
			continue;
		}
		read_function(&tree, &shown, function);
		read_physical(&tree, function);
	}
	return exact;
}
