/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/request/file.h"

/* The option that an attribute represents; a NULL attribute is the element's content. */
static const struct setting {
	const char *element, *attribute, *flag;
} settings[] = {
	{"name", NULL, "name"},
	{"domain", "type", "type"},
	{"os", "arch", "arch"},
	{"os", "machine", "machine"},
	{"os", "firmware", "firmware"},
	{"cpu", "mode", "cpu"},
	{"iommu", "model", "iommu"},
	{"target", "versions", "target"},
	{"like", "source", "like"},
	{"like", "cpus-per-node", "cpus-per-node"},
	{"like", "memory-per-node", "memory-per-node"},
	{"like", "mirror", "mirror"},
	{"ports", "per", "per"},
	{"ports", "spare", "spare-ports"},
	{"ports", "general", "general-ports"},
	{"cdrom", "file", "cdrom"},
	{"kernel", "file", "kernel"},
	{"kernel", "initrd", "initrd"},
	{"kernel", "append", "append"},
	{"interface", "mgmt", "mgmt"},
	{"interface", "backend", "backend"},
	{"hugepages", "size", "hugepages"},
	{"hmat", "write", "hmat"},
	{"iommufd", "use", "iommufd"},
	{"iothreads", "count", "iothreads"},
	{"queues", "count", "queues"},
	{"override", "property", "override"},
	{"debug-console", "write", "debug-console"},
};

/* Elements that are one option with several key=value pairs. */
static const struct pairs {
	const char *element, *flag, *first; /* the attribute that comes first, bare */
	const char *const keys[8];
	bool equated; /* it is FIRST=VALUE of the one key, which is required */
} pairs[] = {
	{"node", "node", NULL, {"vcpus", "cpulist", "memory"}, false},
	{"device",
	 "device",
	 "kind",
	 {"node", "per-node", "count", "vfs", "iommu-group"},
	 false},
	{"hostdev", "hostdev", "address", {"node"}, false},
	{"disk", "disk", "file", {"node"}, false},
	{"place", "place", "device", {"node"}, true},
};

struct reader {
	const struct document *document;
	request_flag *take;
	void *user;
};

static int wrong_at(const struct reader *reader, int element, struct error *error)
{
	char *message = TAKE(error->message);
	int rc =
		error_input_at(error, reader->document->name,
			       reader->document->elements.v[element].line, "%s", message);

	free(message);
	return rc;
}

static int take(const struct reader *reader, int element, const char *flag,
		const char *value, struct error *error)
{
	if (reader->take(reader->user, flag, value, error) < 0)
		return wrong_at(reader, element, error);
	return 0;
}

static const struct setting *find_setting(const char *element, const char *attribute)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (streq(settings[i].element, element) &&
		    streq_null(settings[i].attribute, attribute))
			return &settings[i];
	return NULL;
}

static const struct pairs *find_pairs(const char *element)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (streq(pairs[i].element, element))
			return &pairs[i];
	return NULL;
}

static bool is_key(const struct pairs *row, const char *name)
{
	if (row->first && streq(row->first, name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(row->keys) && row->keys[i]; i++)
		if (streq(row->keys[i], name))
			return true;
	return false;
}

/* @fault: "has no" or "needs the", followed by "attribute NAME". */
static int refuse_attribute(const struct reader *reader, int element, const char *fault,
			    const char *name, struct error *error)
{
	return error_input_at(error, reader->document->name,
			      reader->document->elements.v[element].line,
			      "<%s> %s attribute %s",
			      document_element_name(reader->document, element), fault,
			      name);
}

/* Each attribute as a separate option. */
static int read_settings(const struct reader *reader, int element, struct error *error)
{
	const char *name = document_element_name(reader->document, element);
	_cleanup_free_ char *content = document_content(reader->document, element);
	const struct setting *whole = find_setting(name, NULL);
	const xmlNode *node = reader->document->elements.v[element].node;

	for (const struct tree_attribute *at = tree_attributes(node);
	     at < tree_attributes_end(node); at++) {
		const struct setting *row = at->ns ? NULL : find_setting(name, at->name);

		if (!row)
			return refuse_attribute(reader, element, "has no", at->name,
						error);
		if (take(reader, element, row->flag, at->value, error) < 0)
			return -1;
	}
	if (whole)
		return take(reader, element, whole->flag, content, error);
	return 0;
}

static int known_attributes(const struct reader *reader, int element,
			    const struct pairs *row, struct error *error)
{
	const xmlNode *node = reader->document->elements.v[element].node;

	for (const struct tree_attribute *at = tree_attributes(node);
	     at < tree_attributes_end(node); at++)
		if (at->ns || !is_key(row, at->name))
			return refuse_attribute(reader, element, "has no", at->name,
						error);
	if (row->first && !document_attribute(reader->document, element, row->first))
		return refuse_attribute(reader, element, "needs the", row->first, error);
	if (row->equated && !document_attribute(reader->document, element, row->keys[0]))
		return refuse_attribute(reader, element, "needs the", row->keys[0],
					error);
	return 0;
}

/* All attributes as one comma-separated list, or as the two sides of a '='. */
static int read_pairs(const struct reader *reader, int element, const struct pairs *row,
		      struct error *error)
{
	const struct document *document = reader->document;
	_cleanup_text_ struct text text = {};

	if (known_attributes(reader, element, row, error) < 0)
		return -1;
	text_adds(&text,
		  row->first ? document_attribute(document, element, row->first) : "");
	for (size_t i = 0; i < ARRAY_SIZE(row->keys) && row->keys[i]; i++) {
		const char *value = document_attribute(document, element, row->keys[i]);

		if (value && strchr(value, '='))
			return error_input_at(error, document->name,
					      document->elements.v[element].line,
					      "<%s %s>: unknown attribute \"%s\"",
					      row->element, row->keys[i], value);
		if (value && row->equated)
			text_printf(&text, "=%s", value);
		else if (value)
			text_printf(&text, "%s%s=%s", text.n ? "," : "", row->keys[i],
				    value);
	}
	return take(reader, element, row->flag, text.s, error);
}

static bool known_element(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (streq(settings[i].element, name))
			return true;
	return false;
}

/* Text between tags would be ignored. */
static int no_text(const struct reader *reader, int element, struct error *error)
{
	_cleanup_free_ char *content = document_content(reader->document, element);

	if (!*content)
		return 0;
	return error_input_at(error, reader->document->name,
			      reader->document->elements.v[element].line,
			      "<%s> cannot contain text; use its attributes",
			      document_element_name(reader->document, element));
}

/* How to use the files that are given in place of a request. */
static const char *use_instead(const char *root)
{
	static const char *const rows[][2] = {
		{"host", "; use it as a machine with --like or --host"},
		{"topology", "; use it as a machine with --like or --host"},
		{"capabilities", "; use it as a machine with --like or --host"},
		{"domain", "; change it with --domain"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq(root, rows[i][0]))
			return rows[i][1];
	return "";
}

static int read_root(const struct reader *reader, struct error *error)
{
	const xmlNode *node = reader->document->elements.v[0].node;

	if (!streq(document_element_name(reader->document, 0), "request") || node->ns)
		return error_input_at(
			error, reader->document->name,
			reader->document->elements.v[0].line,
			"the root element is <%s>%s; a request has <request> without a namespace%s",
			document_element_name(reader->document, 0),
			node->ns ? " in a namespace" : "",
			use_instead(document_element_name(reader->document, 0)));
	if (tree_element(node)->n > 0)
		return refuse_attribute(reader, 0, "has no", tree_attributes(node)->name,
					error);
	return no_text(reader, 0, error);
}

static int read_element(const struct reader *reader, int element, struct error *error)
{
	const char *name = document_element_name(reader->document, element);
	const struct pairs *row = find_pairs(name);
	const struct document_element *place = &reader->document->elements.v[element];

	if (place->node->ns)
		return error_input_at(
			error, reader->document->name, place->line,
			"<%s> is in the namespace %s; a request has no elements in a namespace",
			name, (const char *)place->node->ns->href);
	if (place->parent != 0)
		return error_input_at(error, reader->document->name, place->line,
				      "<%s> is not allowed in <%s>", name,
				      document_element_name(reader->document,
							    place->parent));
	if (!find_setting(name, NULL) && no_text(reader, element, error) < 0)
		return -1;
	if (row)
		return read_pairs(reader, element, row, error);
	if (known_element(name))
		return read_settings(reader, element, error);
	return error_input_at(
		error, reader->document->name, place->line,
		"unknown element <%s>; a request has node, device, like, ports, os, cpu, iommu, target and more: see schemas/request.rng",
		name);
}

int request_file_read(const struct document *document, request_flag *take_flag,
		      void *user, struct error *error)
{
	struct reader reader = {document, take_flag, user};

	if (read_root(&reader, error) < 0)
		return -1;
	for (size_t i = 1; i < document->elements.n; i++)
		if (read_element(&reader, (int)i, error) < 0)
			return -1;
	return 0;
}
