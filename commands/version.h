/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* version.h - what `--version` prints. */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* A library that is loaded when it is needed, or is linked, which counts as found. */
struct version_library {
	const char *name, *soname; /* NULL: linked */
	bool (*exists)(const char *soname);
	int (*load)(struct error *error); /* for the reason, if it does not exist */
};

/* Those of this program (list.c, list-hook.c); ends with a zeroed row. */
extern const struct version_library version_libraries[];

/* Appends lines of text; the first one has the version. */
void text_add_version(struct text *text, const char *program);
