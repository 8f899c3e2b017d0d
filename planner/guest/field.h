/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guest-field.h - reading the scalars of a domain by tables: each row says where a value
 * stands in the XML, how libvirt would read it, and which member of a struct it fills.
 * Used by guest-read.c only.
 *
 * How libvirt 9.0 reads numbers (src/util/virstring.c, virStrToLong_ui and its like, all
 * over src/conf; tried out one by one on its test driver): white space and a '+' may come
 * first, nothing may come behind, so `<vcpu>4</vcpu>` must not have its end tag on the
 * next line. Some attributes are decimal only, others take 0x and, with a leading 0,
 * octal.
 */
#pragma once

#include "planner/guest/guest.h"

enum field_kind {
	GUEST_FIELD_STRING,   /* char *, owned; trimmed content */
	GUEST_FIELD_DECIMAL,  /* struct guest_number, 32 bits */
	GUEST_FIELD_POSITIVE, /* the same, but not 0 */
	GUEST_FIELD_MAYBE,    /* a decimal number; an empty element says nothing */
	GUEST_FIELD_NUMBER,   /* the same in C's notation: 16, 0x10, 020 */
	GUEST_FIELD_LONG,     /* the same, decimal, 64 bits */
	GUEST_FIELD_MEMORY, /* the same with the element's unit attribute, KiB without one
			     */
	GUEST_FIELD_ON_OFF, /* struct guest_switch */
	GUEST_FIELD_YES_NO,
	GUEST_FIELD_SET,     /* struct guest_set */
	GUEST_FIELD_ELEMENT, /* int: the element's number */
	GUEST_FIELD_PRESENT, /* bool: there is such an element */
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

/* Fills @object, which starts zeroed, from @element; complaints go to @guest. */
void fields_fill(struct guest *guest, int element, const struct guest_field *fields,
		 size_t n, void *object);
#define FIELDS_FILL(guest, element, fields, object)                                      \
	fields_fill(guest, element, fields, ARRAY_SIZE(fields), object)

/* Lists a value that is malformed. @attribute is NULL for the content. */
void guest_complain(struct guest *guest, int element, const char *attribute,
		    const char *expected);

#define ROW(path, kind, type, member)                                                    \
	{path, GUEST_FIELD_##kind, offsetof(struct type, member)}

/* Each element called @name below @parent; nothing if @parent is -1. */
#define foreach_child(element, document, parent, name)                                   \
	for (int element = (parent) < 0 ? -1 : document_child(document, parent, name);   \
	     element >= 0; element = document_next(document, element, name))

/* Everything in <devices>; guest-read-devices.c. */
void guest_read_devices(struct guest *guest);
