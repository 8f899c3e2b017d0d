/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * show.h - a machine for people and programs: rows of a tree, JSON. Pure; the machine is
 * settled.
 */
#pragma once

#include "base/jsonw.h"
#include "topology/machine.h"

enum show_column {
	SHOW_NAME, /* the tree: "node 0", "0000:0b:00.0" */
	SHOW_WHAT, /* "Ethernet controller", "8 cores x 2 threads" */
	SHOW_ID,   /* vendor:device */
	SHOW_DRIVER,
	SHOW_GROUP,   /* IOMMU group */
	SHOW_VFS,     /* "2/64" */
	SHOW_LINK,    /* data rate */
	SHOW_DEVICES, /* the kernel's names for it: "eth0 mlx5_0" */
	SHOW_MODEL,   /* from the list of PCI names; left empty by show_tree */
	SHOW_COLUMNS,
};

/* One row; cells are owned, NULL is empty. */
struct show_row {
	int parent;    /* row number, -1 at the top level */
	int node;      /* index of the row's node, -1 */
	int function;  /* index of the row's (first) function, -1 */
	int functions; /* number of its functions */
	char *cells[SHOW_COLUMNS];
};

struct show_rows {
	struct show_row *v;
	size_t n, room;
};

/*
 * Nodes with their CPUs, memory, distances and devices, below their root buses with
 * bridges folded and runs of equal functions in one row; then devices whose node is
 * unknown, with the reason and what to do; then the IOMMU. @bytes: sizes in bytes.
 */
void show_tree(const struct machine *machine, bool bytes, struct show_rows *ret);
void show_rows_free(struct show_rows *rows);
#define _cleanup_show_rows_ _cleanup_(show_rows_free)

/*
 * One object: version, source, architecture, nodes, cpus, root_buses, devices, vdpa,
 * iommu, facts, complaints. Addresses are strings, unknown is null.
 */
void jsonw_machine(struct jsonw *json, const struct machine *machine);

/* "link" and "peer" of a function: objects, null if nothing of them is known. */
void jsonw_link(struct jsonw *json, const char *key, const struct machine_link *link);
void jsonw_peer(struct jsonw *json, const char *key, const struct machine_peer *peer);

/* Shared by the two, and by drawings. */
const char *machine_source_name(enum machine_source source);
/* "8 cores x 2 threads", "20 CPUs" if cores differ; owned by the caller. */
char *show_cores(const struct machine *machine, const struct machine_node *node);
/*
 * For each function whether another one that is not a bridge is in its IOMMU group. Owned
 * by the caller.
 */
bool *groups_shared(const struct machine *machine) _must_check_;
/*
 * How many of the functions that @order lists are alike and share one row, from the first
 * on; @shared comes from groups_shared.
 */
size_t show_run(const struct machine *machine, const bool *shared, const size_t *order,
		size_t n);
/* "0000:0b:00.0,2-3", "0000:0b:02.0 to 0b:03.7"; owned by the caller. */
char *show_run_name(const struct machine *machine, const size_t *order, size_t n);
/* "15.8 GB/s"; nothing if the speed is not known. */
void text_add_link(struct text *text, uint32_t link_mb_s);
/* Why no node is known for what came from this source; a phrase. */
const char *show_no_affinity(const struct machine *machine);
