/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parts.h - what a picture of a machine shows, before anything is placed: a tree of
 * frames and rows with their words. Layout (layout.h) makes a drawing of it, and html.h a
 * document.
 *
 * Theory of operation. Folding happens here: virtual functions go into the row of their
 * physical function, ports into the rows of the devices below them, the chipset's own
 * functions into one row, and where there are many devices, those that are alike.
 */
#pragma once

#include "topology/machine.h"

enum part_kind {
	PART_PACKAGE,
	PART_NODE,   /* also what is on no node */
	PART_CPUS,   /* of the node above */
	PART_MEMORY, /* a node without CPUs, in the node that it belongs to */
	PART_ROOT,   /* a root bus */
	PART_SWITCH, /* a bridge with several others below */
	PART_DEVICE,
	PART_FOLDED, /* functions, named together */
};

struct part {
	enum part_kind kind;
	int number;        /* its own, in the list */
	int parent;        /* -1 at the top level */
	size_t end;        /* the first part after its last descendant */
	char *id;          /* stable: "node-0", "function-0000-3b-00-0" */
	char *name, *side; /* first line: left, bold, and right; side may be NULL */
	VEC(char *) notes; /* further pieces, in order */
	VEC(struct part_alert {
		char *words;          /* owned */
		const char *class;    /* of its severity */
		const char *severity; /* its name; static */
		size_t number;
	})
	alerts;             /* findings, each on a line of its own */
	const char *mark;   /* class of its mark; NULL: none */
	int node;           /* PART_NODE, PART_CPUS, PART_MEMORY: index; -1: none */
	int root;           /* PART_ROOT: index; -1 */
	bool unit;          /* PART_ROOT: one IOMMU unit serves all functions on it */
	int function;       /* PART_DEVICE, PART_SWITCH, PART_FOLDED: index; -1 */
	size_t n_functions; /* that it stands for, from function on, as listed */
	int group;          /* an IOMMU group that it shares, -1 */
	bool slow;          /* its link is slower than both ends could be */
	bool linked;        /* it stands for something on the other side */
	bool closed;        /* PART_NODE: only its head is shown */
};

/* A zeroed one is empty. Borrows the machine. */
struct parts {
	const struct machine *machine;
	VEC(struct part) list; /* each after its parent, descendants together */
	int *of_function;      /* by function: the part that shows it, -1 */
	char **cpu_labels;     /* by CPU: what is pinned to it; NULL: nothing at all */
};

struct part_options {
	/* "host", "guest1": what all ids begin with; NULL: nothing. */
	const char *prefix;
	/* Adds vendor and model; false if it is not known. NULL: never known. */
	bool (*name)(struct text *text, const struct machine_function *function);
};

/* @machine is settled. The caller frees *ret, which is zeroed before. */
void parts_of(const struct machine *machine, const struct part_options *options,
	      struct parts *ret);
void parts_free(struct parts *parts);
#define _cleanup_parts_ _cleanup_(parts_free)

/* "x86_64, 2 packages, 2 nodes, 96 CPUs, 1.5T, 93 PCI functions". */
void text_add_summary(struct text *text, const struct machine *machine);
