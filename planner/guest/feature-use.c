/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/feature-use.h"

#include "planner/guest/controller-model.h"

static int find_iommu(const struct guest *guest, const char *model)
{
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (streq_null(guest->iommus.v[i].model, model) &&
		    !guest->iommus.v[i].added)
			return guest->iommus.v[i].element;
	return -1;
}

static int find_iommu_virtio(const struct document *document, const struct guest *guest)
{
	(void)document;
	return find_iommu(guest, "virtio");
}

static int find_iommu_amd(const struct document *document, const struct guest *guest)
{
	(void)document;
	return find_iommu(guest, "amd");
}

static int find_iommu_smmuv3(const struct document *document, const struct guest *guest)
{
	(void)document;
	return find_iommu(guest, "smmuv3");
}

static int find_iommu_per_bus(const struct document *document, const struct guest *guest)
{
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (guest->iommus.v[i].driver_element >= 0 && !guest->iommus.v[i].added &&
		    document_attribute(document, guest->iommus.v[i].driver_element,
				       "pciBus"))
			return guest->iommus.v[i].driver_element;
	return -1;
}

/* An attribute in <driver> of an IOMMU of a model. */
static int find_driver_attribute(const struct document *document,
				 const struct guest *guest, const char *model,
				 const char *name)
{
	for (size_t i = 0; i < guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &guest->iommus.v[i];

		if (!iommu->added && iommu->driver_element >= 0 &&
		    streq_null(iommu->model, model) &&
		    document_attribute(document, iommu->driver_element, name))
			return iommu->driver_element;
	}
	return -1;
}

static int find_virtio_aw_bits(const struct document *document, const struct guest *guest)
{
	return find_driver_attribute(document, guest, "virtio", "aw_bits");
}

/* Only domains of type qemu run without KVM. */
static int find_eim_emulated(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; streq_null(guest->type, "qemu") && i < guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &guest->iommus.v[i];

		if (streq_null(iommu->model, "intel") && switch_is(iommu->eim, true))
			return iommu->driver_element >= 0 ? iommu->driver_element
							  : iommu->element;
	}
	return -1;
}

static int find_amd_remap(const struct document *document, const struct guest *guest)
{
	const struct addition *remap = commandline_remap(&guest->commandline);

	(void)document;
	return remap ? remap->element : -1;
}

/* The others that came with it are accepted only beside it. */
static int find_accel(const struct document *document, const struct guest *guest)
{
	return find_driver_attribute(document, guest, "smmuv3", "accel");
}

/* An expander bus with more than one device on it. */
static int find_full_expander(const struct document *document, const struct guest *guest)
{
	unsigned count[INDEXES] = {}; /* by the index of the bus */

	(void)document;
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest->controllers.v[i].address.state == VALUE_VALID)
			count[guest->controllers.v[i].address.at.bus]++;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].address.state == VALUE_VALID)
			count[guest->devices.v[i].address.at.bus]++;
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		if (controller_model_of(c) == CONTROLLER_PCIE_EXPANDER &&
		    guest_pci_index(c) >= 0 && count[guest_pci_index(c)] > 1)
			return c->element;
	}
	return -1;
}

static int find_distances(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->cells.n; i++)
		if (guest->cells.v[i].distances_element >= 0)
			return guest->cells.v[i].distances_element;
	return -1;
}

static int find_interconnects(const struct document *document, const struct guest *guest)
{
	(void)document;
	return guest->interconnects_element;
}

static int find_cell_without_cpus(const struct document *document,
				  const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->cells.n; i++)
		if (guest->cells.v[i].cpus.state == VALUE_ABSENT)
			return guest->cells.v[i].element;
	return -1;
}

static int find_nvme(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (streq_null(guest->controllers.v[i].type, "nvme") &&
		    guest->controllers.v[i].element >= 0)
			return guest->controllers.v[i].element;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "disk") &&
		    streq_null(guest->devices.v[i].bus, "nvme"))
			return guest->devices.v[i].element;
	return -1;
}

static int find_vdpa_disk(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "disk") &&
		    guest_is_vdpa(&guest->devices.v[i]))
			return guest->devices.v[i].element;
	return -1;
}

static int find_igb(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "interface") &&
		    streq_null(guest->devices.v[i].model, "igb"))
			return guest->devices.v[i].element;
	return -1;
}

static int find_override(const struct document *document, const struct guest *guest)
{
	(void)document;
	return guest->qemu_override ? 0 : -1;
}

static int find_vq_mapping(const struct document *document, const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].iothreads_mapped &&
		    streq(guest->devices.v[i].tag, "disk"))
			return document_find(document, guest->devices.v[i].element,
					     "driver/iothreads");
	return -1;
}

static int find_controller_mapping(const struct document *document,
				   const struct guest *guest)
{
	for (size_t i = 0; i < guest->controllers.n; i++) {
		int element = guest->controllers.v[i].element;
		int mapping =
			!guest->controllers.v[i].iothreads_mapped
				? -1
				: document_find(document, element, "driver/iothreads");

		if (mapping >= 0)
			return mapping;
	}
	return -1;
}

static int find_passt(const struct document *document, const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int backend =
			streq(device->tag, "interface") && device->element >= 0
				? document_child(document, device->element, "backend")
				: -1;

		if (backend >= 0 &&
		    streq_null(document_attribute(document, backend, "type"), "passt"))
			return backend;
	}
	return -1;
}

static int find_virtio_pmem(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "memory") &&
		    streq_null(guest->devices.v[i].model, "virtio-pmem"))
			return guest->devices.v[i].element;
	return -1;
}

static int find_memory_base(const struct document *document, const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (streq(device->tag, "memory") && device->element >= 0 &&
		    device->target_base.state != VALUE_ABSENT)
			return document_find(document, device->element, "target/address");
	}
	return -1;
}

static int find_dynamic_slots(const struct document *document, const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int target = streq(device->tag, "memory") && device->element >= 0
				     ? document_child(document, device->element, "target")
				     : -1;

		if (target >= 0 &&
		    document_attribute(document, target, "dynamicMemslots"))
			return target;
	}
	return -1;
}

static int find_hostdev_node(const struct document *document, const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int acpi = streq(device->tag, "hostdev") ? device->acpi_element : -1;

		if (acpi >= 0 && document_attribute(document, acpi, "nodeset"))
			return acpi;
	}
	return -1;
}

static int find_hole64_virt(const struct document *document, const struct guest *guest)
{
	const struct guest_controller *root =
		guest_is_virt(guest) ? guest_pci_controller(guest, 0) : NULL;

	return root && root->element >= 0 && root->pcihole64_bytes.state != VALUE_ABSENT
		       ? document_child(document, root->element, "pcihole64")
		       : -1;
}

static int find_ps2(const struct document *document, const struct guest *guest)
{
	(void)guest;
	return document_find(document, 0, "features/ps2");
}

static int find_ras(const struct document *document, const struct guest *guest)
{
	(void)guest;
	return document_find(document, 0, "features/ras");
}

static int find_launch_security(const struct document *document, const char *type)
{
	int element = document_find(document, 0, "launchSecurity");

	return element >= 0 && streq_null(document_attribute(document, element, "type"),
					  type)
		       ? element
		       : -1;
}

static int find_sev_snp(const struct document *document, const struct guest *guest)
{
	(void)guest;
	return find_launch_security(document, "sev-snp");
}

static int find_tdx(const struct document *document, const struct guest *guest)
{
	(void)guest;
	return find_launch_security(document, "tdx");
}

static int find_initiator(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->commandline.additions.n; i++)
		if (guest->commandline.additions.v[i].kind == ADDITION_INITIATOR)
			return guest->commandline.additions.v[i].element;
	return -1;
}

static int find_fast_port(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->commandline.additions.n; i++) {
		const struct addition *addition = &guest->commandline.additions.v[i];
		const char *speed = addition_text(addition, "x-speed");

		if (speed && (streq(speed, "32") || streq(speed, "64")))
			return addition->element;
	}
	return -1;
}

static int find_granule(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (guest->iommus.v[i].granule_element >= 0)
			return guest->iommus.v[i].granule_element;
	return -1;
}

static int find_iommufd_device(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (device->driver_iommufd.state == VALUE_ABSENT || device->element < 0)
			continue;
		/* Every libvirt drops that of a host device that is not on PCI. */
		if (!streq(device->tag, "hostdev") || device->source.state == VALUE_VALID)
			return device->driver_element;
	}
	return -1;
}

static int find_iommufd_domain(const struct document *document, const struct guest *guest)
{
	(void)document;
	return guest->iommufd_element;
}

static int find_memory_driver(const struct document *document, const struct guest *guest)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int driver = streq(device->tag, "memory") && device->element >= 0
				     ? document_child(document, device->element, "driver")
				     : -1;

		if (driver >= 0)
			return driver;
	}
	return -1;
}

/* A device by its element and model. */
static int find_device(const struct guest *guest, const char *tag, const char *model)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, tag) &&
		    streq_null(guest->devices.v[i].model, model) &&
		    guest->devices.v[i].element >= 0)
			return guest->devices.v[i].element;
	return -1;
}

static int find_crypto(const struct document *document, const struct guest *guest)
{
	(void)guest; /* assign() leaves it out where libvirt drops it */
	return document_find(document, 0, "devices/crypto");
}

static int find_pvpanic(const struct document *document, const struct guest *guest)
{
	(void)document;
	return find_device(guest, "panic", "pvpanic");
}

static int find_pstore(const struct document *document, const struct guest *guest)
{
	(void)guest;
	return document_find(document, 0, "devices/pstore");
}

static int find_sound_virtio(const struct document *document, const struct guest *guest)
{
	(void)document;
	return find_device(guest, "sound", "virtio");
}

static int find_mtp(const struct document *document, const struct guest *guest)
{
	(void)document;
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq_null(guest->devices.v[i].driver_type, "mtp"))
			return guest->devices.v[i].driver_element;
	return -1;
}

const struct feature_use feature_uses[] = {
	{"The virtio IOMMU", FEATURE_IOMMU_VIRTIO, find_iommu_virtio, USE_REFUSED},
	{"The amd IOMMU", FEATURE_IOMMU_AMD, find_iommu_amd, USE_REFUSED},
	{"The smmuv3 IOMMU", FEATURE_IOMMU_SMMUV3, find_iommu_smmuv3, USE_REFUSED},
	{"An IOMMU of one bus", FEATURE_SMMUV3_PER_BUS, find_iommu_per_bus,
	 USE_ATTRIBUTE},
	{"aw_bits= of the virtio IOMMU", FEATURE_IOMMU_VIRTIO_AW_BITS,
	 find_virtio_aw_bits, USE_ATTRIBUTE},
	{"eim= without KVM", FEATURE_EIM_EMULATED, find_eim_emulated, USE_RULE},
	{"dma-remap of the amd IOMMU", FEATURE_AMD_REMAP, find_amd_remap, USE_REFUSED},
	/* iommu-amd-remap: from then on it works otherwise, so this is the default
	   target. */
	{"The amd IOMMU", FEATURE_AMD_REMAP, find_iommu_amd, USE_RULE},
	{"accel= of an SMMUv3", FEATURE_SMMUV3_ACCEL, find_accel, USE_ATTRIBUTE},
	{"More than one port on a pcie-expander-bus", FEATURE_EXPANDER_PORTS,
	 find_full_expander, USE_REFUSED},
	{"<distances>", FEATURE_NUMA_DISTANCES, find_distances, USE_REFUSED},
	{"<interconnects>", FEATURE_HMAT, find_interconnects, USE_REFUSED},
	{"A cell without vCPUs", FEATURE_CELL_WITHOUT_CPUS, find_cell_without_cpus,
	 USE_REFUSED},
	{"An NVMe disk or controller", FEATURE_NVME, find_nvme, USE_REFUSED},
	{"A disk of type vhostvdpa", FEATURE_VDPA_DISK, find_vdpa_disk, USE_REFUSED},
	{"A NIC of model igb", FEATURE_IGB, find_igb, USE_RULE},
	{"<iothreads> of a disk", FEATURE_IOTHREAD_VQ_MAPPING, find_vq_mapping,
	 USE_DROPPED},
	{"<iothreads> of a controller", FEATURE_CONTROLLER_MAPPING,
	 find_controller_mapping, USE_DROPPED},
	{"<qemu:override>", FEATURE_OVERRIDE, find_override, USE_REFUSED},
	{"The backend passt", FEATURE_PASST, find_passt, USE_REFUSED},
	{"A memory device of model virtio-pmem", FEATURE_VIRTIO_PMEM, find_virtio_pmem,
	 USE_REFUSED},
	{"<address> in the <target> of a memory device", FEATURE_MEMORY_BASE,
	 find_memory_base, USE_DROPPED},
	{"dynamicMemslots= of a memory device", FEATURE_DYNAMIC_SLOTS, find_dynamic_slots,
	 USE_DROPPED},
	{"<acpi nodeset=> of a host device", FEATURE_HOSTDEV_NODE, find_hostdev_node,
	 USE_DROPPED},
	{"acpi-generic-initiator", FEATURE_GENERIC_INITIATOR, find_initiator,
	 USE_REFUSED},
	{"<granule> of an IOMMU", FEATURE_IOMMU_GRANULE, find_granule, USE_DROPPED},
	{"iommufd= of a host device", FEATURE_IOMMUFD_DEVICE, find_iommufd_device,
	 USE_DROPPED},
	{"<iommufd>", FEATURE_IOMMUFD_DOMAIN, find_iommufd_domain, USE_DROPPED},
	{"<driver> of a virtio memory device", FEATURE_VIRTIO_MEMORY_OPTIONS,
	 find_memory_driver, USE_DROPPED},
	{"<crypto>", FEATURE_CRYPTO, find_crypto, USE_DROPPED},
	{"<pstore>", FEATURE_PSTORE, find_pstore, USE_DROPPED},
	{"A panic device of model pvpanic", FEATURE_PVPANIC, find_pvpanic, USE_REFUSED},
	{"A sound device of model virtio", FEATURE_SOUND_VIRTIO, find_sound_virtio,
	 USE_REFUSED},
	{"The driver mtp of a <filesystem>", FEATURE_MTP, find_mtp, USE_REFUSED},
	{"<ps2>", FEATURE_PS2, find_ps2, USE_REFUSED},
	{"<ras>", FEATURE_RAS, find_ras, USE_REFUSED},
	{"<launchSecurity> of type sev-snp", FEATURE_SEV_SNP, find_sev_snp, USE_REFUSED},
	{"<launchSecurity> of type tdx", FEATURE_TDX, find_tdx, USE_REFUSED},
	{"x-speed of more than 16 GT/s", FEATURE_PORT_32_GT, find_fast_port, USE_REFUSED},
	{"<pcihole64> on machine type virt", FEATURE_HOLE64_VIRT, find_hole64_virt,
	 USE_REFUSED},
};
const size_t n_feature_uses = ARRAY_SIZE(feature_uses);

static const struct known_attribute iommu_known[] = {{"model", 0}, {}};
static const struct known_attribute iommu_driver_known[] = {
	{"intremap", 0},
	{"caching_mode", 0},
	{"eim", 0},
	{"iotlb", VERSION_OF(3, 5)},
	{"aw_bits", VERSION_OF(6, 5)},
	{"dma_translation", VERSION_OF(10, 7)},
	{"passthrough", VERSION_OF(11, 5)},
	{"xtsup", VERSION_OF(11, 5)},
	{"pciBus", VERSION_OF(11, 10)},
	{"accel", VERSION_OF(12, 7)},
	{"ats", VERSION_OF(12, 7)},
	{"ril", VERSION_OF(12, 7)},
	{"ssidsize", VERSION_OF(12, 7)},
	{"oas", VERSION_OF(12, 7)},
	{"cmdqv", VERSION_OF(12, 7)},
	{},
};
static const struct known_attribute target_known[] = {
	{"chassisNr", 0},
	{"chassis", 0},
	{"port", 0},
	{"busNr", 0},
	{"index", 0},
	{"type", 0}, /* added by libvirt itself on spapr */
	{"hotplug", VERSION_OF(6, 3)},
	{"memReserve", VERSION_OF(10, 3)},
	{},
};
static const struct known_attribute cell_known[] = {
	{"id", 0},   {"cpus", 0},      {"memory", 0},
	{"unit", 0}, {"memAccess", 0}, {"discard", VERSION_OF(4, 4)},
	{},
};
static const struct known_attribute sibling_known[] = {{"id", 0}, {"value", 0}, {}};
static const struct known_attribute memnode_known[] = {
	{"cellid", 0},
	{"mode", 0},
	{"nodeset", 0},
	{},
};
static const struct known_attribute numatune_known[] = {
	{"mode", 0},
	{"nodeset", 0},
	{"placement", 0},
	{},
};
static const struct known_attribute vcpupin_known[] = {{"vcpu", 0}, {"cpuset", 0}, {}};
static const struct known_attribute iothreadpin_known[] = {{"iothread", 0},
							   {"cpuset", 0},
							   {}};
static const struct known_attribute emulatorpin_known[] = {{"cpuset", 0}, {}};
static const struct known_attribute page_known[] = {
	{"size", 0},
	{"unit", 0},
	{"nodeset", 0},
	{},
};
static const struct known_attribute topology_known[] = {
	{"sockets", 0}, {"dies", VERSION_OF(6, 1)},      {"cores", 0},
	{"threads", 0}, {"clusters", VERSION_OF(10, 1)}, {},
};
static const struct known_attribute vcpu_known[] = {
	{"placement", 0},
	{"cpuset", 0},
	{"current", 0},
	{},
};

unsigned feature_attribute_since(const char *element, const char *name)
{
	const struct known_attribute *known =
		streq(element, "topology") ? topology_known : iommu_driver_known;

	for (; known->name; known++)
		if (streq(known->name, name))
			return known->since;
	return 0;
}

/* Argument of feature_attributes' walk. */
struct walk {
	const struct document *document;
	attribute_visit *visit;
	void *user;
};

/* Attributes in a namespace are not libvirt's. */
static void walk_element(const struct walk *walk, int element,
			 const struct known_attribute *known)
{
	const xmlNode *node =
		element >= 0 ? walk->document->elements.v[element].node : NULL;

	if (!node)
		return;
	for (const struct tree_attribute *own = tree_attributes(node);
	     own < tree_attributes_end(node); own++) {
		const char *name = own->name;
		size_t i = 0;

		while (known[i].name && !streq(known[i].name, name))
			i++;
		if (!own->ns && (!known[i].name || known[i].since > 0))
			walk->visit(walk->user, element, name, known, known[i].since);
	}
}

static void walk_cells(const struct walk *walk, const struct guest *guest)
{
	for (size_t i = 0; i < guest->cells.n; i++) {
		walk_element(walk, guest->cells.v[i].element, cell_known);
		for (size_t j = 0; j < guest->cells.v[i].distances.n; j++)
			walk_element(walk, guest->cells.v[i].distances.v[j].element,
				     sibling_known);
	}
}

static void walk_tuning(const struct walk *walk, const struct guest *guest)
{
	walk_element(walk, guest->vcpu_element, vcpu_known);
	walk_element(walk, guest->topology_element, topology_known);
	walk_element(walk, guest->numatune_memory_element, numatune_known);
	walk_element(walk, guest->emulatorpin_element, emulatorpin_known);
	for (size_t i = 0; i < guest->memnodes.n; i++)
		walk_element(walk, guest->memnodes.v[i].element, memnode_known);
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		walk_element(walk, guest->vcpupins.v[i].element, vcpupin_known);
	for (size_t i = 0; i < guest->iothreadpins.n; i++)
		walk_element(walk, guest->iothreadpins.v[i].element, iothreadpin_known);
	for (size_t i = 0; i < guest->pages.n; i++)
		walk_element(walk, guest->pages.v[i].element, page_known);
}

void feature_attributes(const struct document *document, const struct guest *guest,
			attribute_visit *visit, void *user)
{
	const struct walk walk = {document, visit, user};

	for (size_t i = 0; i < guest->iommus.n; i++) {
		if (guest->iommus.v[i].added)
			continue;
		walk_element(&walk, guest->iommus.v[i].element, iommu_known);
		walk_element(&walk, guest->iommus.v[i].driver_element,
			     iommu_driver_known);
	}
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest_is_pci(&guest->controllers.v[i]))
			walk_element(&walk, guest->controllers.v[i].target_element,
				     target_known);
	walk_cells(&walk, guest);
	walk_tuning(&walk, guest);
}
