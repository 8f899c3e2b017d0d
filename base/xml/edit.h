/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit.h - changing a document's text and nothing else.
 *
 * An edit replaces a span. Edits are gathered, then applied once: sorted, disjoint, with
 * indentation and line ending taken from the neighbours; the result is parsed again.
 */
#pragma once

#include "base/xml/edits.h"
#include "base/xml/want.h"

/*
 * Makes @element agree with @want, whose own name is not looked at: attributes that
 * differ are replaced, missing ones added behind the last, NULL ones removed; children
 * are matched by name and namespace (the n-th wanted of a name with the n-th there) and
 * merged likewise, missing ones inserted behind the last sibling of their name, else as
 * the last child. Attribute values that mean the same number (0x1f, 31, 0x001f) count
 * as equal, but 010, which libvirt takes as octal, is equal to itself only. Content is
 * equal if it is so but for white space around it; comments beside it stay. Nothing
 * differs: no edit.
 */
void edit_merge(struct edits *edits, int element, const struct want *want);
/*
 * Inserts a new element into @parent, directly behind @after (a child of it, or an
 * element inserted earlier behind the same one), or as the last child if @after is -1,
 * or as the first if it is -2. A comment on the anchor's line stays beside the anchor.
 */
void edit_insert(struct edits *edits, int parent, int after, const struct want *want);
/*
 * Removes an element with the indentation and the line it stood on alone. Nothing else
 * may be edited inside it.
 */
void edit_remove(struct edits *edits, int element);
