/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* substitution.h - what a dry boot replaced in a domain. */
#pragma once

#include "base/jsonw.h"
#include "base/text.h"
#include "base/vec.h"

struct substitution {
	const char *what;       /* static: "accelerator", "cpu", "disk" */
	char *subject;          /* which one: "/domain/devices/disk[2]" */
	char *planned, *booted; /* owned; NULL: not given */
	const char *why;        /* static */
};
struct substitutions {
	VEC(struct substitution) list;
};

void substitutions_free(struct substitutions *substitutions);
/* One line each: "substituted: cpu: host-passthrough -> Nehalem (why)". */
void text_add_substitutions(struct text *text, const struct substitutions *s);
/* The member "substitutions": an array of objects. */
void jsonw_substitutions(struct jsonw *json, const struct substitutions *s);
