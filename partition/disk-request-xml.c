/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-request-xml.c - a layout as XML (schemas/disk.rng), in libvirt's style: amounts
 * are elements with a unit attribute. Every element is turned into a key and a value of
 * request.h, so that XML and flags always mean the same.
 */
#include "partition/disk-request-read-parts.h"

#include "base/xml/document.h"

struct reader {
	const struct document *document;
	struct disk_request *request;
	struct part_request *part; /* NULL: the disk's own */
};

/* An element that contains an amount with a unit, or plain text. */
struct row {
	const char *element, *key;
	bool amount, many; /* with a unit; may be repeated */
	/* The attributes it may have besides unit, set with the same key. */
	const char *attributes[3];
};

static const struct row disk_rows[] = {
	{"size", "size", true, false, {}},
	{"align", "align", true, true, {"at", "rule"}},
	{"cluster", "cluster-size", true, false, {}},
	{"firstLba", "first-lba", false, false, {}},
	{"lastLba", "last-lba", false, false, {}},
	{"entries", "entries", false, false, {}},
	{"minimal", "minimal", false, false, {}},
	{"seed", "seed", false, false, {"rule"}},
	{},
};

static const struct row part_rows[] = {
	{"size", "size", true, false, {}},
	{"min", "min", true, false, {}},
	{"max", "max", true, false, {}},
	{"weight", "weight", false, false, {}},
	{"start", "start", true, false, {}},
	{"padding", "padding", true, false, {}},
	{"align", "align", true, true, {"at"}},
	{"attribute", "attribute", false, true, {}},
	{},
};

/* XML attribute to key; the key is what request.h calls it. */
struct attribute_row {
	const char *attribute, *key;
};
static const struct attribute_row disk_attributes[] = {
	{"sectorSize", "sector-size"},
	{"label", "label"},
	{"uuid", "uuid"},
	{},
};
static const struct attribute_row part_attributes[] = {
	{"number", "number"},
	{"type", "type"},
	{"name", "name"},
	{"uuid", "uuid"},
	{"kind", "kind"},
	{"active", "active"},
	{},
};

static long line_of(const struct reader *reader, int element)
{
	return reader->document->elements.v[element].line;
}

static int fault_at(const struct reader *reader, int element, struct error *error)
{
	return error_wrap(error, "%s:%ld", reader->document->name,
			  line_of(reader, element));
}

static int set(struct reader *reader, int element, const char *key, const char *value,
	       struct error *error)
{
	if (reader->part) {
		if (part_request_set(reader->request, reader->part, key, value, error) <
		    0)
			return fault_at(reader, element, error);
	} else if (disk_request_set(reader->request, key, value, error) < 0) {
		error_wrap(error, "%s=%s", key, value);
		return fault_at(reader, element, error);
	}
	return 0;
}

static int unknown(const struct reader *reader, int element, const char *what,
		   struct error *error)
{
	return error_input_at(error, reader->document->name, line_of(reader, element),
			      "<%s> cannot have %s here; see schemas/disk.rng",
			      document_element_name(reader->document, element), what);
}

/* Error if @element contains text, or contains elements although it should contain
 * text. */
static int check_content(const struct reader *reader, int element, bool words,
			 struct error *error)
{
	const xmlNode *node = reader->document->elements.v[element].node;
	_cleanup_free_ char *content = document_content(reader->document, element);

	if (!words && *content)
		return unknown(reader, element, "text", error);
	for (const xmlNode *child = node->children; child && words; child = child->next)
		if (child->type == XML_ELEMENT_NODE)
			return unknown(reader, element, (const char *)child->name, error);
	return 0;
}

/* Error if a previous element of the same parent has set it already. */
static int check_once(const struct reader *reader, int element, const struct row *row,
		      struct error *error)
{
	const xmlNode *node = reader->document->elements.v[element].node;
	bool is_size = streq(row->element, "size") && !reader->part;

	for (const xmlNode *other = node->prev; other && !row->many;
	     other = other->prev) {
		const char *name = (const char *)other->name;

		if (other->type == XML_ELEMENT_NODE && streq(name, row->element))
			return error_input_at(error, reader->document->name,
					      line_of(reader, element),
					      "<%s> occurs more than once", row->element);
	}
	for (const xmlNode *other = node->parent->children; other && is_size;
	     other = other->next)
		if (other->type == XML_ELEMENT_NODE &&
		    streq((const char *)other->name, "minimal"))
			return error_input_at(
				error, reader->document->name, line_of(reader, element),
				"<size> and <minimal> are mutually exclusive");
	return 0;
}

/* Sets the attributes that @rows list, in the order of @rows; others are unknown. */
static int read_attributes(struct reader *reader, int element,
			   const struct attribute_row *rows, struct error *error)
{
	const xmlNode *node = reader->document->elements.v[element].node;

	for (const struct tree_attribute *it = tree_attributes(node);
	     it < tree_attributes_end(node); it++) {
		const struct attribute_row *row = rows;

		while (row->attribute && !streq(row->attribute, it->name))
			row++;
		if (!row->attribute)
			return unknown(reader, element, it->name, error);
	}
	for (; rows->attribute; rows++) {
		const char *value =
			document_attribute(reader->document, element, rows->attribute);

		if (value && set(reader, element, rows->key, value, error) < 0)
			return -1;
	}
	return 0;
}

/* "20" with unit='GiB' is "20GiB"; "rest" and "25%" have no unit. */
static char *amount(const struct reader *reader, int element)
{
	_cleanup_free_ char *content = document_content(reader->document, element);
	const char *unit = document_attribute(reader->document, element, "unit");

	if (unit && (streq(unit, "bytes") || streq(unit, "byte")))
		unit = "B";
	return xasprintf("%s%s", content, unit ? unit : "");
}

static int set_row_attributes(struct reader *reader, int element, const struct row *row,
			      struct error *error)
{
	const xmlNode *node = reader->document->elements.v[element].node;

	for (const struct tree_attribute *it = tree_attributes(node);
	     it < tree_attributes_end(node); it++) {
		const char *name = it->name;
		const char *value = document_attribute(reader->document, element, name);
		const char *key = streq(name, "at") ? "align-at" : name;
		bool known = row->amount && streq(name, "unit");

		if (streq(row->key, "seed") && streq(name, "rule"))
			key = "uuid-rule";
		for (size_t i = 0; row->attributes[i]; i++) {
			if (!streq(row->attributes[i], name))
				continue;
			known = true;
			if (set(reader, element, key, value ? value : "", error) < 0)
				return -1;
		}
		if (!known)
			return unknown(reader, element, name, error);
	}
	return 0;
}

static int read_row(struct reader *reader, int element, const struct row *row,
		    struct error *error)
{
	_cleanup_free_ char *value =
		row->amount ? amount(reader, element)
			    : document_content(reader->document, element);

	if (check_content(reader, element, true, error) < 0 ||
	    check_once(reader, element, row, error) < 0 ||
	    set_row_attributes(reader, element, row, error) < 0)
		return -1;
	/* <align at='end'/> and <minimal/> need no text. */
	if (!*value && streq(row->key, "align"))
		return 0;
	return set(reader, element, row->key,
		   !*value && streq(row->key, "minimal") ? "yes" : value, error);
}

/* Children of @element that @rows contain; -1 with an error, else whether all were
 * known. */
static int read_children(struct reader *reader, int element, const struct row *rows,
			 struct error *error)
{
	const xmlNode *node = reader->document->elements.v[element].node;

	if (check_content(reader, element, false, error) < 0)
		return -1;
	for (const xmlNode *child = node->children; child; child = child->next) {
		const struct row *row = rows;
		int number;

		if (child->type != XML_ELEMENT_NODE)
			continue;
		if (child->ns)
			return error_input_at(
				error, reader->document->name,
				line_of(reader, document_number(child)),
				"<%s> is in a namespace; a request uses no namespaces",
				child->name);
		if (!reader->part && streq((const char *)child->name, "partition"))
			continue;
		number = document_number(child);
		while (row->element && !streq(row->element, (const char *)child->name))
			row++;
		if (!row->element)
			return unknown(reader, element, (const char *)child->name, error);
		if (read_row(reader, number, row, error) < 0)
			return -1;
	}
	return 0;
}

static int read_partitions(struct reader *reader, struct error *error)
{
	for (int element = document_child(reader->document, 0, "partition"); element >= 0;
	     element = document_next(reader->document, element, "partition")) {
		if (reader->request->parts.n >= REQUEST_MAX_ENTRIES)
			return error_input_at(
				error, reader->document->name, line_of(reader, element),
				"the request has more than %d partitions, the limit",
				REQUEST_MAX_ENTRIES);
		reader->part = vec_add(&reader->request->parts);
		reader->part->line = line_of(reader, element);
		if (read_attributes(reader, element, part_attributes, error) < 0 ||
		    read_children(reader, element, part_rows, error) < 0)
			return -1;
	}
	return 0;
}

int disk_request_read_xml(const char *name, const char *bytes, size_t n,
			  struct disk_request *request, struct error *error)
{
	_cleanup_document_ struct document document = {};
	struct reader reader = {&document, request, NULL};

	if (document_parse(name, bytes, n, &document, error) < 0)
		return -1;
	free(request->file);
	request->file = xstrdup(name);
	if (!streq(document_element_name(&document, 0), "disk") ||
	    document.elements.v[0].node->ns)
		return error_input_at(error, name, line_of(&reader, 0),
				      "the root is <%s>%s, not <disk>",
				      document_element_name(&document, 0),
				      document.elements.v[0].node->ns ? " in a namespace"
								      : "");
	if (read_attributes(&reader, 0, disk_attributes, error) < 0 ||
	    read_children(&reader, 0, disk_rows, error) < 0)
		return -1;
	return read_partitions(&reader, error);
}
