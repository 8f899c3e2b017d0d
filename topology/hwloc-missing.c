/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-missing.c - what a file says about CPUs and nodes besides those that it
 * describes. The complete sets of the machine contain what is offline, or what the
 * process that wrote the file could not see. The allowed sets lack what the process could
 * see, but not use (a cgroup's cpuset); that is described, and kept.
 */
#include "topology/hwloc-parts.h"

/* Those in @all and not in @part. An infinite set tells nothing. */
static void subtract(hwloc_const_bitmap_t all, hwloc_const_bitmap_t part, struct set *ret)
{
	if (!all || !part)
		return;
	for (int i = sym_hwloc_bitmap_first(all); i >= 0;
	     i = sym_hwloc_bitmap_next(all, i)) {
		if (i >= SET_LIMIT) {
			set_free(ret);
			return;
		}
		if (!sym_hwloc_bitmap_isset(part, (unsigned)i))
			set_add(ret, (unsigned)i);
	}
}

static void complain(struct machine *machine, const char *one, const struct set *set,
		     const char *what)
{
	_cleanup_text_ struct text text = {};

	if (set_empty(set))
		return;
	text_add_set(&text, set);
	machine_complain(machine, "%s%s %s: %s", one, set_count(set) > 1 ? "s" : "",
			 text.s, what);
}

/* A node that contradicts itself is reported as such; here its number decides. */
static void trust_numbers(struct machine *machine, struct set *missing, struct set *kept)
{
	_cleanup_set_ struct set strange = set_copy(kept);

	for (size_t i = 0; i < machine->nodes.n; i++) {
		set_remove(missing, (unsigned)machine->nodes.v[i].id);
		set_remove(&strange, (unsigned)machine->nodes.v[i].id);
	}
	set_subtract(kept, &strange);
}

void hwloc_complain_of_missing(hwloc_topology_t topology, struct machine *machine)
{
	static const char gone[] =
		"on the host, but not described in this file (offline, or hidden from the process that wrote it), so left out";
	static const char forbidden[] =
		"not allowed to the process that wrote this file, but described, so kept";
	const hwloc_obj_t root = hwloc_root(topology);
	_cleanup_set_ struct set cpus = {}, nodes = {}, cpus_kept = {}, nodes_kept = {};

	subtract(root->complete_cpuset, root->cpuset, &cpus);
	subtract(root->complete_nodeset, root->nodeset, &nodes);
	subtract(root->cpuset, sym_hwloc_topology_get_allowed_cpuset(topology),
		 &cpus_kept);
	subtract(root->nodeset, sym_hwloc_topology_get_allowed_nodeset(topology),
		 &nodes_kept);
	trust_numbers(machine, &nodes, &nodes_kept);
	complain(machine, "CPU", &cpus, gone);
	complain(machine, "node", &nodes, gone);
	complain(machine, "CPU", &cpus_kept, forbidden);
	complain(machine, "node", &nodes_kept, forbidden);
}
