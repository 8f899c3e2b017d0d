/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: libvirt's default size of <shmem> (4 MiB; docs/formatdomain.rst). Which CPU
 * models have pages of 1 GiB: query-cpu-model-expansion of QEMU 7.2. With KVM a guest has
 * the vendor of the host's CPU, whatever the model (QEMU target/i386/host-cpu.c). The
 * CPUs of Grace have 48 address bits (Arm's manual of Neoverse V2).
 */
#include "planner/guest/window-use.h"

#include "planner/guest/address-space.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/memory.h"
#include "topology/matrix.h"

#define SHMEM_BYTES (UINT64_C(4) << 20)
#define MOST_BYTES  (UINT64_C(1) << 52) /* no CPU has more address bits */
#define GIB         (UINT64_C(1) << 30)

static void add_bars(struct window_use *use, struct window_bars bars, int element)
{
	if (bars.bytes == 0)
		return;
	if (bars.largest_bytes > use->guest.largest_bytes) {
		use->guest.largest_bytes = bars.largest_bytes;
		use->element = element;
	}
	use->guest.sum_bytes = MIN(use->guest.sum_bytes + bars.bytes, 16 * MOST_BYTES);
	use->devices++;
}

/* QEMU itself drives an NVMe disk: the guest sees none of its BARs. */
static bool is_assigned(const struct guest_device *device)
{
	return device->source.state == VALUE_VALID &&
	       streq_null(device->source.type, "pci") && !streq(device->tag, "disk");
}

static struct window_bars of_shmem(const struct guest_device *device)
{
	uint64_t bytes = device->size_bytes.state == VALUE_VALID
				 ? device->size_bytes.value
				 : SHMEM_BYTES;

	/* libvirt refuses other sizes. */
	if (bytes == 0 || (bytes & (bytes - 1)) || bytes > MOST_BYTES)
		bytes = 0;
	return (struct window_bars){bytes, bytes};
}

static bool is_initiator(const struct machine_node *node, struct pci_address at)
{
	for (size_t i = 0; i < node->initiators.n; i++)
		if (pci_address_equal(node->initiators.v[i].at, at))
			return true;
	return false;
}

uint64_t window_memory_of(const struct machine *host, int function)
{
	uint64_t bytes = 0;

	if (!matrix_is_nvidia_gpu(&host->functions.v[function]))
		return 0;
	for (size_t i = 0; i < host->nodes.n && bytes < MOST_BYTES; i++)
		if (is_initiator(&host->nodes.v[i], host->functions.v[function].at) &&
		    host->nodes.v[i].memory_bytes < UINT64_C(1) << 50)
			bytes += host->nodes.v[i].memory_bytes;
	return MIN(bytes, MOST_BYTES);
}

/* A second BAR of 1 GiB belongs to the memory on GH200. */
static struct window_bars of_function(const struct machine *host, int function)
{
	struct window_bars bars = window_bars_of(&host->functions.v[function]);
	uint64_t memory = window_memory_of(host, function), size = GIB;

	if (memory == 0)
		return bars;
	while (size < memory)
		size *= 2;
	return (struct window_bars){bars.bytes + size + GIB,
				    MAX(bars.largest_bytes, size)};
}

static void read_devices(const struct guest *guest, const struct machine *host,
			 struct window_use *use)
{
	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];
		int function = -1;

		if (streq(device->tag, "shmem"))
			add_bars(use, of_shmem(device), device->element);
		if (is_assigned(device) && host)
			function = machine_function_index(host, device->source.at);
		if (function >= 0)
			add_bars(use, of_function(host, function), device->element);
		use->unlisted += is_assigned(device) &&
				 (function < 0 ||
				  host->functions.v[function].bars_known != KNOWN_YES);
	}
}

/* Other ports, and other devices, which share what they need. */
static unsigned other_ports(const struct guest *guest, const struct window_use *use)
{
	size_t ports = 0, others = 0;

	for (size_t i = 0; i < guest->controllers.n; i++)
		ports += guest_is_pci(&guest->controllers.v[i]) &&
			 !switch_is(guest->controllers.v[i].hotplug, false) &&
			 streq_null(guest->controllers.v[i].model, "pcie-root-port");
	for (size_t i = 0; i < guest->devices.n; i++)
		others += device_on_pci(&guest->devices.v[i]);
	if (others <= use->devices)
		return 0;
	return (unsigned)MAX(others - use->devices,
			     ports > use->devices ? ports - use->devices : 0);
}

/* Models without it are known, so a model that is newer than them has it. */
static enum known model_has_pages(const char *model)
{
	static const char *const without[] = {
		"486",         "Broadwell",      "Conroe",     "Haswell",    "IvyBridge",
		"Nehalem",     "Opteron_G1",     "Opteron_G2", "Opteron_G3", "Penryn",
		"SandyBridge", "Skylake-Client", "Westmere",   "athlon",     "core2duo",
		"coreduo",     "kvm32",          "kvm64",      "n270",       "pentium",
		"qemu32",      "qemu64",
	};
	static const char *const with[] = {
		"Cascadelake",   "ClearwaterForest", "Cooperlake",
		"Denverton",     "Dhyana",           "EPYC",
		"GraniteRapids", "Icelake-Server",   "KnightsMill",
		"Opteron_G4",    "Opteron_G5",       "SapphireRapids",
		"SierraForest",  "Skylake-Server",   "Snowridge",
		"phenom",
	};

	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		if (has_prefix(model, without[i]))
			return KNOWN_NO;
	for (size_t i = 0; i < ARRAY_SIZE(with); i++)
		if (has_prefix(model, with[i]))
			return KNOWN_YES;
	return KNOWN_UNKNOWN;
}

static bool is_emulated(const struct guest *guest)
{
	return streq_null(guest->type, "qemu");
}

/* The emulator's own model has it; each of the host's CPUs that has so many bits, too. */
static enum known has_pages(const struct guest *guest, const struct machine *host,
			    unsigned bits)
{
	const char *fact = host ? machine_fact(host, "cpu.pdpe1gb") : NULL;

	for (size_t i = 0; i < guest->cpu_features.n; i++) {
		const struct guest_feature *feature = &guest->cpu_features.v[i];
		const char *policy = feature->policy ? feature->policy : "require";

		if (streq_null(feature->name, "pdpe1gb"))
			return streq(policy, "require") || streq(policy, "force")
				       ? KNOWN_YES
			       : streq(policy, "optional") ? KNOWN_UNKNOWN
							   : KNOWN_NO;
	}
	if (guest->cpu_model)
		return model_has_pages(guest->cpu_model);
	if (!guest->cpu_mode)
		return KNOWN_NO; /* QEMU's default model */
	if (is_emulated(guest))
		return KNOWN_YES;
	if (fact)
		return streq(fact, "yes") ? KNOWN_YES : KNOWN_NO;
	return host && bits > 40 ? KNOWN_YES : KNOWN_UNKNOWN;
}

static unsigned fact_number(const struct machine *host, const char *name)
{
	const char *text = host ? machine_fact(host, name) : NULL;
	uint32_t number;

	return text && parse_u32(text, &number) ? number : 0;
}

/* Only Grace has GPUs with memory in NUMA nodes of their own. */
static bool is_grace(const struct machine *host)
{
	for (size_t i = 0; host && i < host->functions.n; i++)
		if (window_memory_of(host, (int)i) > 0)
			return true;
	return false;
}

/* Without KVM the model's, else the host's, which records of Arm hosts do not have. */
static void read_arm_cpu(const struct guest *guest, const struct machine *host,
			 struct window_use *use)
{
	enum { GRACE_BITS = 48 };

	use->host_bits = !is_emulated(guest);
	if (is_emulated(guest))
		use->guest.bits = guest_address_bits(guest).bits;
	else if (fact_number(host, "cpu.address-bits") > 0)
		use->guest.bits = fact_number(host, "cpu.address-bits");
	else if (is_grace(host))
		use->guest.bits = GRACE_BITS;
}

static void read_cpu(const struct guest *guest, const struct machine *host,
		     struct window_use *use)
{
	struct address_bits bits = guest_address_bits(guest);
	unsigned of_host = fact_number(host, "cpu.address-bits");

	use->host_bits = bits.from == BITS_HOST;
	if (bits.from == BITS_MODEL)
		use->guest.bits = bits.bits;
	else if (bits.from == BITS_HOST && of_host > 0)
		use->guest.bits = bits.bits > 0 ? MIN(bits.bits, of_host) : of_host;
	use->guest.amd = guest_cpu_is_amd(guest, host);
	use->guest.pages = has_pages(guest, host, use->guest.bits);
}

static void read_memory(const struct guest *guest, const struct machine *host,
			struct window_use *use)
{
	uint64_t highest;

	use->guest.memory_end = 4 * GIB;
	if (guest_highest_address(guest, host, 0, &highest))
		use->guest.memory_end = MAX(use->guest.memory_end, highest + 1);
}

unsigned window_firmware_version(const struct guest *guest, const struct machine *host,
				 const struct target *target)
{
	bool efi = guest_is_efi(guest), arm = guest_is_virt(guest);
	unsigned given = efi || arm ? target->edk2 : target->seabios, found;
	const char *fact = host ? machine_fact(host, arm   ? "firmware.edk2-aarch64"
						     : efi ? "firmware.edk2-x86_64"
							   : "firmware.seabios")
				: NULL;

	if (given > 0)
		return given;
	return fact && (efi || arm ? edk2_parse(fact, &found)
				   : version_parse(fact, &found))
		       ? found
		       : 0;
}

static void read_firmware(const struct guest *guest, const struct machine *host,
			  const struct target *target, struct window_use *use)
{
	use->guest.firmware = guest_is_virt(guest)  ? WINDOW_EDK2_ARM
			      : guest_is_efi(guest) ? WINDOW_EDK2
						    : WINDOW_SEABIOS;
	use->guest.version = window_firmware_version(guest, host, target);
	for (size_t i = 0; i < guest->commandline.additions.n; i++) {
		const struct addition *addition = &guest->commandline.additions.v[i];

		if (addition->kind == ADDITION_WINDOW && addition->values.n > 0 &&
		    addition->values.v[0].number < UINT64_C(1) << 32)
			use->guest.option_bytes = addition->values.v[0].number << 20;
	}
}

void window_use_read(const struct guest *guest, const struct machine *host,
		     const struct target *target, struct window_use *ret)
{
	const struct guest_controller *root = guest_pci_controller(guest, 0);

	*ret = (struct window_use){.element = -1};
	ret->unsupported = !guest_is_q35(guest) && !guest_is_virt(guest);
	read_devices(guest, host, ret);
	if (guest_is_virt(guest))
		read_arm_cpu(guest, host, ret);
	else
		read_cpu(guest, host, ret);
	read_memory(guest, host, ret);
	read_firmware(guest, host, target, ret);
	ret->guest.ports = other_ports(guest, ret);
	if (guest_is_virt(guest) && root && root->pcihole64_bytes.state == VALUE_VALID)
		ret->guest.hole_bytes = root->pcihole64_bytes.value;
}
