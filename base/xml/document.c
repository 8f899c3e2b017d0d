/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Before libxml2 sees a byte, the text is checked to be UTF-8
 * without NUL, its XML declaration to claim nothing else, and its prolog to contain no
 * DOCTYPE: so there is no entity to expand and no file to fetch. libxml2 then checks
 * whether it is well-formed and builds the tree (encoding hints ignored, no network, no
 * XInclude), and span.c finds each element of the tree in the text. A byte order mark is
 * accepted and kept; libxml2 is started after it.
 */
#include "base/xml/xml-library.h"
#include "base/xml/document.h"

#include "base/file.h"
#include "base/utf8.h"
#include "base/xml/siblings.h"
#include "base/xml/span.h"

#include <libxml/parser.h>
#include <strings.h>

static int check_utf8(const char *name, const struct text *text, struct error *error)
{
	for (size_t at = 0;;) {
		unsigned char byte;
		size_t length;

		at += utf8_skip_ascii(text->s + at, text->n - at);
		if (at == text->n)
			return 0;
		byte = (unsigned char)text->s[at];
		length = utf8_length(text->s + at);
		if (byte == 0 || length == 0)
			return error_input_at(
				error, name, span_line(text, at),
				byte ? "byte 0x%02x is not UTF-8; convert the file with iconv"
				     : "byte 0x%02x is not allowed in XML",
				byte);
		at += length;
	}
}

/* The value of "encoding" in an XML declaration (XML 1.0, production 80), or nothing. */
static struct span declared_encoding(const struct text *text)
{
	const char *s = text->s + span_mark_bytes(text), *end, *word, *quote;

	if (!has_prefix(s, "<?xml") || !strchr(" \t\r\n", s[5]) ||
	    !(end = strstr(s, "?>")))
		return (struct span){};
	word = strstr(s, "encoding");
	if (!word || word > end)
		return (struct span){};
	s = strpbrk(word, "\"'");
	if (!s || s > end || !(quote = strchr(s + 1, *s)) || quote > end)
		return (struct span){};
	return (struct span){(size_t)(s + 1 - text->s), (size_t)(quote - text->s)};
}

static int check_encoding(const char *name, const struct text *text, struct error *error)
{
	static const char *const taken[] = {"utf-8", "utf8", "us-ascii", "ascii"};
	struct span span = declared_encoding(text);
	_cleanup_free_ char *encoding =
		xstrndup(text->s + span.start, span.end - span.start);
	_cleanup_text_ struct text shown = {};

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (!*encoding || strcasecmp(encoding, taken[i]) == 0)
			return 0;
	text_add_shown(&shown, encoding);
	return error_input_at(
		error, name, 1,
		"the encoding is '%s', but only UTF-8 is supported; convert the file with iconv, and write UTF-8 there",
		shown.s);
}

static int check_prolog(const char *name, const struct text *text, struct error *error)
{
	size_t mark = span_mark_bytes(text), at = span_skip_prolog(text, mark);

	/* libxml2 would skip a second one, but only if it is started after the first. */
	if (mark > 0 && strncmp(text->s + mark, text->s, mark) == 0)
		return error_input_at(error, name, 1,
				      "begins with two byte order marks; remove one");
	if (at == text->n)
		return error_input_at(error, name, 0, "contains no XML element");
	if (!has_prefix(text->s + at, "<!DOCTYPE"))
		return 0;
	return error_input_at(
		error, name, span_line(text, at),
		"a DOCTYPE is not supported, because it can define entities; remove it");
}

int document_check_bytes(const char *name, const struct text *text, struct error *error)
{
	if (text->n > FILE_LIMIT)
		return error_input(error, "%s: is larger than %u MiB, the limit", name,
				   FILE_LIMIT >> 20);
	if (check_utf8(name, text, error) < 0)
		return -1;
	return check_encoding(name, text, error);
}

static int check_text(const char *name, const struct text *text, struct error *error)
{
	size_t crowded;

	if (document_check_bytes(name, text, error) < 0)
		return -1;
	crowded = span_find_crowded(text);
	if (crowded < text->n)
		return error_input_at(error, name, span_line(text, crowded),
				      "an element has more than %d attributes, the limit",
				      ATTRIBUTE_LIMIT);
	return check_prolog(name, text, error);
}

/* Receives libxml2's first error. */
struct complaint {
	const char *name;
	struct error *error;
	bool reported;
};

static void describe(const struct complaint *complaint, const xmlError *what)
{
	_cleanup_text_ struct text shown = {};
	_cleanup_free_ char *first = NULL;

	if (what->message && strstr(what->message, "Excessive depth")) {
		error_input_at(complaint->error, complaint->name, what->line,
			       "elements are nested deeper than %d, the limit",
			       ELEMENT_DEPTH_LIMIT);
		return;
	}
	if (what->message)
		first = xstrndup(what->message, strcspn(what->message, "\r\n"));
	text_add_shown(&shown, first ? first : "no reason given");
	error_input_at(complaint->error, complaint->name, what->line,
		       "not well-formed XML: %s", shown.s);
}

/*
 * libxml2 calls this for warnings and for namespace errors too; libvirt ignores those (an
 * undeclared prefix), and so do we.
 */
#if LIBXML_VERSION >= 21200
static void on_error(void *data, const xmlError *what)
#else
static void on_error(void *data, xmlError *what)
#endif
{
	struct complaint *complaint = ((xmlParserCtxt *)data)->_private;

	if (complaint->reported || what->level != XML_ERR_FATAL)
		return;
	complaint->reported = true;
	describe(complaint, what);
}

/* A typical domain's tree needs so many bytes for each byte of text. */
#define TREE_BYTES 10

/* libxml2's tree for the text, from the document's arena; NULL after an error. */
static xmlDoc *build_tree(struct document *document, struct complaint *complaint)
{
	const struct text *text = &document->text;
	size_t mark = span_mark_bytes(text);
	xmlParserCtxt *parser;
	xmlDoc *xml;

	document->arena.estimate = text->n * TREE_BYTES;
	arena_begin(&document->arena);
	parser = sym_xmlNewParserCtxt();
	if (!parser)
		abort();
	parser->_private = complaint;
	/* It gets everything; with XML_PARSE_NOERROR, libxml2 2.15 would not call it. */
	parser->sax->serror = on_error;
	tree_prepare(parser, document->xpath, memchr(text->s, '&', text->n) != NULL);
	xml = sym_xmlCtxtReadMemory(parser, text->s + mark, (int)(text->n - mark), NULL,
				    NULL,
				    XML_PARSE_NONET | XML_PARSE_IGNORE_ENC |
					    XML_PARSE_COMPACT);
	sym_xmlFreeParserCtxt(parser);
	arena_end();
	return complaint->reported ? NULL : xml;
}

static int parse_tree(struct document *document, struct error *error)
{
	struct complaint complaint = {.name = document->name, .error = error};

	if (xml_library_load(error) < 0)
		return -1;
	document->xml = build_tree(document, &complaint);
	if (complaint.reported)
		return -1;
	if (!document->xml)
		return error_input_at(error, document->name, 0, "not well-formed XML");
	if (document->xml->intSubset || document->xml->extSubset)
		return error_input_at(error, document->name, 0,
				      "a DOCTYPE is not supported");
	return 0;
}

int document_prepare(struct error *error)
{
	if (xml_library_load(error) < 0)
		return -1;
	arena_prepare();
	return 0;
}

static void forget_tree(struct document *document)
{
	arena_free(&document->arena);
	document->xml = NULL;
	vec_free(&document->elements);
	vec_free(&document->attributes);
}

/* Of a document with a name and a text; after a fault it has nothing else. */
static int parse(struct document *document, struct error *error)
{
	if (check_text(document->name, &document->text, error) == 0 &&
	    parse_tree(document, error) == 0 && span_scan(document, error) == 0)
		return 0;
	forget_tree(document);
	return -1;
}

static int give_up(struct document *document)
{
	document_free(document);
	return -1;
}

int document_parse(const char *name, const char *bytes, size_t n, struct document *ret,
		   struct error *error)
{
	if (n > FILE_LIMIT)
		return error_input(error, "%s: is larger than %u MiB, the limit", name,
				   FILE_LIMIT >> 20);
	ret->name = xstrdup(name);
	text_add(&ret->text, bytes, n);
	return parse(ret, error) < 0 ? give_up(ret) : 0;
}

/* Reads the file, but does not parse it. */
static int read_text(const char *path, struct document *ret, struct error *error)
{
	ret->name = xstrdup(streq(path, "-") ? "standard input" : path);
	return file_read(path, FILE_LIMIT, &ret->text, error) < 0 ? give_up(ret) : 0;
}

int document_read(const char *path, struct document *ret, struct error *error)
{
	if (read_text(path, ret, error) < 0)
		return -1;
	return parse(ret, error) < 0 ? give_up(ret) : 0;
}

/* Of a document with a name and a text. */
static int parse_without(const char *name, struct document *ret, struct error *error)
{
	if (parse(ret, error) == 0)
		return 0;
	/* Nearly all documents are within the limits, so that is looked at only now. */
	ret->blanked_line = span_blank_content(&ret->text, name);
	if (ret->blanked_line == 0)
		return give_up(ret);
	error_clear(error);
	return parse(ret, error) < 0 ? give_up(ret) : 0;
}

int document_read_without(const char *path, const char *name, struct document *ret,
			  struct error *error)
{
	return read_text(path, ret, error) < 0 ? -1 : parse_without(name, ret, error);
}

int document_parse_without(const char *name, const char *bytes, size_t n,
			   const char *without, struct document *ret, struct error *error)
{
	ret->name = xstrdup(name);
	text_add(&ret->text, bytes, n);
	return parse_without(without, ret, error);
}

void document_free(struct document *document)
{
	forget_tree(document);
	free(document->name);
	text_free(&document->text);
	*document = (struct document){};
}

int document_number(const xmlNode *node)
{
	if (!node || node->type != XML_ELEMENT_NODE)
		return -1;
	return tree_element(node)->number;
}

static bool is_called(const xmlNode *node, const char *name)
{
	return !name || (!node->ns && node->name[0] == (unsigned char)*name &&
			 streq((const char *)node->name, name));
}

/* @node or the first of its later siblings with the name @name. */
static int first_called(const xmlNode *node, const char *name)
{
	while (node && (node->type != XML_ELEMENT_NODE || !is_called(node, name)))
		node = node->next;
	return document_number(node);
}

int document_child(const struct document *document, int parent, const char *name)
{
	if (parent < 0)
		return first_called(sym_xmlDocGetRootElement(document->xml), name);
	return first_called(document->elements.v[parent].node->children, name);
}

int document_next(const struct document *document, int element, const char *name)
{
	return first_called(document->elements.v[element].node->next, name);
}

/* Whether its name is the first @n bytes of @name. */
static bool is_called_so(const xmlNode *node, const char *name, size_t n)
{
	return node->type == XML_ELEMENT_NODE && !node->ns &&
	       node->name[0] == (unsigned char)*name &&
	       strncmp((const char *)node->name, name, n) == 0 && !node->name[n];
}

int document_find_step(const struct document *document, int parent, const char *path,
		       size_t n)
{
	int element = parent;

	while (n > 0) {
		const char *slash = memchr(path, '/', n);
		size_t step = slash ? (size_t)(slash - path) : n;
		const xmlNode *node =
			element < 0 ? sym_xmlDocGetRootElement(document->xml)
				    : document->elements.v[element].node->children;

		while (node && !is_called_so(node, path, step))
			node = node->next;
		if (!node)
			return -1;
		element = document_number(node);
		step += slash != NULL;
		path += step;
		n -= step;
	}
	return element;
}

int document_find(const struct document *document, int parent, const char *path)
{
	return document_find_step(document, parent, path, strlen(path));
}

const char *document_element_name(const struct document *document, int element)
{
	return (const char *)document->elements.v[element].node->name;
}

const char *document_attribute(const struct document *document, int element,
			       const char *name)
{
	const xmlNode *node = document->elements.v[element].node;
	const struct tree_attribute *end = tree_attributes_end(node);

	for (const struct tree_attribute *it = tree_attributes(node); it < end; it++)
		if (!it->ns && *it->name == *name && streq(it->name, name))
			return it->value;
	return NULL;
}

char *document_content(const struct document *document, int element)
{
	const xmlNode *node = document->elements.v[element].node->children;
	_cleanup_text_ struct text all = {};
	size_t start = 0, end;

	for (; node; node = node->next)
		if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
			text_adds(&all, (const char *)node->content);
	end = all.n;
	while (start < end && strchr(" \t\r\n", all.s[start]))
		start++;
	while (end > start && strchr(" \t\r\n", all.s[end - 1]))
		end--;
	return xstrndup(all.s ? all.s + start : "", end - start);
}

struct span document_whole(const struct document *document, int element)
{
	const struct document_element *it = &document->elements.v[element];

	return (struct span){it->start_tag.start,
			     it->self_closing ? it->start_tag.end : it->end_tag.end};
}

/* "controller[3]", as XPath counts: from 1, among siblings of the same name. */
static void add_step(struct text *path, const struct document *document, int number)
{
	const struct document_element *element = &document->elements.v[number];
	const xmlNode *node = element->node;

	siblings_count(document);
	if (node->ns && node->ns->prefix)
		text_printf(path, "%s:", (const char *)node->ns->prefix);
	text_adds(path, (const char *)node->name);
	if (element->shared)
		text_printf(path, "[%u]", element->position);
}

unsigned document_position(const struct document *document, int element)
{
	siblings_count(document);
	return document->elements.v[element].position;
}

char *document_step(const struct document *document, int element)
{
	_cleanup_text_ struct text step = {};

	add_step(&step, document, element);
	return text_take(&step);
}

char *document_path(const struct document *document, int element)
{
	VEC(int) steps = {};
	_cleanup_text_ struct text path = {};

	for (; element >= 0; element = document->elements.v[element].parent)
		*vec_add(&steps) = element;
	while (steps.n > 0) {
		text_addc(&path, '/');
		add_step(&path, document, steps.v[--steps.n]);
	}
	vec_free(&steps);
	return text_take(&path);
}
