/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "tests/random-machine.h"
#include "base/xml/document.h"
#include "topology/compare.h"
#include "topology/record.h"

#include <stdio.h>

/* A span of bytes that a row covers. */
struct covered {
	size_t start, end;
};

static int by_start(const void *a, const void *b)
{
	const struct covered *left = a, *right = b;

	return (left->start > right->start) - (left->start < right->start);
}

/*
 * Every byte of the struct belongs to a field or a child element, except padding, which
 * is shorter than the alignment of what follows it.
 */
static void struct_is_covered(const struct element *element, size_t distances)
{
	struct covered covered[64];
	size_t n = 0, at = 0;

	for (const struct field *field = element->fields; field->name; field++)
		covered[n++] = (struct covered){field->offset,
						field->offset + field->size_bytes};
	for (size_t i = 1; i < machine_n_elements; i++) {
		const struct element *child = &machine_elements[i];
		size_t size = child->kept == KEPT_VEC ? sizeof(struct any_vec)
						      : child->size_bytes * child->limit;

		if (child->parent == element)
			covered[n++] =
				(struct covered){child->offset, child->offset + size};
	}
	if (distances)
		covered[n++] = (struct covered){distances, distances + sizeof(void *)};
	covered[n++] = (struct covered){element->size_bytes, element->size_bytes};
	assert_true(n < ARRAY_SIZE(covered));
	qsort(covered, n, sizeof(*covered), by_start);
	for (size_t i = 0; i < n; i++) {
		size_t next = covered[i].end - covered[i].start;
		size_t alignment = next == 1 || next == 2 || next == 4 ? next : 8;

		if (covered[i].start < at || covered[i].start - at >= alignment)
			print_error("%s: bytes %zu to %zu\n", element->name, at,
				    covered[i].start);
		assert_true(covered[i].start >= at);
		assert_true(covered[i].start - at < alignment);
		at = covered[i].end;
	}
}

static void rows_cover_every_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < machine_n_elements; i++)
		struct_is_covered(&machine_elements[i],
				  i == 0 ? offsetof(struct machine, distances) : 0);
}

static void a_machine_equals_itself_only(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		_cleanup_machine_ struct machine a = {}, b = {}, other = {};
		_cleanup_text_ struct text why = {}, why_not = {};

		random_machine(seed, &a);
		random_machine(seed, &b);
		random_machine(seed + 1, &other);
		assert_true(machine_equal(&a, &b, &why));
		assert_int_equal(why.n, 0);
		assert_false(machine_equal(&a, &other, &why_not));
		assert_true(why_not.n > 0);
	}
}

/* A change of any single field of any struct is detected. */
static void every_field_counts(void **state)
{
	struct machine_function *function;
	_cleanup_machine_ struct machine a = {}, b = {};
	_cleanup_text_ struct text why = {};

	(void)state;
	for (uint64_t seed = 0; a.functions.n == 0; seed++) {
		machine_free(&a);
		machine_free(&b);
		random_machine(seed, &a);
		random_machine(seed, &b);
	}
	function = &b.functions.v[0];
	for (const struct field *field = machine_elements[7].fields; field->name;
	     field++) {
		char *at = (char *)function + field->offset;
		char before = *at;

		if (field->type == FIELD_STRING || field->type == FIELD_SET ||
		    field->type == FIELD_FUNCTION || field->type == FIELD_ROOT ||
		    field->type == FIELD_NAME || field->type == FIELD_KNOWN)
			continue;
		*at ^= 1;
		assert_false(machine_equal(&a, &b, NULL));
		*at = before;
		assert_true(machine_equal(&a, &b, NULL));
	}
	free(function->driver);
	function->driver = xstrdup("another");
	assert_false(machine_equal(&a, &b, &why));
	assert_non_null(strstr(why.s, "driver is "));
}

static int read_back(const char *record, struct machine *ret, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_parse("host.xml", record, strlen(record), &document, error) < 0)
		return -1;
	return record_read(&document, ret, error);
}

static void a_record_read_back_is_the_machine(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		_cleanup_machine_ struct machine machine = {}, back = {};
		_cleanup_text_ struct text record = {}, again = {}, why = {};
		_cleanup_error_ struct error error = {};

		random_machine(seed, &machine);
		text_add_record(&record, &machine);
		if (read_back(record.s, &back, &error) < 0)
			fail_msg("seed %d: %s", (int)seed, error.message);
		if (!machine_equal(&machine, &back, &why))
			fail_msg("seed %d: %s", (int)seed, why.s);
		text_add_record(&again, &back);
		assert_string_equal(record.s, again.s);
	}
}

/* The record with @to in place of @from, which it contains. */
static char *changed(const char *record, const char *from, const char *to)
{
	const char *at = strstr(record, from);
	struct text text = {};

	if (!at)
		fail_msg("no %s in the record", from);
	text_add(&text, record, (size_t)(at - record));
	text_adds(&text, to);
	text_adds(&text, at + strlen(from));
	return text_take(&text);
}

static char *refusal(const char *record, const char *from, const char *to)
{
	_cleanup_free_ char *bytes = changed(record, from, to);
	_cleanup_error_ struct error error = {};
	_cleanup_machine_ struct machine machine = {};

	return read_back(bytes, &machine, &error) < 0 ? TAKE(error.message) : NULL;
}

static const char sound[] =
	"<host xmlns=\"urn:virt-layout:host:1\" version=\"1\" source=\"sysfs\" "
	"pci=\"yes\">\n"
	"  <node id=\"0\" cpus=\"0-1\" near=\"\" memory=\"4096\" huge=\"no\"/>\n"
	"  <node id=\"2\" cpus=\"\" near=\"\" memory=\"unknown\" huge=\"unknown\"/>\n"
	"  <distances><row node=\"0\" values=\"10 20\"/><row node=\"2\" values=\"20 "
	"10\"/></distances>\n"
	"  <cpu id=\"0\" node=\"0\" package=\"0\" die=\"unknown\" "
	"cluster=\"unknown\" core=\"0\" thread=\"0\" kind=\"unknown\"/>\n"
	"  <root domain=\"0000\" first-bus=\"00\" last-bus=\"01\" "
	"affinity=\"unknown\" node-source=\"unknown\"/>\n"
	"  <function at=\"0000:00:01.0\" class=\"0x060400\" "
	"programming-interface=\"yes\" vendor=\"0x8086\" device=\"0x0001\" "
	"subsystem-vendor=\"0x0000\" subsystem-device=\"0x0000\" upstream=\"none\" "
	"root=\"0000:00\" bridge=\"yes\" secondary=\"01\" subordinate=\"01\" "
	"port-type=\"root-port\" affinity=\"unknown\" node-source=\"unknown\" "
	"iommu-group=\"none\" physical-function=\"none\" total-vfs=\"unknown\" "
	"vfs=\"unknown\" bars=\"yes\" link-mb-s=\"unknown\" acs=\"unknown\" "
	"flr=\"unknown\" driver=\"\"/>\n"
	"  <function at=\"0000:01:00.0\" class=\"0x020000\" "
	"programming-interface=\"yes\" vendor=\"0x8086\" device=\"0x0002\" "
	"subsystem-vendor=\"0x0000\" subsystem-device=\"0x0000\" "
	"upstream=\"0000:00:01.0\" root=\"0000:00\" bridge=\"no\" secondary=\"00\" "
	"subordinate=\"00\" port-type=\"endpoint\" affinity=\"node\" node=\"0\" "
	"node-source=\"sysfs\" iommu-group=\"7\" physical-function=\"none\" "
	"total-vfs=\"unknown\" vfs=\"unknown\" bars=\"yes\" link-mb-s=\"unknown\" "
	"acs=\"unknown\" flr=\"unknown\" driver=\"\">\n"
	"    <bar index=\"0\" start=\"0xfe000000\" size=\"4096\" flags=\"64bit\"/>\n"
	"  </function>\n"
	"  <iommu table=\"yes\" enabled=\"yes\" remapping=\"unknown\" "
	"address-bits=\"39\"/>\n"
	"  <fact name=\"a\" value=\"1\"/>\n"
	"  <fact name=\"b\" unknown=\"no such file\"/>\n"
	"</host>\n";

static void damage_is_refused(void **state)
{
	/* What to replace with what, and a part of the error. */
	static const char *const rows[][3] = {
		{"host:1", "host:2", ":1: <host> is a record of version 2, which"},
		{"host:1", "host:x", ":1: <host> is not the root element"},
		{"host:1", "host:", ":1: <host> is not the root element"},
		{" version=\"1\"", "", ":1: <host> needs a version"},
		{"version=\"1\"", "version=\"0\"", ":1: <host> needs a version"},
		{"version=\"1\"", "version=\"1.\"", ":1: <host> needs a version"},
		{"version=\"1\"", "version=\"1.0.1\"", ":1: <host> needs a version"},
		{"version=\"1\"", "version=\"2\"",
		 ":1: <host> is a record of version 2,"},
		{"version=\"1\"", "version=\"10.3\"",
		 "newer minor versions. Use a newer"},
		{"\"sysfs\"", "\"dream\"", "source=\"dream\" is not one of"},
		{"id=\"2\"", "id=\"0\"", ":3: <node> 0 occurs twice"},
		{"id=\"2\"", "id=\"65536\"", "is not a node number"},
		{"id=\"2\"", "id=\"0x2\"", "is not a node number"},
		{"id=\"2\"", "id=\"-2\"", "is not a node number"},
		{"id=\"2\"", "", ":3: <node> has no id"},
		{"0-1", "1-0", "is not a list"},
		{"values=\"20 10\"", "values=\"20\"", "needs values: 2 distances"},
		{"values=\"20 10\"", "values=\"20 10 \"", "needs values: 2 distances"},
		{"row node=\"2\"", "row node=\"1\"", "is not the row of node 2"},
		{"<row node=\"0\" values=\"10 20\"/>", "", "is not the row of node 0"},
		{"kind=\"unknown\"/>", "kind=\"unknown\">x</cpu>", "contains text"},
		{"<cpu ", "<cup ", "unknown element cup"},
		{"<cpu ", "<cpu x=\"\" ", "unknown attribute x"},
		{"  <cpu ",
		 "<iommu table=\"no\" enabled=\"no\" remapping=\"no\" "
		 "address-bits=\"1\"/><cpu ",
		 "<cpu> comes after an element that must follow it"},
		{" die=\"unknown\"", "", "<cpu> has no die"},
		{"die=\"unknown\"", "die=\"none\"",
		 "is not a number from 0 to 2147483647"},
		{"last-bus=\"01\"", "last-bus=\"1\"", "two hexadecimal digits"},
		{"0000:01:00.0", "0000:00:01.0", "<function> 0000:00:01.0 occurs twice"},
		{"upstream=\"0000:00:01.0\"", "upstream=\"0000:01:00.0\"", "no path up"},
		{"subordinate=\"01\"", "subordinate=\"00\"",
		 "so the bridge has no buses"},
		{"upstream=\"0000:00:01.0\"", "upstream=\"0000:02:01.0\"",
		 "not none or the address of a function"},
		{"root=\"0000:00\"", "root=\"0000:01\"",
		 "is not none or domain and first bus"},
		{"0x020000", "0x0200000", "six hexadecimal digits"},
		{"affinity=\"node\"", "affinity=\"unknown\"", "affinity, node and nodes"},
		{" node=\"0\" node-source", " node-source", "affinity, node and nodes"},
		{"index=\"0\"", "index=\"6\"", "needs an index from 0 to 5"},
		{"\"64bit\"", "\"64bit 64bit\"", "not a list of known words"},
		{"bridge=\"yes\"", "bridge=\"unknown\"", "is not yes or no"},
		{"<iommu table=\"yes\" enabled=\"yes\" remapping=\"unknown\" "
		 "address-bits=\"39\"/>",
		 "", "has no <iommu>"},
		{"  <fact name=\"a\"", "<iommu table=\"yes\"/><fact name=\"a\"",
		 "occurs twice"},
		{"value=\"1\"", "", "fact a needs either"},
		{"value=\"1\"", "value=\"1\" unknown=\"x\"", "fact a needs either"},
		{"name=\"b\"", "name=\"a\"", "<fact> a occurs twice"},
		{"value=\"1\"", "value-base64=\"A\"", "value-base64 is not base64"},
		{"value=\"1\"", "value-base64=\"AAAA\"", "value-base64 is not base64"},
		{"value=\"1\"", "value=\"1\" value-base64=\"AQ==\"",
		 "has both value and"},
		{"</host>", "", "not well-formed"},
	};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(read_back(sound, &machine, &error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *message = refusal(sound, rows[i][0], rows[i][1]);

		if (!message)
			fail_msg("%s in place of %s is taken", rows[i][1], rows[i][0]);
		if (!strstr(message, rows[i][2]) || !has_prefix(message, "host.xml:"))
			fail_msg("%s does not say %s", message, rows[i][2]);
	}
}

/* Everything that a minor version may add is left out; one complaint names it. */
static void a_later_version_is_read(void **state)
{
	static const char later[] =
		"<host xmlns=\"urn:virt-layout:host:1\" version=\"1.999\" source=\"live\" "
		"pci=\"no\"><new><node id=\"1\"/><a><b/></a></new>"
		"<node id=\"0\" cpus=\"0\" near=\"\" memory=\"1\" huge=\"no\" "
		"new=\"\"><new/>"
		"</node><node id=\"1\" cpus=\"1\" near=\"\" memory=\"1\" huge=\"no\" "
		"new=\"\"/>"
		"<distances><about/><row node=\"0\" values=\"10 20\" unit=\"x\"/>"
		"<row node=\"1\" values=\"20 10\"/></distances>"
		"<iommu table=\"no\" enabled=\"no\" remapping=\"no\" "
		"address-bits=\"1\"/><x:y xmlns:x=\"z\"/></host>";
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	(void)state;
	assert_int_equal(read_back(later, &machine, &error), 0);
	assert_int_equal(machine.nodes.n, 2);
	assert_int_equal(machine_distance(&machine, 0, 1), 20);
	assert_int_equal(machine.complaints.n, 1);
	assert_string_equal(
		machine.complaints.v[0],
		"host.xml: the record is of a newer version, 1.999; what this version of virt-layout does not know was left out: element new of <host>, attribute new of <node>, element new of <node>, element y of <host>, element about of <distances>, attribute unit of <row>");
}

/* New words are unknown, new flags left out; a value that no version can mean is not. */
static void new_words_are_unknown(void **state)
{
	static const char *const rows[][2] = {
		{"port-type=\"root-port\"", "port-type=\"lane-port\""},
		{"affinity=\"node\" node=\"0\"", "affinity=\"cloud\" node=\"0\""},
		{"\"64bit\"", "\"shiny 64bit\""},
		{"enabled=\"yes\"", "enabled=\"partly\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_error_ struct error error = {};
		_cleanup_free_ char *newer =
			changed(sound, "version=\"1\"", "version=\"1.999\"");
		_cleanup_free_ char *bytes = changed(newer, rows[i][0], rows[i][1]);
		_cleanup_free_ char *now = refusal(sound, rows[i][0], rows[i][1]);

		if (read_back(bytes, &machine, &error) < 0)
			fail_msg("%s: %s", rows[i][1], error.message);
		assert_int_equal(machine.complaints.n, 1);
		assert_non_null(now);
	}
}

static void a_small_machine_reads_like_this(void **state)
{
	static const char expected[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<host xmlns=\"urn:virt-layout:host:1\" version=\"1.4\" source=\"sysfs\" "
		"architecture=\"x86_64\" pci=\"unknown\">\n"
		"  <node id=\"0\" cpus=\"0\" near=\"\" memory=\"4096\" "
		"huge=\"unknown\"/>\n"
		"  <distances>\n"
		"    <row node=\"0\" values=\"10\"/>\n"
		"  </distances>\n"
		"  <iommu table=\"unknown\" enabled=\"no\" remapping=\"unknown\" "
		"address-bits=\"unknown\"/>\n"
		"  <fact name=\"kernel.command-line\" unknown=\"a &lt;reason&gt;\"/>\n"
		"  <file path=\"sys/x\" bytes-base64=\"AQ==\"/>\n"
		"</host>\n";
	_cleanup_machine_ struct machine machine = {.source = MACHINE_SYSFS,
						    .pci_known = KNOWN_UNKNOWN};
	_cleanup_text_ struct text text = {};
	struct machine_node *node = machine_add_node(&machine, 0);

	(void)state;
	set_add(&node->cpus, 0);
	node->memory_bytes = 4096;
	node->huge_known = KNOWN_UNKNOWN;
	machine.architecture = xstrdup("x86_64");
	machine.distances = xcalloc(1, sizeof(uint32_t));
	machine.distances[0] = 10;
	machine.iommu = (struct machine_iommu){KNOWN_UNKNOWN, KNOWN_NO, KNOWN_UNKNOWN,
					       UNKNOWN_ID};
	machine_unknown_fact(&machine, "kernel.command-line", "a <reason>");
	*vec_add(&machine.files) = (struct machine_file){xstrdup("sys/x"), xstrdup("\1")};
	text_add_record(&text, &machine);
	assert_string_equal(text.s, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_cover_every_byte),
		cmocka_unit_test(a_machine_equals_itself_only),
		cmocka_unit_test(every_field_counts),
		cmocka_unit_test(a_record_read_back_is_the_machine),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(a_later_version_is_read),
		cmocka_unit_test(new_words_are_unknown),
		cmocka_unit_test(a_small_machine_reads_like_this),
	};

	return RUN_TESTS(tests);
}
