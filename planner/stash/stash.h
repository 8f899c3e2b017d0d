/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stash.h - parking parts of a domain in its <metadata>, where libvirt keeps what it does
 * not understand, and bringing them back to where they stood, byte for byte.
 */
#pragma once

#include "base/xml/document.h"

#define STASH_NAMESPACE "urn:virt-layout:stash:1"

/* What is parked, newest first within one call's order; borrows the document. */
struct stash_item {
	int element;      /* of the document: the entry in the stash */
	const char *name; /* unique among the items; never NULL */
	const char *from; /* path of the element that it stood in, NULL for a text */
	bool is_text;
};
struct stash_list {
	VEC(struct stash_item) list;
};

/* What is parked in a document; an entry that lost its name is left out. */
void stash_items(const struct document *document, struct stash_list *ret);
void stash_list_free(struct stash_list *list);
#define _cleanup_stash_list_ _cleanup_(stash_list_free)

/*
 * Moves the elements that @xpath selects into the stash of *document, which is replaced.
 * Prefixes are those that the document declares. @name is what they are called, with -2,
 * -3 and so on behind where it is taken; NULL: the element's own name. *ret_n is how many
 * there were; elements within one that is moved go with it, and what is parked already
 * is passed by. Faults (status 2), with *document as it was: no domain, an expression
 * that is wrong or selects no element, the root, the <metadata>.
 */
int stash_elements(struct document *document, const char *xpath, const char *name,
		   size_t *ret_n, struct error *error) _must_check_;
/* The same for any bytes, well-formed or not: CDATA, or base64 where XML cannot hold
 * them. */
int stash_text(struct document *document, const char *name, const struct text *bytes,
	       struct error *error) _must_check_;

/*
 * Puts elements back: those of the @n names, or with none all. A text of that name is a
 * fault, see below. Where nothing around an element's old place has changed, it is as it
 * was to the byte; else it comes behind the siblings of its name that it came behind.
 * The stash goes when it is empty, and <metadata> with it if stashing made it. Faults
 * (status 2), with *document as it was: no such name, the place is gone.
 */
int unstash(struct document *document, const char *const *names, size_t n,
	    struct error *error) _must_check_;
/* Takes a text out of the stash; its bytes are added to *ret. Faults as above. */
int unstash_text(struct document *document, const char *name, struct text *ret,
		 struct error *error) _must_check_;
