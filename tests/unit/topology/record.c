/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "tests/random-machine.h"
#include "topology/compare.h"
#include "topology/record.h"

#include <stdio.h>

/* A span of bytes that a row accounts for. */
struct covered {
	size_t start, end;
};

static int by_start(const void *a, const void *b)
{
	const struct covered *left = a, *right = b;

	return (left->start > right->start) - (left->start < right->start);
}

/*
 * Every byte of the struct belongs to a field or a child element, save padding, which is
 * shorter than the alignment of what follows it.
 */
static void struct_is_covered(const struct element *element, size_t distances)
{
	struct covered covered[64];
	size_t n = 0, at = 0;

	for (const struct field *field = element->fields; field->name; field++)
		covered[n++] = (struct covered){ field->offset,
						 field->offset + field->size_bytes };
	for (size_t i = 1; i < machine_n_elements; i++) {
		const struct element *child = &machine_elements[i];
		size_t size = child->kept == KEPT_VEC ? sizeof(struct any_vec) :
							 child->size_bytes * child->limit;

		if (child->parent == element)
			covered[n++] = (struct covered){ child->offset, child->offset + size };
	}
	if (distances)
		covered[n++] = (struct covered){ distances, distances + sizeof(void *) };
	covered[n++] = (struct covered){ element->size_bytes, element->size_bytes };
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

/* Whatever single field changes, in whatever struct, is seen. */
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
	for (const struct field *field = machine_elements[7].fields; field->name; field++) {
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

static void a_small_machine_reads_like_this(void **state)
{
	static const char expected[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<host xmlns=\"urn:virt-layout:host:1\" version=\"1\" source=\"sysfs\" "
		"architecture=\"x86_64\">\n"
		"  <node id=\"0\" cpus=\"0\" memory=\"4096\"/>\n"
		"  <distances>\n"
		"    <row node=\"0\" values=\"10\"/>\n"
		"  </distances>\n"
		"  <iommu enabled=\"no\"/>\n"
		"  <fact name=\"kernel.command-line\" unknown=\"a &lt;reason&gt;\"/>\n"
		"  <file path=\"sys/x\" bytes-base64=\"AQ==\"/>\n"
		"</host>\n";
	_cleanup_machine_ struct machine machine = { .source = MACHINE_SYSFS,
						     .pci_known = KNOWN_UNKNOWN };
	_cleanup_text_ struct text text = {};
	struct machine_node *node = machine_add_node(&machine, 0);

	(void)state;
	set_add(&node->cpus, 0);
	node->memory_bytes = 4096;
	node->huge_known = KNOWN_UNKNOWN;
	machine.architecture = xstrdup("x86_64");
	machine.distances = xcalloc(1, sizeof(uint32_t));
	machine.distances[0] = 10;
	machine.iommu = (struct machine_iommu){ KNOWN_UNKNOWN, KNOWN_NO, KNOWN_UNKNOWN,
						UNKNOWN_ID };
	machine_unknown_fact(&machine, "kernel.command-line", "a <reason>");
	*vec_add(&machine.files) = (struct machine_file){ xstrdup("sys/x"), xstrdup("\1") };
	text_add_record(&text, &machine);
	assert_string_equal(text.s, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_cover_every_byte),
		cmocka_unit_test(a_machine_equals_itself_only),
		cmocka_unit_test(every_field_counts),
		cmocka_unit_test(a_small_machine_reads_like_this),
	};

	return RUN_TESTS(tests);
}
