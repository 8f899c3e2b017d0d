/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Two functions are near each other if their paths turn around below
 * a root complex (PIX, PXB). Whether they are near, below one root complex (PHB) or on
 * one node (NODE) is an equivalence each, so that nobody has to compare all pairs: a pair
 * is farther there if it shares one of these here, and there not even a wider one. The
 * rows say so as keys and attributes for base/apart.h. This is not true of PIX and PXB;
 * pairs that are near each other in both machines are compared, one function of each bus.
 */
#include "topology/farther.h"

#include "base/apart.h"
#include "base/chain.h"
#include "topology/path.h"

#include <limits.h>

/* Equal numbers, equal places; -1 not known. */
enum quality {
	HERE_NEAR,
	HERE_ROOT,
	HERE_NODE,
	THERE_NEAR,
	THERE_ROOT,
	THERE_NODE,
	UNIT,
	QUALITIES,
	NO_QUALITY = QUALITIES,
};

/* Functions that share the keys and differ in the rest are farther from each other. */
static const struct {
	enum quality keys[2], attributes[APART_ATTRIBUTES];
	size_t n;
} rows[] = {
	/* At most NODE, and SYS. */
	{{HERE_NODE, NO_QUALITY}, {THERE_NODE, THERE_ROOT, UNIT}, 3},
	/* At most PHB, and NODE or SYS. */
	{{HERE_ROOT, NO_QUALITY}, {THERE_ROOT, UNIT}, 2},
	/* At most PXB, and NODE or SYS; not the row above if no root complex is known. */
	{{HERE_NEAR, NO_QUALITY}, {THERE_ROOT, UNIT}, 2},
	/* At most PXB, and PHB. */
	{{HERE_NEAR, THERE_ROOT}, {THERE_NEAR, UNIT}, 2},
};

/* A function's path upwards in one machine; its bus by a number. */
struct spot {
	int function, bus;
	struct path_ends ends;
};

struct search {
	const struct machine *here, *there;
	const struct farther_function *functions;
	int *qualities; /* QUALITIES of each function */
	struct spot *spots[2];
};

static uint64_t pair_key(int a, int b)
{
	return (uint64_t)(uint32_t)a << 32 | (uint32_t)b;
}

/* The number of a key: the first function that has it. */
static int number_of(struct firsts *firsts, uint64_t key, size_t i)
{
	return first_add(firsts, NULL, key, (int)i);
}

static int node_of(const struct machine *machine, int function)
{
	const struct machine_affinity *it = &machine->functions.v[function].affinity;

	return it->what == AFFINITY_NODE ? (int)it->node : -1;
}

/* Without a known root complex, a function is alone. Those of NCCL's files are made up.
 */
static uint64_t root_key(const struct machine *machine, int function, size_t i)
{
	const struct machine_function *it = &machine->functions.v[function];
	int root =
		machine->source == MACHINE_NCCL ? node_of(machine, function) : it->root;

	return root >= 0 ? (uint64_t)root : UINT64_C(1) << 63 | i;
}

/* The functions of one device on a root bus are near each other. */
static uint64_t near_key(const struct machine *machine, const struct spot *spot, size_t i)
{
	const struct machine_function *it = &machine->functions.v[spot->function];

	if (spot->ends.last >= 0)
		return (uint64_t)spot->ends.last;
	if (machine->source == MACHINE_NCCL || it->root < 0)
		return UINT64_C(1) << 63 | i;
	return UINT64_C(1) << 62 | (uint64_t)it->root << 8 | it->at.slot;
}

/* Fills the three qualities of each function of one of the machines. */
static void fill(const struct search *search, const struct machine *machine, size_t n,
		 bool is_there)
{
	_cleanup_firsts_ struct firsts near = {}, roots = {};

	for (size_t i = 0; i < n; i++) {
		const struct farther_function *it = &search->functions[i];
		int *ret =
			&search->qualities[i * QUALITIES + (is_there ? THERE_NEAR : 0)];
		struct spot *spot = &search->spots[is_there][i];

		spot->function = is_there ? it->there : it->here;
		if (it->here < 0 || it->there < 0)
			continue;
		spot->ends = machine_path_ends(machine, (size_t)spot->function);
		ret[HERE_NEAR] = number_of(&near, near_key(machine, spot, i), i);
		ret[HERE_ROOT] =
			number_of(&roots, root_key(machine, spot->function, i), i);
		ret[HERE_NODE] = node_of(machine, spot->function);
		spot->bus =
			spot->ends.first >= 0 ? spot->ends.first : -1 - ret[HERE_NEAR];
		search->qualities[i * QUALITIES + UNIT] = it->unit;
	}
}

static bool is_in_both(const struct search *search, size_t i)
{
	return search->functions[i].here >= 0 && search->functions[i].there >= 0;
}

/* Whether the row says something of the function: what it needs is known. */
static bool take_row(const int *qualities, size_t row, uint64_t *key, int *values)
{
	const enum quality *keys = rows[row].keys;

	if (qualities[keys[0]] < 0)
		return false;
	if (keys[1] == NO_QUALITY && qualities[THERE_NODE] < 0)
		return false; /* nor is the path there */
	*key = pair_key(qualities[keys[0]],
			keys[1] == NO_QUALITY ? 0 : qualities[keys[1]]);
	for (size_t i = 0; i < rows[row].n; i++)
		values[i] = qualities[rows[row].attributes[i]];
	return true;
}

static void find_by_row(const struct search *search, size_t row, size_t n, int *ret)
{
	_cleanup_apart_ struct apart apart = {.attributes = rows[row].n};

	for (size_t i = 0; i < n; i++) {
		int values[APART_ATTRIBUTES];
		uint64_t key;

		if (!is_in_both(search, i) ||
		    !take_row(&search->qualities[i * QUALITIES], row, &key, values))
			continue;
		ret[i] = MIN(ret[i], apart_find(&apart, key, values));
		apart_add(&apart, key, values, (int)i);
	}
}

static enum path_kind kind_between(const struct search *search, bool is_there, size_t a,
				   size_t b)
{
	const struct spot *from = &search->spots[is_there][a],
			  *to = &search->spots[is_there][b];

	return machine_path_kind(is_there ? search->there : search->here,
				 (size_t)from->function, from->ends, (size_t)to->function,
				 to->ends);
}

static bool is_bridge_farther(const struct search *search, size_t a, size_t b)
{
	const int *one = &search->qualities[a * QUALITIES],
		  *other = &search->qualities[b * QUALITIES];

	return one[UNIT] != other[UNIT] && kind_between(search, true, a, b) == PATH_PXB &&
	       kind_between(search, false, a, b) < PATH_PXB;
}

/* PIX, and PXB. Of functions on the same buses, the first is as good as the others. */
static void find_bridges(const struct search *search, size_t n, int *ret)
{
	_cleanup_chains_ struct chains both_near = {};
	_cleanup_firsts_ struct firsts buses = {}, alike = {};

	for (size_t b = 0; b < n; b++) {
		const int *it = &search->qualities[b * QUALITIES];
		uint64_t key = pair_key(it[HERE_NEAR], it[THERE_NEAR]);
		int bus, a = chain_first(&both_near, NULL, key);

		if (!is_in_both(search, b))
			continue;
		for (; a < MIN((int)b, ret[b]); a = both_near.next.v[a])
			if (is_bridge_farther(search, (size_t)a, b))
				ret[b] = a;
		bus = number_of(&buses,
				pair_key(search->spots[0][b].bus,
					 search->spots[1][b].bus),
				b);
		if (number_of(&alike, pair_key(bus, it[UNIT]), b) == (int)b)
			chain_add(&both_near, NULL, key, (int)b);
	}
}

void farther_find(const struct machine *here, const struct machine *there,
		  const struct farther_function *functions, size_t n, int *ret)
{
	struct search search = {.here = here, .there = there, .functions = functions};

	search.qualities = xcalloc(n * QUALITIES, sizeof(*search.qualities));
	for (int i = 0; i < 2; i++)
		search.spots[i] = xcalloc(n, sizeof(*search.spots[i]));
	fill(&search, here, n, false);
	fill(&search, there, n, true);
	for (size_t i = 0; i < n; i++)
		ret[i] = INT_MAX;
	for (size_t row = 0; row < ARRAY_SIZE(rows); row++)
		find_by_row(&search, row, n, ret);
	find_bridges(&search, n, ret);
	for (size_t i = 0; i < n; i++)
		ret[i] = ret[i] == INT_MAX ? -1 : ret[i];
	free(search.qualities);
	for (int i = 0; i < 2; i++)
		free(search.spots[i]);
}
