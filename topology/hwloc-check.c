/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-check.c - checks an untrusted file before it is given to hwloc.
 *
 * Theory of operation. hwloc up to 2.13 dereferences NULL if an object lacks one of its
 * four sets, allocates half a gigabyte for an os_index of 4e9, overflows the stack on
 * deep nesting, and accepts two nodes or CPUs with the same number. libxml2's parser
 * gives us the elements one by one, without a tree; what is wrong with them is rejected
 * with a line number, and what is right is copied for hwloc (hwloc-copy.h). There is no
 * DTD to load, no entity and nothing to fetch: the bytes are checked for those first.
 */
#include "topology/hwloc-read.h"

#include "topology/hwloc-distances.h"
#include "topology/hwloc-library.h"
#include "topology/hwloc-set.h"
#include "base/xml/xml-library.h"
#include "base/xml/document.h"

#include <stdio.h>

/* hwloc needs time that grows with the square of the functions below one object. */
#define SIBLING_LIMIT 8192

struct hwloc_check {
	const char *name;
	xmlParserCtxt *parser;
	struct machine *machine;
	struct error *error;
	bool failed;
	int depth;
	const char *element; /* and its attributes, while it is being examined */
	const struct hwloc_attribute *given;
	size_t n_given;
	struct set cpus, nodes; /* os indexes so far */
	size_t wide_domains;    /* functions that hwloc before 3.0 leaves out */
	unsigned siblings[HWLOC_DEPTH_LIMIT + 3]; /* functions so far, by depth */
	bool nodesets;                            /* some object has one */
	long bare_line; /* of the first object without; 0: none */
	struct text cpusets[HWLOC_DEPTH_LIMIT + 3]; /* of the open objects, by depth */
	struct hwloc_distances distances;
	struct hwloc_checked *checked;
};

static int fail(struct hwloc_check *check, const char *what)
{
	check->failed = true;
	error_input_at(check->error, check->name, sym_xmlSAX2GetLineNumber(check->parser),
		       "%s", what);
	sym_xmlStopParser(check->parser);
	return -1;
}

/* The first error that makes it not well-formed; warnings and namespaces do not
 * matter. */
#if LIBXML_VERSION >= 21200
static void on_fault(void *data, const xmlError *fault)
#else
static void on_fault(void *data, xmlError *fault)
#endif
{
	struct hwloc_check *check = data;
	_cleanup_free_ char *first = NULL;
	_cleanup_text_ struct text shown = {};

	if (check->failed || fault->level != XML_ERR_FATAL)
		return;
	if (fault->message)
		first = xstrndup(fault->message, strcspn(fault->message, "\r\n"));
	text_add_shown(&shown, first ? first : "no reason given");
	check->failed = true;
	error_input_at(check->error, check->name, fault->line,
		       "is not well-formed XML: %s", shown.s);
}

/* NULL if there is no such attribute. */
static const struct hwloc_attribute *attribute(const struct hwloc_check *check,
					       const char *name)
{
	for (size_t i = 0; i < check->n_given; i++)
		if (!check->given[i].prefix &&
		    streq((const char *)check->given[i].name, name))
			return &check->given[i];
	return NULL;
}

static char *value_of(const struct hwloc_attribute *given)
{
	return given ? xstrndup((const char *)given->value,
				(size_t)(given->end - given->value))
		     : NULL;
}

static int bad_set(struct hwloc_check *check, const char *name)
{
	_cleanup_free_ char *what = xasprintf(
		"the %s has no valid %s; it is damaged, or older than hwloc 1.0",
		check->element, name);

	return fail(check, what);
}

/* Objects, kinds of CPUs and initiators of memory have sets; all must be readable. */
static int check_all_sets(struct hwloc_check *check)
{
	for (size_t i = 0; i < check->n_given; i++) {
		const char *name = (const char *)check->given[i].name;

		if ((has_suffix(name, "cpuset") || has_suffix(name, "nodeset")) &&
		    !hwloc_set_valid(&check->given[i]))
			return bad_set(check, name);
	}
	return 0;
}

/* hwloc 1 wrote no nodesets for a machine without NUMA; check_whole() looks at it. */
static int check_own_sets(struct hwloc_check *check)
{
	static const char *const names[] = {"cpuset", "complete_cpuset", "nodeset",
					    "complete_nodeset"};
	bool nodeset =
		attribute(check, "nodeset") || attribute(check, "complete_nodeset");

	check->nodesets = check->nodesets || nodeset;
	if (!nodeset && !check->bare_line)
		check->bare_line = sym_xmlSAX2GetLineNumber(check->parser);
	for (size_t i = 0; i < (nodeset ? ARRAY_SIZE(names) : 2); i++)
		if (!attribute(check, names[i]))
			return bad_set(check, names[i]);
	return 0;
}

/* <topology version="2.0">; hwloc 1 has no version. */
static void read_version(struct hwloc_check *check)
{
	_cleanup_free_ char *version = value_of(attribute(check, "version"));
	unsigned major, minor;

	if (!version || sscanf(version, "%3u.%3u", &major, &minor) != 2) {
		major = 1;
		minor = 0;
	}
	check->checked->major = major;
	hwloc_copy_root(&check->checked->copy, major, minor);
}

static int check_index(struct hwloc_check *check, const char *type, struct set *seen)
{
	_cleanup_free_ char *text = value_of(attribute(check, "os_index")), *what = NULL;
	uint32_t index;

	if (!text || !parse_u32(text, &index) || index >= HWLOC_INDEX_LIMIT) {
		what = xasprintf("the %s has no os_index from 0 to %d", type,
				 HWLOC_INDEX_LIMIT - 1);
		return fail(check, what);
	}
	if (set_has(seen, index)) {
		what = xasprintf("a second %s has os_index %u", type, index);
		return fail(check, what);
	}
	set_add(seen, index);
	return 0;
}

/* Since hwloc 2 nodes have the CPUs of the object that they are in. */
static bool has_cpus_of_parent(const struct hwloc_check *check)
{
	const struct hwloc_attribute *own = attribute(check, "cpuset");
	const struct text *parent = &check->cpusets[check->depth - 1];

	return check->checked->major < 2 || !own || !parent->n ||
	       (parent->n == (size_t)(own->end - own->value) &&
		memcmp(parent->s, own->value, parent->n) == 0);
}

static void check_node(struct hwloc_check *check)
{
	_cleanup_free_ char *text = value_of(attribute(check, "os_index"));
	const struct hwloc_attribute *nodeset = attribute(check, "nodeset");
	int line = sym_xmlSAX2GetLineNumber(check->parser);
	uint32_t index;

	if (!text || !parse_u32(text, &index))
		return;
	if (nodeset && !hwloc_set_has_only(nodeset, index))
		machine_complain(
			check->machine,
			"%s:%d: node %u contradicts itself: its nodeset is another node's; devices may be on the wrong one",
			check->name, line, index);
	if (!has_cpus_of_parent(check))
		machine_complain(
			check->machine,
			"%s:%d: node %u contradicts itself: its cpuset is not that of the object that it is in, whose CPUs it gets",
			check->name, line, index);
}

static void keep_cpuset(struct hwloc_check *check)
{
	const struct hwloc_attribute *own = attribute(check, "cpuset");
	struct text *kept = &check->cpusets[check->depth];

	kept->n = 0;
	if (own)
		text_add(kept, (const char *)own->value, (size_t)(own->end - own->value));
}

/* Domains have 32 bits; hwloc 2 has room for 16 and silently drops the function. */
static int check_function(struct hwloc_check *check)
{
	_cleanup_free_ char *text = value_of(attribute(check, "pci_busid"));
	unsigned domain, bus, slot, function;

	if (!text ||
	    sscanf(text, "%8x:%2x:%2x.%1x", &domain, &bus, &slot, &function) != 4)
		return fail(check,
			    "the PCI function has no pci_busid such as 0000:00:1f.0");
	if (slot >= PCI_SLOTS || function >= PCI_FUNCTIONS)
		return fail(
			check,
			"the slot in the pci_busid is above 1f, or the function is above 7");
	check->wide_domains += domain > 0xffff;
	if (++check->siblings[check->depth] > SIBLING_LIMIT)
		return fail(check,
			    "one object has more than 8192 PCI functions, the limit");
	return 0;
}

static int check_object(struct hwloc_check *check)
{
	_cleanup_free_ char *name = value_of(attribute(check, "type"));
	hwloc_obj_type_t type = HWLOC_OBJ_MACHINE;

	if (!name)
		return fail(check, "the object has no type");
	/* hwloc accepts "numa" and "NUMANod" too; it treats unknown types as a
	 * machine. */
	(void)!sym_hwloc_type_sscanf(name, &type, NULL, 0);
	if (type == HWLOC_OBJ_PCI_DEVICE ||
	    (type == HWLOC_OBJ_BRIDGE && attribute(check, "pci_busid")))
		return check_function(check);
	if (type == HWLOC_OBJ_BRIDGE || type == HWLOC_OBJ_OS_DEVICE ||
	    type == HWLOC_OBJ_MISC)
		return 0;
	if (type == HWLOC_OBJ_PU && check_index(check, "PU", &check->cpus) < 0)
		return -1;
	if (type == HWLOC_OBJ_NUMANODE &&
	    check_index(check, "NUMA node", &check->nodes) < 0)
		return -1;
	if (type == HWLOC_OBJ_NUMANODE)
		check_node(check);
	if (streq(name, "System") && !attribute(check, "cpuset"))
		return fail(check,
			    "describes a system of several machines, not one machine");
	return check_own_sets(check);
}

/* hwloc 3 has the infos of the root object in <topology>, where hwloc 2 ignores them. */
static void read_info(struct hwloc_check *check)
{
	_cleanup_free_ char *name = value_of(attribute(check, "name"));

	if (check->depth == 2 && name && streq(name, "Architecture") &&
	    !check->checked->architecture)
		check->checked->architecture = value_of(attribute(check, "value"));
}

/* What hwloc 2 asks of a matrix, besides the numbers. */
static bool is_matrix(const struct hwloc_check *check)
{
	_cleanup_free_ char *type = value_of(attribute(check, "type"));
	hwloc_obj_type_t ignored;

	if (streq(check->element, "distances"))
		return true;
	return attribute(check, "kind") &&
	       (streq(check->element, "distances2hetero") ||
		(type && sym_hwloc_type_sscanf(type, &ignored, NULL, 0) == 0));
}

static void start_distances(struct hwloc_check *check)
{
	_cleanup_free_ char *objects = NULL, *length = NULL;
	bool opens = !check->distances.open;

	if (!check->distances.open && !has_prefix(check->element, "distances"))
		return;
	objects = value_of(attribute(check, "nbobjs"));
	length = value_of(attribute(check, "length"));
	hwloc_distances_start(&check->distances, check->element, objects, length,
			      sym_xmlSAX2GetLineNumber(check->parser),
			      check->checked->copy.text.n);
	if (opens && !is_matrix(check))
		check->distances.bad = true;
}

static void end_distances(struct hwloc_check *check, const char *element)
{
	if (hwloc_distances_end(&check->distances, element))
		return;
	machine_complain(
		check->machine,
		"%s:%ld: the distances are incomplete or damaged, and left out: no type or kind, or not a number for each pair of objects",
		check->name, check->distances.line);
	hwloc_copy_cut(&check->checked->copy, check->distances.mark);
}

/* NOLINTNEXTLINE(readability-function-size): libxml2 defines a handler's parameters */
static void on_start(void *data, const xmlChar *name, const xmlChar *prefix,
		     const xmlChar *space, int n_spaces, const xmlChar **spaces,
		     int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	struct hwloc_check *check = data;

	(void)prefix, (void)space, (void)n_spaces, (void)spaces, (void)n_defaulted;
	if (check->failed)
		return;
	check->element = (const char *)name;
	check->given = (const struct hwloc_attribute *)(const void *)attributes;
	check->n_given = (size_t)n_attributes;
	if (check->depth == 0 && !streq(check->element, "topology"))
		fail(check,
		     "the root element is not <topology>, so this is not XML of lstopo");
	if (check->failed)
		return;
	if (check->depth == 0) {
		read_version(check);
	} else {
		start_distances(check);
		hwloc_copy_start(&check->checked->copy, check->element, check->given,
				 check->n_given);
	}
	if (check->depth++ > HWLOC_DEPTH_LIMIT)
		fail(check, "elements are nested deeper than 128");
	/* After a failure libxml2 has freed the attributes. */
	else if (check_all_sets(check) < 0)
		return;
	else if (streq(check->element, "object")) {
		check->siblings[check->depth + 1] = 0;
		keep_cpuset(check);
		check_object(check);
	} else if (streq(check->element, "info"))
		read_info(check);
}

static void on_text(void *data, const xmlChar *bytes, int n)
{
	struct hwloc_check *check = data;

	if (check->failed)
		return;
	hwloc_distances_text(&check->distances, (const char *)bytes, (size_t)n);
	hwloc_copy_text(&check->checked->copy, (const char *)bytes, (size_t)n);
}

static void on_end(void *data, const xmlChar *name, const xmlChar *prefix,
		   const xmlChar *space)
{
	struct hwloc_check *check = data;

	(void)prefix, (void)space;
	check->depth--;
	if (check->failed)
		return;
	hwloc_copy_end(&check->checked->copy, (const char *)name);
	end_distances(check, (const char *)name);
}

static bool starts_with_one(const char *at, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has_prefix(at, words[i]))
			return true;
	return false;
}

/*
 * Only references that XML itself defines, and no declarations: then no entity can grow,
 * and hwloc's parser sees what ours saw. lstopo's DOCTYPE names a file that nobody loads.
 */
static int check_markup(const char *name, const struct text *text, struct error *error)
{
	static const char *const references[] = {"&amp;",  "&lt;",   "&gt;",
						 "&quot;", "&apos;", "&#"};
	static const char *const markup[] = {"<!--", "<![CDATA[", "<!DOCTYPE"};

	for (const char *at = text->s; (at = strchr(at, '&')); at++)
		if (!starts_with_one(at, references, ARRAY_SIZE(references)))
			return error_input(
				error,
				"%s: contains an entity reference, which is not supported",
				name);
	for (const char *at = text->s; (at = strstr(at, "<!")); at++)
		if (!starts_with_one(at, markup, ARRAY_SIZE(markup)))
			return error_input(
				error,
				"%s: the DOCTYPE contains declarations, which are not supported; remove them",
				name);
	return 0;
}

static int parse(struct hwloc_check *check, const struct text *text)
{
	xmlParserCtxt *parser = sym_xmlCreateMemoryParserCtxt(text->s, (int)text->n);

	if (!parser)
		return error_input(check->error, "%s: contains no XML element",
				   check->name);
	check->parser = parser;
	memset(parser->sax, 0, sizeof(*parser->sax));
	parser->sax->initialized = XML_SAX2_MAGIC;
	parser->sax->startElementNs = on_start;
	parser->sax->endElementNs = on_end;
	parser->sax->characters = on_text;
	parser->sax->serror = on_fault;
	parser->userData = check;
	/* Values come with "&" in place of "&amp;"; there are no other entities. */
	sym_xmlCtxtUseOptions(parser,
			      XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
	sym_xmlParseDocument(parser);
	if (!parser->wellFormed && !check->failed) {
		check->failed = true;
		error_input(check->error, "%s: is not well-formed XML", check->name);
	}
	sym_xmlFreeParserCtxt(parser);
	return check->failed ? -1 : 0;
}

static int check_whole(const struct hwloc_check *check)
{
	if (check->bare_line &&
	    (check->checked->major > 1 || check->nodesets || !set_empty(&check->nodes)))
		return error_input_at(
			check->error, check->name, check->bare_line,
			"the object has no valid nodeset; it is damaged, or older than hwloc 1.0");
	if (set_empty(&check->cpus))
		return error_input(check->error, "%s: describes no CPU", check->name);
	if (set_count(&check->nodes) > MACHINE_NODE_LIMIT)
		return error_input(check->error, "%s: describes more than %d NUMA nodes",
				   check->name, MACHINE_NODE_LIMIT);
	if (check->wide_domains)
		machine_complain(
			check->machine,
			"%zu PCI functions are in domains above ffff, which hwloc before 3.0 leaves out",
			check->wide_domains);
	return 0;
}

void hwloc_checked_free(struct hwloc_checked *checked)
{
	free(checked->architecture);
	text_free(&checked->copy.text);
}

int hwloc_check_xml(const char *name, const char *bytes, size_t n,
		    struct machine *machine, struct hwloc_checked *ret,
		    struct error *error)
{
	struct hwloc_check check = {.name = name,
				    .machine = machine,
				    .checked = ret,
				    .error = error};
	_cleanup_text_ struct text text = {};
	int rc;

	text_add(&text, bytes, n);
	if (document_check_bytes(name, &text, error) < 0 ||
	    check_markup(name, &text, error) < 0)
		return -1;
	rc = parse(&check, &text) < 0 ? -1 : check_whole(&check);
	set_free(&check.cpus);
	set_free(&check.nodes);
	for (size_t i = 0; i < ARRAY_SIZE(check.cpusets); i++)
		text_free(&check.cpusets[i]);
	return rc;
}
