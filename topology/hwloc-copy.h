/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-copy.h - an XML file as hwloc itself would have written it, made of the elements
 * that libxml2 found in it.
 *
 * Of hwloc's two parsers, that on libxml2 would parse the file a second time, and build a
 * tree. The other one, which needs no library and takes a fifth of the time, only reads
 * what hwloc writes: double quotes, seven references, no comments, no CDATA. A copy in
 * that form is read the same by both, so hwloc gets exactly what our checks saw.
 */
#pragma once

#include "base/text.h"

/* One attribute as libxml2 passes it; @end is after the value. */
struct hwloc_attribute {
	const unsigned char *name, *prefix, *space, *value, *end;
};

enum hwloc_copied { COPIED_CHILDREN, COPIED_EMPTY, COPIED_TEXT, COPIED_NOTHING };

/* Zeroed at first. */
struct hwloc_copy {
	struct text text; /* owned */
	/* Of the last element that is copied without children, and how many are open from
	 * it on. */
	enum hwloc_copied kind;
	int below;
};

/* The start tag of the root element, with the version of the format. */
void hwloc_copy_root(struct hwloc_copy *copy, unsigned major, unsigned minor);
/* Makes a file of version 3.0 one of version 2.0; false if it is another version. */
bool hwloc_copy_lower(struct hwloc_copy *copy);
/* An element below the root, text, and the end of any element. */
void hwloc_copy_start(struct hwloc_copy *copy, const char *name,
		      const struct hwloc_attribute *attributes, size_t n);
void hwloc_copy_text(struct hwloc_copy *copy, const char *bytes, size_t n);
void hwloc_copy_end(struct hwloc_copy *copy, const char *name);
/* Removes what was copied since the text had @n bytes: whole elements. */
void hwloc_copy_cut(struct hwloc_copy *copy, size_t n);
