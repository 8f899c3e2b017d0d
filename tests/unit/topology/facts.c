/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "tests/unit/topology/roots.h"
#include "topology/facts.h"
#include "topology/sysfs.h"

#include <sys/stat.h>
#include <unistd.h>

/* What the generated root lacks: path and contents, or a link's text after "-> ". */
static const char *const files[][2] = {
	{"proc/cmdline", "BOOT_IMAGE=/vmlinuz root=UUID=1234 ro quiet intel_iommu=on "
			 "iommu.strict=1 isolcpus=2-3 BOOTIF=01-52-54 -- secret"},
	{"proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n"
			 "flags\t\t: fpu pdpe1gb lm\n"
			 "address sizes\t: 46 bits physical, 48 bits virtual\n\n"},
	{"proc/sys/kernel/osrelease", "6.1.0-13-amd64\n"},
	{"proc/self/mounts",
	 "/dev/vda1 / ext4 rw 0 0\n"
	 "hugetlbfs /dev/hugepages hugetlbfs rw,pagesize=2M 0 0\n"
	 "none /mnt/huge hugetlbfs rw,pagesize=1024M,mode=1777 0 0\n"},
	{"proc/meminfo", "MemTotal: 9 kB\nHugepagesize:    1048576 kB\nHugetlb: 0 kB\n"},
	{"sys/kernel/mm/hugepages/hugepages-2048kB/nr_overcommit_hugepages", "7\n"},
	{"sys/kernel/mm/hugepages/hugepages-1048576kB/nr_overcommit_hugepages", "0\n"},
	{"dev/vfio/vfio", ""},
	{"sys/bus/pci/drivers/vfio-pci/new_id", ""},
	{"proc/self/limits", "Max locked memory         65536   unlimited   bytes\n"},
	{"proc/self/mountinfo", "22 1 253:0 / / rw shared:1 - ext4 /dev/mapper/root rw\n"
				"23 22 0:5 / /dev rw - devtmpfs udev rw\n"},
	{"proc/net/route",
	 "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
	 "eth1\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
	 "br0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"},
	{"sys/dev/block/253:0", "-> ../../devices/virtual/block/dm-0"},
	{"sys/devices/virtual/block/dm-0/slaves/nvme0n1p2",
	 "-> ../../../../pci0000:00/0000:00:02.0/0000:02:00.0/nvme/nvme0/nvme0n1/"
	 "nvme0n1p2"},
	{"sys/class/net/br0", "-> ../../devices/virtual/net/br0"},
	{"sys/devices/virtual/net/br0/lower_eth0",
	 "-> ../../../pci0000:00/0000:00:01.0/0000:01:00.0/net/eth0"},
	{"sys/kernel/iommu_groups/10/reserved_regions",
	 "0x00000000fee00000 0x00000000feefffff msi\n"},
	{"sys/kernel/iommu_groups/10/type", "DMA-FQ\n"},
	{"sys/module/kvm_intel/parameters/nested", "Y\n"},
	{"sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N\n"},
	{"usr/lib/x86_64-linux-gnu/libvirt.so.0.9000.0", ""},
	{"usr/lib/x86_64-linux-gnu/libvirt.so.0", "-> libvirt.so.0.9000.0"},
	{"usr/bin/qemu-system-x86_64", "pc-q35-2.12-machine pc-q35-7.2-machine 9"},
};

static void add_files(const char *top)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", top, files[i][0]);
		_cleanup_error_ struct error error = {};

		run(xasprintf("mkdir -p $(dirname %s)", path));
		unlink(path);
		if (has_prefix(files[i][1], "-> "))
			assert_int_equal(symlink(files[i][1] + 3, path), 0);
		else
			assert_int_equal(file_write(path, files[i][1],
						    strlen(files[i][1]), &error),
					 0);
	}
}

static void read_facts_of(enum machine_source kind, const char *top, bool identify,
			  struct machine *ret)
{
	_cleanup_fd_ int fd = root_open(top);
	struct facts_source source = {.root_fd = fd,
				      .source = kind,
				      .keep_files = true,
				      .identify = identify};
	_cleanup_error_ struct error error = {};

	assert_int_equal(sysfs_read(fd, top, kind, ret, &error), 0);
	facts_gather(&source, ret);
}

static void read_facts(const char *top, bool identify, struct machine *ret)
{
	read_facts_of(MACHINE_SYSFS, top, identify, ret);
}

static const char *why_not(const struct machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->facts.n; i++)
		if (streq(machine->facts.v[i].name, name))
			return machine->facts.v[i].unknown;
	return NULL;
}

static void values(void **state)
{
	static const char *const expected[][2] = {
		{"kernel.command-line", "BOOT_IMAGE=(left out) root=(left out) ro quiet "
					"intel_iommu=on iommu.strict=1 isolcpus=2-3 "
					"BOOTIF=(left out) -- (left out)"},
		{"kernel.release", "6.1.0-13-amd64"},
		{"cpu.address-bits", "46"},
		{"cpu.pdpe1gb", "yes"},
		{"cpu.vendor", "GenuineIntel"},
		{"huge-pages.mounts", "/dev/hugepages 2M; /mnt/huge 1024M"},
		{"huge-pages.default", "1048576 kB"},
		{"huge-pages.overcommit", "1048576 kB 0; 2048 kB 7"},
		{"vfio.device", "yes"},
		{"vfio-pci.driver", "yes"},
		{"pci.with-mounted-disks", "0000:02:00.0"},
		{"pci.with-default-route", "0000:01:00.0"},
		{"iommu-group.10.reserved-regions",
		 "0x00000000fee00000 0x00000000feefffff msi"},
		{"iommu-group.10.type", "DMA-FQ"},
		{"kvm.intel.nested", "Y"},
		{"vfio.allow-unsafe-interrupts", "N"},
		{"libvirt.version", "9.0.0"},
		{"qemu.version", "7.2"},
	};
	_cleanup_machine_ struct machine machine = {};
	char *top = root_copy("two-nodes");

	(void)state;
	add_files(top);
	read_facts(top, false, &machine);
	root_remove(top);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const char *value = machine_fact(&machine, expected[i][0]);

		if (!value)
			fail_msg("%s is unknown", expected[i][0]);
		assert_string_equal(value, expected[i][1]);
	}
	assert_non_null(why_not(&machine, "limits.memlock"));
	assert_string_equal(why_not(&machine, "vfio.iommufd"), "the source has no dev");
	assert_null(machine_fact(&machine, "host.name"));
}

/* Every name of the table exists, with a value or a reason; kept files are in order. */
static void every_fact_is_listed(void **state)
{
	_cleanup_machine_ struct machine machine = {}, sys_only = {};
	char *top = root_copy("silent");
	_cleanup_free_ char *sys = xasprintf("%s/sys", top);

	(void)state;
	read_facts(top, true, &machine);
	read_facts(sys, false, &sys_only);
	root_remove(top);
	for (size_t i = 0; fact_names[i]; i++) {
		assert_true(!machine_fact(&machine, fact_names[i]) !=
			    !why_not(&machine, fact_names[i]));
		assert_true(!machine_fact(&sys_only, fact_names[i]) !=
			    !why_not(&sys_only, fact_names[i]));
	}
	assert_string_equal(why_not(&sys_only, "kernel.command-line"),
			    "the source has no proc");
	for (size_t i = 1; i < machine.files.n; i++)
		assert_true(strcmp(machine.files.v[i - 1].path, machine.files.v[i].path) <
			    0);
	assert_true(machine.files.n > 0);
}

/*
 * A device file may be there without a driver. Of a copy it is not known whether the
 * machine has what the copy lacks.
 */
static void kvm(void **state)
{
	static const struct {
		const char *make, *live, *copy;
	} rows[] = {
		{"", "no", NULL},
		{"dev/kvm", "yes", "yes"},
		{"sys/class/misc/fuse", "no", NULL},
		{"sys/class/misc/kvm", "yes", "yes"},
	};
	char *top = root_copy("two-nodes");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_machine_ struct machine live = {}, copy = {};
		const char *value;

		run(xasprintf("mkdir -p %s/%s", top, rows[i].make));
		read_facts_of(MACHINE_LIVE, top, false, &live);
		read_facts(top, false, &copy);
		value = machine_fact(&live, "kvm.device");
		assert_non_null(value);
		assert_string_equal(value, rows[i].live);
		value = machine_fact(&copy, "kvm.device");
		assert_true(streq_null(rows[i].copy, value) || (!value && !rows[i].copy));
	}
	root_remove(top);
}

static void shape_only(void **state)
{
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	machine_set_fact(&machine, "cpus.online", "0-3");
	facts_unknown(&machine, "the source is a drawing");
	assert_string_equal(machine_fact(&machine, "cpus.online"), "0-3");
	assert_string_equal(why_not(&machine, "qemu.version"), "the source is a drawing");
}

static void no_addresses(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	struct machine_function *function =
		machine_add_function(&machine, (struct pci_address){0, 1, 0, 0});

	(void)state;
	*vec_add(&function->names) = xstrdup("enx525400123456");
	*vec_add(&function->names) = xstrdup("enxample");
	*vec_add(&machine.files) =
		(struct machine_file){xstrdup("sys/net/enx525400123456/x"), xstrdup("1")};
	*vec_add(&machine.files) = (struct machine_file){xstrdup("sys/y"), xstrdup("2")};
	machine_anonymise(&machine);
	assert_string_equal(machine.functions.v[0].names.v[0], "enx-left-out");
	assert_string_equal(machine.functions.v[0].names.v[1], "enxample");
	assert_int_equal(machine.files.n, 1);
	assert_string_equal(machine.files.v[0].path, "sys/y");
	machine_trim_files(&machine, 5);
	assert_int_equal(machine.files.n, 0);
	assert_int_equal(machine.complaints.n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),       cmocka_unit_test(every_fact_is_listed),
		cmocka_unit_test(kvm),          cmocka_unit_test(shape_only),
		cmocka_unit_test(no_addresses),
	};

	return RUN_TESTS(tests);
}
