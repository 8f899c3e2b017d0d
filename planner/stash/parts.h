/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stash-parts.h - what the files of the stash share; see stash.c. */
#pragma once

#include "base/xml/document.h"

/* A document that is changed again and again, and elements followed through it. */
struct stash_work {
	struct document document;
	VEC(int) tracked;
};
int stash_work_begin(const struct document *document, struct stash_work *ret,
		     struct error *error) _must_check_;
void stash_work_free(struct stash_work *work);
#define _cleanup_stash_work_ _cleanup_(stash_work_free)
/* The work's document takes the place of *document. */
void stash_commit(struct document *document, struct stash_work *work);
/* Replaces a span by bytes and parses the result; tracked elements behind it move. */
int stash_change(struct stash_work *work, struct span span, const struct text *bytes,
		 struct error *error) _must_check_;

/*
 * Tracks the elements that an expression selects, in document order and without those
 * within another of them. Faults: see stash_elements().
 */
int stash_select(struct stash_work *work, const char *xpath, struct error *error)
	_must_check_;

/* Where an element stood. Owns its strings. */
struct stash_place {
	char *from;        /* path of the parent */
	char *lead, *tail; /* white space that went with the element */
	char *seal;        /* of what stayed between its neighbours */
	uint64_t after;    /* how many sibling elements stood before it */
	uint64_t alike;    /* how many of them had its name */
	uint64_t at_bytes; /* from the last of them to the element */
};
void stash_place_free(struct stash_place *place);

/* Finds out where @element stands and which span has to go to remove it. */
void stash_place_of(const struct document *document, int element, struct stash_place *ret,
		    struct span *ret_cut);
/* The element that document_path() gave @path for, -1. */
int stash_find_path(const struct document *document, const char *path);
/*
 * Puts an element, its text from the '<' on, back; *ret is its number. Fault: the parent
 * is not there.
 */
int stash_put_back(struct stash_work *work, const struct stash_place *place,
		   const struct text *element, int *ret, struct error *error)
	_must_check_;

/* The stash in a document, -1. */
int stash_find(const struct document *document);
/* The entry called @name, -1. */
int stash_entry(const struct document *document, const char *name);
/* The same, or a fault, also where it is not what @is_text says. */
int stash_find_named(const struct document *document, const char *name, bool is_text,
		     struct error *error) _must_check_;
/* Fault unless an entry may be called so; NULL is fine. */
int stash_check_name(const char *name, struct error *error) _must_check_;
/* Adds an entry, the first in the stash; makes what it needs. @tag: "element", "text". */
int stash_add_entry(struct stash_work *work, const char *tag,
		    const struct text *attributes, const struct text *content,
		    struct error *error) _must_check_;
/* Removes an entry and what was made for it. */
int stash_remove_entry(struct stash_work *work, int entry, struct error *error)
	_must_check_;
