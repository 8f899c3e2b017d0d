/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * definition-text.h - the syntax of systemd's configuration files (systemd.syntax(7)), as
 * far as repart.d(5) uses it.
 */
#pragma once

#include "base/error.h"

/* One assignment; the strings are valid during the call. @line is its first line. */
typedef int definition_setter(void *context, long line, const char *key,
			      const char *value, struct error *error);

/*
 * Calls @set for each assignment of the section [Partition], in order. Sections and keys
 * that begin with "X-" are skipped, as by systemd. Errors, with @name and the line: other
 * sections, and everything else that systemd would report and ignore.
 */
int definition_parse(const char *name, const char *bytes, size_t n,
		     definition_setter *set, void *context, struct error *error)
	_must_check_;
