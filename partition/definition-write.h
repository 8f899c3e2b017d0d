/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* definition-write.h - a layout as definitions of repart.d(5). */
#pragma once

#include "partition/definition.h"
#include "partition/disk-layout.h"

/* Files and their content, owned. */
struct definition_texts {
	VEC(struct definition_text {
		char *name; /* "10-esp.conf" */
		struct text text;
	})
	list;
};
void definition_texts_free(struct definition_texts *texts);
#define _cleanup_definition_texts_ _cleanup_(definition_texts_free)

/*
 * One definition for each partition of @layout, which was made of @request. On a disk of
 * the same size, systemd-repart makes the same partitions of them; this is tried before
 * they are returned, with its rules of @version. Error: something cannot be kept.
 */
int definition_texts_make(const struct disk_request *request,
			  const struct disk_layout *layout,
			  enum definition_version version, struct definition_texts *ret,
			  struct error *error) _must_check_;
/*
 * Writes the files into @directory, which is made if it does not exist. Error: it
 * contains a definition already.
 */
int definition_texts_write(const struct definition_texts *texts, const char *directory,
			   struct error *error) _must_check_;
