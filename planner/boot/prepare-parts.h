/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* prepare-parts.h - what the files of prepare share. */
#pragma once

#include "base/xml/edit.h"
#include "planner/boot/substitution.h"

struct prepare_options; /* prepare.h */

struct prepare {
	const char *name;              /* the user's domain */
	const struct document *domain; /* as the last step left it */
	const struct prepare_options *options;
	struct substitutions *done;
	struct edits edits;
	int devices;           /* element, -1 */
	struct text arguments; /* <qemu:commandline> and <qemu:override> */
	unsigned stand_ins;    /* so many there are */
};

/* A new substitution about an element; all but its subject is to be filled in. */
struct substitution *prepare_note(struct prepare *p, const char *what, int element);
/* Removes every child of @parent of that name. */
void prepare_drop(struct prepare *p, int parent, const char *name);
/*
 * Leaves a child of <domain> or <devices> out. Where it was a PCI function, a stand-in
 * takes its address, so that the tree stays.
 */
void prepare_remove(struct prepare *p, int element, const char *what, const char *why);
/* prepare-keep.c: all goes that is not on the list. */
void prepare_keep(struct prepare *p, bool finished);
/* prepare-commandline.c: what stays of QEMU's arguments, as XML. */
void prepare_commandline(struct prepare *p, const struct document *domain,
			 struct text *ret);
/* prepare-devices.c */
/* Whether an interface gets another back end, with a line that stands for all its parts.
 */
bool prepare_replaces_interface(const struct prepare *p, int interface);
void prepare_devices(struct prepare *p);
/* prepare-cpu.c: a model that the accelerator has, and that shows what is planned. */
void prepare_cpu(struct prepare *p, const char *arch);
