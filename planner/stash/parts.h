/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parts.h - what the files of the stash share; see stash.c. */
#pragma once

#include "base/first.h"
#include "base/sha256.h"
#include "base/xml/document.h"

/* A document that is changed again and again, and elements followed through it. */
struct stash_work {
	struct document document;
	VEC(int) tracked; /* -1 for one that is gone */
};
int stash_work_begin(const struct document *document, struct stash_work *ret,
		     struct error *error) _must_check_;
void stash_work_free(struct stash_work *work);
#define _cleanup_stash_work_ _cleanup_(stash_work_free)
/* The work's document takes the place of *document. */
void stash_commit(struct document *document, struct stash_work *work);

/* Bytes for a span of the text. */
struct stash_edit {
	struct span span;
	struct text bytes; /* owned, unless it says otherwise */
};
void stash_edits_free(struct stash_edit *edits, size_t n);
/*
 * Makes edits, which are in the order of the text and do not overlap, and parses the
 * result; tracked elements move along. After a fault the work is as it was.
 */
int stash_change_many(struct stash_work *work, const struct stash_edit *edits, size_t n,
		      struct error *error) _must_check_;
/* The same for one. */
int stash_change(struct stash_work *work, struct span span, const struct text *bytes,
		 struct error *error) _must_check_;
/* The element that begins at or behind a byte; their number if none does. */
int stash_number_at(const struct document *document, size_t at);

/* The children of each element by number and by name; n log n steps to make. */
struct stash_index {
	size_t n;
	int *ordinals; /* how many sibling elements stand before each */
	int *starts, *children;
	char **names; /* of each, as a path has it: "prefix:name" */
	struct firsts named;
};
void stash_index_make(const struct document *document, struct stash_index *ret);
void stash_index_free(struct stash_index *index);
int stash_index_count(const struct stash_index *index, int parent);
/* Ordinals are from 0, positions among those of the name from 1; -1: there is none. */
int stash_index_child(const struct stash_index *index, int parent, int ordinal);
int stash_index_find(const struct stash_index *index, int parent, const char *name,
		     size_t position);

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
/* The checksum of the neighbours' names and, added in between, of what lies between. */
void stash_seal_begin(struct sha256 *hash, const char *before, const char *behind);
char *stash_seal_end(struct sha256 *hash) _must_check_;

/* Elements that are cut out of a document, the last first; borrows it. See place.c. */
struct stash_cutting {
	const struct document *document;
	struct stash_index index;
	VEC(struct span) cuts; /* the last first; none touches another */
	int *alike;            /* of the first of each name: how many of them are left */
	int *behind;           /* of what was cut: the next sibling that is left */
};
void stash_cutting_begin(const struct document *document, struct stash_cutting *ret);
void stash_cutting_free(struct stash_cutting *cutting);
/* Finds out where an element stands, which ends before all that was cut, and cuts it. */
void stash_cut(struct stash_cutting *cutting, int element, struct stash_place *ret);

/* Where the bytes of an element that was put in begin. */
struct stash_start {
	size_t edit, at;
};
/* Elements that are put into a document, the first first; borrows it. See put.c. */
struct stash_filling {
	const struct document *document;
	struct stash_index index;
	int *added;        /* how many children each got */
	int *last_ordinal; /* and before which of its own the last one went */
	struct firsts named;
	VEC(int) counts; /* of children that were put in, by parent and name */
	VEC(struct stash_edit) edits;
	VEC(struct stash_start) starts; /* of each element */
	size_t n_left;                  /* bytes behind the last one in its edit */
	int last_parent;
	const char *last_name;
};
void stash_filling_begin(const struct document *document, struct stash_filling *ret);
void stash_filling_free(struct stash_filling *filling);
/*
 * The element of the document that a path stands for; -1 also for one that was put in,
 * or that stands before one.
 */
int stash_filling_find(const struct stash_filling *filling, const char *path);
/* A place among the children of an element. */
struct stash_spot {
	int parent, ordinal;
	bool behind_last; /* no child of the document is between it and the last put in */
	bool in_left;     /* and it is among the bytes left behind that one */
	size_t at;        /* in the document's text, or in those bytes */
};
/* True if the place is as it was, and behind all that was put in. */
bool stash_find_exact(const struct stash_filling *filling,
		      const struct stash_place *place, int parent, const char *name,
		      struct stash_spot *ret);
/* Puts an element of the document's stash, written as @bytes, there. */
void stash_fill(struct stash_filling *filling, const struct stash_spot *spot,
		const struct stash_place *place, const struct text *bytes, int element);
/* The change that puts an element where its place is not what it was. */
void stash_put_somewhere(const struct stash_filling *filling,
			 const struct stash_place *place, int parent, const char *name,
			 const struct text *element, struct stash_edit *ret);

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
/* From behind the tag before an element, if only white space stands between. */
struct span stash_with_gap(const struct document *document, int element);

/* How an entry is added to a stash that is there. Borrows the document. */
struct stash_frame {
	int stash;
	size_t at; /* where the first entry goes, with its gap */
	const char *prefix;
	char *gap; /* owned */
	char quote;
	/* The gap comes from elements up to this one, and from <metadata>'s first child.
	 */
	int floor, first;
};
/* False if there is no stash, or if entries would not all be written alike. */
bool stash_frame_of(const struct document *document, struct stash_frame *ret);
void stash_frame_free(struct stash_frame *frame);
void stash_frame_entry(const struct stash_frame *frame, struct text *text,
		       const struct text *attributes, const struct text *content);

/* The attributes of an entry: what the element in it needs declared, and its name. */
void stash_name_entry(struct text *text, const struct document *document, int element,
		      const char *name);
/* Further attributes: its place. */
void stash_add_place(struct text *text, char quote, const struct stash_place *place);
void stash_read_place(const struct document *document, int entry,
		      struct stash_place *ret);
/* The one element in an entry. */
int stash_parked(const struct document *document, int entry, struct error *error)
	_must_check_;
/* A parked element's text, with declarations that it will need in @place. */
void stash_add_parked(struct text *text, const struct document *document, int element,
		      int place);

struct stash_parking {
	size_t slot; /* where the element is tracked */
	const char
		*name; /* what it is called in the stash, where no entry is called so */
};
/*
 * Parks as many elements of the list, which goes from the last to the first, as can be
 * parked in one go: 0 or at least 2. -1, and all is as it was: these make a document that
 * cannot be read.
 */
int stash_park_run(struct stash_work *work, const struct stash_parking *list, size_t n,
		   size_t *ret_n) _must_check_;

/* Owns its strings. */
struct stash_names {
	VEC(char *) list;
};
void stash_names_free(struct stash_names *names);
/*
 * Brings back the element in an entry. It is tracked as the last, *ret_name is the
 * caller's. Faults: the parent is not there, the entry is not as we write it.
 */
int stash_bring_one(struct stash_work *work, int entry, char **ret_name,
		    struct error *error) _must_check_;
/*
 * Brings back elements from the top of the stash up to @wanted (NULL: all), as far as it
 * can be done in one go, at most @most: none or at least 2. They are tracked as the last,
 * and their names added to *ret. -1: as above.
 */
int stash_bring_run(struct stash_work *work, const char *wanted, size_t most,
		    struct stash_names *ret) _must_check_;
/* The fault of an entry that is not found: only a stash that somebody changed has it. */
int stash_entry_lost(const struct document *document, const char *name,
		     struct error *error) _must_check_;
