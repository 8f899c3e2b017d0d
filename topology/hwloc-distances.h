/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-distances.h - whether the matrices of distances in hwloc's XML are complete.
 *
 * hwloc rejects a whole file if a matrix in it has too few or too many numbers, or if its
 * text is not as long as its attribute "length" says. Without the matrix the file is
 * still good.
 */
#pragma once

#include "base/text.h"

/* Zeroed at first; then the matrix that is open, if any. */
struct hwloc_distances {
	bool open;
	long line;      /* of its element */
	size_t mark;    /* where its copy begins */
	bool old;       /* of hwloc 1: no indexes */
	bool bad;       /* damaged already */
	size_t objects; /* what it claims */
	size_t indexes, values;
	/* Of the list that is open. */
	size_t *words;        /* what to count; NULL: none is open */
	size_t bytes, length; /* so far, and claimed */
	bool in_word;
};

/*
 * An element starts, text follows, an element ends. @objects and @length are the
 * attributes nbobjs and length, NULL: not given. @line is that of the element in the
 * file, @mark the size of the copy before it.
 */
void hwloc_distances_start(struct hwloc_distances *distances, const char *element,
			   const char *objects, const char *length, long line,
			   size_t mark);
void hwloc_distances_text(struct hwloc_distances *distances, const char *bytes, size_t n);
/* False if this ends a matrix that hwloc would reject; line and mark remain valid. */
bool hwloc_distances_end(struct hwloc_distances *distances, const char *element);
