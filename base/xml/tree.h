/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tree.h - what libxml2's parser puts into the tree. Private to document.c. */
#pragma once

#include <libxml/tree.h>
#include <stdbool.h>

/*
 * Attributes without a namespace and without references are made here, each with its
 * value in one block of the arena, which must be in use: libxml2 makes several blocks and
 * looks for ids in each. Unless @blanks, text that is only white space and next to an
 * element is left out, so that half of the nodes need not be made. The tree is the same
 * otherwise.
 */
void tree_prepare(xmlParserCtxt *parser, bool blanks);
