/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.h - the path between two PCI functions of a machine: how far apart they are, the
 * slowest link between them, and the way that transfers from one to the other take. For
 * machines that a kernel reported as well as for predicted ones. Pure; the machine is
 * settled.
 */
#pragma once

#include "topology/machine.h"

/*
 * The words of `nvidia-smi topo -m`, from near to far. A PCI Express switch counts as one
 * bridge; two functions on one bus have none between them.
 */
#define PATH_KINDS(ROW)                                                                  \
	ROW(SELF, "X", "the device itself")                                              \
	ROW(PIX, "PIX", "at most one PCIe switch or bridge between the two")             \
	ROW(PXB, "PXB", "several PCIe switches or bridges, but no root complex")         \
	ROW(PHB, "PHB", "through one root complex (PCIe host bridge)")                   \
	ROW(NODE, "NODE", "through two root complexes of one NUMA node")                 \
	ROW(SYS, "SYS", "through root complexes of different NUMA nodes")                \
	ROW(UNKNOWN, "?", "not known, because the node of a root complex is not known")

enum path_kind {
#define ROW(name, word, means) PATH_##name,
	PATH_KINDS(ROW)
#undef ROW
		PATH_KIND_COUNT
};
const char *path_kind_name(enum path_kind kind);
/* A phrase. */
const char *path_kind_means(enum path_kind kind);

/* The way of a transfer that one of the two starts to the memory of the other. */
enum peer_way {
	PEER_UNKNOWN,
	PEER_STRAIGHT, /* it turns around in a switch, bridge or device */
	PEER_ROOT,     /* it goes up to the root complex, if that passes it on */
	PEER_NONE,     /* neither of the two has memory that could be reached */
};
/* "straight", "root", "none"; NULL if it is not known. */
const char *peer_way_name(enum peer_way way);

struct path {
	enum path_kind kind;
	int common; /* the lowest bridge that both are, or are below; -1: none */
	/* Switches and bridges passed, without root ports. */
	unsigned bridges;
	/*
	 * The slowest link: the function at its lower end, and its data rate. -1 and 0:
	 * there is no link on the path, or the speed of one is not known.
	 */
	int slowest;
	uint32_t slowest_mb_s;
	enum peer_way way;
	/*
	 * The port or function whose ACS sends transfers to the root that could have gone
	 * straight; -1.
	 */
	int redirects;
};

/*
 * The first and the last bridge on the way up from a function, the first of which is
 * itself if it is a bridge; -1: it is on a root bus. Paths between functions with
 * different last bridges go through root complexes.
 */
struct path_ends {
	int first, last;
};
struct path_ends machine_path_ends(const struct machine *machine, size_t function);
/* The kind of the path between two functions; for rules that compare many pairs. */
enum path_kind machine_path_kind(const struct machine *machine, size_t a,
				 struct path_ends from, size_t b, struct path_ends to);
/*
 * Functions with the same number have equal paths to each other function, except for the
 * slowest link: they are on one bus and have the same abilities.
 */
uint64_t machine_path_likeness(const struct machine *machine, size_t function);

/* Of two functions, by index; the same in both directions. */
void machine_path(const struct machine *machine, size_t a, size_t b, struct path *ret);

/*
 * Whether a bridge is the upstream port of a switch: by its type or, if the source does
 * not have it, because below a root port upstream and downstream ports alternate.
 * @bridge_below: whether the path in question goes on to another bridge below it, as it
 * always does below an upstream port.
 */
bool machine_is_upstream_port(const struct machine *machine, int bridge,
			      bool bridge_below);
/*
 * Whether a bridge counts where the path passes it: root ports and the downstream ports
 * of switches do not.
 */
bool machine_bridge_counts(const struct machine *machine, int bridge);
/*
 * The upstream port of the lowest switch that the function is below, -1 if there is none;
 * @function may be a bridge.
 */
int machine_switch_above(const struct machine *machine, int function);
/*
 * The link between a function, or the physical function of a VF, and the port above: what
 * is known at its lower end, else at the upper one. All 0 on a root bus, which has none;
 * but files of NCCL leave root ports out.
 */
struct machine_link machine_link_above(const struct machine *machine, size_t function,
				       uint32_t *mb_s);
