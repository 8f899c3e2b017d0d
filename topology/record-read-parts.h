/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* record-read-parts.h - shared by the files of the record reader. */
#pragma once

#include "base/error.h"
#include "base/xml/document.h"
#include "topology/machine.h"
#include "topology/record-field.h"

/* An element whose children may follow. */
struct record_open {
	int number;
	const struct element *row; /* NULL: ignored, with everything in it */
	void *base;
	size_t rank; /* of the last child */
};

#define DEPTH 8
struct record_reader {
	const struct document *document;
	struct machine *machine;
	struct error *error;
	bool later;           /* of a minor version newer than ours */
	struct text left_out; /* of such a version: "element tpm, attribute speed" */
	size_t n_left_out;    /* more of them than that may be */
	struct record_open open[DEPTH];
	int depth;
	/*
	 * By row of machine_elements, of what a struct contains: index bits, in the open
	 * function.
	 */
	unsigned seen[32];
	int distances;      /* element, -1 */
	VEC(int) functions; /* element of each */
};

/* Reports an error about an element; -1. */
int record_fault(struct record_reader *reader, int element, const char *format, ...)
	_printf_(3, 4) _must_check_;
/* The root is not that of a record that we can read; -1. */
int record_foreign(struct record_reader *reader) _must_check_;
/* Reads the version, and whether it is later than ours. */
int record_read_version(struct record_reader *reader) _must_check_;
/*
 * Something without a meaning for us below or at @element: an error, or 0 if a newer
 * minor version may have added it.
 */
int record_unknown(struct record_reader *reader, int element, const char *what,
		   const char *name) _must_check_;
/*
 * Whether it is a word that a newer minor version may have added; the field is unknown.
 */
bool record_word_later(struct record_reader *reader, int element,
		       const struct field *field, const char *value, void *base);
/* One complaint about everything that was left out, if anything was. */
void record_say_left_out(struct record_reader *reader);
/* The row of a child element, NULL if there is none. */
const struct element *record_row(const struct element *parent, const char *name);
/* What no row can express: references between functions, affinities, facts. */
int record_finish(struct record_reader *reader) _must_check_;
