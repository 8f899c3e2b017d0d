/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The matrix of paths between devices. Mostly what differs there follows from a bridge,
 * device or node that was found to differ before; each device then has one difference,
 * which names the first of its partners.
 */
#include "topology/compare-parts.h"

#include "topology/matrix.h"

/* A device that both machines have, standing for all that have the same paths. */
struct partner {
	size_t expected, observed; /* indexes */
};

typedef VEC(struct partner) partners;

static bool same_affinity(const struct machine_affinity *a,
			  const struct machine_affinity *b)
{
	return a->what == b->what && a->node == b->node;
}

/* Whether two functions of a machine have the same path to every other one. */
static bool same_paths(const struct machine *machine, size_t a, size_t b)
{
	const struct machine_function *one = &machine->functions.v[a],
				      *other = &machine->functions.v[b];

	return one->upstream == other->upstream && one->root == other->root &&
	       (one->upstream >= 0 || one->at.slot == other->at.slot) &&
	       same_affinity(&one->affinity, &other->affinity);
}

/* Functions are in the order of their addresses, so those that are alike are adjacent. */
static void gather(const struct comparison *c, partners *ret)
{
	for (size_t i = 0; i < c->expected->functions.n; i++) {
		const struct machine_function *function = &c->expected->functions.v[i];
		const struct partner *last = ret->n > 0 ? &ret->v[ret->n - 1] : NULL;
		int observed;

		if (!matrix_class_of(function) || function->physical_function >= 0)
			continue;
		observed = machine_function_index(c->observed, function->at);
		if (observed < 0 ||
		    (last && same_paths(c->expected, last->expected, i) &&
		     same_paths(c->observed, last->observed, (size_t)observed)))
			continue;
		*vec_add(ret) = (struct partner){i, (size_t)observed};
	}
}

/* A difference of a function or of a bridge above it; -1. */
static int wrong_on_way(const struct comparison *c, const struct machine *machine,
			size_t function)
{
	for (int at = (int)function; at >= 0; at = machine->functions.v[at].upstream) {
		_cleanup_free_ char *subject =
			xasprintf(PCI_FORMAT, PCI_ARGS(machine->functions.v[at].at));

		for (size_t i = 0; i < c->ret->list.n; i++)
			if (streq(c->ret->list.v[i].subject, subject) &&
			    c->ret->list.v[i].kind < DIFFERENCE_PATH)
				return (int)i;
	}
	return -1;
}

static int find_cause(const struct comparison *c, const struct partner *from,
		      const struct partner *to)
{
	const struct partner *const ends[] = {from, to};
	int found = -1;

	for (size_t i = 0; i < ARRAY_SIZE(ends) && found < 0; i++) {
		found = wrong_on_way(c, c->expected, ends[i]->expected);
		if (found < 0)
			found = wrong_on_way(c, c->observed, ends[i]->observed);
	}
	return found;
}

static void report(struct comparison *c, const struct partner *from,
		   const struct partner *to, const enum path_kind kinds[2],
		   unsigned count)
{
	const struct pci_address at = c->expected->functions.v[from->expected].at,
				 there = c->expected->functions.v[to->expected].at;

	compare_add(c, DIFFERENCE_PATH, find_cause(c, from, to), PCI_FORMAT,
		    PCI_ARGS(at));
	compare_expected(c, "%s to " PCI_FORMAT, path_kind_name(kinds[0]),
			 PCI_ARGS(there));
	if (count > 1)
		compare_observed(c, "%s; %u more path%s of it differ%s",
				 path_kind_name(kinds[1]), count - 1,
				 count > 2 ? "s" : "", count > 2 ? "" : "s");
	else
		compare_observed(c, "%s", path_kind_name(kinds[1]));
}

/* Whether a source told ports of switches from other bridges, on the way up. */
static bool types_known(const struct machine *machine, size_t function)
{
	for (int at = machine->functions.v[function].upstream; at >= 0;
	     at = machine->functions.v[at].upstream)
		if (machine->functions.v[at].pcie_type == PCIE_UNKNOWN)
			return false;
	return true;
}

/*
 * The kind of the path between two devices of a machine. Without types of ports, PIX and
 * PXB can only be guessed; then @vague is set. @nccl: in NCCL's classes.
 */
static enum path_kind kind_between(const struct machine *machine, size_t from, size_t to,
				   bool nccl, bool *vague)
{
	struct path path;

	machine_path(machine, from, to, &path);
	if (nccl && path.kind == PATH_NODE)
		path.kind = PATH_PHB;
	*vague = (path.kind == PATH_PIX || path.kind == PATH_PXB) &&
		 !(types_known(machine, from) && types_known(machine, to));
	return path.kind;
}

/* The paths of one device to those after it. */
static void compare_from(struct comparison *c, const partners *all, size_t from)
{
	const struct partner *first = NULL, *me = &all->v[from];
	enum path_kind kinds[2] = {}, of_first[2] = {};
	unsigned count = 0;
	bool unknown[2] = {}, nccl = c->expected->source == MACHINE_NCCL ||
				     c->observed->source == MACHINE_NCCL;

	for (size_t to = from + 1; to < all->n; to++) {
		bool vague[2];

		kinds[0] = kind_between(c->expected, me->expected, all->v[to].expected,
					nccl, &vague[0]);
		kinds[1] = kind_between(c->observed, me->observed, all->v[to].observed,
					nccl, &vague[1]);
		for (int i = 0; i < 2 && kinds[0] != kinds[1]; i++)
			kinds[i] = vague[i] ? PATH_UNKNOWN : kinds[i];
		if (kinds[0] == PATH_UNKNOWN || kinds[1] == PATH_UNKNOWN) {
			/* On both sides: that there is no node was compared before. */
			for (int i = 0; i < 2 && kinds[0] != kinds[1]; i++)
				unknown[i] |= kinds[i] == PATH_UNKNOWN;
			continue;
		}
		c->ret->checked++;
		if (kinds[0] == kinds[1])
			continue;
		if (!count++) {
			first = &all->v[to];
			memcpy(of_first, kinds, sizeof(kinds));
		}
	}
	for (int i = 0; i < 2; i++)
		if (unknown[i])
			compare_unknown(
				c, "path to other devices", i == 0, PCI_FORMAT,
				PCI_ARGS(c->expected->functions.v[me->expected].at));
	if (first)
		report(c, me, first, of_first, count);
}

void compare_paths(struct comparison *c)
{
	partners all = {};

	if (c->expected->pci_known == KNOWN_NO || c->observed->pci_known == KNOWN_NO)
		return;
	gather(c, &all);
	for (size_t i = MATRIX_LIMIT; i < all.n; i++)
		compare_unknown(c, "path to other devices", true, PCI_FORMAT,
				PCI_ARGS(c->expected->functions.v[all.v[i].expected].at));
	all.n = MIN(all.n, (size_t)MATRIX_LIMIT);
	for (size_t i = 0; i < all.n; i++)
		compare_from(c, &all, i);
	vec_free(&all);
}
