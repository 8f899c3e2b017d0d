/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/sysfs.h"
#include "tests/unit/topology/roots.h"

#include <sys/stat.h>

static void read_top(const char *top, struct machine *ret)
{
	_cleanup_error_ struct error error = {};
	_cleanup_fd_ int fd = root_open(top);

	assert_int_equal(sysfs_read(fd, top, MACHINE_SYSFS, ret, &error), 0);
}

static void read_host(const char *host, struct machine *ret)
{
	_cleanup_free_ char *top = root_path(host);

	read_top(top, ret);
	assert_int_equal(ret->complaints.n, 0);
}

static const struct machine_function *function(const struct machine *machine,
					       const char *at)
{
	const struct machine_function *found;
	struct pci_address address;

	assert_true(pci_address_parse(at, &address));
	found = machine_function(machine, address);
	assert_non_null(found);
	return found;
}

static const struct machine_function *upstream(const struct machine *machine,
					       const char *at)
{
	int index = function(machine, at)->upstream;

	return index < 0 ? NULL : &machine->functions.v[index];
}

static void assert_set(const struct set *set, const char *expected)
{
	_cleanup_text_ struct text text = {};

	text_adds(&text, "");
	text_add_set(&text, set);
	assert_string_equal(text.s ? text.s : "", expected);
}

static void nodes_and_cpus(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	const struct machine_cpu *cpu;

	(void)state;
	read_host("two-nodes", &machine);
	assert_string_equal(machine.architecture, "x86_64");
	assert_int_equal(machine.nodes.n, 2);
	assert_set(&machine_node(&machine, 1)->cpus, "4-7,12-15");
	assert_int_equal(machine_node(&machine, 1)->memory_bytes, UINT64_C(16) << 30);
	assert_int_equal(machine_node(&machine, 0)->huge.v[0].total_pages, 64);
	assert_int_equal(machine_node(&machine, 0)->huge.v[0].free_pages, 32);
	assert_int_equal(machine_distance(&machine, 0, 1), 21);
	assert_int_equal(machine.cpus.n, 16);
	cpu = machine_cpu(&machine, 13);
	assert_int_equal(cpu->node, 1);
	assert_int_equal(cpu->package, 1);
	assert_int_equal(cpu->die, 1);
	assert_int_equal(cpu->core, machine_cpu(&machine, 5)->core);
	assert_int_equal(cpu->core, 5);
	assert_int_equal(cpu->thread, 1);
	assert_int_equal(machine.caches.n, 10);
	assert_int_equal(machine.caches.v[9].level, 3);
	assert_int_equal(machine.caches.v[9].size_bytes, 16 << 20);
	assert_set(&machine.caches.v[9].cpus, "4-7,12-15");
}

static void functions(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	const struct machine_function *nic;

	(void)state;
	read_host("two-nodes", &machine);
	assert_int_equal(machine.functions.n, 8);
	nic = function(&machine, "0000:81:00.0");
	assert_int_equal(nic->class_code, 0x020000);
	assert_int_equal(nic->vendor, 0x8086);
	assert_int_equal(nic->subdevice, 0x1100);
	assert_int_equal(nic->affinity.what, AFFINITY_NODE);
	assert_int_equal(nic->affinity.node, 1);
	assert_int_equal(nic->affinity.source, AFFINITY_FROM_SYSFS);
	assert_int_equal(nic->iommu_group, 11);
	assert_int_equal(nic->flr, KNOWN_YES);
	assert_string_equal(nic->driver, "igb");
	assert_string_equal(nic->names.v[0], "eth1");
	assert_int_equal(nic->bars[0].size_bytes, 0x20000);
	assert_int_equal(nic->bars[2].flags, BAR_IO);
	assert_int_equal(nic->rom.size_bytes, 0x40000);
	assert_int_equal(nic->rom.start, 0);
	nic = function(&machine, "0000:82:00.0");
	assert_int_equal(nic->names.n, 1);
	assert_string_equal(nic->names.v[0], "nvme1n1");
	assert_int_equal(nic->bars[0].flags, BAR_64BIT | BAR_PREFETCHABLE);
	assert_int_equal(upstream(&machine, "0000:82:00.0")->pcie_type, PCIE_ROOT_PORT);
	assert_int_equal(upstream(&machine, "0000:82:00.0")->acs, KNOWN_YES);
	assert_int_equal(machine.roots.n, 2);
	assert_int_equal(machine_root(&machine, 0, 0x80)->last_bus, 0x82);
	assert_int_equal(machine_root(&machine, 0, 0x80)->affinity.node, 1);
}

static void iommu(void **state)
{
	_cleanup_machine_ struct machine machine = {}, sriov = {};

	(void)state;
	read_host("two-nodes", &machine);
	assert_int_equal(machine.iommu.table, KNOWN_YES);
	assert_int_equal(machine.iommu.enabled, KNOWN_YES);
	assert_int_equal(machine.iommu.remapping, KNOWN_YES);
	assert_int_equal(machine.iommu.address_bits, 48);
	read_host("sriov", &sriov);
	assert_int_equal(sriov.iommu.table, KNOWN_UNKNOWN);
	assert_int_equal(sriov.iommu.enabled, KNOWN_YES);
	assert_int_equal(sriov.iommu.remapping, KNOWN_UNKNOWN);
	assert_int_equal(sriov.iommu.address_bits, UNKNOWN_ID);
	assert_int_equal(sriov.facts.n, 1);
	assert_string_equal(sriov.facts.v[0].name, "iommu.remapping");
}

static void remapping_words(void **state)
{
	static const struct {
		const char *interrupts, *architecture;
		enum known known;
	} rows[] = {
		{" 1: 0  IO-APIC 1-edge i8042\n", "x86_64", KNOWN_NO},
		{" 1: 0 IO-APIC\n24: 0 IR-PCI-MSI-0000:00", "x86_64", KNOWN_YES},
		{" 1: 0 IO-APIC\n24: 0 IR-PCI-MSI-0000:00", NULL, KNOWN_YES},
		{"24: 0 PCI-MSIX-0000:01:00.0 0-edge nvme0q0\n", "i686", KNOWN_NO},
		{" 1: 0 GICv3\n RES: IRQ-IR\n", "aarch64", KNOWN_UNKNOWN},
		{"50: 0 ITS-MSI 524288 Edge nvme0q0\n51: 0 MSI 1 Edge x\n", "aarch64",
		 KNOWN_YES},
		{"50: 0 ITS-PCI-MSIX-0000:01:00.0 0 Edge nvme0q0\n", "aarch64",
		 KNOWN_YES},
		{"50: 0 MSI 524288 Edge nvme0q0\n", "aarch64", KNOWN_NO},
		{"50: 0 GICv2m-PCI-MSI-0000:01:00.0 0 Edge x\n", "aarch64", KNOWN_NO},
		{" 1: 0 PCI-MSI 0 Edge mlx5\n", "s390x", KNOWN_UNKNOWN},
		{"63: 0 PNV-PCI-MSI 134217728 Edge nvme0q0\n", "ppc64le", KNOWN_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(remapping_from_interrupts(rows[i].interrupts,
							   rows[i].architecture),
				 rows[i].known);
	assert_int_equal(remapping_from_log(
				 "DMAR-IR: Enabled IRQ remapping in x2apic mode"),
			 KNOWN_YES);
	assert_int_equal(remapping_from_log("AMD-Vi: Interrupt remapping enabled"),
			 KNOWN_YES);
	assert_int_equal(remapping_from_log("Linux version 6.1"), KNOWN_UNKNOWN);
}

static void nodes_without(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	read_host("cpu-less", &machine);
	assert_int_equal(machine.nodes.n, 3);
	assert_set(&machine_node(&machine, 2)->cpus, "");
	assert_set(&machine_node(&machine, 2)->near, "0-1");
	assert_int_equal(machine_node(&machine, 5)->memory_bytes, 0);
	assert_int_equal(machine_cpu(&machine, 3)->node, 5);
	assert_int_equal(machine_distance(&machine, 2, 5), 24);
	assert_int_equal(machine.hmat.n, 1);
	assert_int_equal(machine.hmat.v[0].initiator, 0);
	assert_int_equal(machine.hmat.v[0].target, 2);
	assert_int_equal(machine.hmat.v[0].latency_ns, 120);
	assert_int_equal(machine.hmat.v[0].bandwidth_mib_s, 40960);
	assert_int_equal(function(&machine, "0000:01:00.0")->affinity.node, 2);
	assert_int_equal(function(&machine, "0000:01:00.0")->iommu_group, GROUP_UNKNOWN);
}

static void virtual_functions(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	const struct machine_function *virtual;

	(void)state;
	read_host("sriov", &machine);
	assert_int_equal(function(&machine, "0000:81:00.0")->total_vfs, 8);
	assert_int_equal(function(&machine, "0000:81:00.0")->num_vfs, 4);
	assert_int_equal(function(&machine, "0000:81:00.0")->vf_bars[3].size_bytes,
			 0x4000);
	virtual = function(&machine, "0000:82:00.3");
	assert_int_equal(virtual->physical_function,
			 machine_function_index(&machine,
						(struct pci_address){0, 0x81, 0, 0}));
	assert_int_equal(virtual->affinity.node, 1);
	assert_int_equal(virtual->affinity.source, AFFINITY_FROM_PARENT);
	assert_int_equal(virtual->device, 0x10ca);
	assert_int_equal(virtual->total_vfs, UNKNOWN_ID);
	assert_ptr_equal(upstream(&machine, "0000:82:00.3"),
			 function(&machine, "0000:80:02.0"));
	assert_int_equal(machine.roots.n, 1);
}

static void switches(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	read_host("groups", &machine);
	assert_ptr_equal(upstream(&machine, "0000:05:00.1"),
			 function(&machine, "0000:02:10.0"));
	assert_int_equal(upstream(&machine, "0000:05:00.1")->pcie_type,
			 PCIE_DOWNSTREAM_PORT);
	assert_int_equal(upstream(&machine, "0000:05:00.1")->acs, KNOWN_NO);
	assert_int_equal(upstream(&machine, "0000:02:10.0")->pcie_type,
			 PCIE_UPSTREAM_PORT);
	assert_int_equal(function(&machine, "0000:05:00.1")->iommu_group, 7);
	assert_int_equal(function(&machine, "0000:05:00.0")->bars[1].size_bytes,
			 UINT64_C(8) << 30);
	assert_string_equal(function(&machine, "0000:05:00.0")->driver, "");
}

static void silent_firmware(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	read_host("silent", &machine);
	assert_int_equal(machine.functions.n, 5);
	for (size_t i = 0; i < machine.functions.n; i++)
		assert_int_equal(machine.functions.v[i].affinity.what, AFFINITY_UNKNOWN);
	assert_int_equal(machine.roots.v[1].affinity.what, AFFINITY_UNKNOWN);
	assert_true(function(&machine, "0000:00:02.0")->bridge);
	assert_int_equal(function(&machine, "0000:00:02.0")->secondary, 0);
}

static void wide_domains(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	read_host("wide-domain", &machine);
	assert_int_equal(machine.roots.n, 3);
	assert_int_equal(machine.functions.v[1].at.domain, 0x2000);
	assert_int_equal(machine.functions.v[3].at.domain, 0x10000);
	assert_null(upstream(&machine, "10000:00:02.0"));
	assert_ptr_equal(upstream(&machine, "10000:01:00.0"),
			 function(&machine, "10000:00:02.0"));
}

static void many(void **state)
{
	_cleanup_machine_ struct machine wide = {}, long_ = {};

	(void)state;
	read_host("64-nodes", &wide);
	assert_int_equal(wide.nodes.n, 64);
	assert_int_equal(machine_distance(&wide, 0, 63), 74);
	assert_set(&machine_node(&wide, 40)->cpus, "40,104");
	assert_int_equal(function(&wide, "0000:e1:00.0")->affinity.node, 56);
	read_host("8x8", &long_);
	assert_int_equal(long_.functions.n, 128);
	assert_int_equal(long_.roots.n, 8);
	for (size_t i = 0; i < long_.functions.n; i++)
		assert_int_equal(long_.functions.v[i].affinity.node,
				 long_.functions.v[i].at.bus / 32);
}

static void put(const char *top, const char *path, const char *text)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", top, path);
	_cleanup_error_ struct error error = {};

	assert_int_equal(file_write(full, text, strlen(text), &error), 0);
}

#define NIC "sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/"

/*
 * Each file contains nonsense, or is a pipe or a link out of the tree: complaints, no
 * error.
 */
static void damaged(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	char *top = root_copy("two-nodes");

	(void)state;
	put(top, "sys/devices/system/node/node0/distance", "10 x");
	put(top, "sys/devices/system/node/node1/cpulist", "4-\x1b[31m");
	put(top, "sys/devices/system/node/node1/meminfo", "");
	put(top, "sys/devices/system/cpu/cpu3/topology/core_id", "99999999999999");
	put(top, NIC "numa_node", "one");
	put(top, NIC "resource", "0x0 0x0");
	put(top, NIC "vendor", "0x18086");
	put(top, NIC "config", "short");
	run(xasprintf("rm %s/" NIC "class && mkfifo %s/" NIC "class", top, top));
	run(xasprintf("cd %s/sys/devices && rm -r pci0000:80 && ln -s /etc pci0000:80",
		      top));
	run(xasprintf(
		"ln -sfn ../../../../../../etc/hostname %s/sys/bus/pci/devices/junk",
		top));
	read_top(top, &machine);
	root_remove(top);
	assert_int_equal(machine.functions.n, 8);
	assert_null(machine.distances);
	assert_int_equal(machine_node(&machine, 1)->memory_bytes, UNKNOWN_U64);
	/* The mask is still used. */
	assert_set(&machine_node(&machine, 1)->cpus, "4-7,12-15");
	assert_int_equal(function(&machine, "0000:01:00.0")->affinity.what,
			 AFFINITY_UNKNOWN);
	assert_int_equal(function(&machine, "0000:01:00.0")->bars_known, KNOWN_UNKNOWN);
	assert_int_equal(function(&machine, "0000:81:00.0")->vendor, 0);
	for (size_t i = 0; i < machine.complaints.n; i++)
		assert_null(strchr(machine.complaints.v[i], '\x1b'));
	assert_true(machine.complaints.n >= 8);
}

/* Memory that no node has is reported. */
static void memory_for_gpus(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	char *top = root_copy("two-nodes");

	(void)state;
	run(xasprintf("mkdir -p %s/sys/class/egm/egm4 %s/sys/class/egm/egm5", top, top));
	read_top(top, &machine);
	root_remove(top);
	assert_int_equal(machine.complaints.n, 1);
	assert_non_null(strstr(machine.complaints.v[0], "sys/class/egm"));
	assert_non_null(strstr(machine.complaints.v[0], "2 areas"));
}

/* Directories in place of links: the hierarchy comes from the buses. */
static void links_were_followed(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	char *top = root_copy("groups");

	(void)state;
	run(xasprintf("cd %s/sys && cp -r --dereference bus/pci/devices copy 2>/dev/null;"
		      "rm -r bus/pci/devices devices/pci* && mv copy bus/pci/devices",
		      top));
	read_top(top, &machine);
	root_remove(top);
	assert_int_equal(machine.functions.n, 9);
	assert_ptr_equal(upstream(&machine, "0000:05:00.1"),
			 function(&machine, "0000:02:10.0"));
	assert_int_equal(machine.roots.n, 1);
}

static void inside_of_sys(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	char *top = root_copy("two-nodes");
	_cleanup_free_ char *sys = xasprintf("%s/sys", top);

	(void)state;
	read_top(sys, &machine);
	root_remove(top);
	assert_int_equal(machine.nodes.n, 2);
	assert_int_equal(machine.functions.n, 8);
	assert_int_equal(machine.iommu.remapping, KNOWN_UNKNOWN);
	assert_null(machine.architecture);
}

static void keeps_files(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	char *top = root_copy("cpu-less");
	_cleanup_fd_ int fd = root_open(top);
	struct sysfs_source source = {fd, top, MACHINE_SYSFS, true,
				      "DMAR-IR: Enabled IRQ remapping in xapic mode\n"};
	bool found = false;

	(void)state;
	assert_int_equal(sysfs_read_source(&source, &machine, &error), 0);
	root_remove(top);
	for (size_t i = 0; i < machine.files.n; i++)
		found = found || (streq(machine.files.v[i].path,
					"sys/devices/system/node/node5/distance") &&
				  streq(machine.files.v[i].bytes, "21 24 10\n"));
	assert_true(found);
	assert_int_equal(machine.iommu.remapping, KNOWN_YES);
}

static void no_system_there(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	_cleanup_fd_ int fd = root_open("/proc/self");

	(void)state;
	assert_int_equal(sysfs_read(fd, "here", MACHINE_SYSFS, &machine, &error), -1);
	assert_int_equal(error.status, STATUS_INPUT);
	assert_string_equal(
		error.message,
		"here: contains neither sys/devices (a copy of a root directory) nor devices/system (a copy of /sys)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodes_and_cpus),  cmocka_unit_test(functions),
		cmocka_unit_test(iommu),           cmocka_unit_test(remapping_words),
		cmocka_unit_test(nodes_without),   cmocka_unit_test(virtual_functions),
		cmocka_unit_test(switches),        cmocka_unit_test(silent_firmware),
		cmocka_unit_test(wide_domains),    cmocka_unit_test(many),
		cmocka_unit_test(damaged),         cmocka_unit_test(links_were_followed),
		cmocka_unit_test(inside_of_sys),   cmocka_unit_test(keeps_files),
		cmocka_unit_test(no_system_there), cmocka_unit_test(memory_for_gpus),
	};

	return RUN_TESTS(tests);
}
