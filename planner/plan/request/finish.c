/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* finish.c - completes the request, and checks whether it can be planned. */
#include "planner/plan/request/mirror.h"
#include "planner/plan/request/parts.h"

#include "base/error.h"
#include "base/size.h"
#include "planner/guest/machine-type.h"
#include "planner/plan/request/io-keep.h"

#define MIN_MEMORY (UINT64_C(1) << 20) /* libvirt rounds each cell up to a MiB */

/* Repeats the devices that were requested for every node. */
static void spread_devices(struct request *request)
{
	__typeof__(request->devices) spread = {};

	for (size_t cell = 0; cell < request->nodes.n; cell++)
		for (size_t i = 0; i < request->devices.n; i++) {
			struct request_device device = request->devices.v[i];

			if (device.cell == EVERY_NODE &&
			    !request->nodes.v[cell].initiator)
				device.cell = (int)cell;
			if (device.cell == (int)cell)
				*vec_add(&spread) = device;
		}
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].cell == NO_CELL || request->nodes.n == 0 ||
		    request->devices.v[i].cell >= (int)request->nodes.n)
			*vec_add(&spread) = request->devices.v[i];
	vec_free(&request->devices);
	request->devices = spread;
}

static int check_devices(const struct request *request, struct error *error)
{
	if (request->disk && request->disk_cell >= (int)request->nodes.n)
		return error_input(
			error,
			"--disk %s,node=%d: there is no such node; the nodes are 0-%zu",
			request->disk, request->disk_cell, request->nodes.n - 1);
	for (size_t i = 0; i < request->devices.n; i++) {
		const struct request_device *device = &request->devices.v[i];
		_cleanup_free_ char *needs = feature_needs(device->kind->needs);
		_cleanup_free_ char *name =
			device->assigned ? xasprintf(PCI_FORMAT, PCI_ARGS(device->host))
					 : xstrdup(device->kind->name);

		if (request->nodes.n == 0 && device->cell != NO_CELL)
			return error_input(
				error,
				"--%s %s: the domain has no NUMA nodes; add --node vcpus=2,memory=2GiB",
				device->assigned ? "hostdev" : "device", name);
		if (device->cell >= (int)request->nodes.n)
			return error_input(
				error,
				"--%s %s,node=%d: there is no such node; the nodes are 0-%zu",
				device->assigned ? "hostdev" : "device", name,
				device->cell, request->nodes.n - 1);
		if (!target_has(&request->target, device->kind->needs))
			return error_input(
				error,
				"--device %s: needs %s; specify that with --target, or use e1000e",
				device->kind->name, needs);
	}
	return 0;
}

/* Assigns the ids that the user did not name, in order, after those named. */
static int give_vcpus(struct request *request, struct error *error)
{
	_cleanup_set_ struct set used = {};
	unsigned next = 0, total = 0;

	for (size_t i = 0; i < request->nodes.n; i++) {
		const struct set *list = &request->nodes.v[i].vcpu_list;

		if (set_intersects(list, &used))
			return error_input(
				error,
				"--node %zu: its cpulist has vCPUs of an earlier node; each vCPU can be in only one node",
				i);
		set_union(&used, list);
		total += request->nodes.v[i].vcpus;
		if (total > SET_LIMIT)
			return error_input(error, "%u vCPUs are too many", total);
	}
	for (size_t i = 0; i < request->nodes.n; i++) {
		struct request_node *node = &request->nodes.v[i];

		while (set_count(&node->vcpu_list) < node->vcpus) {
			while (set_has(&used, next))
				next++;
			set_add(&node->vcpu_list, next);
			set_add(&used, next);
		}
	}
	if (total == 0)
		return error_input(error, "no node has a vCPU; give one vcpus=1 or more");
	if (!set_has(&used, total - 1) || set_next(&used, total) >= 0)
		return error_input(
			error,
			"the nodes' vCPU numbers have gaps: %u vCPUs must be numbered 0-%u",
			total, total - 1);
	return 0;
}

static bool assigns_device(const struct request *request)
{
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].assigned)
			return true;
	return false;
}

/*
 * The default works with what is requested: QEMU's smmuv3 supports host devices only if
 * it is accelerated, which depends on the host's SMMUv3 and kernel (iommu-cannot-vfio).
 */
static const char *default_iommu(struct request *request)
{
	_cleanup_free_ char *needs = feature_needs(FEATURE_SMMUV3_ACCEL);

	if (!streq(request->architecture, "aarch64"))
		return "intel";
	if (!assigns_device(request))
		return "smmuv3";
	request_note(
		request,
		"the guest's IOMMU is the virtio model, because smmuv3 supports host devices only if it is accelerated: --iommu smmuv3,accel=on (%s, KVM, a host with an SMMUv3)",
		needs);
	return "virtio";
}

static void fill_defaults(struct request *request)
{
	bool arm = streq(request->architecture, "aarch64");

	if (!request->machine)
		request->machine = xstrdup(arm ? "virt" : "q35");
	if (!request->iommu)
		request->iommu = xstrdup(default_iommu(request));
	if (!request->cpu)
		request->cpu = xstrdup(streq(request->type, "kvm") ? "host-passthrough"
								   : "maximum");
}

/* A cell consists of whole huge pages. */
static void round_memory(struct request *request)
{
	uint64_t page_bytes = request->hugepage_bytes;

	for (size_t i = 0; page_bytes > 0 && !request->in_place && i < request->nodes.n;
	     i++) {
		uint64_t *memory_bytes = &request->nodes.v[i].memory_bytes;
		uint64_t rest_bytes = *memory_bytes % page_bytes;
		_cleanup_text_ struct text size = {};

		if (rest_bytes == 0)
			continue;
		*memory_bytes += page_bytes - rest_bytes;
		text_add_size_human(&size, *memory_bytes);
		request_note(
			request,
			"node %zu: memory rounded up to %s, a multiple of the huge page size",
			i, size.s);
	}
}

/* What request_check() refuses where it is known. */
static void note_old_machine(struct request *request)
{
	if (request->in_place || !has_prefix(request->machine, "pc-q35-") ||
	    streq(request->iommu, "none") ||
	    machine_type_is_older(request->machine, VERSION_OF(4, 0)) != KNOWN_UNKNOWN)
		return;
	request_note(
		request,
		"virt-layout does not know whether the ports of machine type %s have ACS; without it, devices are not in separate IOMMU groups",
		request->machine);
}

int request_finish(struct request *request, struct error *error)
{
	fill_defaults(request);
	if (request_check(request, error) < 0)
		return -1;
	note_old_machine(request);
	/* A domain without cells that does not get any. */
	if (request->nodes.n > 0 &&
	    (give_vcpus(request, error) < 0 || request_check_vcpus(request, error) < 0))
		return -1;
	if (request->mirrored && request->nodes.n > 0)
		mirror_note_shape(request);
	round_memory(request);
	spread_devices(request);
	if (check_devices(request, error) < 0)
		return -1;
	io_keep_to_limit(request);
	return 0;
}
