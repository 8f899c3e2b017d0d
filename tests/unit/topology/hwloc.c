/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "topology/compare.h"
#include "topology/hwloc-read.h"

#include "base/file.h"
#include "base/mem.h"

#include <libxml/globals.h>

#define SEEDS SOURCE_DIR "/tests/fuzz/corpus/hwloc-xml/"

static char *read_seed(const char *name)
{
	_cleanup_free_ char *path = xasprintf(SEEDS "%s.xml", name);
	_cleanup_error_ struct error error = {};
	struct text text = {};

	assert_int_equal(file_read(path, FILE_LIMIT, &text, &error), 0);
	return text_take(&text);
}

static void take(const char *bytes, struct machine *ret)
{
	_cleanup_error_ struct error error = {};

	assert_int_equal(hwloc_read_xml("host.xml", bytes, strlen(bytes), ret, &error),
			 0);
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

static void whole_host(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_free_ char *bytes = read_seed("two-nodes");
	const struct machine_function *nic;

	(void)state;
	take(bytes, &machine);
	assert_int_equal(machine.complaints.n, 0);
	assert_int_equal(machine.nodes.n, 2);
	assert_int_equal(machine_distance(&machine, 0, 1), 21);
	assert_int_equal(machine_node(&machine, 0)->huge.v[0].total_pages, 64);
	assert_int_equal(machine.cpus.n, 16);
	assert_int_equal(machine_cpu(&machine, 13)->core, 5);
	assert_int_equal(machine_cpu(&machine, 13)->thread, 1);
	assert_int_equal(machine_cpu(&machine, 13)->node, 1);
	assert_int_equal(machine.functions.n, 8);
	nic = function(&machine, "0000:81:00.0");
	assert_int_equal(nic->affinity.node, 1);
	assert_int_equal(nic->affinity.source, AFFINITY_FROM_HWLOC);
	assert_int_equal(nic->class_code, 0x020000);
	assert_int_equal(nic->prog_if_known, KNOWN_UNKNOWN);
	assert_string_equal(nic->names.v[0], "eth1");
	assert_int_equal(nic->iommu_group, GROUP_UNKNOWN);
	assert_null(nic->driver);
	assert_ptr_equal(&machine.functions.v[nic->upstream],
			 function(&machine, "0000:80:01.0"));
	assert_int_equal(machine.iommu.enabled, KNOWN_UNKNOWN);
	assert_int_equal(machine.roots.v[1].last_bus, 0x82);
}

/* hwloc 2 gives a node without CPUs those of its neighbour. */
static void node_without_cpus(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_free_ char *bytes = read_seed("cpu-less");
	const struct machine_affinity *affinity;

	(void)state;
	take(bytes, &machine);
	assert_int_equal(machine.nodes.n, 3);
	assert_true(set_empty(&machine_node(&machine, 2)->cpus));
	assert_int_equal(set_count(&machine_node(&machine, 2)->near), 2);
	assert_int_equal(machine.complaints.n, 1);
	affinity = &function(&machine, "0000:01:00.0")->affinity;
	assert_int_equal(affinity->what, AFFINITY_CANDIDATES);
	assert_true(set_has(&affinity->nodes, 0) && set_has(&affinity->nodes, 2));
	assert_int_equal(function(&machine, "0000:41:00.0")->affinity.node, 5);
}

/* hwloc 1: no gp_index, a scaled matrix without a name, I/O below the node. */
static void old_format(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_free_ char *bytes = read_seed("old");

	(void)state;
	take(bytes, &machine);
	assert_string_equal(machine.architecture, "x86_64");
	assert_int_equal(machine_distance(&machine, 0, 1), 21);
	assert_int_equal(machine_node(&machine, 1)->memory_bytes, UINT64_C(4) << 30);
	assert_int_equal(function(&machine, "0000:80:01.0")->affinity.node, 1);
	assert_int_equal(function(&machine, "0000:80:01.0")->link_mb_s, 500);
	assert_int_equal(machine.roots.v[0].first_bus, 0x80);
}

/* hwloc 1 has no nodeset where there is no NUMA. */
static void machine_without_numa(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_free_ char *bytes = read_seed("uma");

	(void)state;
	take(bytes, &machine);
	assert_int_equal(machine.complaints.n, 0);
	assert_int_equal(machine.nodes.n, 1);
	assert_int_equal(machine_node(&machine, 0)->memory_bytes, UINT64_C(4) << 30);
	assert_int_equal(machine_cpu(&machine, 1)->node, 0);
	assert_string_equal(function(&machine, "0000:00:03.0")->names.v[0], "eth0");
}

/* HBM has larger numbers and another size than the nodes whose CPUs it shares. */
static void memory_without_cpus(void **state)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_free_ char *bytes = read_seed("hbm");

	(void)state;
	take(bytes, &machine);
	assert_int_equal(machine.complaints.n, 1);
	assert_non_null(strstr(machine.complaints.v[0], "nodes 2-3: same CPUs"));
	assert_true(set_empty(&machine_node(&machine, 2)->cpus));
	assert_int_equal(function(&machine, "0000:00:03.0")->affinity.node, 0);
	assert_int_equal(function(&machine, "0000:80:03.0")->affinity.node, 1);
	assert_int_equal(function(&machine, "0000:80:03.0")->vendor, 0x8086);
	assert_string_equal(machine.architecture, "x86_64");
}

/* Puts @with in place of the first @what of a seed. */
static char *changed_seed(const char *seed, const char *what, const char *with)
{
	_cleanup_free_ char *bytes = read_seed(seed);
	char *at = strstr(bytes, what);

	assert_non_null(at);
	return xasprintf("%.*s%s%s", (int)(at - bytes), bytes, with, at + strlen(what));
}

static char *changed(const char *what, const char *with)
{
	return changed_seed("old", what, with);
}

static void refusal(const char *bytes, const char *message)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	assert_int_equal(hwloc_read_xml("host.xml", bytes, strlen(bytes), &machine,
					&error),
			 -1);
	assert_int_equal(error.status, STATUS_INPUT);
	assert_non_null(strstr(error.message, message));
}

/* Equal memory, or numbers in between, as with Cluster-on-Die: which is which? */
static void twins_stay_unknown(void **state)
{
	_cleanup_free_ char *bytes = changed_seed("hbm", "local_memory=\"17179869184\"",
						  "local_memory=\"68719476736\"");
	_cleanup_machine_ struct machine machine = {};
	const struct machine_affinity *affinity;

	(void)state;
	take(bytes, &machine);
	assert_int_equal(machine.complaints.n, 2);
	affinity = &function(&machine, "0000:00:03.0")->affinity;
	assert_int_equal(affinity->what, AFFINITY_CANDIDATES);
	assert_int_equal(function(&machine, "0000:80:03.0")->affinity.node, 1);
}

static void reason_of_hwloc(void **state)
{
	_cleanup_free_ char *newer = changed_seed("hbm", "\"3.0\"", "\"9.1\"");
	_cleanup_free_ char *partly = changed_seed(
		"uma", "<object type=\"PCIDev\"",
		"<object type=\"Misc\"/>"
		"<object type=\"Group\" cpuset=\"0x3\" complete_cpuset=\"0x3\" "
		"nodeset=\"0x1\" complete_nodeset=\"0x1\"/>"
		"<object type=\"PCIDev\"");
	_cleanup_free_ char *several = changed_seed(
		"uma", "<object type=\"Machine\"",
		"<object type=\"System\" os_index=\"0\"/><object type=\"Machine\"");

	(void)state;
	refusal(newer, "cannot import XML version 9.1");
	refusal(newer, "lstopo --export-xml-flags v2");
	refusal(partly, "host.xml:4: the object has no valid nodeset");
	refusal("<topology version=\"3.0\"><info name=\"a\" cpuset=\"b\"/></topology>",
		"host.xml:1: the info has no valid cpuset");
	refusal("<domain version=\"3.0\"/>", "the root element is not <topology>");
	refusal(several, "host.xml:4: describes a system of several machines");
}

/* hwloc rejects the file; without the matrix it takes it. */
static void bad_distances_are_left_out(void **state)
{
	static const struct {
		const char *what, *with;
	} rows[] = {
		{"<u64values length=\"12\">", "<u64values length=\"11\">"},
		{">10 21 21 10 <", ">10 21 2110  <"},
		{">10 21 21 10 <", ">10 21 2x 10 <"},
		{"<indexes length=\"4\">0 1 <", "<indexes length=\"2\">0 <"},
		{"nbobjs=\"2\"", "nbobjs=\"3\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *bytes =
			changed_seed("two-nodes", rows[i].what, rows[i].with);
		_cleanup_machine_ struct machine machine = {};

		take(bytes, &machine);
		assert_int_equal(machine.complaints.n, 1);
		assert_non_null(strstr(machine.complaints.v[0], "the distances are"));
		assert_null(machine.distances);
		assert_int_equal(machine.nodes.n, 2);
	}
}

static void damage_is_named(void **state)
{
	static const struct {
		const char *what, *with, *message;
	} rows[] = {
		{" complete_nodeset=\"0x00000002\"", "",
		 "host.xml:18: the object has no valid complete_nodeset; it is damaged, or older than hwloc 1.0"},
		{"cpuset=\"0x0000000f\"", "cpuset=\",0x0000000f\"",
		 "host.xml:4: the object has no valid cpuset; it is damaged, or older than hwloc 1.0"},
		{"cpuset=\"0x0000000f\"", "cpuset=\"0xf...f\"",
		 "host.xml:4: the object has no valid cpuset; it is damaged, or older than hwloc 1.0"},
		{"os_index=\"3\"", "os_index=\"2\"",
		 "host.xml:20: a second PU has os_index 2"},
		{"os_index=\"3\"", "os_index=\"4000000000\"",
		 "host.xml:20: the PU has no os_index from 0 to 65535"},
		{"\"NUMANode\" os_index=\"1\"", "\"NUMANode\" os_index=\"0\"",
		 "host.xml:18: a second NUMA node has os_index 0"},
		{"\"NUMANode\" os_index=\"1\"", "\"NUMANod\"",
		 "host.xml:18: the NUMA node has no os_index from 0 to 65535"},
		{"pci_busid=\"0000:80:01.0\"", "",
		 "host.xml:22: the PCI function has no pci_busid such as 0000:00:1f.0"},
		{"pci_busid=\"0000:80:01.0\"", "pci_busid=\"0000:80:20.0\"",
		 "host.xml:22: the slot in the pci_busid is above 1f, or the function is above 7"},
		{"pci_busid=\"0000:80:01.0\"", "pci_busid=\"0000:80:01.8\"",
		 "host.xml:22: the slot in the pci_busid is above 1f, or the function is above 7"},
		{"\"hwloc.dtd\"", "\"hwloc.dtd\" [<!ENTITY a \"b\">]",
		 "host.xml: the DOCTYPE contains declarations, which are not supported; remove them"},
		{"x86_64", "&arch;",
		 "host.xml: contains an entity reference, which is not supported"},
		{"<topology>", "<domain>",
		 "host.xml:3: the root element is not <topology>, so this is not XML of lstopo"},
		{"\"UTF-8\"", "\"UTF-16\"",
		 "host.xml:1: the encoding is 'UTF-16', but only UTF-8 is supported; convert the file with iconv, and write UTF-8 there"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *bytes = changed(rows[i].what, rows[i].with);
		_cleanup_machine_ struct machine machine = {};
		_cleanup_error_ struct error error = {};

		assert_int_equal(hwloc_read_xml("host.xml", bytes, strlen(bytes),
						&machine, &error),
				 -1);
		assert_int_equal(error.status, STATUS_INPUT);
		assert_string_equal(error.message, rows[i].message);
	}
}

static void bombs(void **state)
{
	_cleanup_text_ struct text deep = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	text_adds(&deep, "<topology>");
	for (int i = 0; i < 100000; i++)
		text_adds(&deep, "<object type=\"Misc\">");
	assert_int_equal(hwloc_read_xml("deep", deep.s, deep.n, &machine, &error), -1);
	assert_string_equal(error.message, "deep:1: elements are nested deeper than 128");
	error_clear(&error);
	assert_int_equal(hwloc_read_xml("empty", "", 0, &machine, &error), -1);
	error_clear(&error);
	assert_int_equal(hwloc_read_xml("none", "<topology/>", 11, &machine, &error), -1);
	assert_string_equal(error.message, "none: describes no CPU");
}

static void memory_beyond_belief(void **state)
{
	_cleanup_free_ char *bytes = changed("4294967296", "18446744073709551611");
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	take(bytes, &machine);
	assert_int_equal(machine_node(&machine, 0)->memory_bytes, UNKNOWN_U64);
	assert_int_equal(machine.complaints.n, 1);
}

/* hwloc 2 has 16 bits for a domain and drops the function, which must be reported. */
static void wide_domain(void **state)
{
	_cleanup_free_ char *bytes =
		changed("pci_busid=\"0000:80:01.0\"", "pci_busid=\"10000:80:01.0\"");
	_cleanup_machine_ struct machine machine = {};

	(void)state;
	take(bytes, &machine);
	assert_int_equal(machine.complaints.n, 1);
	assert_string_equal(
		machine.complaints.v[0],
		"1 PCI functions are in domains above ffff, which hwloc before "
		"3.0 leaves out");
	assert_int_equal(machine.functions.n, 0);
}

/* Current hwloc writes formats that 2.9 rejects; our message includes hwloc's. */
static void refused_by_hwloc(void **state)
{
	_cleanup_free_ char *bytes = changed("<topology>", "<topology version=\"9.0\">");
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(hwloc_read_xml("new.xml", bytes, strlen(bytes), &machine,
					&error),
			 -1);
	assert_int_equal(error.status, STATUS_INPUT);
	assert_non_null(strstr(error.message, "rejects this topology"));
}

/*
 * What no lstopo writes, but an editor might: hwloc 2.9 with libxml2 drops all that
 * follows a comment, and its own parser only knows its own way of writing.
 */
static void written_by_others(void **state)
{
	static const struct {
		const char *what, *with;
	} rows[] = {
		{"<object type=\"Package\"", "<!-- one --><object type=\"Package\""},
		{"<page_type", "<!-- > --><page_type"},
		{"<object type=\"PCIDev\"", "text &amp; more<object type=\"PCIDev\""},
		{"<object type=\"PCIDev\"", "<![CDATA[<a>]]><object type=\"PCIDev\""},
		{"<info name=\"Backend\" value=\"Linux\"/>",
		 "<info\tvalue='&lt;&#34;&gt;&#x9;'\nname = 'Backend' ></info >"},
		{"<object type=\"Package\"",
		 "<object Odd-1=\"2\" x:y=\"3\" xmlns:x=\"u\" subtype=\"\" type=\"Package\""},
		{"<page_type", "<userdata length=\"4\">a<b/>cd</userdata><page_type"},
		{"<indexes length=\"4\">0 1 <",
		 "<indexes length=\"4\">0&#32;<!-- -->1 <"},
	};
	_cleanup_machine_ struct machine before = {};
	_cleanup_free_ char *seed = read_seed("two-nodes");

	(void)state;
	take(seed, &before);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *bytes =
			changed_seed("two-nodes", rows[i].what, rows[i].with);
		_cleanup_machine_ struct machine machine = {};

		take(bytes, &machine);
		assert_true(machine_equal(&before, &machine, NULL));
	}
}

/* After hwloc's plugin is gone, libxml2 must not call into it. */
static void libxml2_is_left_as_it_was(void **state)
{
	_cleanup_free_ char *bytes = changed("<topology>", "<topology version=\"9.0\">");
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	xmlGenericErrorFunc before = xmlGenericError;

	(void)state;
	assert_int_equal(hwloc_read_xml("new.xml", bytes, strlen(bytes), &machine,
					&error),
			 -1);
	assert_ptr_equal(before, xmlGenericError);
}

static void synthetic(void **state)
{
	_cleanup_machine_ struct machine machine = {}, memory = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(hwloc_read_synthetic("pack:2 numa:2 core:4 pu:2", &machine,
					      &error),
			 0);
	assert_int_equal(machine.nodes.n, 4);
	assert_int_equal(machine.nodes.v[0].memory_bytes, UNKNOWN_U64);
	assert_int_equal(machine.cpus.n, 32);
	assert_int_equal(machine_cpu(&machine, 31)->core, 15);
	assert_int_equal(machine.pci_known, KNOWN_NO);
	assert_null(machine.distances);
	assert_int_equal(hwloc_read_synthetic("pack:2 [numa(memory=4GiB)] core:2 1",
					      &memory, &error),
			 0);
	assert_int_equal(memory.nodes.v[1].memory_bytes, UINT64_C(4) << 30);
}

static void synthetic_limits(void **state)
{
	static const struct {
		const char *description, *message;
	} rows[] = {
		{"numa:65536 pu:1",
		 "synthetic: with \"numa:65536\" there are more than 4096 "
		 "CPUs; an XML file has no such limit"},
		{"pack:100 core:100",
		 "synthetic: with \"core:100\" there are more than 4096 "
		 "CPUs; an XML file has no such limit"},
		{"pack:1025 [numa] 1",
		 "synthetic: with \"[numa\" there are more than 1024 "
		 "nodes"},
		{"2048 1", "synthetic: there are more than 1024 nodes"},
		{"numa:2(indexes=0,0) pu:2", "synthetic: node 0 occurs twice"},
		{"pu:2(indexes=0,4000000000)",
		 "synthetic: an index is greater than 65535"},
		{"pack:0",
		 "synthetic:pack:0: rejected by hwloc; an example that it accepts is \"pack:2 numa:1 core:4 pu:2\""},
		{"nonsense",
		 "synthetic: \"nonsense\" is not a level; an example that hwloc accepts is \"pack:2 numa:1 core:4 pu:2\""},
		{"pack: 223numa:2 pu:1",
		 "synthetic: \"pack:\" is not a level; an example that hwloc accepts is \"pack:2 numa:1 core:4 pu:2\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_error_ struct error error = {};

		assert_int_equal(hwloc_read_synthetic(rows[i].description, &machine,
						      &error),
				 -1);
		assert_int_equal(error.status, STATUS_INPUT);
		assert_string_equal(error.message, rows[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_host),
		cmocka_unit_test(node_without_cpus),
		cmocka_unit_test(old_format),
		cmocka_unit_test(machine_without_numa),
		cmocka_unit_test(memory_without_cpus),
		cmocka_unit_test(twins_stay_unknown),
		cmocka_unit_test(reason_of_hwloc),
		cmocka_unit_test(bad_distances_are_left_out),
		cmocka_unit_test(damage_is_named),
		cmocka_unit_test(bombs),
		cmocka_unit_test(memory_beyond_belief),
		cmocka_unit_test(wide_domain),
		cmocka_unit_test(refused_by_hwloc),
		cmocka_unit_test(written_by_others),
		cmocka_unit_test(libxml2_is_left_as_it_was),
		cmocka_unit_test(synthetic),
		cmocka_unit_test(synthetic_limits),
	};

	return RUN_TESTS(tests);
}
