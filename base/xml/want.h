/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* want.h - an element of a document as it should be. */
#pragma once

#include "base/vec.h"

/*
 * An element as it should be. @attributes and @children are those that matter to us;
 * others that an existing element has are kept. A zeroed want is nothing.
 */
struct want {
	const char *name;
	VEC(struct want_attribute {
		const char *name;
		char *value; /* owned, not escaped; NULL: remove the attribute */
	})
	attributes;
	VEC(struct want *) children; /* owned */
	char *content;               /* owned text, NULL for none */
	const char *space;           /* xmlns="..." to write on it, NULL */
	/* A child to remove: all of this name beyond those wanted before this one. */
	bool absent;
	/* A new child goes directly before the first of this name; NULL: at the end. */
	const char *before;
};

struct want *want_new(const char *name);
/* Sets an attribute from a format and returns @want. */
struct want *want_set(struct want *want, const char *name, const char *format, ...)
	_printf_(3, 4);
/* Removes the attribute. Returns @want. */
struct want *want_unset(struct want *want, const char *name);
/* Makes a child and returns the child. */
struct want *want_child(struct want *want, const char *name);
struct want *want_content(struct want *want, const char *format, ...) _printf_(2, 3);
void want_free(struct want *want);
