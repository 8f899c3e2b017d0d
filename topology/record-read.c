/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. One pass over the document's elements in document order, with the
 * open ones on a stack: each finds its row among the children of its parent's row, gets a
 * struct in the parent's, and its attributes are read by that row's fields. What no row
 * can express is checked afterwards: references between functions, that the path up ends,
 * affinities, facts, distances.
 */
#include "topology/record.h"

#include "base/base64.h"
#include "base/xml/document.h"
#include "topology/record-field.h"
#include "topology/record-read-parts.h"

#include <stdio.h>

static bool in_namespace(const struct document *document, int element)
{
	const xmlNode *node = document->elements.v[element].node;

	return node->ns && node->ns->href &&
	       streq((const char *)node->ns->href, RECORD_NAMESPACE);
}

bool record_is(const struct document *document)
{
	return in_namespace(document, 0) &&
	       streq(document_element_name(document, 0), "host");
}

/* The value of an attribute or of its NAME-base64; NULL for neither. Owned by the
 * caller. */
static int attribute_text(struct record_reader *reader, int element,
			  const struct field *field, char **ret)
{
	const char *plain = document_attribute(reader->document, element, field->name);
	_cleanup_free_ char *name = xasprintf("%s-base64", field->name);
	const char *coded = document_attribute(reader->document, element, name);
	_cleanup_text_ struct text bytes = {};

	*ret = xstrdup(plain);
	if (field->type != FIELD_STRING || !coded)
		return 0;
	if (!plain && text_add_from_base64(&bytes, coded) &&
	    memchr(bytes.n ? bytes.s : "", '\0', bytes.n) == NULL) {
		*ret = text_take(&bytes);
		return 0;
	}
	free(TAKE(*ret));
	return record_fault(reader, element,
			    plain ? "has both %s and %s" : "%.0s%s is not base64",
			    field->name, name);
}

static int read_field(struct record_reader *reader, int element,
		      const struct field *field, void *base)
{
	_cleanup_free_ char *value = NULL;

	field_forget(field, base);
	if (attribute_text(reader, element, field, &value) < 0)
		return -1;
	if (!value && !field->optional &&
	    (field->type != FIELD_STRING || field->required))
		return record_fault(reader, element, "has no %s", field->name);
	if (value && !field_take(field, value, base) &&
	    !record_word_later(reader, element, field, value, base))
		return record_fault(reader, element, "%s=\"%s\" is not %s", field->name,
				    value, field_wants(field));
	return 0;
}

static bool attribute_known(const struct element *row,
			    const struct tree_attribute *attribute)
{
	const char *name = attribute->name;

	if (attribute->ns)
		return false;
	if (row->kept == KEPT_ARRAY && streq(name, "index"))
		return true;
	if (!row->parent && streq(name, "version"))
		return true;
	for (const struct field *field = row->fields; field->name; field++) {
		size_t n = strlen(field->name);

		if (streq(name, field->name) ||
		    (field->type == FIELD_STRING && has_prefix(name, field->name) &&
		     streq(name + n, "-base64")))
			return true;
	}
	return false;
}

static int read_attributes(struct record_reader *reader, int element,
			   const struct element *row, void *base)
{
	const xmlNode *node = reader->document->elements.v[element].node;

	for (const struct tree_attribute *it = tree_attributes(node);
	     it < tree_attributes_end(node); it++)
		if (!attribute_known(row, it) &&
		    record_unknown(reader, element, "attribute", it->name) < 0)
			return -1;
	for (const struct field *field = row->fields; field->name; field++)
		if (read_field(reader, element, field, base) < 0)
			return -1;
	return 0;
}

static int no_text(struct record_reader *reader, int element)
{
	_cleanup_free_ char *content = document_content(reader->document, element);

	return *content ? record_fault(reader, element,
				       "contains text, which is not expected")
			: 0;
}

/* Compares the keys of @a and @b. */
static int compare_keys(const struct element *row, const void *a, const void *b)
{
	for (size_t i = 0; i < row->n_keys; i++) {
		const struct field *field = &row->fields[i];
		const void *left = field_at(field, a), *right = field_at(field, b);
		uint64_t low = 0, high = 0;
		int rc;

		if (field->type == FIELD_ADDRESS) {
			rc = pci_address_compare(*(const struct pci_address *)left,
						 *(const struct pci_address *)right);
		} else if (field->type == FIELD_STRING) {
			rc = strcmp(*(char *const *)left, *(char *const *)right);
		} else {
			memcpy(&low, left, field->size_bytes);
			memcpy(&high, right, field->size_bytes);
			rc = (low > high) - (low < high);
		}
		if (rc)
			return rc;
	}
	return 0;
}

static int check_order(struct record_reader *reader, int element,
		       const struct element *row, const struct any_vec *entries)
{
	const char *last = (const char *)entries->v + (entries->n - 1) * row->size_bytes;
	_cleanup_text_ struct text key = {};

	if (row->n_keys == 0 || entries->n < 2 ||
	    compare_keys(row, last - row->size_bytes, last) < 0)
		return 0;
	text_add_field(&key, reader->machine, row->fields, last);
	return record_fault(reader, element, "%s occurs twice or out of order",
			    key.n ? key.s : "");
}

/* Adds a zeroed struct at the end of the parent's VEC. */
static int add_entry(struct record_reader *reader, int element, const struct element *row,
		     void *parent, struct any_vec *ret)
{
	struct any_vec entries = element_entries(row, parent);

	if (entries.n >= row->limit)
		return record_fault(reader, element,
				    "is one more than the maximum of %zu", row->limit);
	entries.v = vec_grow_(entries.v, &entries.room, entries.n, row->size_bytes);
	memset((char *)entries.v + entries.n * row->size_bytes, 0, row->size_bytes);
	entries.n++;
	memcpy((char *)parent + row->offset, &entries, sizeof(entries));
	*ret = entries;
	return 0;
}

/* The address of a struct that the parent contains; each may occur once. */
static int find_place(struct record_reader *reader, int element,
		      const struct element *row, void *parent, void **ret)
{
	const char *index = document_attribute(reader->document, element, "index");
	unsigned *seen = &reader->seen[row - machine_elements];
	size_t at = index && *index ? (size_t)(*index - '0') : MACHINE_BARS;

	if (row->kept != KEPT_ARRAY)
		at = 0;
	else if (!index || at >= row->limit || index[1])
		return record_fault(reader, element, "needs an index from 0 to %zu",
				    row->limit - 1);
	if (*seen >> at & 1)
		return record_fault(reader, element, "occurs twice");
	*seen |= 1u << at;
	*ret = (char *)parent + row->offset + at * row->size_bytes;
	return 0;
}

/* The next function may have everything again. */
static void forget_function(struct record_reader *reader, const struct element *function)
{
	for (size_t i = 0; i < machine_n_elements; i++)
		if (machine_elements[i].parent == function)
			reader->seen[i] = 0;
}

static int read_struct(struct record_reader *reader, int element,
		       const struct element *row, void *parent)
{
	struct any_vec entries = {};
	void *base = NULL;

	if (row->kept != KEPT_VEC) {
		if (find_place(reader, element, row, parent, &base) < 0)
			return -1;
	} else {
		if (add_entry(reader, element, row, parent, &entries) < 0)
			return -1;
		base = (char *)entries.v + (entries.n - 1) * row->size_bytes;
	}
	if (streq(row->name, "function")) {
		forget_function(reader, row);
		*vec_add(&reader->functions) = element;
	}
	reader->open[reader->depth++] = (struct record_open){element, row, base};
	if (read_attributes(reader, element, row, base) < 0 ||
	    no_text(reader, element) < 0)
		return -1;
	return row->kept == KEPT_VEC ? check_order(reader, element, row, &entries) : 0;
}

/* Elements come in the order of the table, distances after the nodes. */
static int check_rank(struct record_reader *reader, int element,
		      const struct element *row)
{
	struct record_open *parent = &reader->open[reader->depth - 1];
	size_t rank = row ? 2 * (size_t)(row - machine_elements)
			  : 2 * (size_t)(record_row(machine_elements, "node") -
					 machine_elements) +
				      1;

	if (rank < parent->rank)
		return record_fault(reader, element,
				    "comes after an element that must follow it");
	parent->rank = rank;
	return 0;
}

static int read_distances_later(struct record_reader *reader, int element)
{
	if (check_rank(reader, element, NULL) < 0)
		return -1;
	reader->open[reader->depth++] = (struct record_open){.number = element};
	reader->distances = element;
	return no_text(reader, element);
}

static int read_element(struct record_reader *reader, int element)
{
	int above = reader->document->elements.v[element].parent;
	const char *name = document_element_name(reader->document, element);
	const struct element *row = NULL;
	struct record_open *parent;

	while (reader->open[reader->depth - 1].number != above) {
		/* A child of something that is ignored is ignored. */
		if (reader->depth == 1 || reader->open[reader->depth - 1].number < above)
			return 0;
		reader->depth--;
	}
	parent = &reader->open[reader->depth - 1];
	if (!parent->row)
		return 0;
	if (in_namespace(reader->document, element))
		row = record_row(parent->row, name);
	if (row)
		return check_rank(reader, element, row) < 0
			       ? -1
			       : read_struct(reader, element, row, parent->base);
	if (parent->row == machine_elements && streq(name, "distances") &&
	    in_namespace(reader->document, element) && reader->distances < 0)
		return read_distances_later(reader, element);
	reader->open[reader->depth++] = (struct record_open){.number = element};
	return record_unknown(reader, above, "element", name);
}

static int read_values(struct record_reader *reader, int element, size_t n, uint32_t *row)
{
	const char *s = document_attribute(reader->document, element, "values");

	for (size_t i = 0; s && i < n; i++) {
		size_t length = strspn(s, "0123456789");
		_cleanup_free_ char *word = xstrndup(s, length);

		if (length == 0 || length > 10 || !parse_u32(word, &row[i]) ||
		    s[length] != (i + 1 < n ? ' ' : '\0'))
			break;
		if (i + 1 == n)
			return 0;
		s += length + 1;
	}
	return record_fault(reader, element,
			    "needs values: %zu distance%s separated by spaces", n,
			    n == 1 ? "" : "s");
}

/* The row of the node with index *@next, which it increases. */
static int read_row(struct record_reader *reader, int element, size_t *next)
{
	const struct machine *machine = reader->machine;
	const char *node = document_attribute(reader->document, element, "node");
	const xmlNode *tree = reader->document->elements.v[element].node;
	size_t from = *next;
	int id;

	if (!in_namespace(reader->document, element) ||
	    !streq(document_element_name(reader->document, element), "row"))
		return record_unknown(reader, reader->distances, "element",
				      document_element_name(reader->document, element));
	++*next;
	for (const struct tree_attribute *it = tree_attributes(tree);
	     it < tree_attributes_end(tree); it++)
		if ((it->ns ||
		     (!streq(it->name, "node") && !streq(it->name, "values"))) &&
		    record_unknown(reader, element, "attribute", it->name) < 0)
			return -1;
	if (from >= machine->nodes.n || !node || !parse_int(node, &id) ||
	    id != machine->nodes.v[from].id)
		return record_fault(reader, element, "is not the row of node %d",
				    from < machine->nodes.n ? machine->nodes.v[from].id
							    : -1);
	if (no_text(reader, element) < 0)
		return -1;
	return read_values(reader, element, machine->nodes.n,
			   machine->distances + from * machine->nodes.n);
}

static int read_distances(struct record_reader *reader)
{
	struct machine *machine = reader->machine;
	size_t n = machine->nodes.n, from = 0;

	if (reader->distances < 0)
		return 0;
	machine->distances = xcalloc(n * n + 1, sizeof(*machine->distances));
	for (int i = document_child(reader->document, reader->distances, NULL); i >= 0;
	     i = document_next(reader->document, i, NULL))
		if (read_row(reader, i, &from) < 0)
			return -1;
	if (from != n || n == 0)
		return record_fault(reader, reader->distances,
				    "has %zu rows for %zu nodes", from, n);
	return 0;
}

static int read_host(struct record_reader *reader)
{
	if (!record_is(reader->document))
		return record_foreign(reader);
	if (record_read_version(reader) < 0)
		return -1;
	reader->open[reader->depth++] =
		(struct record_open){0, machine_elements, reader->machine};
	return read_attributes(reader, 0, machine_elements, reader->machine) < 0
		       ? -1
		       : no_text(reader, 0);
}

static int read_all(struct record_reader *reader)
{
	if (read_host(reader) < 0)
		return -1;
	for (size_t i = 1; i < reader->document->elements.n; i++)
		if (read_element(reader, (int)i) < 0)
			return -1;
	if (read_distances(reader) < 0 || record_finish(reader) < 0)
		return -1;
	record_say_left_out(reader);
	return 0;
}

int record_read(const struct document *document, struct machine *ret, struct error *error)
{
	struct record_reader reader = {.document = document,
				       .machine = ret,
				       .error = error,
				       .distances = -1};
	int rc = read_all(&reader);

	vec_free(&reader.functions);
	text_free(&reader.left_out);
	if (rc < 0) {
		machine_free(ret);
		*ret = (struct machine){};
	}
	return rc;
}
