/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/facts.h"

#include "topology/facts-parts.h"

#include <ctype.h>
#include <stdio.h>

enum { IN_SYS, IN_PROC, COMPUTED };
enum { ONLY_IDENTIFIED = 1, COMMAND_LINE = 2, WITH_AP = 4 };

/* A fact that is the text of one file, or that another file computes. */
static const struct {
	const char *name;
	int where;
	const char *path;
	const char *absent; /* why it is unknown if the file does not exist */
	int flags;
} rows[] = {
	{"cpu.address-bits", COMPUTED, NULL, NULL, 0},
	{"cpu.family", COMPUTED, NULL, NULL, 0},
	{"cpu.model", COMPUTED, NULL, NULL, 0},
	{"cpu.pdpe1gb", COMPUTED, NULL, NULL, 0},
	{"cpu.vendor", COMPUTED, NULL, NULL, 0},
	{"cpus.isolated", IN_SYS, "devices/system/cpu/isolated",
	 "the kernel does not report it", 0},
	{"cpus.nohz-full", IN_SYS, "devices/system/cpu/nohz_full",
	 "not supported by the kernel's configuration", 0},
	{"cpus.online", IN_SYS, "devices/system/cpu/online",
	 "the kernel does not report it", 0},
	{"cpus.smt", IN_SYS, "devices/system/cpu/smt/control",
	 "the kernel does not report it", 0},
	{"devices.sev", COMPUTED, NULL, NULL, 0},
	{"devices.sgx-vepc", COMPUTED, NULL, NULL, 0},
	{"firmware.acpi", COMPUTED, NULL, NULL, 0},
	{"firmware.descriptors", COMPUTED, NULL, NULL, 0},
	{"firmware.edk2-aarch64", COMPUTED, NULL, NULL, 0},
	{"firmware.edk2-x86_64", COMPUTED, NULL, NULL, 0},
	{"firmware.seabios", COMPUTED, NULL, NULL, 0},
	{"host.name", IN_PROC, "sys/kernel/hostname", "no such file", ONLY_IDENTIFIED},
	{"host.product", IN_SYS, "class/dmi/id/product_name", "no such file",
	 ONLY_IDENTIFIED},
	{"host.serial", IN_SYS, "class/dmi/id/product_serial",
	 "no such file, or only root may read it", ONLY_IDENTIFIED},
	{"huge-pages.default", COMPUTED, NULL, NULL, 0},
	{"huge-pages.mounts", COMPUTED, NULL, NULL, 0},
	{"huge-pages.overcommit", COMPUTED, NULL, NULL, 0},
	{"iommufd.allow-unsafe-interrupts", IN_SYS,
	 "module/iommufd/parameters/allow_unsafe_interrupts", "iommufd is not loaded", 0},
	{"kernel.command-line", IN_PROC, "cmdline", "no such file", COMMAND_LINE},
	{"kernel.release", IN_PROC, "sys/kernel/osrelease", "no such file", 0},
	{"kernel.tainted", IN_PROC, "sys/kernel/tainted", "no such file", 0},
	{"kvm.amd.nested", IN_SYS, "module/kvm_amd/parameters/nested",
	 "kvm_amd is not loaded", 0},
	{"kvm.amd.sev", IN_SYS, "module/kvm_amd/parameters/sev",
	 "kvm_amd is not loaded, or does not know it", 0},
	{"kvm.amd.sev-snp", IN_SYS, "module/kvm_amd/parameters/sev_snp",
	 "kvm_amd is not loaded, or does not know it", 0},
	{"kvm.device", COMPUTED, NULL, NULL, 0},
	{"kvm.intel.nested", IN_SYS, "module/kvm_intel/parameters/nested",
	 "kvm_intel is not loaded", 0},
	{"kvm.intel.tdx", IN_SYS, "module/kvm_intel/parameters/tdx",
	 "kvm_intel is not loaded, or does not know it", 0},
	{"libvirt.spice-tls", COMPUTED, NULL, NULL, 0},
	{"libvirt.swtpm", COMPUTED, NULL, NULL, 0},
	{"libvirt.version", COMPUTED, NULL, NULL, 0},
	{"limits.memlock", COMPUTED, NULL, NULL, 0},
	{"numa.balancing", IN_PROC, "sys/kernel/numa_balancing",
	 "not supported by the kernel's configuration", 0},
	{"pci.with-default-route", COMPUTED, NULL, NULL, 0},
	{"pci.with-mounted-disks", COMPUTED, NULL, NULL, 0},
	{"qemu.version", COMPUTED, NULL, NULL, 0},
	{"vdpa.devices", COMPUTED, NULL, NULL, 0},
	{"vfio-ap.apmask", IN_SYS, "bus/ap/apmask", "no such file", WITH_AP},
	{"vfio-ap.aqmask", IN_SYS, "bus/ap/aqmask", "no such file", WITH_AP},
	{"vfio-pci.driver", COMPUTED, NULL, NULL, 0},
	{"vfio-pci.enable-sriov", IN_SYS, "module/vfio_pci/parameters/enable_sriov",
	 "vfio_pci is not loaded", 0},
	{"vfio.allow-unsafe-interrupts", IN_SYS,
	 "module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
	 "vfio_iommu_type1 is not loaded", 0},
	{"vfio.device", COMPUTED, NULL, NULL, 0},
	{"vfio.dma-entry-limit", IN_SYS,
	 "module/vfio_iommu_type1/parameters/dma_entry_limit",
	 "vfio_iommu_type1 is not loaded", 0},
	{"vfio.iommufd", COMPUTED, NULL, NULL, 0},
};

const char *const fact_names[] = {
	"cpu.address-bits",
	"cpu.family",
	"cpu.model",
	"cpu.pdpe1gb",
	"cpu.vendor",
	"cpus.isolated",
	"cpus.nohz-full",
	"cpus.online",
	"cpus.smt",
	"devices.sev",
	"devices.sgx-vepc",
	"firmware.acpi",
	"firmware.descriptors",
	"firmware.edk2-aarch64",
	"firmware.edk2-x86_64",
	"firmware.files",
	"firmware.seabios",
	"huge-pages.default",
	"huge-pages.mounts",
	"huge-pages.overcommit",
	"iommufd.allow-unsafe-interrupts",
	"kernel.command-line",
	"kernel.release",
	"kernel.tainted",
	"kvm.amd.nested",
	"kvm.amd.sev",
	"kvm.amd.sev-snp",
	"kvm.device",
	"kvm.intel.nested",
	"kvm.intel.tdx",
	"libvirt.spice-tls",
	"libvirt.swtpm",
	"libvirt.version",
	"limits.memlock",
	"numa.balancing",
	"pci.with-default-route",
	"pci.with-mounted-disks",
	"qemu.version",
	"vdpa.devices",
	"vfio-pci.driver",
	"vfio-pci.enable-sriov",
	"vfio.allow-unsafe-interrupts",
	"vfio.device",
	"vfio.dma-entry-limit",
	"vfio.iommufd",
	NULL,
};

/* Parameters, or prefixes of them, whose values do not identify the host. */
static const char *const harmless[] = {
	"acpi",
	"amd_iommu",
	"arm-smmu",
	"cgroup",
	"clocksource",
	"cma",
	"console",
	"crashkernel",
	"default_hugepagesz",
	"earlyprintk",
	"efi",
	"hugepages",
	"hugepagesz",
	"hugetlb",
	"idle",
	"intel_idle",
	"intel_iommu",
	"intremap",
	"iomem",
	"iommu",
	"irqaffinity",
	"isolcpus",
	"kthread_cpus",
	"kvm",
	"loglevel",
	"maxcpus",
	"mce",
	"mem",
	"memhp",
	"memmap",
	"mitigations",
	"movable",
	"nohz",
	"noirq",
	"norm",
	"nosmt",
	"nr_cpus",
	"numa",
	"nvme",
	"panic",
	"pci",
	"pcie",
	"pcie_acs_override",
	"pcie_aspm",
	"pcie_ports",
	"processor",
	"psi",
	"rcu",
	"sched",
	"skew_tick",
	"swiotlb",
	"transparent_hugepage",
	"tsc",
	"vfio",
	"video",
	"watchdog",
	"x2apic",
};

static bool is_harmless(const char *word, size_t name_length)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		size_t n = strlen(harmless[i]);

		if (name_length >= n && memcmp(word, harmless[i], n) == 0 &&
		    (name_length == n || strchr("_.-", word[n])))
			return true;
	}
	return false;
}

void text_add_command_line(struct text *text, const char *line)
{
	const char *space = "";

	while (*line) {
		size_t blank = strspn(line, " \t\n"), n = 0, name;
		bool quoted = false;

		line += blank;
		for (; line[n] && (quoted || !strchr(" \t\n", line[n])); n++)
			quoted ^= line[n] == '"';
		if (n == 0)
			continue;
		name = MIN(n, strcspn(line, "="));
		text_adds(text, space);
		if (n == 2 && memcmp(line, "--", 2) == 0) {
			text_adds(text, "-- (left out)");
			return;
		}
		if (name == n || is_harmless(line, name)) {
			text_add(text, line, n);
		} else {
			text_add(text, line, name);
			text_adds(text, "=(left out)");
		}
		space = " ";
		line += n;
	}
}

/*
 * What a copy does not contain may exist on the machine; only on a live one does its
 * absence mean anything.
 */
static void add_value(struct facts *facts, size_t i, char *value)
{
	_cleanup_free_ char *why = NULL;

	if (!facts->live)
		why = xasprintf("the source has no %s/%s",
				rows[i].where == IN_SYS ? "sys" : "proc", rows[i].path);
	facts_take(facts, rows[i].name, value, why ? why : rows[i].absent);
}

static void add_row(struct facts *facts, size_t i, bool identify)
{
	const struct tree *tree = rows[i].where == IN_SYS ? &facts->sys : &facts->proc;
	_cleanup_free_ char *value = NULL;
	_cleanup_text_ struct text text = {};

	if ((rows[i].flags & ONLY_IDENTIFIED && !identify) ||
	    (rows[i].flags & WITH_AP && !tree_has(tree, "bus/ap")) ||
	    rows[i].where == COMPUTED)
		return;
	if (tree->fd < 0) {
		machine_unknown_fact(facts->machine, rows[i].name,
				     "the source has no proc");
		return;
	}
	value = tree_text(tree, rows[i].path);
	if (value && rows[i].flags & COMMAND_LINE && !identify) {
		text_add_command_line(&text, value);
		free(value);
		value = text_take(&text);
	}
	add_value(facts, i, TAKE(value));
}

/* Opens the directory of a process without following the link self. */
static void open_self(struct facts *facts)
{
	_cleanup_free_ char *process = tree_link_name(&facts->proc, "self");

	facts->self = (struct tree){.fd = -1};
	if (facts->proc.fd >= 0 &&
	    (!process || strspn(process, "0123456789") == strlen(process)))
		tree_sub(&facts->proc, process ? process : "self", &facts->self);
}

/* As in sysfs.c. False if the directory is neither. */
static bool open_all(const struct facts_source *source, struct facts *facts)
{
	facts->proc = facts->sys = facts->top = facts->self = (struct tree){.fd = -1};
	if (!tree_top(source->root_fd, facts->machine, &facts->top))
		return false;
	facts->top.keep = source->keep_files;
	if (tree_has(&facts->top, "sys/devices")) {
		tree_sub(&facts->top, "proc", &facts->proc);
		/*
		 * proc contains host names and mounts: facts are read from it, but no
		 * files are kept.
		 */
		facts->proc.keep = false;
		return tree_sub(&facts->top, "sys", &facts->sys);
	}
	facts->sys = facts->top;
	facts->top = (struct tree){.fd = -1};
	free(facts->sys.path);
	facts->sys.path = xstrdup("sys");
	return true;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct machine_file *)a)->path,
		      ((const struct machine_file *)b)->path);
}

/* In order, each once, as machine_settle leaves them. */
static void settle_files(struct machine *machine)
{
	size_t kept = 0;

	vec_sort(&machine->files, compare_files);
	for (size_t i = 0; i < machine->files.n; i++) {
		struct machine_file *file = &machine->files.v[i];

		if (kept && streq(file->path, machine->files.v[kept - 1].path)) {
			free(file->path);
			free(file->bytes);
		} else {
			machine->files.v[kept++] = *file;
		}
	}
	machine->files.n = kept;
}

void facts_gather(const struct facts_source *source, struct machine *machine)
{
	struct facts facts = {.machine = machine, .live = source->source == MACHINE_LIVE};

	if (open_all(source, &facts)) {
		open_self(&facts);
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			add_row(&facts, i, source->identify);
		facts_take(&facts, "firmware.acpi",
			   xstrdup(tree_has(&facts.sys, "firmware/acpi") ? "yes"
				   : facts.live                          ? "no"
									 : NULL),
			   "the source has no sys/firmware");
		facts_cpu(&facts);
		facts_iommu(&facts);
		facts_mdev(&facts);
		facts_vdpa(&facts);
		facts_use(&facts);
		facts_versions(&facts);
		facts_firmware(&facts);
		facts_libvirt(&facts);
		settle_files(machine);
	}
	tree_close(&facts.self);
	tree_close(&facts.proc);
	tree_close(&facts.sys);
	tree_close(&facts.top);
}

void facts_gather_vdpa(const struct facts_source *source, struct machine *machine)
{
	struct facts facts = {.machine = machine, .live = source->source == MACHINE_LIVE};

	if (open_all(source, &facts) && (facts.live || tree_has(&facts.sys, "bus/vdpa")))
		facts_vdpa(&facts);
	tree_close(&facts.proc);
	tree_close(&facts.sys);
	tree_close(&facts.top);
}

void facts_unknown(struct machine *machine, const char *why)
{
	for (const char *const *name = fact_names; *name; name++) {
		bool there = false;

		for (size_t i = 0; i < machine->facts.n; i++)
			there |= streq(machine->facts.v[i].name, *name);
		if (!there)
			machine_unknown_fact(machine, *name, why);
	}
}

/* systemd names a network device enx, wlx or wwx followed by its MAC address. */
static const char *find_mac(const char *string)
{
	static const char *const prefixes[] = {"enx", "wlx", "wwx"};

	for (; *string; string++)
		for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
			if (has_prefix(string, prefixes[i]) &&
			    strspn(string + 3, "0123456789abcdef") >= 12)
				return string + 3;
	return NULL;
}

static char *without_mac(char *name)
{
	const char *mac = find_mac(name);
	char *shorter;

	if (!mac)
		return name;
	shorter = xasprintf("%.*s-left-out", (int)(mac - name), name);
	free(name);
	return shorter;
}

void machine_anonymise(struct machine *machine)
{
	size_t kept = 0;

	for (size_t i = 0; i < machine->functions.n; i++)
		for (size_t j = 0; j < machine->functions.v[i].names.n; j++) {
			char **name = &machine->functions.v[i].names.v[j];

			*name = without_mac(*name);
		}
	for (size_t i = 0; i < machine->files.n; i++) {
		struct machine_file *file = &machine->files.v[i];

		if (!find_mac(file->path) && !find_mac(file->bytes)) {
			machine->files.v[kept++] = *file;
			continue;
		}
		free(file->path);
		free(file->bytes);
	}
	machine->files.n = kept;
}

void machine_trim_files(struct machine *machine, size_t most_bytes)
{
	size_t bytes = 0, kept = 0;

	while (kept < machine->files.n) {
		bytes += strlen(machine->files.v[kept].path) +
			 strlen(machine->files.v[kept].bytes);
		if (bytes > most_bytes)
			break;
		kept++;
	}
	if (kept < machine->files.n)
		machine_complain(
			machine,
			"small files were left out (%zu), because all files together would exceed %zu bytes",
			machine->files.n - kept, most_bytes);
	for (size_t i = kept; i < machine->files.n; i++) {
		free(machine->files.v[i].path);
		free(machine->files.v[i].bytes);
	}
	machine->files.n = kept;
}
