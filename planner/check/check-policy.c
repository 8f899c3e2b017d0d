/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --policy: collects what policy.h needs from guest and host. */
#include "planner/check/host.h"

#include "planner/check/policy.h"

static int package_of_node(const struct machine *host, int node)
{
	const struct machine_node *row = machine_node(host, node);
	const struct machine_cpu *cpu = row && !set_empty(&row->cpus)
						? machine_cpu(host, set_first(&row->cpus))
						: NULL;

	return cpu ? cpu->package : UNKNOWN_ID;
}

/* The host nodes that back all cells. */
static struct set nodes_in_use(const struct check *check)
{
	struct set all = {};

	for (size_t i = 0; i < MAX(check->guest->cells.n, (size_t)1); i++) {
		_cleanup_set_ struct set backing = {};

		if (check_backing(check, i, &backing))
			set_union(&all, &backing);
	}
	return all;
}

static bool shares_package(const struct machine *host, int node, const struct set *nodes)
{
	int package = package_of_node(host, node);

	set_foreach (other, nodes)
		if (package != UNKNOWN_ID && package_of_node(host, other) == package)
			return true;
	return false;
}

static bool sockets_known(const struct machine *host)
{
	for (size_t i = 0; i < host->nodes.n; i++)
		if (package_of_node(host, host->nodes.v[i].id) == UNKNOWN_ID)
			return false;
	return true;
}

static bool same_kind(const struct machine_function *a, const struct machine_function *b)
{
	return a->vendor == b->vendor && a->device == b->device;
}

static int node_of(const struct machine_function *function)
{
	return function->affinity.what == AFFINITY_NODE ? function->affinity.node : -1;
}

/* How many devices of the row's kind are requested, are near, and are on no known
 * node. */
static void count_kind(const struct check *check, const check_hostdevs *list,
		       const struct machine_function *function, const struct set *nodes,
		       struct policy_case *ret)
{
	const struct machine *host = check->host;

	for (size_t i = 0; i < list->n; i++)
		ret->wanted +=
			list->v[i].function >= 0 &&
			same_kind(&host->functions.v[list->v[i].function], function);
	for (size_t i = 0; i < host->functions.n; i++) {
		int node = node_of(&host->functions.v[i]);

		if (!same_kind(&host->functions.v[i], function))
			continue;
		ret->silent += node < 0;
		ret->near += node >= 0 && set_has(nodes, (unsigned)node);
	}
}

/* From the device to its own cell's nodes, or to the nearest node that the guest uses. */
static unsigned distance_to(const struct check *check, const struct check_hostdev *row,
			    const struct set *nodes)
{
	_cleanup_set_ struct set own = {};
	unsigned nearest = 0;

	if (row->host_node < 0)
		return 0;
	if (row->cell >= 0 && check_backing(check, (size_t)row->cell, &own))
		nodes = &own;
	set_foreach (node, nodes) {
		uint32_t distance = machine_distance(check->host, row->host_node, node);

		if (distance > 0 && (nearest == 0 || distance < nearest))
			nearest = distance;
	}
	return nearest;
}

static struct policy_case case_of(const struct check *check, const check_hostdevs *list,
				  const struct check_hostdev *row,
				  const struct set *nodes)
{
	int node = row->host_node;
	_cleanup_set_ struct set own = {};
	struct policy_case one = {
		.node = node,
		.on_cells_node = node >= 0 && set_has(nodes, (unsigned)node),
		.shares_socket = node >= 0 && shares_package(check->host, node, nodes),
		.sockets_known = sockets_known(check->host),
		.distance = distance_to(check, row, nodes),
		.most = check->options->most_distance,
	};

	one.cell_backed = node >= 0 && row->cell >= 0 &&
			  check_backing(check, (size_t)row->cell, &own) &&
			  set_has(&own, (unsigned)node);
	count_kind(check, list, &check->host->functions.v[row->function], nodes, &one);
	return one;
}

static void add_where(struct text *text, const struct policy_case *one)
{
	if (one->node < 0)
		text_adds(text, "is on an unknown host node");
	else
		text_printf(text, "is on host node %d", one->node);
	if (one->distance > 0 && one->most > 0)
		text_printf(text, ", %u away", one->distance);
}

static void say_policy(struct check *check, const struct check_hostdev *row,
		       const struct policy_case *one, enum policy_verdict verdict)
{
	static const char *const names[] = {"",       "required", "socket",  "preferred",
					    "legacy", "cell",     "distance"};
	const struct guest_device *device = &check->guest->devices.v[row->device];
	_cleanup_text_ struct text where = {};
	struct finding *finding;

	add_where(&where, one);
	finding = check_found(
		check, device->element, "Policy %s: " PCI_FORMAT " %s%s.",
		names[check->options->policy], PCI_ARGS(device->source.at), where.s,
		verdict == POLICY_SECOND
			? "; the host has enough devices of this kind on nearer nodes, and Nova uses those first if they are free"
			: "");
	if (check->options->policy == POLICY_PREFERRED)
		finding->severity = SEVERITY_INFO;
	else if (verdict == POLICY_SECOND)
		finding->severity = SEVERITY_WARNING;
}

static void policy_affinity(struct check *check)
{
	_cleanup_set_ struct set nodes = nodes_in_use(check);
	enum check_policy policy = check->options->policy;
	check_hostdevs list = {};

	if (check->guest->cells.n == 0)
		return; /* Nova accepts any guest without NUMA */
	check_list_hostdevs(check, &list);
	if (list.n > 0 && set_empty(&nodes) && policy != POLICY_CELL) {
		check_skip(check, "numatune",
			   "the domain does not say which host nodes its memory is on");
		list.n = 0;
	}
	for (size_t i = 0; i < list.n; i++) {
		const struct check_hostdev *row = &list.v[i];
		struct policy_case one;
		enum policy_verdict verdict;

		if (row->function < 0)
			continue;
		one = case_of(check, &list, row, &nodes);
		verdict = policy_judge(policy, &one);
		if (verdict != POLICY_HOLDS ||
		    (policy == POLICY_PREFERRED && !one.on_cells_node))
			say_policy(check, row, &one, verdict);
	}
	vec_free(&list);
}

const struct rule policy_rules[] = {
	{RULE("policy-affinity", policy_affinity, ERROR, NEED_HOST_PCI | NEED_POLICY,
	      NOBODY),
	 .what = "The assigned devices satisfy the PCI NUMA affinity policy requested with --policy.",
	 .why = "Otherwise OpenStack's scheduler filter would not place the guest on this host.",
	 .to_fix = "Use a device on another node, or another policy.",
	 .source = "nova/pci/stats.py", .remedy = REMEDY_EDIT},
	{},
};
