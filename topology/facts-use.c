/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the host itself uses: a device that carries a mounted disk or the default route
 * must not be assigned. Theory of operation: a mount names a block device by number, a
 * route names a network device. Both are links in sys to a place in the device tree,
 * whose last component that is a PCI address is the function. If there is none, the
 * device is built on others (device mapper and RAID by slaves/, bridges, bonds and VLANs
 * by lower_*, NVMe multipath by its controllers), which are then examined in the same
 * way. Formats: proc_pid_mountinfo(5), proc_swaps(5), Linux net/ipv4/fib_trie.c
 * (fib_route_seq_show), net/ipv6/route.c (rt6_info_route).
 */
#include "topology/facts-parts.h"

#include <stdio.h>

#define PROC_LIMIT  (4u << 20)
#define STACK_LIMIT 8 /* devices built on devices */
#define ROUTE_UP    1

/* The last component of the path that is the address of a known function. */
static bool add_function_of(const struct machine *machine, const char *path,
			    struct set *ret)
{
	int found = -1;

	while (*path) {
		size_t n = strcspn(path, "/");
		_cleanup_free_ char *component = xstrndup(path, n);
		struct pci_address at;
		int index = -1;

		if (pci_address_parse(component, &at))
			index = machine_function_index(machine, at);
		if (index >= 0)
			found = index;
		path += n + (path[n] == '/');
	}
	if (found >= 0 && found < SET_LIMIT)
		set_add(ret, (unsigned)found);
	return found >= 0;
}

static void add_device(struct facts *facts, const char *path, int depth, struct set *ret);

/* The entries of @directory that begin with this prefix and link to lower devices. */
static void add_below(struct facts *facts, const char *directory, const char *prefix,
		      int depth, struct set *ret)
{
	_cleanup_names_ struct tree_names names = {};

	tree_list(&facts->sys, directory, &names);
	for (size_t i = 0; i < names.n; i++) {
		_cleanup_free_ char *link = xasprintf("%s/%s", directory, names.v[i]);
		_cleanup_free_ char *path = NULL;

		if (has_prefix(names.v[i], prefix))
			path = tree_link_path(&facts->sys, link);
		if (path)
			add_device(facts, path, depth + 1, ret);
	}
}

/* A partition is in the directory of its disk, which has the slaves. */
static void add_slaves(struct facts *facts, const char *path, int depth, struct set *ret)
{
	_cleanup_free_ char *own = xasprintf("%s/slaves", path), *disk = NULL;
	const char *slash = strrchr(path, '/');

	if (slash)
		disk = xasprintf("%.*s/slaves", (int)(slash - path), path);
	add_below(facts, own, "", depth, ret);
	if (disk)
		add_below(facts, disk, "", depth, ret);
}

static void add_device(struct facts *facts, const char *path, int depth, struct set *ret)
{
	const char *subsystem = strstr(path, "nvme-subsystem/");
	_cleanup_free_ char *directory = NULL;

	if (depth > STACK_LIMIT || add_function_of(facts->machine, path, ret))
		return;
	if (subsystem) {
		size_t n = strlen("nvme-subsystem/");

		n += strcspn(subsystem + n, "/");
		directory = xasprintf("%.*s", (int)(subsystem - path + (long)n), path);
		add_below(facts, directory, "nvme", depth, ret);
		return;
	}
	add_slaves(facts, path, depth, ret);
	add_below(facts, path, "lower_", depth, ret);
}

static void add_link(struct facts *facts, char *link, struct set *ret)
{
	_cleanup_free_ char *taken = link, *path = tree_link_path(&facts->sys, taken);

	if (path)
		add_device(facts, path, 0, ret);
}

/* The next line of *@rest, without its newline; NULL after the last. Owned by the
 * caller. */
static char *next_line(const char **rest)
{
	size_t n = strcspn(*rest, "\n");
	char *line;

	if (!**rest)
		return NULL;
	line = xstrndup(*rest, n);
	*rest += n + ((*rest)[n] == '\n');
	return line;
}

/* One line of mountinfo: id, parent, major:minor, ..., "-", type, source, options. */
static void add_mount(struct facts *facts, const char *line, struct set *ret)
{
	const char *dash = strstr(line, " - ");
	unsigned major, minor;
	char source[256];

	if (!dash || sscanf(line, "%*u %*u %u:%u", &major, &minor) != 2)
		return;
	if (major != 0)
		add_link(facts, xasprintf("dev/block/%u:%u", major, minor), ret);
	else if (sscanf(dash, " - %*s /dev/%255[^/ ]", source) == 1)
		add_link(facts, xasprintf("class/block/%s", source), ret);
}

static void add_swap(struct facts *facts, const char *line, struct set *ret)
{
	char name[256];

	if (sscanf(line, "/dev/%255[^/ \t]", name) == 1)
		add_link(facts, xasprintf("class/block/%s", name), ret);
}

static char *addresses_text(const struct machine *machine, const struct set *functions)
{
	struct text text = {};

	set_foreach (index, functions) {
		text_adds(&text, text.n ? " " : "");
		text_add_pci(&text, machine->functions.v[index].at);
	}
	return text_take(&text);
}

static void mounted_disks(struct facts *facts)
{
	_cleanup_text_ struct text mounts = {}, swaps = {};
	_cleanup_set_ struct set functions = {};
	const char *rest;
	char *line;

	if (!tree_bytes(&facts->self, "mountinfo", PROC_LIMIT, &mounts)) {
		machine_unknown_fact(facts->machine, "pci.with-mounted-disks",
				     "the source has no proc/self/mountinfo");
		return;
	}
	for (rest = mounts.s; (line = next_line(&rest)); free(line))
		add_mount(facts, line, &functions);
	if (tree_bytes(&facts->proc, "swaps", PROC_LIMIT, &swaps))
		for (rest = swaps.s; (line = next_line(&rest)); free(line))
			add_swap(facts, line, &functions);
	facts_take(facts, "pci.with-mounted-disks",
		   addresses_text(facts->machine, &functions), NULL);
}

/* Iface Destination Gateway Flags RefCnt Use Metric Mask ... */
static bool is_default_4(const char *line, char name[64])
{
	unsigned long destination, flags, mask;

	return sscanf(line, "%63s %lx %*x %lx %*u %*u %*u %lx", name, &destination,
		      &flags, &mask) == 4 &&
	       destination == 0 && mask == 0 && flags & ROUTE_UP;
}

/*
 * Destination, prefix length, source, its length, next hop, metric, counts, flags, name
 */
static bool is_default_6(const char *line, char name[64])
{
	char destination[40];
	unsigned long length, flags;

	return sscanf(line, "%39s %lx %*s %*x %*s %*x %*x %*x %lx %63s", destination,
		      &length, &flags, name) == 4 &&
	       length == 0 && strspn(destination, "0") == strlen(destination) &&
	       flags & ROUTE_UP && !streq(name, "lo");
}

static bool read_net(struct facts *facts, const char *file, struct text *ret)
{
	_cleanup_free_ char *path = xasprintf("net/%s", file);

	return tree_bytes(&facts->self, path, PROC_LIMIT, ret) ||
	       tree_bytes(&facts->proc, path, PROC_LIMIT, ret);
}

static void default_routes(struct facts *facts)
{
	static const struct {
		const char *file;
		bool (*is_default)(const char *line, char name[64]);
	} files[] = {{"route", is_default_4}, {"ipv6_route", is_default_6}};
	_cleanup_set_ struct set functions = {};
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_text_ struct text routes = {};
		char name[64], *line;

		if (!read_net(facts, files[i].file, &routes))
			continue;
		any = true;
		for (const char *rest = routes.s; (line = next_line(&rest)); free(line))
			if (files[i].is_default(line, name) && !strchr(name, '/'))
				add_link(facts, xasprintf("class/net/%s", name),
					 &functions);
	}
	facts_take(facts, "pci.with-default-route",
		   any ? addresses_text(facts->machine, &functions) : NULL,
		   "the source has no proc/net/route");
}

/* "/dev/hugepages 2M; /mnt/huge 1024M": mount point and page size. */
static void huge_mounts(struct facts *facts)
{
	_cleanup_text_ struct text mounts = {};
	struct text found = {};
	char *line;

	if (!tree_bytes(&facts->self, "mounts", PROC_LIMIT, &mounts) &&
	    !tree_bytes(&facts->proc, "mounts", PROC_LIMIT, &mounts)) {
		machine_unknown_fact(facts->machine, "huge-pages.mounts",
				     "the source has no proc/mounts");
		return;
	}
	for (const char *rest = mounts.s; (line = next_line(&rest)); free(line)) {
		char where[256], type[32], options[512], size[32] = "default";
		const char *option;

		if (sscanf(line, "%*s %255s %31s %511s", where, type, options) != 3 ||
		    !streq(type, "hugetlbfs"))
			continue;
		option = strstr(options, "pagesize=");
		if (option)
			sscanf(option, "pagesize=%31[^,]", size);
		text_printf(&found, "%s%s %s", found.n ? "; " : "", where, size);
	}
	facts_take(facts, "huge-pages.mounts", text_take(&found), NULL);
}

/* As the kernel writes it: "2048 kB". */
static void huge_default(struct facts *facts)
{
	static const char label[] = "Hugepagesize:";
	_cleanup_text_ struct text info = {};
	const char *at = NULL;
	unsigned long long kib;

	if (tree_bytes(&facts->proc, "meminfo", PROC_LIMIT, &info))
		at = strstr(info.s, label);
	if (!at || sscanf(at + strlen(label), "%12llu", &kib) != 1)
		at = NULL;
	facts_take(facts, "huge-pages.default", at ? xasprintf("%llu kB", kib) : NULL,
		   "not in proc/meminfo");
}

/* "2048 kB 0; 1048576 kB 4": pages that the kernel may make beyond those reserved. */
static void huge_overcommit(struct facts *facts)
{
	_cleanup_names_ struct tree_names sizes = {};
	struct text found = {};

	tree_list(&facts->sys, "kernel/mm/hugepages", &sizes);
	for (size_t i = 0; i < sizes.n; i++) {
		_cleanup_free_ char *path =
			xasprintf("kernel/mm/hugepages/%s/nr_overcommit_hugepages",
				  sizes.v[i]);
		unsigned kib;
		uint64_t pages;

		if (sscanf(sizes.v[i], "hugepages-%9ukB", &kib) == 1 &&
		    tree_u64(&facts->sys, path, &pages))
			text_printf(&found, "%s%u kB %ju", found.n ? "; " : "", kib,
				    (uintmax_t)pages);
	}
	facts_take(facts, "huge-pages.overcommit", found.n ? text_take(&found) : NULL,
		   "not in sys/kernel/mm/hugepages");
}

/* "SOFT HARD" in bytes, or unlimited: of this process, so of this machine only. */
static void locked_memory(struct facts *facts)
{
	static const char label[] = "Max locked memory";
	_cleanup_text_ struct text limits = {};
	char soft[32], hard[32];
	const char *at = NULL;

	if (facts->live && tree_bytes(&facts->self, "limits", PROC_LIMIT, &limits))
		at = strstr(limits.s, label);
	if (!at || sscanf(at + strlen(label), "%31s %31s", soft, hard) != 2)
		at = NULL;
	facts_take(facts, "limits.memlock", at ? xasprintf("%s %s", soft, hard) : NULL,
		   facts->live ? "not in proc/self/limits"
			       : "it belongs to a process, and the source is a copy");
}

void facts_use(struct facts *facts)
{
	huge_mounts(facts);
	huge_default(facts);
	huge_overcommit(facts);
	locked_memory(facts);
	mounted_disks(facts);
	default_routes(facts);
}
