/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* part-content.h - what a requested partition is to contain. */
#pragma once

#include "base/vec.h"

/* Owns its strings. Zeroed: nothing. */
struct part_content {
	char *format; /* of a file system; NULL: none */
	char *blocks; /* a file that is copied as it is; NULL: none */
	/* Files and folders, and where they go in the file system. */
	VEC(struct part_copy {
		char *source;
		char *target;
	})
	copies;
	VEC(char *) directories; /* that are made in it */
	bool minimize; /* the partition is at least as large as the file system */
};

void part_content_free(struct part_content *content);
static inline bool part_content_is_empty(const struct part_content *content)
{
	return !content->format && !content->blocks && content->copies.n == 0 &&
	       content->directories.n == 0;
}
