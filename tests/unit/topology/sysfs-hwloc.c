/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A second opinion: hwloc reads the same recorded systems, and both must agree on nodes,
 * CPUs, packages, cores, distances and the PCI functions that hwloc does not drop.
 */
#include "tests/unit/test.h"

#include "topology/sysfs.h"
#include "tests/unit/topology/roots.h"

#include <hwloc.h>

static hwloc_topology_t load(const char *top)
{
	hwloc_topology_t topology;

	/* hwloc can read from elsewhere only by way of the environment. */
	setenv("HWLOC_FSROOT", top, 1);
	setenv("HWLOC_COMPONENTS", "linux,stop", 1);
	assert_int_equal(hwloc_topology_init(&topology), 0);
	hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	hwloc_topology_set_io_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
	assert_int_equal(hwloc_topology_load(topology), 0);
	return topology;
}

static void compare_nodes(hwloc_topology_t topology, const struct machine *machine)
{
	hwloc_obj_t object = NULL;
	size_t n = 0;

	for (;
	     (object = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, object));
	     n++) {
		const struct machine_node *node =
			machine_node(machine, (int)object->os_index);

		assert_non_null(node);
		assert_int_equal(node->memory_bytes, object->attr->numanode.local_memory);
		if (set_empty(&node->cpus)) /* hwloc gives it its neighbours' */
			continue;
		assert_int_equal(set_count(&node->cpus),
				 hwloc_bitmap_weight(object->cpuset));
		set_foreach (cpu, &node->cpus)
			assert_true(hwloc_bitmap_isset(object->cpuset, (unsigned)cpu));
	}
	assert_int_equal(machine->nodes.n, n);
}

static void compare_cpus(hwloc_topology_t topology, const struct machine *machine)
{
	assert_int_equal(machine->cpus.n,
			 hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU));
	for (size_t i = 0; i < machine->cpus.n; i++) {
		const struct machine_cpu *cpu = &machine->cpus.v[i];
		hwloc_obj_t pu =
			hwloc_get_pu_obj_by_os_index(topology, (unsigned)cpu->id);
		hwloc_obj_t core, package;

		assert_non_null(pu);
		core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu);
		package = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, pu);
		assert_int_equal(cpu->package, package->os_index);
		assert_int_equal(cpu->core, core->logical_index);
		assert_int_equal(cpu->thread, pu->sibling_rank);
	}
}

static void compare_distances(hwloc_topology_t topology, const struct machine *machine)
{
	struct hwloc_distances_s *distances;
	unsigned one = 1;

	hwloc_distances_get_by_name(topology, "NUMALatency", &one, &distances, 0);
	if (!one)
		return;
	for (unsigned i = 0; i < distances->nbobjs; i++)
		for (unsigned k = 0; k < distances->nbobjs; k++)
			assert_int_equal(
				machine_distance(machine,
						 (int)distances->objs[i]->os_index,
						 (int)distances->objs[k]->os_index),
				distances->values[i * distances->nbobjs + k]);
	hwloc_distances_release(topology, distances);
}

static size_t compare_functions(hwloc_topology_t topology, const struct machine *machine)
{
	hwloc_obj_t object = NULL;
	size_t n = 0;

	for (; (object = hwloc_get_next_pcidev(topology, object)); n++) {
		const struct hwloc_pcidev_attr_s *attr = &object->attr->pcidev;
		const struct machine_function *function =
			machine_function(machine,
					 (struct pci_address){attr->domain, attr->bus,
							      attr->dev, attr->func});

		assert_non_null(function);
		assert_int_equal(function->class_code >> 8, attr->class_id);
		/* hwloc reads the registers, where a VF has none. */
		if (function->physical_function < 0)
			assert_int_equal(function->device, attr->device_id);
	}
	return n;
}

static void agree(const char *host, size_t functions)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	_cleanup_free_ char *top = root_path(host);
	_cleanup_fd_ int fd = root_open(top);
	hwloc_topology_t topology = load(top);

	assert_int_equal(sysfs_read(fd, host, MACHINE_SYSFS, &machine, &error), 0);
	compare_nodes(topology, &machine);
	compare_cpus(topology, &machine);
	compare_distances(topology, &machine);
	assert_int_equal(compare_functions(topology, &machine), functions);
	hwloc_topology_destroy(topology);
}

/* Counts functions that are not bridges and that fit into hwloc's 16 bits. */
static void both_agree(void **state)
{
	(void)state;
	agree("two-nodes", 4);
	agree("cpu-less", 2);
	agree("sriov", 5);
	agree("groups", 4);
	agree("silent", 2);
	agree("8x8", 64);
	agree("64-nodes", 8);
	agree("wide-domain", HWLOC_API_VERSION >= 0x30000 ? 3 : 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(both_agree)};

	return RUN_TESTS(tests);
}
