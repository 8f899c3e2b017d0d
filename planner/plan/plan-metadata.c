/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/plan-metadata.h"

#include "topology/machine.h"

static void want_pci(struct want *want, const char *name, struct pci_address address)
{
	want_set(want, name, PCI_FORMAT, PCI_ARGS(address));
}

static void add_node(struct want *plan, const struct request *request, size_t cell)
{
	struct want *node;

	if (request->nodes.v[cell].host_node == UNKNOWN_ID)
		return;
	node = want_child(plan, "node");
	want_set(node, "cell", "%zu", cell);
	want_set(node, "stands-for", "%d", request->nodes.v[cell].host_node);
}

static void add_device(struct want *plan, const struct request *request,
		       const struct plan_device *device)
{
	const struct request_device *wanted = &request->devices.v[device->wanted];
	struct want *want = want_child(plan, "device");

	want_pci(want, "at", device->guest_at);
	if (device->cell >= 0)
		want_set(want, "cell", "%d", device->cell);
	else
		want_set(want, "cell", "none");
	want_set(want, "kind", "%s", device->kind->name);
	if (wanted->vfs > 0 && device->kind->vfs > 0)
		want_set(want, "vfs", "%u", wanted->vfs);
	if (device->kind->assignable)
		want_set(want, "assignable", "yes");
	if (!wanted->mirrors)
		return;
	want_pci(want, "stands-for", wanted->host);
	want_set(want, "class", "%06x", wanted->host_class);
	want_set(want, "vendor", "%04x", wanted->host_vendor);
	want_set(want, "device", "%04x", wanted->host_device);
}

struct want *plan_metadata(const struct request *request, const struct plan *plan,
			   const struct guest *guest)
{
	struct want *want = want_new("plan");

	want->space = PLAN_NAMESPACE;
	for (size_t i = 0; i < request->nodes.n; i++)
		add_node(want, request, i);
	if (guest)
		notes_add(guest, want);
	for (size_t i = 0; i < plan->devices.n; i++)
		add_device(want, request, &plan->devices.v[i]);
	return want;
}

void jsonw_plan_devices(struct jsonw *json, const struct request *request,
			const struct plan *plan)
{
	jsonw_array(json, "devices");
	for (size_t i = 0; i < plan->devices.n; i++) {
		const struct plan_device *device = &plan->devices.v[i];
		const struct request_device *wanted = &request->devices.v[device->wanted];

		jsonw_object(json, NULL);
		jsonw_format(json, "address", PCI_FORMAT, PCI_ARGS(device->guest_at));
		jsonw_string(json, "kind", device->kind->name);
		jsonw_int(json, "node", wanted->cell);
		jsonw_bool(json, "assignable", device->kind->assignable);
		jsonw_u64(json, "vfs", wanted->vfs);
		if (wanted->mirrors)
			jsonw_format(json, "stands_for", PCI_FORMAT,
				     PCI_ARGS(wanted->host));
		else
			jsonw_null(json, "stands_for");
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}
