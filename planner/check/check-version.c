/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the target's libvirt and QEMU know. Source: libvirt NEWS.rst; QEMU's change log;
 * planner/target.h holds the versions of features that are more than an attribute.
 */
#include "planner/check/rules.h"

#include "base/option.h"

#define MINOR(version) ((version) / 1000 % 1000)
#define MAJOR(version) ((version) / 1000000)

void igb_qemu(struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];

		if (streq(device->tag, "interface") && streq_null(device->model, "igb") &&
		    !target_has(&check->options->target, FEATURE_IGB))
			check_found(check, device->element,
				    "Model igb needs QEMU 8.0; the target has %u.%u, which does not "
				    "know it and exits.",
				    check->options->target.qemu / 1000000,
				    check->options->target.qemu / 1000 % 1000);
	}
}

static int find_iommu(const struct guest *guest, const char *model)
{
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (streq_null(guest->iommus.v[i].model, model) && !guest->iommus.v[i].added)
			return guest->iommus.v[i].element;
	return -1;
}

static int find_iommu_virtio(const struct check *check)
{
	return find_iommu(check->guest, "virtio");
}

static int find_iommu_amd(const struct check *check)
{
	return find_iommu(check->guest, "amd");
}

static int find_iommu_smmuv3(const struct check *check)
{
	return find_iommu(check->guest, "smmuv3");
}

/* An expander bus with more than one thing on it. */
static int find_full_expander(const struct check *check)
{
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c = check_controller(check, index);

		if (c && streq_null(c->model, "pcie-expander-bus") &&
		    check->bus[index].children > 1)
			return c->element;
	}
	return -1;
}

static int find_distances(const struct check *check)
{
	for (size_t i = 0; i < check->guest->cells.n; i++)
		if (check->guest->cells.v[i].distances_element >= 0)
			return check->guest->cells.v[i].distances_element;
	return -1;
}

static int find_interconnects(const struct check *check)
{
	return check->guest->interconnects_element;
}

static int find_cell_without_cpus(const struct check *check)
{
	for (size_t i = 0; i < check->guest->cells.n; i++)
		if (check->guest->cells.v[i].cpus.state == VALUE_ABSENT)
			return check->guest->cells.v[i].element;
	return -1;
}

static int find_nvme(const struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++)
		if (streq(check->guest->devices.v[i].tag, "disk") &&
		    streq_null(check->guest->devices.v[i].bus, "nvme"))
			return check->guest->devices.v[i].element;
	return -1;
}

static int find_override(const struct check *check)
{
	return check->guest->qemu_override ? 0 : -1;
}

static int find_passt(const struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		int backend = streq(device->tag, "interface") && device->element >= 0
				      ? document_child(check->document, device->element,
						       "backend")
				      : -1;

		if (backend >= 0 && streq_null(document_attribute(check->document, backend,
								  "type"), "passt"))
			return backend;
	}
	return -1;
}

static int find_hostdev_node(const struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		int acpi = streq(device->tag, "hostdev") && device->element >= 0
				   ? document_child(check->document, device->element, "acpi")
				   : -1;

		if (acpi >= 0 && document_attribute(check->document, acpi, "nodeset"))
			return acpi;
	}
	return -1;
}

void feature_version(struct check *check)
{
	static const struct {
		const char *what;
		enum feature feature;
		int (*find)(const struct check *check); /* an element, -1 not used */
	} rows[] = {
		{ "The virtio IOMMU", FEATURE_IOMMU_VIRTIO, find_iommu_virtio },
		{ "The amd IOMMU", FEATURE_IOMMU_AMD, find_iommu_amd },
		{ "The smmuv3 IOMMU", FEATURE_IOMMU_SMMUV3, find_iommu_smmuv3 },
		{ "More than one port on a pcie-expander-bus", FEATURE_EXPANDER_PORTS,
		  find_full_expander },
		{ "<distances>", FEATURE_NUMA_DISTANCES, find_distances },
		{ "<interconnects>", FEATURE_HMAT, find_interconnects },
		{ "A cell without vCPUs", FEATURE_CELL_WITHOUT_CPUS, find_cell_without_cpus },
		{ "A disk on an NVMe bus", FEATURE_NVME, find_nvme },
		{ "<qemu:override>", FEATURE_OVERRIDE, find_override },
		{ "The backend passt", FEATURE_PASST, find_passt },
		{ "<acpi nodeset=> of a host device", FEATURE_HOSTDEV_NODE, find_hostdev_node },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *needs = NULL;
		int element;

		if (target_has(&check->options->target, rows[i].feature) ||
		    (element = rows[i].find(check)) < 0)
			continue;
		needs = feature_needs(rows[i].feature);
		check_found(check, element, "%s needs %s; the target has libvirt %u.%u and QEMU "
			    "%u.%u.", rows[i].what, needs,
			    MAJOR(check->options->target.libvirt),
			    MINOR(check->options->target.libvirt),
			    MAJOR(check->options->target.qemu),
			    MINOR(check->options->target.qemu));
	}
}

void machine_version(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned version;

	if (!guest->machine || !has_prefix(guest->machine, "pc-q35-"))
		return;
	version = machine_type_version(guest->machine);
	if (version == 0)
		return;
	if (version < VERSION_OF(4, 0) && guest->iommus.n > 0)
		check_found(check, 0,
			    "Ports of machine type %s have no ACS, so the guest's IOMMU puts what "
			    "is below a root port into the port's group.",
			    guest->machine);
	if (version == VERSION_OF(6, 1))
		check_found(check, 0,
			    "Machine type %s gives every port an I/O window: with more than 14 "
			    "ports SeaBIOS does not boot.", guest->machine);
}

/* An attribute, and the first libvirt that knows it; 0: all that we know of. */
struct known_attribute {
	const char *name;
	unsigned since;
};

static const struct known_attribute iommu_known[] = { { "model", 0 }, {} };
static const struct known_attribute iommu_driver_known[] = {
	{ "intremap", 0 },
	{ "caching_mode", 0 },
	{ "eim", 0 },
	{ "iotlb", VERSION_OF(3, 5) },
	{ "aw_bits", VERSION_OF(6, 5) },
	{ "dma_translation", VERSION_OF(10, 7) },
	{ "passthrough", VERSION_OF(11, 5) },
	{ "xtsup", VERSION_OF(11, 5) },
	{ "pciBus", VERSION_OF(11, 10) },
	{ "granule", VERSION_OF(12, 1) },
	{ "accel", VERSION_OF(12, 7) },
	{ "ats", VERSION_OF(12, 7) },
	{ "ril", VERSION_OF(12, 7) },
	{ "pasid", VERSION_OF(12, 7) },
	{ "oas", VERSION_OF(12, 7) },
	{},
};
static const struct known_attribute target_known[] = {
	{ "chassisNr", 0 }, { "chassis", 0 }, { "port", 0 }, { "busNr", 0 }, { "index", 0 },
	{ "type", 0 }, /* libvirt's own, for spapr */
	{ "hotplug", VERSION_OF(6, 3) },
	{ "memReserve", VERSION_OF(10, 3) },
	{},
};
static const struct known_attribute cell_known[] = {
	{ "id", 0 }, { "cpus", 0 }, { "memory", 0 }, { "unit", 0 }, { "memAccess", 0 },
	{ "discard", VERSION_OF(4, 4) },
	{},
};
static const struct known_attribute sibling_known[] = { { "id", 0 }, { "value", 0 }, {} };
static const struct known_attribute memnode_known[] = {
	{ "cellid", 0 }, { "mode", 0 }, { "nodeset", 0 }, {},
};
static const struct known_attribute numatune_known[] = {
	{ "mode", 0 }, { "nodeset", 0 }, { "placement", 0 }, {},
};
static const struct known_attribute vcpupin_known[] = { { "vcpu", 0 }, { "cpuset", 0 }, {} };
static const struct known_attribute iothreadpin_known[] = { { "iothread", 0 }, { "cpuset", 0 }, {} };
static const struct known_attribute emulatorpin_known[] = { { "cpuset", 0 }, {} };
static const struct known_attribute page_known[] = {
	{ "size", 0 }, { "unit", 0 }, { "nodeset", 0 }, {},
};
static const struct known_attribute topology_known[] = {
	{ "sockets", 0 }, { "dies", VERSION_OF(6, 1) }, { "cores", 0 }, { "threads", 0 },
	{ "clusters", VERSION_OF(10, 1) },
	{},
};
static const struct known_attribute vcpu_known[] = {
	{ "placement", 0 }, { "cpuset", 0 }, { "current", 0 }, {},
};

static const char *nearest_known(const char *name, const struct known_attribute *known)
{
	const char *names[32] = {};

	for (size_t i = 0; known[i].name && i < ARRAY_SIZE(names) - 1; i++)
		names[i] = known[i].name;
	return nearest_name(name, names);
}

static void say_dropped(struct check *check, int element, const char *name,
			const struct known_attribute *known, unsigned since)
{
	unsigned libvirt = check->options->target.libvirt;
	const char *tag = document_element_name(check->document, element);
	const char *nearest = since ? NULL : nearest_known(name, known);
	struct finding *finding;

	finding = check_found(check, element,
			      "libvirt %u.%u does not know the attribute %s of <%s> and drops it "
			      "without a word.",
			      MAJOR(libvirt), MINOR(libvirt), name, tag);
	finding->subject = xstrdup(name);
	if (since)
		check_mend(finding, "Use libvirt %u.%u or newer, or take it away.",
			   MAJOR(since), MINOR(since));
	else if (nearest)
		check_mend(finding, "Write %s, if that is what is meant.", nearest);
}

/* Attributes in a namespace are somebody else's. */
static void judge_attributes(struct check *check, int element, const struct known_attribute *known)
{
	const xmlNode *node =
		element >= 0 ? check->document->elements.v[element].node : NULL;

	for (const xmlAttr *own = node ? node->properties : NULL; own; own = own->next) {
		const char *name = (const char *)own->name;
		size_t i = 0;

		while (known[i].name && !streq(known[i].name, name))
			i++;
		if (!own->ns && (!known[i].name ||
				 known[i].since > check->options->target.libvirt))
			say_dropped(check, element, name, known, known[i].since);
	}
}

static void judge_cells(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->cells.n; i++) {
		judge_attributes(check, guest->cells.v[i].element, cell_known);
		for (size_t j = 0; j < guest->cells.v[i].distances.n; j++)
			judge_attributes(check, guest->cells.v[i].distances.v[j].element,
					 sibling_known);
	}
}

static void judge_tuning(struct check *check)
{
	const struct guest *guest = check->guest;

	judge_attributes(check, guest->vcpu_element, vcpu_known);
	judge_attributes(check, guest->topology_element, topology_known);
	judge_attributes(check, guest->numatune_memory_element, numatune_known);
	judge_attributes(check, guest->emulatorpin_element, emulatorpin_known);
	for (size_t i = 0; i < guest->memnodes.n; i++)
		judge_attributes(check, guest->memnodes.v[i].element, memnode_known);
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		judge_attributes(check, guest->vcpupins.v[i].element, vcpupin_known);
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		judge_attributes(check, guest->iothreadpins.v[i].element, iothreadpin_known);
	for (size_t i = 0; i < guest->pages.n; i++)
		judge_attributes(check, guest->pages.v[i].element, page_known);
}

void attribute_dropped(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->iommus.n; i++) {
		if (guest->iommus.v[i].added)
			continue;
		judge_attributes(check, guest->iommus.v[i].element, iommu_known);
		judge_attributes(check, guest->iommus.v[i].driver_element, iommu_driver_known);
	}
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest_is_pci(&guest->controllers.v[i]))
			judge_attributes(check, guest->controllers.v[i].target_element,
					 target_known);
	judge_cells(check);
	judge_tuning(check);
}
