/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edits.h - the edits that were collected for one document. */
#pragma once

#include "base/xml/document.h"

/* The edits of one document; zeroed except for the document. */
struct edits {
	const struct document *document;
	VEC(struct edit {
		struct span span;
		char *replacement; /* owned */
		size_t sequence;   /* keeps the order of insertions at one position */
	})
	list;
};

/* Replaces a whole element or any span. */
void edit_replace(struct edits *edits, struct span span, const char *replacement);
/*
 * Applies all edits to a new text. An error is a bug in the edits: they overlap or the
 * result cannot be parsed. No edits: the same bytes.
 */
int edits_apply(const struct edits *edits, struct text *ret, struct error *error)
	_must_check_;
void edits_free(struct edits *edits);
