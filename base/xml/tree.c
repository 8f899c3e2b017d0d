/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The parser calls these functions, and they call libxml2's
 * (SAX2.c), which make every element, text, comment and namespace. The parser gives five
 * strings for each attribute: name, prefix, namespace, value and its end. A reference in
 * a value that it has not replaced still begins with an ampersand
 * (xmlParseAttValueInternal()), and is left to libxml2, as are namespaces.
 *
 * In an element with text that is not white space, white space between children is kept.
 */
#include "base/xml/xml-library.h"
#include "base/xml/tree.h"

#include "base/mem.h"
#include "base/xml/arena.h"

#include <libxml/parser.h>

#define STRINGS 5
enum { NAME, PREFIX, SPACE, VALUE, END };

/*
 * Whether the values are those in the text; @references: it has some. Nearly all texts
 * have none, so that values need not be searched.
 */
static bool all_plain(const xmlChar **attributes, int n, bool references)
{
	for (int i = 0; i < n; i++) {
		const xmlChar **it = attributes + (ptrdiff_t)i * STRINGS;

		if (it[PREFIX] ||
		    (references && memchr(it[VALUE], '&', (size_t)(it[END] - it[VALUE]))))
			return false;
	}
	return true;
}

/* With room for @n attributes and @bytes of values after them. */
static struct tree_element *allocate(size_t n, size_t bytes)
{
	struct tree_element *element = arena_allocate(
		sizeof(*element) + n * sizeof(*element->attributes) + bytes);

	*element = (struct tree_element){.number = -1, .n = (unsigned short)n};
	return element;
}

static struct tree_element *from_strings(const xmlChar **strings, int n)
{
	struct tree_element *element;
	size_t bytes = 0;
	char *value;

	for (int i = 0; i < n; i++)
		bytes += (size_t)(strings[i * STRINGS + END] -
				  strings[i * STRINGS + VALUE]) +
			 1;
	element = allocate((size_t)n, bytes);
	value = (char *)(element->attributes + n);
	for (int i = 0; i < n; i++, strings += STRINGS) {
		size_t length = (size_t)(strings[END] - strings[VALUE]);

		element->attributes[i] =
			(struct tree_attribute){.name = (const char *)strings[NAME],
						.value = value};
		memcpy(value, strings[VALUE], length);
		value[length] = '\0';
		value += length + 1;
	}
	return element;
}

/* The value, if it is one text: without nodes for entities. */
static const char *value_of(const xmlAttr *property)
{
	const xmlNode *value = property->children;

	if (!value)
		return "";
	return value->type == XML_TEXT_NODE && !value->next ? (const char *)value->content
							    : NULL;
}

static struct tree_element *from_properties(const xmlNode *node)
{
	struct tree_element *element;
	size_t n = 0;

	for (const xmlAttr *it = node->properties; it; it = it->next)
		n++;
	element = allocate(n, 0);
	n = 0;
	for (const xmlAttr *it = node->properties; it; it = it->next)
		element->attributes[n++] =
			(struct tree_attribute){it->ns, (const char *)it->name,
						value_of(it)};
	return element;
}

static void start(xmlParserCtxt *parser, const xmlChar *name, const xmlChar *prefix,
		  const xmlChar *space, int n_spaces, const xmlChar **spaces, int n,
		  int n_defaults, const xmlChar **attributes, bool plain)
{
	const xmlNode *before = parser->node;

	sym_xmlSAX2StartElementNs(parser, name, prefix, space, n_spaces, spaces,
				  plain ? 0 : n, n_defaults, plain ? NULL : attributes);
	/* After a failure it made no element. */
	if (parser->node == before)
		return;
	parser->node->_private =
		plain ? from_strings(attributes, n) : from_properties(parser->node);
}

static void on_start_for_xpath(void *user, const xmlChar *name, const xmlChar *prefix,
			       const xmlChar *space, int n_spaces, const xmlChar **spaces,
			       int n, int n_defaults, const xmlChar **attributes)
{
	start(user, name, prefix, space, n_spaces, spaces, n, n_defaults, attributes,
	      false);
}

static bool is_blank(const xmlChar *s, int n)
{
	for (int i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
			return false;
	return true;
}

/* Whether the only child is nothing but white space. */
static bool is_lone_blank(const xmlNode *parent)
{
	return parent->type == XML_ELEMENT_NODE && parent->children &&
	       parent->children == parent->last && !tree_element(parent)->has_text &&
	       parent->children->type == XML_TEXT_NODE;
}

/* It stays in the arena, unused. */
static void drop_lone_blank(const xmlParserCtxt *parser)
{
	if (parser->node && is_lone_blank(parser->node))
		parser->node->children = parser->node->last = NULL;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix,
		     const xmlChar *space, int n_spaces, const xmlChar **spaces, int n,
		     int n_defaults, const xmlChar **attributes)
{
	drop_lone_blank(user);
	start(user, name, prefix, space, n_spaces, spaces, n, n_defaults, attributes,
	      n_defaults == 0 && all_plain(attributes, n, false));
}

static void on_start_with_references(void *user, const xmlChar *name,
				     const xmlChar *prefix, const xmlChar *space,
				     int n_spaces, const xmlChar **spaces, int n,
				     int n_defaults, const xmlChar **attributes)
{
	drop_lone_blank(user);
	start(user, name, prefix, space, n_spaces, spaces, n, n_defaults, attributes,
	      n_defaults == 0 && all_plain(attributes, n, true));
}

static void on_text(void *user, const xmlChar *s, int n)
{
	xmlNode *parent = ((xmlParserCtxt *)user)->node;

	if (parent && !tree_element(parent)->has_text) {
		if (!is_blank(s, n))
			tree_element(parent)->has_text = true;
		else if (parent->last && parent->last->type == XML_ELEMENT_NODE)
			return;
	}
	sym_xmlSAX2Characters(user, s, n);
}

void tree_prepare(xmlParserCtxt *parser, bool xpath, bool references)
{
	if (xpath) {
		parser->sax->startElementNs = on_start_for_xpath;
		return;
	}
	parser->sax->startElementNs = references ? on_start_with_references : on_start;
	parser->sax->characters = parser->sax->ignorableWhitespace = on_text;
}
