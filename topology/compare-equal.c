/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/compare.h"

#include "topology/machine-fields.h"

/* Two machines, and where to write how they differ. */
struct both {
	const struct machine *a, *b;
	struct text *why; /* NULL: not wanted */
};

/*
 * Padding inside a struct pci_address or set is not a difference, so each type has its
 * own comparison.
 */
static bool field_equal(const struct field *field, const void *a, const void *b)
{
	const void *left = field_at(field, a), *right = field_at(field, b);

	switch (field->type) {
	case FIELD_STRING:
		return streq_null(*(char *const *)left, *(char *const *)right);
	case FIELD_SET:
		return set_equal(left, right);
	case FIELD_ADDRESS:
		return pci_address_equal(*(const struct pci_address *)left,
					 *(const struct pci_address *)right);
	default:
		return memcmp(left, right, field->size_bytes) == 0;
	}
}

static void add_value(struct text *text, const struct machine *machine,
		      const struct field *field, const void *base)
{
	_cleanup_text_ struct text value = {};

	if (text_add_field(&value, machine, field, base))
		text_printf(text, "\"%s\"", value.n ? value.s : "");
	else
		text_adds(text, "nothing");
}

static bool say_difference(const struct both *both, const struct element *element,
			   const struct field *field, const void *a, const void *b)
{
	if (!both->why)
		return false;
	text_printf(both->why, "%s ", element->name);
	text_add_field(both->why, both->a, element->fields, a);
	text_printf(both->why, ": %s is ", field->name);
	add_value(both->why, both->a, field, a);
	text_adds(both->why, " in one and ");
	add_value(both->why, both->b, field, b);
	text_adds(both->why, " in the other");
	return false;
}

static bool struct_equal(const struct both *both, const struct element *element,
			 const void *a, const void *b);

static bool children_equal(const struct both *both, const struct element *parent,
			   const void *a, const void *b)
{
	for (size_t i = 0; i < machine_n_elements; i++) {
		const struct element *element = &machine_elements[i];
		struct any_vec left, right;

		if (element->parent != parent)
			continue;
		left = element_entries(element, a);
		right = element_entries(element, b);
		if (left.n != right.n && both->why)
			text_printf(both->why,
				    "%s: %zu of them in one and %zu in the other",
				    element->name, left.n, right.n);
		if (left.n != right.n)
			return false;
		for (size_t j = 0; j < left.n; j++)
			if (!struct_equal(both, element,
					  (char *)left.v + j * element->size_bytes,
					  (char *)right.v + j * element->size_bytes))
				return false;
	}
	return true;
}

static bool struct_equal(const struct both *both, const struct element *element,
			 const void *a, const void *b)
{
	for (const struct field *field = element->fields; field->name; field++)
		if (!field_equal(field, a, b))
			return say_difference(both, element, field, a, b);
	return children_equal(both, element, a, b);
}

static bool distances_equal(const struct both *both)
{
	size_t n = both->a->nodes.n;
	const uint32_t *a = n ? both->a->distances : NULL;
	const uint32_t *b = n ? both->b->distances : NULL;

	if (a && b ? memcmp(a, b, n * n * sizeof(*a)) == 0 : a == b)
		return true;
	if (both->why)
		text_adds(both->why, "the distances differ");
	return false;
}

bool machine_equal(const struct machine *a, const struct machine *b, struct text *why)
{
	struct both both = {.a = a, .b = b, .why = why};

	return struct_equal(&both, machine_elements, a, b) && distances_equal(&both);
}
