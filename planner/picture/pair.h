/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pair.h - a domain as its guest will see it, what of it stands for what of a host, and
 * what is wrong with it. Pure; nothing here knows about drawings.
 */
#pragma once

#include "base/finding.h"
#include "base/xml/document.h"
#include "planner/guest/target-settle.h"
#include "topology/machine.h"

/* Where the guest sees a host's device, compared with where it is. */
enum pair_quality {
	PAIR_LOCAL,   /* on a node whose memory is on the device's host node */
	PAIR_PACKAGE, /* on that of another host node of the same package */
	PAIR_REMOTE,  /* on that of another package */
	PAIR_UNKNOWN, /* one of the nodes is not known, or the cell is not bound */
};
/* A phrase: "local", "remote". */
const char *pair_quality_name(enum pair_quality quality);

struct pair_link {
	int host, guest; /* indexes of functions; -1: it does not exist there */
	struct pci_address host_at;
	bool assigned; /* else an emulated device stands for it */
	enum pair_quality quality;
};

struct pair_cell {
	int id;           /* of the cell */
	int node;         /* index of the guest's node; -1: none */
	int stands_for;   /* id of the host's node that it mirrors; -1 */
	bool bound;       /* its memory is bound to host nodes */
	struct set nodes; /* their ids */
	bool pinned;      /* some of its vCPUs are pinned */
};

/* Those nodes, or the one that it stands for. The caller frees the set. */
struct set pair_cell_nodes(const struct pair_cell *cell) _must_check_;

struct pair_pin {
	unsigned vcpu;
	struct set cpus; /* of the host */
};

struct pair_finding {
	struct finding finding;
	int function, root, node; /* index of what it is about in the guest; -1 */
};

/* Owns everything in it; borrows the name of the document. */
struct pair {
	const char *name; /* borrowed */
	char *title;      /* the domain's name */
	struct machine guest;
	VEC(struct pair_link) links;
	VEC(struct pair_cell) cells;
	VEC(struct pair_pin) pins;
	VEC(struct pair_finding) findings; /* in the order of the text */
};

struct pair_wish {
	const struct machine *host; /* borrowed; NULL: none */
	const struct target_wish *target;
};

/*
 * Fills a zeroed *@ret, which the caller frees even after an error. Errors: the document
 * is not a domain, or one whose guest cannot be predicted.
 */
int pair_read(const struct document *document, const struct pair_wish *wish,
	      struct pair *ret, struct error *error) _must_check_;
void pair_free(struct pair *pair);
