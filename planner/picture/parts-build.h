/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parts-build.h - shared by the files that fill in parts. */
#pragma once

#include "planner/picture/parts.h"

struct builder {
	const struct machine *machine;
	const struct part_options *options;
	struct parts *parts;
	bool *shared;      /* by function: groups_shared() */
	int *first, *next; /* by function: first child and next sibling; -1 */
	int *last;
	int *owners;        /* by node: index of the node that it is shown in; -1: none */
	int *root_first;    /* by root: first function on it */
	const char **units; /* by root: the IOMMU unit of all its functions, NULL */
	int *vfs;           /* by function: its virtual functions that exist */
	bool several_domains; /* of PCI: addresses need theirs */
	bool fold;            /* devices that are alike */
	size_t rows_most;     /* in a frame */
};

/* Opens a part in @parent; the next ones until part_close() can be inside it. */
size_t part_open(struct builder *builder, int parent, enum part_kind kind, char *id);
void part_close(struct builder *builder, size_t part);
/* Owned by the part from then on; NULL is left out. */
void part_note(struct builder *builder, size_t part, char *note);
/* With the prefix of the options. */
char *part_id(const struct builder *builder, const char *format, ...) _printf_(2, 3);

/* pci-parts.c: everything on a root bus. */
void add_root_parts(struct builder *builder, int parent, size_t root);
void prepare_pci(struct builder *builder);
/* device-parts.c: one row for @n functions; @via: the ports above it, or NULL. */
size_t add_device_part(struct builder *builder, int parent, const size_t *functions,
		       size_t n, const char *via);
/* "3b:00.0". */
void text_add_short_address(struct text *text, const struct builder *builder,
			    struct pci_address at);
/* The class of a function's mark; NULL if it is none of those that people look for. */
const char *mark_of(const struct machine_function *function);
/* "16 GT/s x16", on the right of a part, if anything is known about its link. */
void set_link(struct builder *builder, size_t part, size_t function);
