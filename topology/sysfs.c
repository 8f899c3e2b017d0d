/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/sysfs.h"

#include "topology/sysfs-parts.h"

#include <fcntl.h>
#include <sys/utsname.h>

/* /proc/cpuinfo has words that are unique to each architecture. */
static const char *architecture_of_cpuinfo(const char *text)
{
	static const struct {
		const char *words, *name;
	} rows[] = {
		{"IBM/S390", "s390x"},
		{"GenuineIntel", "x86_64"},
		{"AuthenticAMD", "x86_64"},
		{"HygonGenuine", "x86_64"},
		{"CPU architecture: 8", "aarch64"},
		{"POWER", "ppc64le"},
		{"IA-64", "ia64"},
		{"rv64", "riscv64"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strstr(text, rows[i].words))
			return rows[i].name;
	return NULL;
}

static char *read_architecture(const struct sysfs_source *source, const struct tree *proc)
{
	_cleanup_text_ struct text cpuinfo = {};
	struct utsname names;
	char *text;

	if (source->source == MACHINE_LIVE && uname(&names) == 0)
		return xstrdup(names.machine);
	if (proc->fd < 0)
		return NULL;
	text = tree_text(proc, "sys/kernel/arch");
	if (text)
		return text;
	if (tree_bytes(proc, "cpuinfo", TREE_FILE_LIMIT, &cpuinfo))
		return xstrdup(architecture_of_cpuinfo(cpuinfo.s));
	return NULL;
}

/* Either a root with sys/ and perhaps proc/, or the inside of a sys directory. */
static int open_trees(const struct sysfs_source *source, struct tree *sys,
		      struct tree *proc, struct error *error)
{
	_cleanup_tree_ struct tree top = {.fd = -1};

	*proc = (struct tree){.fd = -1};
	if (!tree_top(source->root_fd, sys->machine, &top))
		return error_system(error, 0, "%s: cannot be read as a directory",
				    source->name);
	top.keep = source->keep_files;
	if (tree_has(&top, "sys/devices") && tree_sub(&top, "sys", sys)) {
		tree_sub(&top, "proc", proc);
		return 0;
	}
	if (tree_has(&top, "devices/system")) {
		*sys = top;
		top = (struct tree){.fd = -1};
		free(sys->path);
		sys->path = xstrdup("sys");
		return 0;
	}
	return error_input(
		error,
		"%s: contains neither sys/devices (a copy of a root directory) nor devices/system (a copy of /sys)",
		source->name);
}

int sysfs_read_source(const struct sysfs_source *source, struct machine *ret,
		      struct error *error)
{
	_cleanup_tree_ struct tree sys = {.fd = -1, .machine = ret}, proc = {.fd = -1};
	bool exact;

	ret->source = source->source;
	if (open_trees(source, &sys, &proc, error) < 0)
		return -1;
	ret->architecture = read_architecture(source, &proc);
	sysfs_read_nodes(&sys, &proc, ret);
	sysfs_read_hmat(&sys, ret);
	sysfs_read_cpus(&sys, ret);
	sysfs_read_caches(&sys, ret);
	exact = sysfs_read_pci(source, &sys, ret);
	sysfs_read_names(&sys, ret);
	sysfs_read_iommu(source, &sys, &proc, ret);
	machine_settle(ret, !exact);
	return 0;
}

int sysfs_read(int root_fd, const char *name, enum machine_source source,
	       struct machine *ret, struct error *error)
{
	struct sysfs_source from = {.root_fd = root_fd, .name = name, .source = source};

	return sysfs_read_source(&from, ret, error);
}
