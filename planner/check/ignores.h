/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ignores.h - what a document asks not to be told. */
#pragma once

#include "planner/check/rules.h"
#include "planner/guest/want.h"

/* One wish to be silent. */
struct ignore {
	const char *rule; /* not ended by a NUL: rule_n bytes */
	size_t rule_n;
	int element;        /* and all below it; -1: its path leads nowhere */
	const char *reason; /* "": none, then it silences nothing */
};
typedef VEC(struct ignore) ignores;

/* <check><ignore rule= reason=/></check>, for <metadata>. The caller's. */
struct want *ignores_want(const struct rule *rule, const char *reason) _must_check_;
/* Adds all of them, borrowed from the document. */
void ignores_read(const struct document *document, ignores *ret);
