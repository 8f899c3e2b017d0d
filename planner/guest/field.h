/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field.h - reads the scalars of a domain by tables: each row says where a value is in
 * the XML, how libvirt would read it, and which member of a struct it fills. Used only by
 * read.c and read-devices.c.
 *
 * How libvirt 9.0 reads numbers (src/util/virstring.c, virStrToLong_ui and similar
 * functions, called from all of src/conf; each was tried with its test driver): white
 * space and a '+' may come before the number, but nothing after it, so the end tag of
 * `<vcpu>4</vcpu>` must be on the same line. Some attributes must be decimal, others may
 * be hexadecimal (0x) or octal (leading 0).
 */
#pragma once

#include "planner/guest/guest.h"

enum field_kind {
	GUEST_FIELD_STRING,   /* char *, owned; trimmed content */
	GUEST_FIELD_DECIMAL,  /* struct guest_number, 32 bits */
	GUEST_FIELD_POSITIVE, /* the same, but not 0 */
	GUEST_FIELD_MAYBE,    /* a decimal number; an empty element counts as absent */
	GUEST_FIELD_NUMBER,   /* the same in C notation: 16, 0x10, 020 */
	GUEST_FIELD_LONG,     /* the same, decimal, 64 bits */
	GUEST_FIELD_WIDE,     /* the same in hexadecimal, with or without 0x, 64 bits */
	GUEST_FIELD_MEMORY, /* the same with the element's unit attribute, KiB without one
			     */
	GUEST_FIELD_BYTES,  /* the same, bytes without a unit */
	GUEST_FIELD_ON_OFF, /* struct guest_switch */
	GUEST_FIELD_YES_NO,
	GUEST_FIELD_SET,     /* struct guest_set */
	GUEST_FIELD_ELEMENT, /* int: the element's number */
	GUEST_FIELD_PRESENT, /* bool: the element exists */
};

/*
 * @path is "a/b@c" for attribute c of the first a/b below the element at hand, "@c" for
 * its own, "a/b" for the content or for the element itself, "" for its own content.
 */
struct guest_field {
	const char *path;
	enum field_kind kind;
	size_t offset; /* of the member */
};

/* Fills the zeroed @object from @element; complaints go to @guest. */
void fields_fill(struct guest *guest, int element, const struct guest_field *fields,
		 size_t n, void *object);
#define FIELDS_FILL(guest, element, fields, object)                                      \
	fields_fill(guest, element, fields, ARRAY_SIZE(fields), object)

/* Adds a complaint about a malformed value. @attribute is NULL for the content. */
void guest_complain(struct guest *guest, int element, const char *attribute,
		    const char *expected);

#define ROW(path, kind, type, member)                                                    \
	{path, GUEST_FIELD_##kind, offsetof(struct type, member)}

/* Each element called @name below @parent; nothing if @parent is -1. */
#define foreach_child(element, document, parent, name)                                   \
	for (int element = (parent) < 0 ? -1 : document_child(document, parent, name);   \
	     element >= 0; element = document_next(document, element, name))

/* Reads everything in <devices> (read-devices.c). */
void guest_read_devices(struct guest *guest);
