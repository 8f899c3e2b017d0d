/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-memory-room.c - the room that <maxMemory>, its slots and the guest's address
 * space have for memory devices. Sources: libvirt 9.0 src/qemu/qemu_domain.c,
 * qemuDomainDefValidateMemoryHotplug; QEMU 7.2 hw/mem/memory-device.c, hw/i386/pc.c.
 * Every verdict was measured with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/host.h"

#include "planner/guest/address-space.h"
#include "planner/guest/memory.h"

#define KIB(bytes)   ULL((bytes) / 1024)
#define QEMU_SLOTS   256 /* ACPI_MAX_RAM_SLOTS */
#define BASE(device) (base_of(device)->value)

/* What maxMemory without memory devices is about as well. */
static bool can_have_devices(const struct guest *guest)
{
	return guest->max_memory_element >= 0;
}

static const struct guest_device *first_memory(const struct guest *guest)
{
	foreach_memory(device, guest) return device;
	return NULL;
}

/* What memory devices need would be refused on s390x (s390-memory). */
static void remove_on_s390x(const struct check *check, struct finding *finding)
{
	if (streq_null(check->guest->architecture, "s390x"))
		check_set_remedy(finding,
				 "Remove the memory devices and <maxMemory>, if any.");
}

/* libvirt before 9.6 wants a cell as well; the remedy of both is to remove the devices.
 */
static bool only_removable(const struct check *check)
{
	return streq_null(check->guest->architecture, "s390x") &&
	       check->guest->cells.n == 0 &&
	       check->options->target.libvirt < VERSION_OF(9, 6);
}

static void memory_needs_cell(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_device *first = first_memory(guest);
	struct finding *finding;

	if (guest->cells.n > 0 || (!first && !can_have_devices(guest)) ||
	    check_refuses_on_s390x(check))
		return;
	finding =
		check_found(check, first ? first->element : guest->max_memory_element,
			    "%s, but the domain has no cell.",
			    first ? "There is a memory device" : "<maxMemory> is given");
	remove_on_s390x(check, finding);
}

/* Without cells, what is left of <memory> is the guest's initial memory. */
static bool nothing_is_left(struct check *check)
{
	const struct guest *guest = check->guest;
	uint64_t devices;

	if (guest->cells.n > 0 || guest->memory_bytes.state != VALUE_VALID ||
	    !guest_memory_devices(guest, &devices) || devices == 0 ||
	    devices < guest->memory_bytes.value)
		return false;
	check_set_remedy(
		check_found(
			check, guest->memory_element,
			"<memory> is %llu KiB, which includes memory devices of %llu KiB: no initial memory is left.",
			KIB(guest->memory_bytes.value), KIB(devices)),
		"Increase <memory>: it is the initial memory and that of the devices together.");
	return true;
}

static void memory_maximum(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_device *first = first_memory(guest);
	struct finding *finding;
	uint64_t total;

	if ((first && (check_refuses_on_s390x(check) || only_removable(check))) ||
	    nothing_is_left(check) || !guest_total_memory(guest, &total))
		return;
	if (!can_have_devices(guest)) {
		if (first) {
			finding = check_found(
				check, first->element,
				"There is a memory device, but no <maxMemory>.");
			check_values(finding, NULL, NULL);
			remove_on_s390x(check, finding);
		}
		return;
	}
	if (guest->max_memory_bytes.state == VALUE_VALID &&
	    guest->max_memory_bytes.value < total)
		check_values(
			check_found(
				check, guest->max_memory_element,
				"<maxMemory> is %llu KiB, but the guest has %llu KiB with its memory devices.",
				KIB(guest->max_memory_bytes.value), KIB(total)),
			NULL, NULL);
}

/* libvirt rounds up what it passes to QEMU (qemuDomainGetMemorySizeAlignment). */
static uint64_t granules_of(const struct guest *guest, uint64_t bytes)
{
	bool ppc64 = guest->architecture && strncmp(guest->architecture, "ppc64", 5) == 0;
	uint64_t granule = (ppc64 ? UINT64_C(256) : UINT64_C(1)) << 20;

	return bytes / granule + (bytes % granule > 0);
}

static bool initial_granules(const struct guest *guest, uint64_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < guest->cells.n; i++) {
		struct guest_number memory = guest->cells.v[i].memory_bytes;

		if (memory.state != VALUE_VALID)
			return false;
		*ret += granules_of(guest, memory.value);
	}
	if (guest->cells.n == 0 && guest_initial_memory(guest, ret))
		*ret = granules_of(guest, *ret);
	return *ret > 0;
}

static void memory_maximum_equal(struct check *check)
{
	const struct guest *guest = check->guest;
	uint64_t initial;

	if (guest->max_memory_bytes.state != VALUE_VALID ||
	    guest->max_memory_slots.state != VALUE_VALID ||
	    guest->max_memory_slots.value == 0 || check_refuses_on_s390x(check) ||
	    !initial_granules(guest, &initial) ||
	    granules_of(guest, guest->max_memory_bytes.value) != initial)
		return;
	check_found(
		check, guest->max_memory_element,
		"<maxMemory> has slots, but is as large as the guest's initial memory (%llu KiB).",
		KIB(guest->max_memory_bytes.value));
}

/* Until 9.5, virtio-mem and virtio-pmem take a slot as well. */
static bool takes_slot(const struct check *check, const struct guest_device *device)
{
	return guest_needs_slot(device) ||
	       (guest_is_memory(device) &&
		check->options->target.libvirt < VERSION_OF(9, 5));
}

static void judge_slot(struct check *check, const struct guest_device *device,
		       struct set *used)
{
	uint64_t slots = check->guest->max_memory_slots.value;
	uint64_t slot = device->dimm_slot.value;

	if (device->dimm_slot.state != VALUE_VALID ||
	    !streq_null(device->address.type, "dimm"))
		return;
	if (slot >= slots)
		check_found(check, device->element,
			    "Memory slot %llu is used, but <maxMemory> has %llu slot%s.",
			    ULL(slot), ULL(slots), slots == 1 ? "" : "s");
	else if (slot < UINT16_MAX && set_has(used, (unsigned)slot))
		check_found(check, device->element, "Two memory devices have slot %llu.",
			    ULL(slot));
	else if (slot < UINT16_MAX)
		set_add(used, (unsigned)slot);
}

static void memory_slots(struct check *check)
{
	const struct guest *guest = check->guest;
	_cleanup_set_ struct set used = {};
	const struct guest_device *beyond = NULL;
	uint64_t count = 0;

	if (!can_have_devices(guest) || guest->max_memory_slots.state == VALUE_MALFORMED)
		return;
	foreach_memory(device, guest)
	{
		judge_slot(check, device, &used);
		count += takes_slot(check, device);
		if (takes_slot(check, device) && !beyond &&
		    count > guest->max_memory_slots.value)
			beyond = device;
	}
	if (beyond)
		check_set_remedy(
			check_found(
				check, beyond->element,
				"%llu memory device%s a slot, but <maxMemory> has %llu.",
				ULL(count), count == 1 ? " needs" : "s need",
				ULL(guest->max_memory_slots.value)),
			"Write slots='%llu' or more in <maxMemory>, or remove memory devices.",
			ULL(count));
	else if (guest->max_memory_slots.value == 0 &&
		 check->options->target.libvirt < VERSION_OF(9, 5))
		check_found(
			check, guest->max_memory_element,
			"<maxMemory> has no slots; libvirt before 9.5 requires some.");
}

static void memory_slots_limit(struct check *check)
{
	const struct guest *guest = check->guest;

	if (can_have_devices(guest) && guest->max_memory_slots.state == VALUE_VALID &&
	    guest->max_memory_slots.value > QEMU_SLOTS)
		check_found(check, guest->max_memory_element,
			    "<maxMemory> has %llu slots, but QEMU supports %u.",
			    ULL(guest->max_memory_slots.value), QEMU_SLOTS);
}

static const struct guest_number *base_of(const struct guest_device *device)
{
	return guest_needs_slot(device) ? &device->dimm_base : &device->target_base;
}

/* Where a device without a fixed place would be is QEMU's choice. */
static bool has_base(const struct check *check, const struct guest_device *device)
{
	const struct guest_number *base = base_of(device);

	if (!guest_needs_slot(device) &&
	    check->options->target.libvirt < feature_first(FEATURE_MEMORY_BASE).libvirt)
		return false;
	return base->state == VALUE_VALID && base->value > 0 &&
	       device->size_bytes.state == VALUE_VALID &&
	       device->size_bytes.value < UINT64_C(1) << 60 &&
	       base->value < UINT64_C(1) << 60;
}

/* A virtio-mem device begins at a multiple of its block. */
static uint64_t granule_of(const struct guest_device *device)
{
	uint64_t block = device->block_bytes.value;

	return streq_null(device->model, "virtio-mem") && block > MEMORY_GRANULE_BYTES &&
			       (block & (block - 1)) == 0
		       ? block
		       : MEMORY_GRANULE_BYTES;
}

static bool overlap(const struct guest_device *a, const struct guest_device *b)
{
	return BASE(a) < BASE(b) + b->size_bytes.value &&
	       BASE(b) < BASE(a) + a->size_bytes.value;
}

static void judge_base(struct check *check, const struct guest_device *device)
{
	uint64_t first, last, granule = granule_of(device);

	if (BASE(device) % granule != 0) {
		check_found(
			check, device->element,
			"The memory device is at 0x%llx, which is not a multiple of 0x%llx.",
			ULL(BASE(device)), ULL(granule));
		return;
	}
	if (guest_device_memory(check->guest, check->host, &first, &last) &&
	    (BASE(device) < first || BASE(device) + device->size_bytes.value - 1 > last))
		check_found(
			check, device->element,
			"The memory device is at 0x%llx, but QEMU's range for memory devices is 0x%llx to 0x%llx.",
			ULL(BASE(device)), ULL(first), ULL(last));
}

static void memory_address(struct check *check)
{
	const struct guest *guest = check->guest;

	foreach_memory(device, guest)
	{
		if (!has_base(check, device))
			continue;
		judge_base(check, device);
		for (const struct guest_device *other = guest->devices.v; other < device;
		     other++)
			if (guest_is_memory(other) && has_base(check, other) &&
			    overlap(device, other)) {
				check_relate(
					check,
					check_found(
						check, device->element,
						"The memory device at 0x%llx overlaps the one at 0x%llx.",
						ULL(BASE(device)), ULL(BASE(other))),
					other->element);
				break;
			}
	}
}

/* Each Arm model has its own number of bits, which <maxphysaddr> does not change. */
static void say_arm_bits(struct check *check, uint64_t highest, unsigned bits)
{
	const struct guest *guest = check->guest;
	bool memory = can_have_devices(guest);
	struct finding *finding = check_found(
		check, memory ? guest->max_memory_element : guest->memory_element,
		"The guest's memory%s ends at 0x%llx, but its CPU (%s) has %u address bits.",
		memory ? ", with the room that <maxMemory> reserves," : "", ULL(highest),
		guest->cpu_model ? guest->cpu_model : "the default model", bits);

	if (highest >> 48)
		check_set_remedy(finding, "Reduce <%s>.",
				 memory ? "maxMemory" : "memory");
	else
		check_set_remedy(
			finding,
			"Use a model with more address bits, such as neoverse-n1, which has 48, or reduce <%s>.",
			memory ? "maxMemory" : "memory");
}

/* What has to shrink: the window, if the rest fits without it, or else the memory. */
static void say_address_bits(struct check *check, uint64_t highest, unsigned bits)
{
	const struct guest *guest = check->guest;
	const struct guest_controller *root = guest_pci_controller(guest, 0);
	uint64_t without;
	bool window = root && root->pcihole64_bytes.state == VALUE_VALID &&
		      guest_highest_address(guest, check->host, 0, &without) &&
		      without >> bits == 0;
	int hole =
		window ? document_child(check->document, root->element, "pcihole64") : -1;
	bool memory = can_have_devices(guest);
	struct finding *finding = check_found(
		check,
		hole >= 0 ? hole
		: memory  ? guest->max_memory_element
			  : guest->memory_element,
		"The guest's memory and PCI window end at 0x%llx, but its CPU has %u address bits.",
		ULL(highest), bits);
	const char *too_large = hole >= 0 ? "pcihole64" : memory ? "maxMemory" : "memory";
	bool emulated = streq_null(guest->type, "qemu");
	bool has_mode = guest->max_address_mode || emulated;
	unsigned needed = bits, of_host = 0;

	if (!emulated)
		of_host = check_host_address_bits(check, 0);
	while (needed < 63 && highest >> needed)
		needed++;
	if (of_host > 0 && needed > of_host)
		check_set_remedy(finding,
				 "Reduce <%s>: the host's CPU has only %u address bits.",
				 too_large, of_host);
	else
		check_set_remedy(
			finding,
			"%s%s<maxphysaddr mode='emulate' bits='%u'/> in <cpu>%s, or reduce <%s>.",
			has_mode ? "" : "Use <cpu mode='host-passthrough'>, ",
			has_mode ? "Write " : "write ",
			of_host > 0 ? MIN(MAX(needed, 46u), of_host) : MAX(needed, 46u),
			of_host > 0 || emulated
				? ""
				: " (not more bits than the host's CPU has)",
			too_large);
}

/*
 * Whether <maxphysaddr> gives the CPU less than the 36 bits that every one has. QEMU
 * before 10.0 was seen to take 32 for a CPU without memory above 4 GiB (7.2).
 */
static bool has_few_bits(const struct check *check, struct address_bits bits)
{
	return bits.from == BITS_MODEL && bits.bits < 36 &&
	       bits.bits >= (check->options->target.qemu < VERSION_OF(10, 0) ? 33 : 32);
}

/* 9.0 wants them, and 11.3 does not; 9.3 changed the element. */
static void judge_absent_bits(struct check *check, int element)
{
	unsigned libvirt = check->options->target.libvirt;

	if (libvirt < VERSION_OF(9, 3))
		check_set_remedy(
			check_found(
				check, element,
				"<maxphysaddr mode='emulate'> has no bits=, which libvirt before 9.3 needs."),
			"Write bits='40', which is QEMU's default, or remove <maxphysaddr>.");
	else if (libvirt < VERSION_OF(11, 3))
		check_skip(
			check, "newer-virt-layout",
			"it is not known whether libvirt %u.%u needs bits= in <maxphysaddr mode='emulate'>",
			MAJOR(libvirt), MINOR(libvirt));
}

/* libvirt's parser and validation of the element. */
static void address_bits_mode(struct check *check)
{
	const struct guest *guest = check->guest;
	const char *mode = guest->max_address_mode;
	int element = check_part(check, 0, "cpu/maxphysaddr");
	bool passthrough = mode && streq(mode, "passthrough");
	const char *architecture = guest->architecture;

	if (!mode)
		return;
	if (architecture && !streq(architecture, "x86_64") &&
	    !streq(architecture, "i686"))
		check_set_remedy(
			check_found(
				check, element,
				"libvirt supports <maxphysaddr> only for x86, not for %s.",
				architecture),
			"Remove <maxphysaddr>.");
	else if (passthrough && guest->max_address_bits.state == VALUE_VALID)
		check_set_remedy(
			check_found(
				check, element,
				"<maxphysaddr mode='passthrough'> has bits=, which only mode='emulate' supports."),
			"Remove bits=, or write mode='emulate'.");
	else if (!passthrough && guest->max_address_limit.state == VALUE_VALID &&
		 check->options->target.libvirt >= VERSION_OF(9, 3))
		check_set_remedy(
			check_found(
				check, element,
				"<maxphysaddr mode='%s'> has limit=, which only mode='passthrough' supports.",
				mode),
			"Remove limit=.");
	else if (!passthrough && guest->max_address_bits.state == VALUE_ABSENT)
		judge_absent_bits(check, element);
}

/* The upper limit is that of QEMU 7.2 and 10.0; 11.1 has none, and others were not tried.
 */
static void address_bits_range(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned qemu = check->options->target.qemu;
	uint64_t bits = guest->max_address_bits.value;

	if (!guest->max_address_mode || !streq(guest->max_address_mode, "emulate") ||
	    guest->max_address_bits.state != VALUE_VALID || bits == 0 ||
	    !streq_null(guest->architecture, "x86_64"))
		return;
	if (bits == 32 && qemu >= VERSION_OF(8, 0) && qemu < VERSION_OF(10, 0))
		check_skip(
			check, "newer-virt-layout",
			"it is not known where memory may end for QEMU %u.%u and 32 address bits",
			MAJOR(qemu), MINOR(qemu));
	else if (bits < 32)
		check_found(check, check_part(check, 0, "cpu/maxphysaddr"),
			    "The CPU has %llu address bits; QEMU supports 32 or more.",
			    ULL(bits));
	else if (bits > 52 && qemu / 1000 <= VERSION_OF(10, 0) / 1000)
		check_found(
			check, check_part(check, 0, "cpu/maxphysaddr"),
			"The CPU has %llu address bits; QEMU %u.%u supports 32 to 52.",
			ULL(bits), MAJOR(qemu), MINOR(qemu));
	else if (bits > 52 && qemu / 1000 < VERSION_OF(11, 1) / 1000)
		check_skip(
			check, "newer-virt-layout",
			"it is not known whether QEMU %u.%u supports %llu address bits",
			MAJOR(qemu), MINOR(qemu), ULL(bits));
}

static void memory_address_bits(struct check *check)
{
	const struct guest *guest = check->guest;
	struct address_bits bits = guest_address_bits(guest);
	uint64_t highest;

	if (!guest_highest_address(guest, check->host, guest_hole_bytes(guest),
				   &highest) ||
	    (highest < UINT64_C(1) << 36 && !has_few_bits(check, bits)))
		return;
	if (bits.from == BITS_HOST)
		bits.bits = check_host_address_bits(check, bits.bits);
	if (bits.from == BITS_UNKNOWN || bits.bits == 0) {
		if (highest >= UINT64_C(1) << 39)
			check_skip(
				check, "address-bits",
				"the guest has the address bits of the host's CPU, which are not known");
		return;
	}
	if (bits.bits >= 64 || highest >> bits.bits == 0)
		return;
	if (guest_is_virt(guest))
		say_arm_bits(check, highest, bits.bits);
	else
		say_address_bits(check, highest, bits.bits);
}

const struct rule memory_room_rules[] = {
	{RULE("memory-needs-cell", memory_needs_cell, ERROR, 0, LIBVIRT),
	 .what = "A domain with memory devices or <maxMemory> has cells.",
	 .why = "libvirt before 9.6 refuses such a domain (\"At least one numa node has to be configured when enabling memory hotplug\"). Since 9.6 libvirt adds a cell with all vCPUs.",
	 .to_fix = "Add a cell with all vCPUs and the memory.",
	 .source = "libvirt NEWS.rst, 9.6; tested with 9.0 and 11.3",
	 .libvirt = {.until = VERSION_OF(9, 6)},
	 .outside = "libvirt adds a cell with all vCPUs.", .remedy = REMEDY_EDIT,
	 .planned = PLAN_FIXES},
	{RULE("memory-maximum", memory_maximum, ERROR, 0, LIBVIRT),
	 .what = "A domain with memory devices has <maxMemory>, which is at least the guest's memory including all of them.",
	 .why = "libvirt refuses memory devices without <maxMemory>, and a maximum below the sum.",
	 .to_fix =
		 "Write <maxMemory slots=> with the sum of all cells and memory devices, or more.",
	 .source = LV "conf/domain_validate.c; tested with 12.9", .remedy = REMEDY_EDIT},
	{RULE("memory-maximum-equal", memory_maximum_equal, ERROR, 0, QEMU),
	 .what = "<maxMemory> with slots is larger than the guest's initial memory.",
	 .why = "libvirt accepts both to be equal, but QEMU exits (\"memory slots were specified but maximum memory size is equal to the initial memory size\"). Both are rounded up to whole MiB before.",
	 .to_fix =
		 "Increase <maxMemory> by the memory that is to be plugged in later, or remove it.",
	 .source = "QEMU 7.2 hw/core/machine.c; measured with QEMU 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-slots", memory_slots, ERROR, 0, LIBVIRT),
	 .what = "<maxMemory> has enough slots for all DIMMs and NVDIMMs, and no two of them have the same slot.",
	 .why = "libvirt refuses more devices than slots, and two in one slot. Before 9.5 virtio-mem and virtio-pmem need a slot as well.",
	 .to_fix =
		 "Increase slots, or remove the <address> of memory devices so that libvirt chooses.",
	 .source = LV "conf/domain_validate.c; libvirt NEWS.rst, 9.5",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-slots-limit", memory_slots_limit, ERROR, 0, QEMU),
	 .what = "<maxMemory> has at most 256 slots.",
	 .why = "libvirt accepts more, but QEMU exits (\"unsupported amount of memory slots\").",
	 .to_fix = "Write 256 slots or fewer.",
	 .source = "QEMU 7.2 hw/i386/pc.c, pc_memory_init; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-address", memory_address, ERROR, 0, QEMU),
	 .what = "The address of a memory device is a multiple of 2 MiB and in QEMU's range for memory devices, and no two devices overlap.",
	 .why = "QEMU exits otherwise. libvirt 9.8 and later refuse an overlap themselves.",
	 .to_fix = "Remove <address> of the memory devices, so that QEMU chooses.",
	 .source = "QEMU 7.2 hw/mem/memory-device.c; libvirt NEWS.rst, 9.8; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-address-bits", memory_address_bits, ERROR, 0, QEMU),
	 .what = "The guest's memory, the room that <maxMemory> reserves and the PCI window fit into the physical address space of the guest's CPU.",
	 .why = "Otherwise QEMU exits (\"phys-bits too low\", on virt \"Addressing limited to 40 bits\"). A guest CPU that does not take over the host's address bits has 40 of them (1 TiB); a model of machine type virt has its own number, such as 40 (cortex-a53), 44 (cortex-a57) or 48 (neoverse-n1). <maxMemory> reserves 1 GiB more for each slot. With an AMD CPU, if the memory above 4 GiB and the PCI window would not end below 1012 GiB, they begin at 1 TiB.",
	 .to_fix =
		 "Use <cpu mode='host-passthrough'>, write <maxphysaddr mode='emulate' bits='46'/> in <cpu> (not more bits than the host's CPU has), or reduce <maxMemory> or <pcihole64>.",
	 .source = "QEMU 7.2 hw/i386/pc.c, pc_max_used_gpa; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("address-bits-mode", address_bits_mode, ERROR, 0, LIBVIRT),
	 .what = "<maxphysaddr> has bits= only in mode emulate, where libvirt before 9.3 needs it, and limit= only in mode passthrough, and the guest is x86.",
	 .why = "libvirt refuses other combinations. Versions before 9.3 do not know limit=.",
	 .to_fix = "Remove the attribute or <maxphysaddr>.",
	 .source = LV "cpu/cpu.c, qemu/qemu_validate.c; tested with 9.0, 11.3 and 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("address-bits-range", address_bits_range, ERROR, 0, QEMU),
	 .what = "<maxphysaddr bits=> is at least 32, and at most 52 for QEMU 10.0 and older.",
	 .why = "libvirt accepts any number, but QEMU exits (\"phys-bits should be between 32 and 52\"). QEMU 11.1 has no upper limit of its own; versions between were not tried.",
	 .to_fix = "Write a number in that range.",
	 .source = "QEMU 7.2 target/i386/cpu.c; measured with 7.2, 10.0 and 11.1",
	 .remedy = REMEDY_EDIT},
	{},
};
