/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edit.h - changing a document's text and nothing else.
 *
 * An edit replaces a span. Edits are gathered, then applied once: sorted, disjoint, with
 * indentation and line ending taken from the neighbours; the result is parsed again.
 */
#pragma once

#include "base/document.h"

/*
 * An element as it should be. @attributes and @children are what we have an opinion on;
 * what an existing element has besides stays. A zeroed want is nothing.
 */
struct want {
	const char *name;
	VEC(struct want_attribute {
		const char *name;
		char *value; /* owned, not escaped; NULL: the attribute must go */
	}) attributes;
	VEC(struct want *) children; /* owned */
	char *content;		     /* owned text, NULL for none */
	const char *space;	     /* xmlns="..." to write on it, NULL */
	/* A child that must go: all of the name beyond those wanted before this one. */
	bool absent;
};

struct want *want_new(const char *name);
/* Sets an attribute from a format and returns @want. */
struct want *want_set(struct want *want, const char *name, const char *format, ...)
	_printf_(3, 4);
/* The attribute must go. Returns @want. */
struct want *want_unset(struct want *want, const char *name);
/* Makes a child and returns the child. */
struct want *want_child(struct want *want, const char *name);
struct want *want_content(struct want *want, const char *format, ...) _printf_(2, 3);
void want_free(struct want *want);

/* The edits of one document; zeroed but for the document. */
struct edits {
	const struct document *document;
	VEC(struct edit {
		struct span span;
		char *replacement; /* owned */
		size_t sequence;   /* keeps insertions at one place in order */
	}) list;
};

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
/* Replaces a whole element or any span. */
void edit_replace(struct edits *edits, struct span span, const char *replacement);
/*
 * Applies all edits to a new text. A fault is a bug in the edits: they overlap or the
 * result does not parse. No edits: the same bytes.
 */
int edits_apply(const struct edits *edits, struct text *ret, struct error *error);
void edits_free(struct edits *edits);
