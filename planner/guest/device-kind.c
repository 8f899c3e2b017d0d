/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Identifiers: QEMU 7.2 include/hw/pci/pci_ids.h, include/hw/pci/pci.h and
 * docs/specs/pci-ids.rst; virtio 1.2, 4.1.2 (0x1040 + device type). Which of them have an
 * I/O BAR below a port was observed in booted guests.
 */
#include "planner/guest/device-kind.h"

#include "planner/guest/controller-model.h"

#include <assert.h>
#include <pthread.h>
#include <strings.h>

#define VIRTIO 0x1af4, 0x1040

static const struct device_kind kinds[] = {
	{"e1000e", "interface", NULL, "e1000e", 0x8086, 0x10d3, 0x020000, CONNECT_PCIE,
	 .io_bar = true, .assignable = true},
	{"igb", "interface", NULL, "igb", 0x8086, 0x10c9, 0x020000, CONNECT_PCIE,
	 .io_bar = true, .assignable = true, .vfs = 7, .needs = FEATURE_IGB},
	{"virtio-net", "interface", NULL, "virtio", VIRTIO + 1, 0x020000,
	 CONNECT_SWITCHABLE, .assignable = true},
	{"virtio-net", "interface", NULL, "virtio-non-transitional", VIRTIO + 1, 0x020000,
	 CONNECT_PCIE, .assignable = true},
	{"vmxnet3", "interface", NULL, "vmxnet3", 0x15ad, 0x07b0, 0x020000, CONNECT_PCIE,
	 .assignable = true},
	{"virtio-scsi", "controller", "scsi", "virtio-scsi", VIRTIO + 8, 0x010000,
	 CONNECT_SWITCHABLE, .assignable = true},
	{"virtio-gpu", "video", NULL, "virtio", VIRTIO + 16, 0x038000, CONNECT_SWITCHABLE,
	 .assignable = true},
	{"virtio-rng", "rng", NULL, "virtio", VIRTIO + 4, 0x00ff00, CONNECT_SWITCHABLE,
	 .assignable = true},
	{"qemu-xhci", "controller", "usb", "qemu-xhci", 0x1b36, 0x000d, 0x0c0330,
	 CONNECT_PCIE, .assignable = true},
	/* From here on: devices that a domain may contain but --device cannot add. */
	{NULL, "crypto", NULL, "virtio", VIRTIO + 20, 0x00ff00, CONNECT_SWITCHABLE},
	{NULL, "controller", "nvme", NULL, 0x1b36, 0x0010, 0x010802, CONNECT_PCIE},
	{NULL, "controller", "usb", "nec-xhci", 0x1033, 0x0194, 0x0c0330, CONNECT_PCIE},
	{NULL, "controller", "usb", "ich9-ehci1", 0x8086, 0x293a, 0x0c0320, CONNECT_PCI},
	{NULL, "controller", "usb", "ich9-uhci1", 0x8086, 0x2934, 0x0c0300, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "usb", "ich9-uhci2", 0x8086, 0x2935, 0x0c0300, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "usb", "ich9-uhci3", 0x8086, 0x2936, 0x0c0300, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "usb", "piix3-uhci", 0x8086, 0x7020, 0x0c0300, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "usb", "ehci", 0x8086, 0x24cd, 0x0c0320, CONNECT_PCI},
	{NULL, "controller", "usb", "piix4-uhci", 0x8086, 0x7112, 0x0c0300, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "usb", "vt82c686b-uhci", 0x1106, 0x3038, 0x0c0300,
	 CONNECT_PCI, .io_bar = true},
	{NULL, "controller", "usb", "pci-ohci", 0x106b, 0x003f, 0x0c0310, CONNECT_PCI},
	{NULL, "controller", "ide", NULL, 0x8086, 0x7010, 0x010180, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "virtio-serial", NULL, VIRTIO + 3, 0x078000,
	 CONNECT_SWITCHABLE},
	{NULL, "controller", "scsi", "virtio-non-transitional", VIRTIO + 8, 0x010000,
	 CONNECT_PCIE},
	{NULL, "controller", "scsi", "virtio-transitional", 0x1af4, 0x1004, 0x010000,
	 CONNECT_PCI, .io_bar = true},
	{NULL, "controller", "scsi", "lsisas1068", 0x1000, 0x0054, 0x010000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "scsi", "lsisas1078", 0x1000, 0x0060, 0x010400, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "scsi", "lsilogic", 0x1000, 0x0012, 0x010000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "scsi", "vmpvscsi", 0x15ad, 0x07c0, 0x010000, CONNECT_PCI},
	{NULL, "controller", "scsi", "am53c974", 0x1022, 0x2020, 0x010000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "scsi", "dc390", 0x1022, 0x2020, 0x010000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "controller", "sata", NULL, 0x8086, 0x2922, 0x010601, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "interface", NULL, "e1000", 0x8086, 0x100e, 0x020000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "interface", NULL, "rtl8139", 0x10ec, 0x8139, 0x020000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "interface", NULL, "virtio-transitional", 0x1af4, 0x1000, 0x020000,
	 CONNECT_PCI, .io_bar = true},
	{NULL, "disk", NULL, "virtio", VIRTIO + 2, 0x010000, CONNECT_SWITCHABLE},
	{NULL, "memballoon", NULL, "virtio", VIRTIO + 5, 0x00ff00, CONNECT_SWITCHABLE},
	{NULL, "memballoon", NULL, "virtio-non-transitional", VIRTIO + 5, 0x00ff00,
	 CONNECT_PCIE},
	{NULL, "rng", NULL, "virtio-non-transitional", VIRTIO + 4, 0x00ff00,
	 CONNECT_PCIE},
	{NULL, "memballoon", NULL, "virtio-transitional", 0x1af4, 0x1002, 0x00ff00,
	 CONNECT_PCI, .io_bar = true},
	{NULL, "rng", NULL, "virtio-transitional", 0x1af4, 0x1005, 0x00ff00, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "memory", NULL, "virtio-mem", VIRTIO + 24, 0x00ff00, CONNECT_SWITCHABLE},
	{NULL, "memory", NULL, "virtio-pmem", VIRTIO + 27, 0x00ff00, CONNECT_SWITCHABLE},
	{NULL, "vsock", NULL, "virtio", VIRTIO + 19, 0x078000, CONNECT_SWITCHABLE},
	{NULL, "vsock", NULL, "virtio-non-transitional", VIRTIO + 19, 0x078000,
	 CONNECT_PCIE},
	{NULL, "vsock", NULL, "virtio-transitional", 0x1af4, 0x1012, 0x078000,
	 CONNECT_PCI, .io_bar = true},
	{NULL, "filesystem", NULL, "virtiofs", VIRTIO + 26, 0x018000, CONNECT_SWITCHABLE},
	{NULL, "filesystem", NULL, "9p", VIRTIO + 9, 0x000200, CONNECT_SWITCHABLE},
	{NULL, "input", "keyboard", "virtio", VIRTIO + 18, 0x090000, CONNECT_SWITCHABLE},
	{NULL, "input", "mouse", "virtio", VIRTIO + 18, 0x090200, CONNECT_SWITCHABLE},
	{NULL, "input", NULL, "virtio", VIRTIO + 18, 0x098000, CONNECT_SWITCHABLE},
	{NULL, "video", NULL, "vga", 0x1234, 0x1111, 0x030000, CONNECT_PCI},
	{NULL, "video", NULL, "bochs", 0x1234, 0x1111, 0x038000, CONNECT_PCIE},
	{NULL, "video", NULL, "qxl", 0x1b36, 0x0100, 0x030000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "video", NULL, "cirrus", 0x1013, 0x00b8, 0x030000, CONNECT_PCI},
	{NULL, "video", NULL, "vmvga", 0x15ad, 0x0405, 0x030000, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "sound", NULL, "virtio", VIRTIO + 25, 0x040100, CONNECT_SWITCHABLE},
	{NULL, "sound", NULL, "ich9", 0x8086, 0x293e, 0x040300, CONNECT_PCI},
	{NULL, "sound", NULL, "ich6", 0x8086, 0x2668, 0x040300, CONNECT_PCI},
	{NULL, "sound", NULL, "ac97", 0x8086, 0x2415, 0x040100, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "sound", NULL, "es1370", 0x1274, 0x5000, 0x040100, CONNECT_PCI,
	 .io_bar = true},
	{NULL, "watchdog", NULL, "i6300esb", 0x8086, 0x25ab, 0x088000, CONNECT_PCI},
	{NULL, "panic", NULL, "pvpanic", 0x1b36, 0x0011, 0x088000, CONNECT_INTEGRATED},
	{NULL, "pstore", NULL, NULL, 0x1b36, 0x0012, 0x00ff00, CONNECT_PCI},
	{NULL, "shmem", NULL, "ivshmem-plain", 0x1af4, 0x1110, 0x050000, CONNECT_PCI},
	{NULL, "shmem", NULL, "ivshmem-doorbell", 0x1af4, 0x1110, 0x050000, CONNECT_PCI},
	{NULL, "serial", NULL, "pci-serial", 0x1b36, 0x0002, 0x070002, CONNECT_PCI,
	 .io_bar = true},
};

const struct device_kind *device_kind_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].name && streq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

const struct device_kind *device_kind_hostdev(void)
{
	static const struct device_kind kind = {
		"hostdev",    "hostdev",         "pci", NULL, 0, 0, 0,
		CONNECT_PCIE, .assignable = true};

	return &kind;
}

char *device_kind_names(void)
{
	struct text text = {};
	const char *before = "";

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!kinds[i].name || streq(kinds[i].name, before))
			continue;
		text_printf(&text, "%s%s", text.n ? ", " : "", kinds[i].name);
		before = kinds[i].name;
	}
	return text_take(&text);
}

/* For each first letter of a tag the rows, as lists; filled once. 0 ends a list. */
static uint8_t first_row[256], next_row[ARRAY_SIZE(kinds)];
static pthread_once_t listed = PTHREAD_ONCE_INIT;

static void list_rows(void)
{
	static_assert(ARRAY_SIZE(kinds) < UINT8_MAX);
	for (size_t i = ARRAY_SIZE(kinds); i-- > 0;) {
		unsigned char letter = (unsigned char)kinds[i].tag[0];

		next_row[i] = first_row[letter];
		first_row[letter] = (uint8_t)(i + 1);
	}
}

static const struct device_kind *find(const char *tag, const char *type,
				      const char *model)
{
	size_t next;

	pthread_once(&listed, list_rows);
	for (next = first_row[(unsigned char)*tag]; next > 0; next = next_row[next - 1]) {
		const struct device_kind *it = &kinds[next - 1];

		/* What most of them differ in comes first. */
		if ((!it->model || streq_null(it->model, model)) &&
		    (!it->type || streq_null(it->type, type)) && streq(it->tag, tag))
			return it;
	}
	return NULL;
}

/* The device of a <driver type>; that of mtp is on USB. */
static const char *filesystem_of(const char *driver)
{
	if (!driver || streq(driver, "path") || streq(driver, "handle"))
		return "9p";
	return streq(driver, "virtiofs") ? driver : NULL;
}

const char *device_default_card(const struct guest *guest, const char *type)
{
	if (streq_null(type, "hostdev"))
		return NULL;
	if (streq_null(type, "vdpa") || streq_null(type, "vhostuser") ||
	    guest_is_virt(guest))
		return "virtio";
	return "rtl8139";
}

const char *device_default_model(const struct guest *guest,
				 const struct guest_device *device)
{
	if (streq(device->tag, "interface"))
		return device_default_card(guest, device->type);
	/* 9.0 refuses a <panic> without a model there; 11.3 and 12.9 do not. */
	return streq(device->tag, "panic") && guest_is_virt(guest) ? "pvpanic" : NULL;
}

/* The bus of an input device; only a device of the host has one of PCI by default. */
static const char *input_bus_of(const struct guest_device *device)
{
	if (!device->bus && streq_null(device->type, "passthrough"))
		return "virtio";
	return device->bus;
}

/* libvirt's default models (qemu_domain.c, q35). */
static const char *model_of(const struct guest_device *device)
{
	if (streq(device->tag, "disk"))
		return device->bus;
	if (streq(device->tag, "input"))
		return input_bus_of(device);
	if ((streq(device->tag, "memballoon") || streq(device->tag, "vsock")) &&
	    !device->model)
		return "virtio";
	if (streq(device->tag, "serial"))
		return device->target_type;
	if (streq(device->tag, "filesystem"))
		return filesystem_of(device->driver_type);
	return device->model ? device->model : device->default_model;
}

const struct device_kind *device_kind_of(const struct guest_device *device)
{
	/* A serial port is on PCI only if it is a pci-serial. */
	return find(device->tag, device->type, model_of(device));
}

const struct device_kind *device_kind_of_controller(const struct guest_controller *c)
{
	if (guest_is_pci(c))
		return NULL;
	return find("controller", c->type, c->model);
}

/*
 * The names of network cards that libvirt knows, in any case of letters (9.0
 * src/conf/domain_conf.c, virDomainNetModelTypeFromString). It takes cards with other
 * names for PCI Express devices.
 */
static const struct card {
	const char *name;
	bool conventional;
	bool elsewhere; /* libvirt assigns no PCI address; of lan9118 since 12.9 */
} cards[] = {
	{"netfront", true},  {"rtl8139", true},
	{"virtio"},          {"virtio-transitional", true},
	{"e1000", true},     {"virtio-non-transitional"},
	{"e1000e"},          {"igb"},
	{"virtio-net"},      {"usb-net", .elsewhere = true},
	{"lan9118", true},   {"spapr-vlan", .elsewhere = true},
	{"vlance", true},    {"vmxnet", true},
	{"vmxnet2", true},   {"vmxnet3", true},
	{"Am79C970A", true}, {"Am79C973", true},
	{"82540EM", true},   {"82545EM", true},
	{"82543GC", true},
};

static const struct card *card_of(const char *model)
{
	for (size_t i = 0; model && i < ARRAY_SIZE(cards); i++)
		if (strcasecmp(cards[i].name, model) == 0)
			return &cards[i];
	return NULL;
}

const char *device_card_name(const char *model)
{
	const struct card *card = card_of(model);

	return card ? card->name : model;
}

bool device_card_conventional(const char *model)
{
	const struct card *card = card_of(model);

	return card && card->conventional;
}

bool device_card_is_virtio(const char *model)
{
	return streq(model, "virtio") || streq(model, "virtio-transitional") ||
	       streq(model, "virtio-non-transitional");
}

static bool card_on_pci(const struct guest_device *device)
{
	const struct card *card = card_of(device->model);

	return !card || !card->elsewhere;
}

static bool hostdev_on_pci(const struct guest_device *device)
{
	return streq_null(device->type, "pci") || streq_null(device->type, "scsi_host") ||
	       (streq_null(device->type, "mdev") &&
		streq_null(device->model, "vfio-pci"));
}

bool device_on_pci(const struct guest_device *device)
{
	/* An address of another type, or one with type='unassigned'. */
	if (device->address.type && !streq(device->address.type, "pci"))
		return false;
	if (streq(device->tag, "hostdev"))
		return hostdev_on_pci(device);
	if (streq(device->tag, "interface"))
		return card_on_pci(device);
	return device_kind_of(device) != NULL;
}

bool device_element_known(const char *name)
{
	static const char *const names[] = {
		"audio",      "channel",   "console",     "controller", "crypto",
		"disk",       "emulator",  "filesystem",  "graphics",   "hostdev",
		"hub",        "input",     "interface",   "iommu",      "lease",
		"memballoon", "memory",    "nvram",       "panic",      "parallel",
		"pstore",     "redirdev",  "redirfilter", "rng",        "serial",
		"shmem",      "smartcard", "sound",       "tpm",        "video",
		"vsock",      "watchdog",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(names[i], name))
			return true;
	return false;
}

bool controller_on_pci(const struct guest_controller *controller)
{
	if (controller->address.type && !streq(controller->address.type, "pci"))
		return false;
	return device_kind_of_controller(controller) != NULL;
}

bool device_kind_is_virtio(const struct device_kind *kind)
{
	return kind->vendor == 0x1af4 && kind->device >= 0x1040 && kind->device < 0x1080;
}

bool device_kind_is_legacy(const struct device_kind *kind)
{
	return kind->vendor == 0x1af4 && kind->device >= 0x1000 && kind->device < 0x1040;
}

bool device_is_vhost_user(const struct guest_device *device)
{
	if (streq(device->tag, "filesystem"))
		return streq_null(device->driver_type, "virtiofs");
	if (streq(device->tag, "video"))
		return streq_null(device->driver_name, "vhostuser");
	return (streq(device->tag, "disk") || streq(device->tag, "interface")) &&
	       streq_null(device->type, "vhostuser");
}

uint16_t device_kind_legacy_id(const struct device_kind *kind)
{
	static const struct {
		uint16_t modern, legacy;
	} ids[] = {
		{0x1041, 0x1000}, {0x1042, 0x1001}, {0x1043, 0x1003}, {0x1044, 0x1005},
		{0x1045, 0x1002}, {0x1048, 0x1004}, {0x1049, 0x1009},
	};

	for (size_t i = 0; kind->connection == CONNECT_SWITCHABLE && i < ARRAY_SIZE(ids);
	     i++)
		if (kind->vendor == 0x1af4 && kind->device == ids[i].modern)
			return ids[i].legacy;
	return kind->device;
}

static bool is_transitional(const struct device_kind *kind, const char *model,
			    const struct guest_address *address,
			    const struct guest_controller *above)
{
	if (!kind || !guest_address_on_pci(address))
		return false;
	if (model && has_suffix(model, "virtio-transitional"))
		return true;
	return device_kind_is_virtio(kind) &&
	       device_kind_legacy_id(kind) != kind->device &&
	       !(above && guest_is_port(above));
}

bool device_is_transitional(const struct guest_device *device,
			    const struct guest_controller *above)
{
	return is_transitional(device_kind_of(device), device->model, &device->address,
			       above);
}

bool controller_is_transitional(const struct guest_controller *controller,
				const struct guest_controller *above)
{
	return is_transitional(device_kind_of_controller(controller), controller->model,
			       &controller->address, above);
}
