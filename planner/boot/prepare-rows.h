/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prepare-rows.h - what a dry boot keeps of a domain: a row for each element, with the
 * attributes that are kept. An element without a row is removed, and so is each attribute
 * that its row does not name.
 */
#pragma once

#include <stdbool.h>

enum keep_content {
	HOLDS_NOTHING, /* elements only; text is removed */
	HOLDS_NUMBER,  /* digits, 0x1f, fe00:... */
	HOLDS_WORD,    /* a word of letters, digits and -_.+ */
	HOLDS_TEXT,    /* any; only where QEMU and libvirt use it as a name */
	HOLDS_OURS,    /* written by prepare.c: a path in the private directory, a command
			  line */
	HOLDS_PIECES,  /* as HOLDS_NOTHING; what is not kept in it gets no line */
};

struct keep_row {
	/* Below <domain>; a step "*" is any element. NULL ends the table. */
	const char *path;
	/*
	 * Attributes whose value is a word or a number. "type=user,ethernet" lists the
	 * values that are kept. "!" after the name: the element cannot be kept without
	 * it. "^" before the name: any value, which prepare-devices.c replaces; at the
	 * end, only a path in the private directory.
	 */
	const char *attributes;
	enum keep_content content;
	/* For prepare-devices.c; the finished domain has it only if it is ours. */
	bool passing;
};

extern const struct keep_row keep_rows[];
