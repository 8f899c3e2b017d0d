/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* want.h - an element of a document as it should be. */
#pragma once

#include "base/vec.h"

/*
 * An element as it should be. @attributes and @children are what we have an opinion on;
 * what an existing element has besides stays. A zeroed want is nothing.
 */
struct want {
	const char *name;
	VEC(struct want_attribute {
		const char *name;
		char *value; /* owned, not escaped; NULL: the attribute must go */
	})
	attributes;
	VEC(struct want *) children; /* owned */
	char *content;               /* owned text, NULL for none */
	const char *space;           /* xmlns="..." to write on it, NULL */
	/* A child that must go: all of the name beyond those wanted before this one. */
	bool absent;
};

struct want *want_new(const char *name);
/* Sets an attribute from a format and returns @want. */
struct want *want_set(struct want *want, const char *name, const char *format, ...)
	_printf_(3, 4);
/* The attribute must go. Returns @want. */
struct want *want_unset(struct want *want, const char *name);
/* Makes a child and returns the child. */
struct want *want_child(struct want *want, const char *name);
struct want *want_content(struct want *want, const char *format, ...) _printf_(2, 3);
void want_free(struct want *want);
