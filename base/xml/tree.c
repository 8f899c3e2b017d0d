/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The parser calls these functions, and they call libxml2's
 * (SAX2.c), which make every element, text, comment and namespace. The parser gives five
 * strings for each attribute: name, prefix, namespace, value and its end. A reference in
 * a value that it has not replaced still begins with an ampersand
 * (xmlParseAttValueInternal()), and is left to libxml2.
 *
 * An element with text that is not white space is marked in `_private`, which span.c uses
 * only later: in such an element white space between children is kept.
 */
#include "base/xml/xml-library.h"
#include "base/xml/tree.h"

#include "base/mem.h"
#include "base/xml/arena.h"

#include <libxml/parser.h>

#define STRINGS 5
enum { NAME, PREFIX, SPACE, VALUE, END };

static bool all_plain(const xmlChar **attributes, int n)
{
	for (int i = 0; i < n; i++) {
		const xmlChar **it = attributes + (ptrdiff_t)i * STRINGS;

		if (it[PREFIX] || memchr(it[VALUE], '&', (size_t)(it[END] - it[VALUE])))
			return false;
	}
	return true;
}

/*
 * An attribute, the text node below it, and the text, which begins where libxml2 keeps
 * short ones (SAX2.c, xmlSAX2TextNode()): text nodes do not use the members after it.
 */
struct block {
	xmlAttr attribute;
	xmlNode text;
};

#define VALUE_AT (offsetof(struct block, text) + offsetof(xmlNode, properties))

static xmlAttr *make_attribute(xmlNode *element, const xmlChar **strings)
{
	size_t n = (size_t)(strings[END] - strings[VALUE]);
	struct block *block = arena_allocate(MAX(VALUE_AT + n + 1, sizeof(*block)));
	char *value = (char *)block + VALUE_AT;

	memset(block, 0, sizeof(*block));
	memcpy(value, strings[VALUE], n);
	value[n] = '\0';
	block->attribute.type = XML_ATTRIBUTE_NODE;
	block->attribute.name = strings[NAME];
	block->attribute.parent = element;
	block->attribute.doc = element->doc;
	block->attribute.children = block->attribute.last = &block->text;
	block->text.type = XML_TEXT_NODE;
	block->text.name = (const xmlChar *)"text";
	block->text.parent = (xmlNode *)&block->attribute;
	block->text.doc = element->doc;
	block->text.content = (xmlChar *)value;
	return &block->attribute;
}

static void add_attributes(xmlNode *element, const xmlChar **attributes, int n)
{
	xmlAttr *last = NULL;

	for (int i = 0; i < n; i++) {
		xmlAttr *attribute =
			make_attribute(element, attributes + (ptrdiff_t)i * STRINGS);

		attribute->prev = last;
		if (last)
			last->next = attribute;
		else
			element->properties = attribute;
		last = attribute;
	}
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix,
		     const xmlChar *space, int n_spaces, const xmlChar **spaces, int n,
		     int n_defaults, const xmlChar **attributes)
{
	xmlParserCtxt *parser = user;
	bool plain = n_defaults == 0 && all_plain(attributes, n);
	const xmlNode *before = parser->node;

	sym_xmlSAX2StartElementNs(user, name, prefix, space, n_spaces, spaces,
				  plain ? 0 : n, n_defaults, plain ? NULL : attributes);
	/* After a failure it made no element. */
	if (plain && parser->node != before)
		add_attributes(parser->node, attributes, n);
}

static bool is_blank(const xmlChar *s, int n)
{
	for (int i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
			return false;
	return true;
}

/* Whether @node is the only child, and nothing but white space. */
static bool is_lone_blank(const xmlNode *parent)
{
	return parent->type == XML_ELEMENT_NODE && parent->children &&
	       parent->children == parent->last && !parent->_private &&
	       parent->children->type == XML_TEXT_NODE;
}

static void on_start_without_blanks(void *user, const xmlChar *name,
				    const xmlChar *prefix, const xmlChar *space,
				    int n_spaces, const xmlChar **spaces, int n,
				    int n_defaults, const xmlChar **attributes)
{
	xmlNode *parent = ((xmlParserCtxt *)user)->node;

	/* It stays in the arena, unused. */
	if (parent && is_lone_blank(parent))
		parent->children = parent->last = NULL;
	on_start(user, name, prefix, space, n_spaces, spaces, n, n_defaults, attributes);
}

static void on_text(void *user, const xmlChar *s, int n)
{
	xmlNode *parent = ((xmlParserCtxt *)user)->node;

	if (parent && !parent->_private) {
		if (!is_blank(s, n))
			parent->_private = parent;
		else if (parent->last && parent->last->type == XML_ELEMENT_NODE)
			return;
	}
	sym_xmlSAX2Characters(user, s, n);
}

void tree_prepare(xmlParserCtxt *parser, bool blanks)
{
	parser->sax->startElementNs = blanks ? on_start : on_start_without_blanks;
	if (!blanks)
		parser->sax->characters = parser->sax->ignorableWhitespace = on_text;
}
