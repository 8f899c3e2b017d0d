/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/part-content.h"

void part_content_free(struct part_content *content)
{
	for (size_t i = 0; i < content->copies.n; i++) {
		free(content->copies.v[i].source);
		free(content->copies.v[i].target);
	}
	for (size_t i = 0; i < content->directories.n; i++)
		free(content->directories.v[i]);
	vec_free(&content->copies);
	vec_free(&content->directories);
	free(content->format);
	free(content->blocks);
	*content = (struct part_content){};
}
