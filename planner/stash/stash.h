/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stash.h - parks parts of a domain in its <metadata>, where libvirt keeps what it does
 * not understand, and brings them back to their places, byte for byte.
 */
#pragma once

#include "base/xml/document.h"

#define STASH_NAMESPACE "urn:virt-layout:stash:1"

/* A parked item; newest first, in the order of one call. Borrows the document. */
struct stash_item {
	int element;      /* of the document: the entry in the stash */
	const char *name; /* unique among the items; never NULL */
	const char *from; /* path of its original parent, NULL for a text */
	bool is_text;
};
struct stash_list {
	VEC(struct stash_item) list;
};

/* The items that are parked in a document, except entries that lost their names. */
void stash_items(const struct document *document, struct stash_list *ret);
void stash_list_free(struct stash_list *list);
#define _cleanup_stash_list_ _cleanup_(stash_list_free)

/*
 * Moves the elements that @xpath selects into the stash of *document, which is replaced.
 * Prefixes are those that the document declares. The entries are called @name (NULL: the
 * element's own name), with -2, -3 and so on appended if the name is in use. *ret_n is
 * the number of elements; elements inside a moved one move with it, and parked ones are
 * skipped. Errors (status 2), with *document unchanged: not a domain, a bad expression,
 * or one that selects nothing, the root or the <metadata>.
 */
int stash_elements(struct document *document, const char *xpath, const char *name,
		   size_t *ret_n, struct error *error) _must_check_;
/*
 * The same for any bytes, well-formed or not: as CDATA, or as base64 if XML cannot
 * contain them.
 */
int stash_text(struct document *document, const char *name, const struct text *bytes,
	       struct error *error) _must_check_;

/*
 * Puts elements back: those of the @n names, or all if @n is 0. A text of that name is an
 * error, see below. If nothing around an element's old place has changed, the result is
 * the same to the byte; otherwise the element goes after as many siblings of its name as
 * before. An empty stash is removed, and <metadata> with it if stashing created it.
 * Errors (status 2), with *document unchanged: no such name, the place no longer exists.
 */
int unstash(struct document *document, const char *const *names, size_t n,
	    struct error *error) _must_check_;
/* Removes a text from the stash; its bytes are added to *ret. Errors as above. */
int unstash_text(struct document *document, const char *name, struct text *ret,
		 struct error *error) _must_check_;
