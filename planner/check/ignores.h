/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ignores.h - the findings that a document silences. */
#pragma once

#include "planner/check/rules.h"
#include "planner/guest/want.h"

/* One request to silence a rule. */
struct ignore {
	const char *rule; /* not null-terminated: rule_n bytes */
	size_t rule_n;
	int element;        /* and everything in it; -1: no element has its path */
	int row;            /* the <ignore>; -1: it is a comment */
	const char *reason; /* "": none, so it silences nothing */
};
typedef VEC(struct ignore) ignores;

/* <check><ignore rule= reason=/></check>, for <metadata>. Owned by the caller. */
struct want *ignores_want(const struct rule *rule, const char *reason) _must_check_;
/* Adds all of them, borrowed from the document. */
void ignores_read(const struct document *document, ignores *ret);
