/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/matrix.h"

#include "topology/class-name.h"
#include "topology/show.h"

static void add_address(struct jsonw *json, const char *key,
			const struct machine *machine, int function)
{
	if (function < 0)
		jsonw_null(json, key);
	else
		jsonw_format(json, key, PCI_FORMAT,
			     PCI_ARGS(machine->functions.v[function].at));
}

static void add_rate(struct jsonw *json, const char *key, uint32_t mb_s)
{
	if (mb_s)
		jsonw_u64(json, key, mb_s);
	else
		jsonw_null(json, key);
}

static void add_place(struct jsonw *json, const struct machine *machine,
		      const struct matrix_device *device)
{
	const struct machine_affinity *affinity =
		&machine->functions.v[device->function].affinity;
	_cleanup_set_ struct set cpus = {};
	_cleanup_text_ struct text text = {};

	matrix_cpus(machine, device, &cpus);
	text_add_set(&text, &cpus);
	jsonw_string(json, "cpu_affinity", text.n ? text.s : NULL);
	if (affinity->what == AFFINITY_NODE)
		jsonw_int(json, "numa_affinity", affinity->node);
	else
		jsonw_null(json, "numa_affinity");
}

static void add_device(struct jsonw *json, const struct machine *machine,
		       const struct matrix_device *device)
{
	const struct machine_function *function = &machine->functions.v[device->function];
	uint32_t mb_s;
	struct machine_link link = machine_link_above(machine, device->function, &mb_s);

	jsonw_object(json, NULL);
	jsonw_string(json, "name", device->name);
	add_address(json, "address", machine, (int)device->function);
	jsonw_format(json, "class", "%06x", function->class_code);
	jsonw_string(json, "class_name", pci_class_name(function->class_code));
	jsonw_array(json, "names");
	for (size_t i = 0; i < function->names.n; i++)
		jsonw_string(json, NULL, function->names.v[i]);
	jsonw_end_array(json);
	add_place(json, machine, device);
	add_rate(json, "link_mb_s", mb_s);
	jsonw_link(json, "link", &link);
	jsonw_peer(json, "peer", &function->peer);
	add_address(json, "switch", machine,
		    machine_switch_above(machine, (int)device->function));
	jsonw_end_object(json);
}

static void add_path(struct jsonw *json, const struct machine *machine,
		     const struct matrix *matrix, size_t from, size_t to)
{
	const struct path *path = matrix_path(matrix, from, to);

	jsonw_object(json, NULL);
	jsonw_string(json, "from", matrix->devices.v[from].name);
	jsonw_string(json, "to", matrix->devices.v[to].name);
	jsonw_string(json, "path",
		     path->kind == PATH_UNKNOWN ? NULL : path_kind_name(path->kind));
	add_address(json, "common_bridge", machine, path->common);
	add_rate(json, "slowest_link_mb_s", path->slowest_mb_s);
	add_address(json, "slowest_link_above", machine, path->slowest);
	jsonw_string(json, "peer_traffic", peer_way_name(path->way));
	add_address(json, "redirected_by", machine, path->redirects);
	jsonw_end_object(json);
}

void jsonw_matrix(struct jsonw *json, const struct machine *machine,
		  const struct matrix *matrix)
{
	size_t n = matrix->devices.n;

	jsonw_object(json, NULL);
	jsonw_int(json, "version", 1);
	jsonw_string(json, "source", machine_source_name(machine->source));
	jsonw_array(json, "devices");
	for (size_t i = 0; i < n; i++)
		add_device(json, machine, &matrix->devices.v[i]);
	jsonw_end_array(json);
	jsonw_array(json, "paths");
	for (size_t from = 0; from < n; from++)
		for (size_t to = from + 1; to < n; to++)
			add_path(json, machine, matrix, from, to);
	jsonw_end_array(json);
	jsonw_end_object(json);
	jsonw_finish(json);
}
