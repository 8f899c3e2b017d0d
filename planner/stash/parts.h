/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parts.h - shared by the files of the stash; see stash.c. */
#pragma once

#include "base/first.h"
#include "base/sha256.h"
#include "base/xml/document.h"

/*
 * A document that is changed repeatedly, and elements that are tracked through the
 * changes.
 */
struct stash_work {
	struct document document;
	VEC(int) tracked; /* -1 for a removed one */
};
int stash_work_begin(const struct document *document, struct stash_work *ret,
		     struct error *error) _must_check_;
void stash_work_free(struct stash_work *work);
#define _cleanup_stash_work_ _cleanup_(stash_work_free)
/* The work's document replaces *document. */
void stash_commit(struct document *document, struct stash_work *work);

/* Replacement bytes for a span of the text. */
struct stash_edit {
	struct span span;
	struct text bytes; /* owned by default */
};
void stash_edits_free(struct stash_edit *edits, size_t n);
/*
 * Makes edits, which are in the order of the text and do not overlap, and parses the
 * result. Updates the tracked elements. After an error the work is unchanged.
 */
int stash_change_many(struct stash_work *work, const struct stash_edit *edits, size_t n,
		      struct error *error) _must_check_;
/* The same for one edit. */
int stash_change(struct stash_work *work, struct span span, const struct text *bytes,
		 struct error *error) _must_check_;
/*
 * The first element that begins at or after a byte; the number of elements if none does.
 */
int stash_number_at(const struct document *document, size_t at);

/* The children of each element by number and by name; takes n log n steps to build. */
struct stash_index {
	size_t n;
	int *ordinals; /* number of siblings before each */
	int *starts, *children;
	char **names; /* of each, as in a path: "prefix:name" */
	struct firsts named;
};
void stash_index_make(const struct document *document, struct stash_index *ret);
void stash_index_free(struct stash_index *index);
int stash_index_count(const struct stash_index *index, int parent);
/* Ordinals count from 0, positions among those of the name from 1; -1 means none. */
int stash_index_child(const struct stash_index *index, int parent, int ordinal);
int stash_index_find(const struct stash_index *index, int parent, const char *name,
		     size_t position);

/*
 * Tracks the elements that an expression selects, in document order and without those
 * inside another of them. Errors: see stash_elements().
 */
int stash_select(struct stash_work *work, const char *xpath, struct error *error)
	_must_check_;

/* The original place of an element. Owns its strings. */
struct stash_place {
	char *from;        /* path of the parent */
	char *lead, *tail; /* white space that moved with the element */
	char *seal;        /* of what remained between its neighbours */
	uint64_t after;    /* number of siblings before it */
	uint64_t alike;    /* number of these with its name */
	uint64_t at_bytes; /* from the last of them to the element */
};
void stash_place_free(struct stash_place *place);
/*
 * The checksum of the neighbours' names and, added in between, of the text between them.
 */
void stash_seal_begin(struct sha256 *hash, const char *before, const char *next);
char *stash_seal_end(struct sha256 *hash) _must_check_;

/* Elements that are cut out of a document, last first; borrows it. See place.c. */
struct stash_cutting {
	const struct document *document;
	struct stash_index index;
	VEC(struct span) cuts; /* last first; none is adjacent to another */
	int *alike;            /* of the first of each name: how many remain */
	int *next;             /* of a cut element: its next remaining sibling */
};
void stash_cutting_begin(const struct document *document, struct stash_cutting *ret);
void stash_cutting_free(struct stash_cutting *cutting);
/* Finds the place of an element, which ends before all cut ones, and cuts it. */
void stash_cut(struct stash_cutting *cutting, int element, struct stash_place *ret);

/* Where the bytes of an inserted element begin. */
struct stash_start {
	size_t edit, at;
};
/* Elements that are inserted into a document, first to last; borrows it. See put.c. */
struct stash_filling {
	const struct document *document;
	struct stash_index index;
	int *added;        /* how many children each got */
	int *last_ordinal; /* and before which of its own children the last one went */
	struct firsts named;
	VEC(int) counts; /* of inserted children, by parent and name */
	VEC(struct stash_edit) edits;
	VEC(struct stash_start) starts; /* of each element */
	size_t n_left;                  /* bytes after the last one in its edit */
	int last_parent;
	const char *last_name;
};
void stash_filling_begin(const struct document *document, struct stash_filling *ret);
void stash_filling_free(struct stash_filling *filling);
/*
 * The element of the document that a path refers to; -1 if there is none, or it was
 * inserted, or it is before an inserted one.
 */
int stash_filling_find(const struct stash_filling *filling, const char *path);
/* A place among the children of an element. */
struct stash_spot {
	int parent, ordinal;
	bool after_last; /* no child of the document is between it and the last inserted
			     one */
	bool in_left;    /* and it is among the remaining bytes after that one */
	size_t at;       /* in the document's text, or in those bytes */
};
/* True if the place is unchanged, and after all inserted elements. */
bool stash_find_exact(const struct stash_filling *filling,
		      const struct stash_place *place, int parent, const char *name,
		      struct stash_spot *ret);
/* Puts an element of the document's stash, written as @bytes, there. */
void stash_fill(struct stash_filling *filling, const struct stash_spot *spot,
		const struct stash_place *place, const struct text *bytes, int element);
/* The change that puts back an element whose place has changed. */
void stash_put_somewhere(const struct stash_filling *filling,
			 const struct stash_place *place, int parent, const char *name,
			 const struct text *element, struct stash_edit *ret);

/* The stash in a document, or -1. */
int stash_find(const struct document *document);
/* The entry called @name, or -1. */
int stash_entry(const struct document *document, const char *name);
/* The same, or an error, also if it is not of the type that @is_text gives. */
int stash_find_named(const struct document *document, const char *name, bool is_text,
		     struct error *error) _must_check_;
/* Error unless @name is a valid name of an entry; NULL is valid. */
int stash_check_name(const char *name, struct error *error) _must_check_;
/*
 * Adds an entry as the first in the stash; creates the stash if needed. @tag: "element"
 * or "text".
 */
int stash_add_entry(struct stash_work *work, const char *tag,
		    const struct text *attributes, const struct text *content,
		    struct error *error) _must_check_;
/* Removes an entry and what was created for it. */
int stash_remove_entry(struct stash_work *work, int entry, struct error *error)
	_must_check_;
/*
 * The start of the white space between an element and the preceding tag, if there is only
 * white space.
 */
struct span stash_with_gap(const struct document *document, int element);

/* How an entry is added to an existing stash. Borrows the document. */
struct stash_frame {
	int stash;
	size_t at; /* where the first entry goes, with its gap */
	const char *prefix;
	char *gap; /* owned */
	char quote;
	/*
	 * The gap comes from elements up to this one, and from <metadata>'s first child.
	 */
	int floor, first;
};
/* False if there is no stash, or if entries would not all be written alike. */
bool stash_frame_of(const struct document *document, struct stash_frame *ret);
void stash_frame_free(struct stash_frame *frame);
void stash_frame_entry(const struct stash_frame *frame, struct text *text,
		       const struct text *attributes, const struct text *content);

/* The attributes of an entry: declarations that its element needs, and its name. */
void stash_name_entry(struct text *text, const struct document *document, int element,
		      const char *name);
/* Further attributes: its place. */
void stash_add_place(struct text *text, char quote, const struct stash_place *place);
void stash_read_place(const struct document *document, int entry,
		      struct stash_place *ret);
/* The element in an entry. */
int stash_parked(const struct document *document, int entry, struct error *error)
	_must_check_;
/* A parked element's text, with the declarations that it needs in @place. */
void stash_add_parked(struct text *text, const struct document *document, int element,
		      int place);

struct stash_parking {
	size_t slot;      /* index in the tracked elements */
	const char *name; /* its name in the stash, which no entry has yet */
};
/*
 * Parks as many elements of the list, which is ordered last to first, as can be parked in
 * one change: 0 or at least 2. Returns -1, with everything unchanged, if the resulting
 * document cannot be parsed.
 */
int stash_park_run(struct stash_work *work, const struct stash_parking *list, size_t n,
		   size_t *ret_n) _must_check_;

/* Owns its strings. */
struct stash_names {
	VEC(char *) list;
};
void stash_names_free(struct stash_names *names);
/*
 * Brings back the element in an entry. It becomes the last tracked one; the caller frees
 * *ret_name. Errors: the parent does not exist, the entry is malformed.
 */
int stash_bring_one(struct stash_work *work, int entry, char **ret_name,
		    struct error *error) _must_check_;
/*
 * Brings back elements from the top of the stash up to @wanted (NULL: all), as many as
 * can be done in one change, at most @most: none or at least 2. They become the last
 * tracked ones, and their names are added to *ret. -1: as above.
 */
int stash_bring_run(struct stash_work *work, const char *wanted, size_t most,
		    struct stash_names *ret) _must_check_;
/*
 * The error for an entry that is not found, which happens only if the stash was edited.
 */
int stash_entry_lost(const struct document *document, const char *name,
		     struct error *error) _must_check_;
