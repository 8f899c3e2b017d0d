/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/host.h"

#include "planner/guest/io-use.h"

void check_make_indexes(struct check *check)
{
	const struct guest *guest = check->guest;

	guest_tree_read(guest, &check->tree);
	for (size_t i = 0; i < guest->vcpupins.n; i++) {
		const struct guest_pin *pin = &guest->vcpupins.v[i];

		if (pin->id.state == VALUE_VALID && pin->cpus.state == VALUE_VALID)
			first_add(&check->vcpupins, NULL, pin->id.value, (int)i);
	}
}

void check_free_indexes(struct check *check)
{
	guest_tree_free(&check->tree);
	firsts_free(&check->vcpupins);
	free(check->io_use);
}

void check_list_hostdevs(const struct check *check, check_hostdevs *ret)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		struct check_hostdev *row;

		if (device->source.state != VALUE_VALID ||
		    !streq_null(device->source.type, "pci"))
			continue;
		row = vec_add(ret);
		row->device = (int)i;
		row->function = check->host ? machine_function_index(check->host,
								     device->source.at)
					    : -1;
		row->cell =
			device->address.state == VALUE_VALID
				? guest_tree_cell(&check->tree, device->address.at.bus)
				: -1;
		row->host_node = machine_function_node(check->host, row->function);
	}
}

const struct guest_device *check_assigned_device(const struct check_assigned *assigned,
						 int i)
{
	return &assigned->check->guest->devices.v[assigned->list.v[i].device];
}

struct finding *check_found_pair(const struct check_assigned *assigned, int a, int b,
				 const char *what)
{
	const struct guest_device *first = check_assigned_device(assigned, a);
	const struct guest_device *second = check_assigned_device(assigned, b);

	struct finding *finding = check_found(assigned->check, second->element,
					      PCI_FORMAT " and " PCI_FORMAT " %s",
					      PCI_ARGS(first->source.at),
					      PCI_ARGS(second->source.at), what);

	check_relate(assigned->check, finding, first->element);
	return finding;
}

bool check_backing(const struct check *check, size_t cell, struct set *ret)
{
	const struct guest *guest = check->guest;

	*ret = (struct set){};
	for (size_t i = 0; i < guest->memnodes.n; i++)
		if (number_is(guest->memnodes.v[i].cell, cell) &&
		    guest->memnodes.v[i].nodes.state == VALUE_VALID) {
			*ret = set_copy(&guest->memnodes.v[i].nodes.set);
			return true;
		}
	if (guest->numatune_nodes.state != VALUE_VALID)
		return false;
	*ret = set_copy(&guest->numatune_nodes.set);
	return true;
}

const struct guest_pin *check_vcpupin(const struct check *check, unsigned vcpu)
{
	int at = first_find(&check->vcpupins, NULL, vcpu);

	return at < 0 ? NULL : &check->guest->vcpupins.v[at];
}

int check_pin_element(const struct check *check, unsigned vcpu)
{
	const struct guest_pin *pin = check_vcpupin(check, vcpu);

	return pin ? pin->element : check->guest->vcpu_element;
}

const struct set *check_pin_of(const struct check *check, unsigned vcpu)
{
	const struct guest *guest = check->guest;
	const struct guest_pin *pin = check_vcpupin(check, vcpu);

	if (pin)
		return &pin->cpus.set;
	if (guest->vcpu_cpuset.state == VALUE_VALID)
		return &guest->vcpu_cpuset.set;
	return NULL;
}

struct set check_nodes_of(const struct machine *host, const struct set *cpus)
{
	struct set nodes = {};

	for (size_t i = 0; i < host->nodes.n; i++)
		if (set_intersects(&host->nodes.v[i].cpus, cpus))
			set_add(&nodes, (unsigned)host->nodes.v[i].id);
	return nodes;
}

bool check_pin_nodes(const struct check *check, size_t cell, struct set *ret)
{
	const struct guest *guest = check->guest;
	bool any = false;

	*ret = (struct set){};
	set_foreach (vcpu, &guest->cells.v[cell].cpus.set) {
		const struct set *pin = check_pin_of(check, (unsigned)vcpu);
		struct set nodes;

		if (!pin)
			continue;
		any = true;
		nodes = check_nodes_of(check->host, pin);
		set_union(ret, &nodes);
		set_free(&nodes);
	}
	return any;
}

char *check_set_string(const struct set *set)
{
	struct text text = {};

	text_add_set(&text, set);
	return text_take(&text);
}

unsigned check_host_address_bits(const struct check *check, unsigned limit)
{
	const char *text =
		check->host ? machine_fact(check->host, "cpu.address-bits") : NULL;
	uint32_t bits;

	if (!text || !parse_u32(text, &bits))
		return 0;
	return limit > 0 ? MIN(bits, limit) : bits;
}

const struct guest_iommu *check_iommu_of(const struct check *check,
					 const struct guest_device *device)
{
	const struct guest *guest = check->guest;

	if (guest_address_on_pci(&device->address) &&
	    check->tree.bus[device->address.at.bus].root >= 0)
		return guest_tree_iommu(&check->tree, device->address.at.bus);
	return guest->iommus.n ? guest->iommus.v : NULL;
}

const struct guest_iommu *check_intel_iommu(const struct check *check)
{
	const struct guest *guest = check->guest;

	return guest->iommus.n && streq_null(guest->iommus.v[0].model, "intel")
		       ? &guest->iommus.v[0]
		       : NULL;
}

const struct io_use *check_io_use(struct check *check)
{
	if (!check->io_use) {
		check->io_use = xnew(struct io_use);
		io_use_read(&check->tree, check->host, &check->options->target,
			    check->io_use);
	}
	return check->io_use;
}
