/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit.h - changes a document's text and nothing else.
 *
 * An edit replaces a span. Edits are collected, then applied once: sorted, disjoint, with
 * indentation and line ending taken from the neighbours; the result is parsed again.
 */
#pragma once

#include "base/xml/edits.h"
#include "base/xml/want.h"

/*
 * Makes @element agree with @want, whose own name is ignored: attributes that differ are
 * replaced, missing ones added after the last, NULL ones removed; children are matched by
 * name and namespace (the n-th wanted one of a name with the n-th existing one) and
 * merged likewise, missing ones inserted after the last sibling of their name, else as
 * the last child. Attribute values that mean the same number (0x1f, 31, 0x001f) are
 * equal, but 010, which libvirt reads as octal, is only equal to itself. Content is equal
 * if it only differs in surrounding white space; comments next to it are kept. No
 * differences: no edit.
 */
void edit_merge(struct edits *edits, int element, const struct want *want);
/*
 * Inserts a new element into @parent, directly after @after (a child of it, or an element
 * inserted earlier after the same one), or as the last child if @after is -1, or as the
 * first if it is -2. A comment on the anchor's line stays next to the anchor.
 */
void edit_insert(struct edits *edits, int parent, int after, const struct want *want);
/*
 * Removes an element with its indentation and, if it is alone on it, its line. Nothing
 * else may be edited inside it.
 */
void edit_remove(struct edits *edits, int element);
