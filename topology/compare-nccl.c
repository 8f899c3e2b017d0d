/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A topology file of NCCL and a machine: the GPUs and NICs, their nodes and the CPUs of
 * these, and the paths between them. Such a file has nothing else; its switches may have
 * addresses that do not exist, and NODE is PHB in it.
 */
#include "topology/compare-parts.h"

#include "topology/compare.h"
#include "topology/matrix.h"

static bool is_leaf(const struct machine_function *function)
{
	unsigned class = matrix_class_of(function);

	return (class == MATRIX_GPU || class == MATRIX_NIC) &&
	       function->physical_function < 0;
}

static char *set_text(const struct set *set)
{
	struct text text = {};

	text_add_set(&text, set);
	return text.n ? text_take(&text) : xstrdup("none");
}

static void compare_cpus(struct comparison *c)
{
	for (size_t i = 0; i < c->expected->nodes.n; i++) {
		const struct machine_node *expected = &c->expected->nodes.v[i];
		const struct machine_node *observed =
			machine_node(c->observed, expected->id);
		_cleanup_free_ char *want = set_text(&expected->cpus), *have = NULL;

		if (!observed || set_empty(&expected->cpus) || set_empty(&observed->cpus))
			continue;
		c->ret->checked++;
		if (set_equal(&expected->cpus, &observed->cpus))
			continue;
		have = set_text(&observed->cpus);
		compare_add(c, DIFFERENCE_CPU_ON_OTHER_NODE, -1, "node %d", expected->id);
		compare_expected(c, "CPUs %s", want);
		compare_observed(c, "CPUs %s", have);
	}
}

static void compare_leaf(struct comparison *c, const struct machine_function *expected,
			 const struct machine_function *observed)
{
	if (expected->vendor && observed->vendor) {
		c->ret->checked++;
		if (expected->vendor != observed->vendor ||
		    expected->device != observed->device) {
			compare_add(c, DIFFERENCE_DEVICE_IDENTITY, -1, PCI_FORMAT,
				    PCI_ARGS(expected->at));
			compare_expected(c, "%04x:%04x", expected->vendor,
					 expected->device);
			compare_observed(c, "%04x:%04x", observed->vendor,
					 observed->device);
		}
	}
	if (expected->affinity.what != AFFINITY_NODE ||
	    observed->affinity.what != AFFINITY_NODE)
		return;
	c->ret->checked++;
	if (expected->affinity.node == observed->affinity.node)
		return;
	compare_add(c, DIFFERENCE_DEVICE_ON_OTHER_NODE, -1, PCI_FORMAT,
		    PCI_ARGS(expected->at));
	compare_expected(c, "node %d", expected->affinity.node);
	compare_observed(c, "node %d", observed->affinity.node);
}

static void compare_leaves(struct comparison *c)
{
	for (size_t i = 0; i < c->expected->functions.n; i++) {
		const struct machine_function *expected = &c->expected->functions.v[i];
		const struct machine_function *observed =
			machine_function(c->observed, expected->at);

		if (!is_leaf(expected))
			continue;
		if (observed) {
			compare_leaf(c, expected, observed);
			continue;
		}
		c->ret->checked++;
		/* One without a node cannot be in the file. */
		if (c->observed->source == MACHINE_NCCL &&
		    expected->affinity.what != AFFINITY_NODE)
			continue;
		compare_add(c, DIFFERENCE_DEVICE_MISSING, -1, PCI_FORMAT,
			    PCI_ARGS(expected->at));
		compare_expected(c, "present");
		compare_observed(c, "missing");
	}
}

static void compare_unplanned(struct comparison *c)
{
	for (size_t i = 0; i < c->observed->functions.n; i++) {
		const struct machine_function *observed = &c->observed->functions.v[i];

		if (!is_leaf(observed) || machine_function(c->expected, observed->at) ||
		    observed->affinity.what != AFFINITY_NODE)
			continue;
		compare_add(c, DIFFERENCE_DEVICE_UNPLANNED, -1, PCI_FORMAT,
			    PCI_ARGS(observed->at));
		compare_expected(c, "none");
		compare_observed(c, "present");
	}
}

void compare_nccl(struct comparison *c)
{
	compare_cpus(c);
	compare_leaves(c);
	if (!c->options->only_planned)
		compare_unplanned(c);
	compare_paths(c);
}
