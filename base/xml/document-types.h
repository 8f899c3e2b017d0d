/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * document-types.h - the parts of a document: its text, its tree, and the position of
 * each element.
 */
#pragma once

#include "base/file.h"
#include "base/text.h"
#include "base/vec.h"
#include "base/xml/arena.h"
#include "base/xml/tree.h"

#include <libxml/tree.h>

/* Bytes [start, end) of a text of at most FILE_LIMIT: small, since there are many. */
struct span {
	uint32_t start, end;
};

struct document_attribute {
	struct span whole; /* with the white space before it, through the closing quote */
	struct span name;  /* including its prefix */
	struct span value; /* between the quotes */
};

struct document_element {
	xmlNode *node;
	int parent;               /* element number, -1 for the root */
	int line, column;         /* of the '<', from 1; columns are characters */
	struct span start_tag;    /* '<' through '>' */
	struct span content;      /* between the tags; empty at start_tag.end for <x/> */
	struct span end_tag;      /* empty for <x/> */
	unsigned first_attribute; /* in document.attributes */
	unsigned short n_attributes;
	bool self_closing;
	/* For document_position() and document_step(); 0 until they are counted. */
	bool shared;       /* there are several of its name among the siblings */
	unsigned position; /* from 1, among siblings with this name in the text */
};

/* Owns everything in it. */
struct document {
	char *name; /* for messages: the file's name as the user gave it */
	struct text text;
	xmlDoc *xml;
	struct arena arena; /* the tree's memory */
	/* Set before parsing: the tree is for XPath expressions, too (tree.h). */
	bool xpath;
	long blanked_line; /* of an element whose content was not read; 0: none */
	VEC(struct document_element) elements;
	VEC(struct document_attribute) attributes;
};
