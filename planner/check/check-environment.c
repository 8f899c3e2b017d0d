/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is correct by itself but conflicts with its environment: another network of the
 * same name, KubeVirt's own reader, a device that will be plugged in later. Sources:
 * libvirt 9.0 src/network/default.xml.in; KubeVirt
 * pkg/virt-launcher/virtwrap/api/schema.go; libvirt 9.0 src/conf/domain_addr.c
 * (hot-plug).
 */
#include "planner/check/demand.h"
#include "planner/check/host.h"
#include "planner/guest/io-use.h"

#include <stdio.h>

static void network_clash(struct check *check)
{
	const struct guest *guest = check->guest;

	/* Only a guest with an IOMMU is meant to run its own guests. */
	for (size_t i = 0; guest->iommus.n > 0 && i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (streq(device->tag, "interface") &&
		    streq_null(device->type, "network") && device->source_element >= 0 &&
		    streq_null(document_attribute(check->document, device->source_element,
						  "network"),
			       "default"))
			check_found(
				check, device->element,
				"The guest is on the host's libvirt network \"default\"; a libvirt in the guest creates a network with the same addresses.");
	}
}

static void hotplug_room(struct check *check)
{
	const struct guest_controller *root = guest_tree_controller(&check->tree, 0);
	int last = root ? root->element : -1;
	unsigned ports = 0;

	if (guest_is_i440fx(check->guest))
		return;
	for (int index = 1; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		if (!guest_is_port(c) || switch_is(c->hotplug, false))
			continue;
		ports++;
		if (check->tree.bus[index].children == 0)
			return;
		if (c->element >= 0)
			last = c->element;
	}
	if (ports == 0)
		check_found(check, last, "There is no port to plug a device into.");
	else if (ports == 1)
		check_found(check, last, "The only hot-pluggable port is in use.");
	else
		check_found(check, last, "All %u hot-pluggable ports are in use.", ports);
}

/* Ports that libvirt adds up to a bus and that stay empty. */
static unsigned ports_for_nothing(const struct check *check, int bus)
{
	unsigned count = 0;

	for (int index = 1; index < bus; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		count += c && c->element < 0 && check->tree.bus[index].children == 0;
	}
	return count;
}

static void pci_bus_missing(struct check *check)
{
	const guest_functions *functions = &check->tree.functions;
	bool reported[INDEXES] = {};

	for (size_t i = 0; i < functions->n; i++) {
		int bus = functions->v[i].address->at.bus;
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, bus);
		int element = assign_element(check->guest, functions->v[i].item);
		_cleanup_free_ char *name = NULL;
		unsigned count;

		if (functions->v[i].address->assigned || element < 0 || !c ||
		    c->element >= 0 || reported[bus] ||
		    (count = ports_for_nothing(check, bus)) == 0)
			continue;
		reported[bus] = true;
		name = assign_item_name(check->guest, functions->v[i].item);
		check_set_remedy(
			check_found(
				check, element,
				"%s is on bus 0x%02x, but there is no PCI controller %d; libvirt adds it, and %u unwanted port%s with lower indexes.",
				name, bus, bus, count, count == 1 ? "" : "s"),
			"Write the controller's index in hexadecimal, for example bus='0x%02x', or add controller %d.",
			bus, bus);
	}
}

/* The mark that KubeVirt leaves in <metadata>. */
static bool is_kubevirts(const struct check *check)
{
	const struct document *document = check->document;

	const xmlNode *node =
		check->guest->metadata_element < 0
			? NULL
			: document->elements.v[check->guest->metadata_element]
				  .node->children;

	for (; node; node = node->next)
		if (node->ns && strstr((const char *)node->ns->href, "kubevirt.io"))
			return true;
	return false;
}

static void say_lost(struct check *check, int element, const char *what)
{
	check_found(
		check, element,
		"KubeVirt's data structure for a domain has no %s, so it is lost when KubeVirt reads the domain back.",
		what)
		->subject = xstrdup(what);
}

static void kubevirt_roundtrip(struct check *check)
{
	const struct guest *guest = check->guest;

	if (!is_kubevirts(check))
		return;
	for (size_t i = 0; i < guest->iommus.n; i++)
		if (guest->iommus.v[i].driver_element >= 0 && !guest->iommus.v[i].added)
			say_lost(check, guest->iommus.v[i].driver_element,
				 "<driver> of <iommu>");
	if (guest->interconnects_element >= 0)
		say_lost(check, guest->interconnects_element, "<interconnects>");
	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *c = &guest->controllers.v[i];

		/* What libvirt would choose by itself is not lost. */
		if (c->added)
			continue;
		if (guest_is_pci(c) && c->element >= 0 &&
		    c->chassis.state == VALUE_VALID && !c->chassis_assigned &&
		    c->chassis.value != c->index.value)
			say_lost(check, c->element, "chassis of a port");
		if (guest_is_pci(c) && c->element >= 0 &&
		    streq_null(c->model_name, "ioh3420"))
			say_lost(check, c->element, "<model name=> of a port");
	}
}

/* "5, 6": ports of a root where a device with I/O ports takes those of others. */
static void list_dry_ports(const struct check *check, const struct io_use *use, int root,
			   struct text *ret, int *element)
{
	for (int index = 1; index < INDEXES; index++) {
		if (check->tree.bus[index].root != root ||
		    io_use_takes(use, &check->tree, index) == KNOWN_NO)
			continue;
		/* libvirt plugs nothing into a port that it does not know. */
		if (guest_tree_controller(&check->tree, index)->added)
			continue;
		text_printf(ret, "%s%d", ret->n ? ", " : "", index);
		*element = guest_tree_controller(&check->tree, index)->element;
	}
}

static void hotplug_io(struct check *check)
{
	const struct io_use *use;

	if (!guest_is_q35(check->guest))
		return;
	use = check_io_use(check);
	for (size_t i = 0; i < use->n_roots; i++) {
		_cleanup_text_ struct text ports = {};
		int element = -1;

		list_dry_ports(check, use, use->indexes[i], &ports, &element);
		if (ports.n == 0)
			continue;
		check_found(
			check, element,
			"Empty ports of expander bus %d: %s. Devices without I/O ports, such as virtio-net, virtio-scsi and vmxnet3, can be plugged in there. One with I/O ports, such as e1000e, %s the I/O ports of devices that run on this bus.",
			use->indexes[i], ports.s,
			use->reserves == KNOWN_NO ? "takes" : "may take");
	}
}

/* "/dev/hugepages 2M; /mnt/huge 1024M". False if a mount does not give its size. */
static bool mounted(const char *list, uint64_t size_bytes, bool *ret)
{
	unsigned long long number;
	char unit;

	*ret = false;
	for (; list && *list; list = strchr(list, ';') ? strchr(list, ';') + 2 : NULL) {
		uint64_t bytes;

		if (sscanf(list, "%*s %llu%c", &number, &unit) != 2)
			return false;
		bytes = (uint64_t)number << (unit == 'G' ? 30 : unit == 'M' ? 20 : 10);
		*ret |= bytes == size_bytes;
	}
	return true;
}

/* Of a file in a hugetlbfs; a memfd needs no mount, as long as its size is given. */
static bool needs_mount(const struct check *check, const struct memory_demand *demand)
{
	const struct guest *guest = check->guest;

	return demand->page_bytes != 0 &&
	       (!streq_null(guest->memory_source, "memfd") || guest->pages.n == 0);
}

static bool size_seen(const memory_demands *demands, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (demands->v[j].page_bytes == demands->v[i].page_bytes)
			return true;
	return false;
}

static void judge_mount(struct check *check, const struct memory_demand *demand)
{
	const char *mounts = machine_fact(check->host, "huge-pages.mounts");
	bool there;

	if (!mounts || demand->page_bytes == PAGE_BYTES_UNKNOWN ||
	    !mounted(mounts, demand->page_bytes, &there))
		check_skip(
			check, "huge-pages.mounts",
			"the host's description does not give the mount points and sizes of huge pages");
	else if (!there)
		check_found(check, demand->element,
			    "The host has no hugetlbfs mounted for pages of %llu KiB.",
			    ULL(demand->page_bytes / 1024));
}

static void hugepage_mounted(struct check *check)
{
	memory_demands demands = {};

	memory_demands_list(check, &demands);
	for (size_t i = 0; i < demands.n; i++)
		if (needs_mount(check, &demands.v[i]) && !size_seen(&demands, i))
			judge_mount(check, &demands.v[i]);
	memory_demands_free(&demands);
}

const struct rule environment_rules[] = {
	{RULE("pci-bus-missing", pci_bus_missing, WARNING, NEED_MACHINE, NOBODY),
	 .what = "The controller that an address names exists.",
	 .why = "libvirt adds it, and every missing controller with a lower index, as ports on bus 0. Often the cause is a decimal index written after 0x in bus=.",
	 .to_fix = "Name an existing controller.",
	 .source = LV "conf/domain_addr.c, virDomainPCIAddressSetGrow",
	 .remedy = REMEDY_EDIT},
	{RULE("hotplug-room", hotplug_room, INFO, NEED_MACHINE, NOBODY),
	 .areas = AREA_PCI, .what = "There is a free port to plug a device into.",
	 .why = "libvirt adds no ports while the guest runs; if none is free, it fails with \"no more available PCI slots\".",
	 .to_fix = "Add a pcie-root-port or two.",
	 .source = LV "conf/domain_addr.c; docs/pci-hotplug.rst", .remedy = REMEDY_EDIT},
	{RULE("hotplug-io", hotplug_io, INFO, NEED_MACHINE, NOBODY), .areas = AREA_PCI,
	 .what = "Devices with I/O ports can be plugged into the empty ports of expander buses.",
	 .why = "SeaBIOS, and OVMF 2025.02, give an empty port no window for I/O ports. If a device that has some is plugged in, Linux takes those of the neighbours, which run on without them and do not get them back.",
	 .to_fix =
		 "Plug such devices into a port on pcie-root, or have the firmware reserve I/O space for the port (io-reserve in <qemu:override>), as plan --spare-ports N,for=e1000e does.",
	 .source =
		 "measured with SeaBIOS 1.16.2 and 1.17.0 and OVMF 2022.11 and 2025.02, see HOT-PLUGGING in virt-layout-plan(1)",
	 .remedy = REMEDY_EDIT},
	{RULE("network-clash", network_clash, INFO, 0, NOBODY),
	 .what = "A guest that itself runs libvirt is not on the host's default libvirt network.",
	 .why = "The default networks of host and guest are both 192.168.122.0/24: the guest's network does not start, or it removes the guest's own route. A guest with an IOMMU is assumed to run libvirt.",
	 .to_fix =
		 "Use another network for the guest, or change the addresses of the network inside the guest.",
	 .source = LV "network/default.xml.in", .remedy = REMEDY_EDIT},
	{RULE("kubevirt-roundtrip", kubevirt_roundtrip, INFO, 0, NOBODY),
	 .what = "The domain needs nothing that KubeVirt drops.",
	 .why = "Whenever KubeVirt defines the domain, it reads the XML into its own data structure and writes it out again, and whatever the structure does not contain is lost.",
	 .to_fix =
		 "Let an onDefineDomain hook add it each time, as virt-layout-hook(1) does.",
	 .source = "KubeVirt pkg/virt-launcher/virtwrap/api/schema.go",
	 .remedy = REMEDY_MANUAL,
	 .by_hand = "KubeVirt must be configured to call the hook."},
	{RULE("hugepage-mounted", hugepage_mounted, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host has a hugetlbfs mounted for each huge page size that the domain uses.",
	 .why = "Otherwise libvirt refuses to start the domain (\"Unable to find any usable hugetlbfs mount\"). With <source type='memfd'/> and a <page> with a size, no mount is needed.",
	 .to_fix = "Mount one with pagesize=, or use another size.",
	 .source = LV "qemu/qemu_conf.c, qemuGetDomainHupageMemPath",
	 .untried =
		 "libvirt checks this only when the guest starts, and no test starts a guest on a host without such a mount.",
	 .remedy = REMEDY_RECORD},
	{},
};
