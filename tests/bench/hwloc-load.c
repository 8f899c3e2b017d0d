/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc-load load FILE only loads hwloc's XML, like our reader hwloc-load export STRING
 * FILE writes the XML of a synthetic topology
 */
#include <hwloc.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char *argv[])
{
	hwloc_topology_t topology;
	int rc = -1;

	if (argc < 3 || hwloc_topology_init(&topology) < 0)
		return 2;
	hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	hwloc_topology_set_io_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
	if (strcmp(argv[1], "load") == 0)
		rc = hwloc_topology_set_xml(topology, argv[2]);
	else if (argc == 4)
		rc = hwloc_topology_set_synthetic(topology, argv[2]);
	if (rc == 0)
		rc = hwloc_topology_load(topology);
	if (rc == 0 && argc == 4)
		rc = hwloc_topology_export_xml(topology, argv[3], 0);
	hwloc_topology_destroy(topology);
	return rc == 0 ? 0 : 1;
}
