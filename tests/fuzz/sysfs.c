/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any contents of the files of a small recorded system. The input consists of records,
 * each after a byte 0x1e: a byte that selects a file, and its content. The reader must
 * accept everything, with printable complaints and a machine whose indexes are valid.
 */
#include "tests/fuzz/fuzz.h"

#include "topology/sysfs.h"

#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define NODES "sys/devices/system/node/"
#define CPUS  "sys/devices/system/cpu/"
#define PORT  "sys/devices/pci0000:80/0000:80:01.0/"
#define NIC   PORT "0000:81:00.0/"

static const struct {
	const char *path, *text;
} files[] = {
	{NODES "node0/cpulist", "0-1"},
	{NODES "node0/meminfo", "Node 0 MemTotal: 1048576 kB"},
	{NODES "node0/distance", "10 21"},
	{NODES "node1/cpumap", "00000000,0000000c"},
	{NODES "node1/meminfo", "Node 1 MemTotal: 1048576 kB"},
	{NODES "node1/distance", "21 10"},
	{NODES "node1/hugepages/hugepages-2048kB/nr_hugepages", "4"},
	{NODES "node1/hugepages/hugepages-2048kB/free_hugepages", "2"},
	{NODES "node1/access1/initiators/read_latency", "80"},
	{CPUS "online", "0-3"},
	{CPUS "cpu0/topology/core_id", "0"},
	{CPUS "cpu0/topology/core_cpus_list", "0-1"},
	{CPUS "cpu1/topology/core_id", "0"},
	{CPUS "cpu2/topology/physical_package_id", "1"},
	{CPUS "cpu2/topology/die_id", "0"},
	{CPUS "cpu2/topology/thread_siblings", "0000000c"},
	{CPUS "cpu2/cpu_capacity", "512"},
	{CPUS "cpu3/cpu_capacity", "1024"},
	{CPUS "cpu0/cache/index0/level", "1"},
	{CPUS "cpu0/cache/index0/type", "Data"},
	{CPUS "cpu0/cache/index0/size", "32K"},
	{CPUS "cpu0/cache/index0/shared_cpu_list", "0-1"},
	{PORT "class", "0x060400"},
	{PORT "secondary_bus_number", "129"},
	{PORT "subordinate_bus_number", "130"},
	{PORT "config", ""},
	{NIC "class", "0x020000"},
	{NIC "vendor", "0x8086"},
	{NIC "numa_node", "1"},
	{NIC "resource", "0x1000 0x1fff 0x40200\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n"
			 "0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0"},
	{NIC "local_cpulist", "2-3"},
	{NIC "sriov_totalvfs", "8"},
	{NIC "current_link_speed", "8.0 GT/s PCIe"},
	{NIC "current_link_width", "4"},
	{NIC "reset_method", "flr bus"},
	{"sys/class/egm/egm4/egm_size", "0x6fc0000000"},
	{"sys/devices/virtual/iommu/dmar0/intel-iommu/cap", "8d2078c106f0466"},
	{"sys/devices/virtual/iommu/dmar0/intel-iommu/ecap", "f020df"},
	{"proc/interrupts", " 8: 0 IR-IO-APIC 8-edge rtc0"},
	{"proc/cpuinfo", "vendor_id : GenuineIntel"},
};

static const struct {
	const char *path, *target;
} links[] = {
	{"sys/bus/pci/devices/0000:80:01.0", "../../../devices/pci0000:80/0000:80:01.0"},
	{"sys/bus/pci/devices/0000:81:00.0",
	 "../../../devices/pci0000:80/0000:80:01.0/0000:81:00.0"},
	{NIC "driver", "../../../../bus/pci/drivers/igb"},
	{NIC "iommu_group", "../../../../kernel/iommu_groups/5"},
	{"sys/class/iommu/dmar0", "../../devices/virtual/iommu/dmar0"},
	{NODES "node1/access1/initiators/node0", "../../../node0"},
};

/* The directory of the system, created once and kept until the process ends. */
static int root = -1;

static void make_parents(const char *path)
{
	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		_cleanup_free_ char *parent = xstrndup(path, (size_t)(slash - path));

		mkdirat(root, parent, 0755);
	}
}

static void put(const char *path, const char *bytes, size_t n)
{
	_cleanup_fd_ int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	_cleanup_error_ struct error error = {};

	CHECK(fd >= 0 && file_write_fd(fd, path, bytes, n, &error) == 0);
}

/* "shm" is a link to a folder that tests/fuzz/run removes, even if this is killed. */
static char in_run[] = "shm/sysfs-XXXXXX", alone[] = "/dev/shm/virt-layout-fuzz-XXXXXX";
static char *top;

static void remove_root(void)
{
	_cleanup_free_ char *command = xasprintf("rm -rf %s", top);

	CHECK(system(command) == 0);
}

static void make_root(void)
{
	top = access("shm", W_OK) == 0 ? in_run : alone;
	if (!mkdtemp(top))
		abort();
	root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(root >= 0);
	atexit(remove_root);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		make_parents(files[i].path);
		put(files[i].path, files[i].text, strlen(files[i].text));
	}
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		make_parents(links[i].path);
		CHECK(symlinkat(links[i].target, root, links[i].path) == 0);
	}
}

/* Writes the records' files, or restores their old content. */
static void change(const uint8_t *data, size_t n, bool back)
{
	const uint8_t *end = data + n;

	while (data < end) {
		const uint8_t *next = memchr(data, 0x1e, (size_t)(end - data));
		size_t length = (size_t)((next ? next : end) - data);
		size_t i = length ? data[0] % ARRAY_SIZE(files) : 0;

		if (length && back)
			put(files[i].path, files[i].text, strlen(files[i].text));
		else if (length)
			put(files[i].path, (const char *)data + 1, length - 1);
		data += length + 1;
	}
}

static void check(const struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		CHECK(function->root >= 0 && (size_t)function->root < machine->roots.n);
		CHECK(function->upstream < (int)i);
		CHECK(function->affinity.what != AFFINITY_NODE ||
		      machine_node(machine, function->affinity.node));
	}
	for (size_t i = 0; i < machine->cpus.n; i++)
		CHECK(machine->cpus.v[i].node == UNKNOWN_ID ||
		      machine_node(machine, machine->cpus.v[i].node));
	for (size_t i = 0; i < machine->complaints.n; i++)
		for (const char *c = machine->complaints.v[i]; *c; c++)
			CHECK((unsigned char)*c >= ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	if (root < 0)
		make_root();
	change(data, n, false);
	CHECK(sysfs_read(root, "fuzz", MACHINE_SYSFS, &machine, &error) == 0);
	change(data, n, true);
	/* Accepts a node that does not exist. */
	if (IS_PLANTED && machine.complaints.n == 5)
		machine.cpus.v[0].node = 99;
	CHECK(machine.functions.n == 2 && machine.nodes.n == 2);
	check(&machine);
	return 0;
}
