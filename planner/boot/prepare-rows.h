/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare-rows.h - what a dry boot keeps of a domain: a row for each element, with the
 * attributes that stay. What has no row goes, and so does each attribute that its row
 * does not name.
 */
#pragma once

#include <stdbool.h>

enum keep_content {
	HOLDS_NOTHING, /* elements only; text in it goes */
	HOLDS_NUMBER,  /* digits, 0x1f, fe00:... */
	HOLDS_WORD,    /* a word of letters, digits and -_.+ */
	HOLDS_TEXT,    /* any; only where QEMU and libvirt use it as a name */
	HOLDS_OURS,    /* written by prepare.c: a path in the private directory, a command
			  line */
	HOLDS_PIECES,  /* as HOLDS_NOTHING, and what is not kept in it goes without a line
			*/
};

struct keep_row {
	/* Below <domain>; a step "*" is any element. NULL ends the table. */
	const char *path;
	/*
	 * Words, each an attribute whose value is a word or a number.
	 * "type=user,ethernet" names the values that stay. A "!" after the name: the
	 * element cannot be kept without it. A "^" before it: any value, which
	 * prepare-devices.c replaces, and in the end a path in the private directory
	 * only.
	 */
	const char *attributes;
	enum keep_content content;
	/*
	 * For prepare-devices.c to look at; the finished domain does not have it, unless
	 * it is ours.
	 */
	bool passing;
};

extern const struct keep_row keep_rows[];
