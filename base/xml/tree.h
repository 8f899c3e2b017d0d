/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tree.h - what libxml2's parser puts into the tree, and what we keep for each element.
 */
#pragma once

#include <libxml/tree.h>
#include <stdbool.h>

struct tree_attribute {
	const xmlNs *ns;   /* NULL: none, or its prefix is not declared */
	const char *name;  /* without a declared prefix */
	const char *value; /* references resolved; NULL: not one text, which has no use */
};

/* The `_private` of each element. Declarations of namespaces are not attributes. */
struct tree_element {
	int number; /* -1 until span.c has found it */
	bool has_text;
	unsigned short n;
	struct tree_attribute attributes[];
};

static inline struct tree_element *tree_element(const xmlNode *node)
{
	return node->_private;
}

/* The attributes of an element, from the first to before the end. */
static inline const struct tree_attribute *tree_attributes(const xmlNode *node)
{
	return tree_element(node)->attributes;
}

static inline const struct tree_attribute *tree_attributes_end(const xmlNode *node)
{
	return tree_element(node)->attributes + tree_element(node)->n;
}

/*
 * Attributes without a namespace and without references are made here, in one block of
 * the arena for each element: libxml2 makes several for each attribute and looks for ids.
 * If the tree is for an XPath expression (@xpath), it has libxml2's attributes, too, and
 * text that is only white space and next to an element, which is left out otherwise: so
 * half of the nodes need not be made. @references: the text has an ampersand.
 */
void tree_prepare(xmlParserCtxt *parser, bool xpath, bool references);
