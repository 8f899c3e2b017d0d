/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prepare-parts.h - what the files of prepare share. */
#pragma once

#include "base/edit.h"
#include "planner/boot/prepare.h"

struct prepare {
	const struct document *domain;
	const struct prepare_options *options;
	struct substitutions *done;
	struct edits edits;
	int devices; /* element, -1 */
};

/* A new substitution about an element; all but its subject is to be filled in. */
struct substitution *prepare_note(struct prepare *p, const char *what, int element);
/* Removes every child of @parent of that name. */
void prepare_drop(struct prepare *p, int parent, const char *name);
/* prepare-devices.c */
void prepare_devices(struct prepare *p);
/* prepare-cpu.c: a model that the accelerator has, and that shows what is planned. */
void prepare_cpu(struct prepare *p, const char *arch);
