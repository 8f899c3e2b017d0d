/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-check.c - what must hold before hwloc is given somebody's file.
 *
 * Theory of operation. hwloc up to 2.13 dereferences NULL where an object lacks one of
 * its four sets, allocates half a gigabyte for an os_index of 4e9, overflows the stack on
 * deep nesting, and takes two nodes or CPUs of the same number. A pass of libxml2's
 * reader over the file, before, refuses all of that with a line number. No DTD is loaded,
 * no entity defined, nothing fetched. The pass keeps one element in memory, so 64 MiB
 * cost no more.
 */
#include "topology/hwloc-read.h"

#include "base/document.h"

#include <libxml/xmlreader.h>
#include <stdio.h>

struct check {
	const char *name;
	xmlTextReader *reader;
	struct machine *machine;
	struct error *error;
	struct set cpus, nodes; /* os indexes seen */
	size_t wide_domains;    /* functions that hwloc before 3.0 leaves out */
	char *fault;            /* libxml2's words, owned */
	int fault_line;
};

/* The reader is ahead of its node, whose own line stops at 65535. */
static int fail(struct check *check, const char *what)
{
	const xmlNode *node = xmlTextReaderCurrentNode(check->reader);
	long line = 0;

	if (node && node->type == XML_ELEMENT_NODE)
		line = xmlGetLineNo(node);
	if (line >= 65535)
		line = xmlTextReaderGetParserLineNumber(check->reader);
	return error_input_at(check->error, check->name, MAX(line, 0), "%s", what);
}

#if LIBXML_VERSION >= 21200
static void remember_fault(void *data, const xmlError *fault)
#else
static void remember_fault(void *data, xmlError *fault)
#endif
{
	struct check *check = data;
	_cleanup_free_ char *first = NULL;
	struct text shown = {};

	if (check->fault || fault->level < XML_ERR_ERROR)
		return;
	if (fault->message)
		first = xstrndup(fault->message, strcspn(fault->message, "\r\n"));
	text_add_shown(&shown, first ? first : "no reason given");
	check->fault = text_take(&shown);
	check->fault_line = fault->line;
}

/* Owned by the caller, NULL if there is no such attribute. */
static char *attribute(struct check *check, const char *name)
{
	xmlChar *value = xmlTextReaderGetAttribute(check->reader, (const xmlChar *)name);
	char *copy = xstrdup((const char *)value);

	xmlFree(value);
	return copy;
}

/*
 * "0x0000000f,,0xf0000000": words of 32 bits, the first not empty, and not too many.
 * hwloc's own reader asserts where the text begins with a comma; "0xf...f" is its
 * endless set.
 */
static bool good_set(const char *text)
{
	size_t words = 0;

	do {
		size_t digits;

		text += words && *text == ',';
		if (has_prefix(text, "0x"))
			text += 2;
		else if (!words || (*text && *text != ','))
			return false;
		digits = strspn(text, "0123456789abcdefABCDEF");
		if (digits > 8 || (digits == 0 && text[-1] == 'x'))
			return false;
		text += digits;
	} while (*text == ',' && ++words < HWLOC_INDEX_LIMIT / 32);
	return !*text;
}

static int bad_set(struct check *check, const char *name)
{
	_cleanup_free_ char *what =
		xasprintf("the %s has no usable %s; it is damaged, or "
			  "older than hwloc 1.0",
			  xmlTextReaderConstName(check->reader), name);

	return fail(check, what);
}

static int check_sets(struct check *check)
{
	static const char *const names[] = {"cpuset", "complete_cpuset", "nodeset",
					    "complete_nodeset"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *text = attribute(check, names[i]);

		if (!text)
			return bad_set(check, names[i]);
	}
	return 0;
}

/* Sets stand on objects, kinds of CPUs and initiators of memory; all must be readable. */
static int check_all_sets(struct check *check)
{
	int rc = 0;

	while (rc == 0 && xmlTextReaderMoveToNextAttribute(check->reader) == 1) {
		const char *name = (const char *)xmlTextReaderConstName(check->reader);
		const char *value = (const char *)xmlTextReaderConstValue(check->reader);

		if ((has_suffix(name, "cpuset") || has_suffix(name, "nodeset")) &&
		    !good_set(value ? value : "")) {
			_cleanup_free_ char *copy = xstrdup(name);

			xmlTextReaderMoveToElement(check->reader);
			rc = bad_set(check, copy);
		}
	}
	xmlTextReaderMoveToElement(check->reader);
	return rc;
}

static int check_index(struct check *check, const char *type, struct set *seen)
{
	_cleanup_free_ char *text = attribute(check, "os_index"), *what = NULL;
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

/* Domains have 32 bits; hwloc 2 has room for 16 and drops the function without a word. */
static int check_function(struct check *check)
{
	_cleanup_free_ char *text = attribute(check, "pci_busid");
	unsigned domain, bus, slot, function;

	if (!text ||
	    sscanf(text, "%8x:%2x:%2x.%1x", &domain, &bus, &slot, &function) != 4)
		return fail(check, "the PCI function has no pci_busid like 0000:00:1f.0");
	check->wide_domains += domain > 0xffff;
	return 0;
}

static int check_object(struct check *check)
{
	_cleanup_free_ char *type = attribute(check, "type");

	if (!type)
		return fail(check, "the object has no type");
	if (streq(type, "PCIDev"))
		return check_function(check);
	if (streq(type, "Bridge") || streq(type, "OSDev") || streq(type, "Misc"))
		return 0;
	if (streq(type, "PU") && check_index(check, "PU", &check->cpus) < 0)
		return -1;
	if ((streq(type, "NUMANode") || streq(type, "Node")) &&
	    check_index(check, "NUMA node", &check->nodes) < 0)
		return -1;
	return check_sets(check);
}

static int check_element(struct check *check)
{
	const char *name = (const char *)xmlTextReaderConstName(check->reader);
	int depth = xmlTextReaderDepth(check->reader);

	if (depth == 0 && !streq(name, "topology"))
		return fail(check, "the root element is no <topology>, so this is no "
				   "topology that lstopo wrote");
	if (depth > HWLOC_DEPTH_LIMIT)
		return fail(check, "elements are nested deeper than 128");
	if (check_all_sets(check) < 0)
		return -1;
	return streq(name, "object") ? check_object(check) : 0;
}

static int check_node(struct check *check)
{
	const xmlNode *node;

	switch (xmlTextReaderNodeType(check->reader)) {
	case XML_READER_TYPE_ELEMENT:
		return check_element(check);
	case XML_READER_TYPE_DOCUMENT_TYPE:
		node = xmlTextReaderCurrentNode(check->reader);
		if (node && node->children)
			return fail(check,
				    "the document type declares things of its own");
		return 0;
	case XML_READER_TYPE_ENTITY_REFERENCE:
		return fail(check, "there is a reference to an entity");
	default:
		return 0;
	}
}

/* References in attributes do not show in the reader, so the bytes are looked at. */
static int check_references(const char *name, const struct text *text,
			    struct error *error)
{
	static const char *const known[] = {"&amp;",  "&lt;",   "&gt;",
					    "&quot;", "&apos;", "&#"};

	for (const char *at = text->s; (at = strchr(at, '&')); at++) {
		size_t i = 0;

		while (i < ARRAY_SIZE(known) && !has_prefix(at, known[i]))
			i++;
		if (i == ARRAY_SIZE(known))
			return error_input(error, "%s: refers to an entity", name);
	}
	return 0;
}

static int walk(struct check *check)
{
	int more;

	while ((more = xmlTextReaderRead(check->reader)) == 1) {
		if (check_node(check) < 0)
			return -1;
	}
	if (more < 0 || check->fault)
		return error_input_at(check->error, check->name, check->fault_line,
				      "is not well-formed XML: %s",
				      check->fault ? check->fault : "it ends early");
	if (set_empty(&check->cpus))
		return error_input(check->error, "%s: describes no CPU", check->name);
	if (check->wide_domains)
		machine_complain(
			check->machine,
			"%zu PCI functions are in domains above ffff, which hwloc "
			"before 3.0 leaves out",
			check->wide_domains);
	return 0;
}

int hwloc_check_xml(const char *name, const char *bytes, size_t n,
		    struct machine *machine, struct error *error)
{
	struct check check = {.name = name, .machine = machine, .error = error};
	_cleanup_text_ struct text text = {};
	int rc;

	text_add(&text, bytes, n);
	if (document_check_bytes(name, &text, error) < 0 ||
	    check_references(name, &text, error) < 0)
		return -1;
	check.reader = xmlReaderForMemory(text.s, (int)n, NULL, "UTF-8",
					  XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
	if (!check.reader)
		return error_input(error, "%s: is not well-formed XML: it is empty",
				   name);
	xmlTextReaderSetStructuredErrorHandler(check.reader, remember_fault, &check);
	rc = walk(&check);
	xmlFreeTextReader(check.reader);
	set_free(&check.cpus);
	set_free(&check.nodes);
	free(check.fault);
	return rc;
}

/* Sizes of a synthetic description: each level multiplies what stands before it. */
struct sizes {
	uint64_t product, nodes;
};

static bool multiply(uint64_t *value, uint64_t factor, uint64_t limit)
{
	if (factor && *value > limit / factor)
		return false;
	*value *= factor;
	return *value <= limit;
}

/* "indexes=4000000000" makes hwloc allocate a set of that many bits. */
static bool good_attributes(const char *text, size_t n)
{
	const char *at = memmem(text, n, "indexes=", strlen("indexes="));
	uint64_t value = 0;

	for (; at && at < text + n && *at != ' '; at++) {
		value = *at >= '0' && *at <= '9' ? value * 10 + (uint64_t)(*at - '0') : 0;
		if (value >= HWLOC_INDEX_LIMIT)
			return false;
	}
	return true;
}

static int check_level(const char *level, size_t n, struct sizes *sizes,
		       struct error *error)
{
	_cleanup_free_ char *word = xstrndup(level, n);
	const char *type = *word == '[' ? word + 1 : word;
	bool node =
		strncasecmp(type, "numa", 4) == 0 || strncasecmp(type, "node", 4) == 0;
	const char *colon = strchr(word, ':');
	const char *count = colon ? colon + 1 : word;

	if (*word != '[' && *count >= '0' && *count <= '9' &&
	    !multiply(&sizes->product, strtoull(count, NULL, 0), SYNTHETIC_CPU_LIMIT))
		return error_input(
			error,
			"synthetic: with \"%s\" there are more than %d CPUs; an "
			"XML file has no such limit",
			word, SYNTHETIC_CPU_LIMIT);
	if (node && (sizes->nodes += sizes->product) > SYNTHETIC_NODE_LIMIT)
		return error_input(error,
				   "synthetic: with \"%s\" there are more than %d nodes",
				   word, SYNTHETIC_NODE_LIMIT);
	return 0;
}

/* Levels are words; "(size=1M indexes=0,2)" and "[numa(memory=1GB)]" belong to one. */
int hwloc_check_synthetic(const char *description, struct error *error)
{
	struct sizes sizes = {.product = 1};

	if (strlen(description) > 65536)
		return error_input(error, "synthetic: is longer than 64 KiB");
	for (const char *at = description; *at;) {
		size_t n = strcspn(at, " (["), attributes = 0;

		if (*at == ' ') {
			at++;
			continue;
		}
		if (*at == '[')
			n = strcspn(at, "(]");
		if (check_level(at, n, &sizes, error) < 0)
			return -1;
		at += n;
		if (*at == '(') {
			attributes = strcspn(at, ")");
			if (!good_attributes(at, attributes))
				return error_input(error,
						   "synthetic: an index is above %d",
						   HWLOC_INDEX_LIMIT - 1);
			at += attributes;
		}
		at += strspn(at, ")] ");
	}
	return 0;
}
