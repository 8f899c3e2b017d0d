/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/capabilities.h"

#define HOST SOURCE_DIR "/tests/hosts/libvirt"

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

static void shape(void **state)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(document_read(HOST "/capabilities.xml", &document, &error), 0);
	assert_int_equal(capabilities_read(&document, &machine, &error), 0);
	assert_int_equal(machine.complaints.n, 0);
	assert_string_equal(machine.architecture, "x86_64");
	assert_int_equal(machine.nodes.n, 3);
	assert_int_equal(machine_node(&machine, 0)->memory_bytes, UINT64_C(4) << 30);
	assert_int_equal(machine_node(&machine, 1)->memory_bytes, UINT64_C(4) << 30);
	assert_int_equal(machine_node(&machine, 0)->huge.n, 1);
	assert_int_equal(machine_node(&machine, 0)->huge.v[0].page_bytes, 2 << 20);
	assert_int_equal(machine_node(&machine, 0)->huge.v[0].total_pages, 16);
	assert_int_equal(machine_node(&machine, 1)->huge_known, KNOWN_UNKNOWN);
	assert_true(set_empty(&machine_node(&machine, 4)->cpus));
	assert_true(set_equal(&machine_node(&machine, 4)->near,
			      &machine_node(&machine, 0)->cpus));
	assert_int_equal(machine_distance(&machine, 4, 1), 28);
	assert_int_equal(machine_cpu(&machine, 7)->node, 1);
	assert_int_equal(machine_cpu(&machine, 7)->thread, 1);
	assert_int_equal(machine_cpu(&machine, 7)->core, machine_cpu(&machine, 3)->core);
	assert_int_not_equal(machine_cpu(&machine, 7)->die,
			     machine_cpu(&machine, 1)->die);
	assert_int_equal(machine.caches.n, 2);
	assert_int_equal(machine.hmat.n, 1);
	assert_int_equal(machine.hmat.v[0].latency_ns, 250);
	assert_int_equal(machine.hmat.v[0].bandwidth_mib_s, 32768);
	assert_int_equal(machine.iommu.enabled, KNOWN_YES);
	assert_int_equal(machine.iommu.table, KNOWN_UNKNOWN);
	assert_int_equal(machine.pci_known, KNOWN_NO);
}

static void devices(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	const struct machine_function *it;

	(void)state;
	assert_int_equal(capabilities_read_directory(HOST, &machine, &error), 0);
	assert_int_equal(machine.complaints.n, 0);
	assert_int_equal(machine.functions.n, 3);
	it = function(&machine, "0000:80:02.0");
	assert_true(it->bridge);
	assert_int_equal(it->secondary, 0x81);
	assert_int_equal(it->subordinate, 0x82);
	it = function(&machine, "0000:81:00.0");
	assert_int_equal(it->upstream, 0);
	assert_int_equal(it->affinity.node, 1);
	assert_int_equal(it->affinity.source, AFFINITY_FROM_LIBVIRT);
	assert_int_equal(it->iommu_group, 12);
	assert_int_equal(it->total_vfs, 7);
	assert_int_equal(it->num_vfs, 1);
	assert_int_equal(it->link_mb_s, 1000);
	assert_string_equal(it->driver, "igb");
	assert_string_equal(it->names.v[0], "eth7");
	it = function(&machine, "0000:82:10.1");
	assert_int_equal(it->physical_function, 1);
	assert_int_equal(it->affinity.node, 1);
	assert_int_equal(it->affinity.source, AFFINITY_FROM_PARENT);
	assert_int_equal(it->pcie_type, PCIE_UNKNOWN);
	assert_int_equal(machine.roots.n, 1);
	assert_int_equal(machine.roots.v[0].first_bus, 0x80);
}

static void read_text(const char *text, const char *message)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	assert_int_equal(document_parse("caps", text, strlen(text), &document, &error),
			 0);
	assert_int_equal(capabilities_read(&document, &machine, &error), -1);
	assert_string_equal(error.message, message);
}

static void refused(void **state)
{
	(void)state;
	read_text("<domain/>",
		  "caps:1: the root element is <domain>, not <capabilities>");
	read_text(
		"<capabilities><host/></capabilities>",
		"caps: has no <cells> in a host topology, so it does not describe a machine; use virt-layout record, or XML of lstopo, of that host");
}

static void complaints(void **state)
{
	static const char text[] =
		"<capabilities><host><topology><cells>\n"
		"<cell id='0'><memory>many</memory>\n"
		"<distances><sibling id='0' value='99999999999'/></distances>\n"
		"<cpus><cpu id='70000' siblings='0'/><cpu id='0' "
		"siblings='x'/></cpus></cell>\n"
		"<cell id='-1'/></cells></topology></host></capabilities>";
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(document_parse("caps", text, strlen(text), &document, &error),
			 0);
	assert_int_equal(capabilities_read(&document, &machine, &error), 0);
	assert_int_equal(machine.cpus.n, 1);
	assert_int_equal(machine.nodes.v[0].memory_bytes, UNKNOWN_U64);
	assert_null(machine.distances);
	assert_true(machine.complaints.n >= 5);
	assert_string_equal(machine.complaints.v[0], "caps:2: <memory> is not a size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shape),
		cmocka_unit_test(devices),
		cmocka_unit_test(refused),
		cmocka_unit_test(complaints),
	};

	return RUN_TESTS(tests);
}
