/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Source: QEMU 7.2 hw/i386/pc.c (pc_memory_init, pc_max_used_gpa), pc_q35.c and
 * pc_piix.c (memory below 4 GiB, pci-hole64-size), target/i386/cpu.c (phys-bits). Each
 * branch was compared with the address that QEMU 7.2 and 11.1 print when they exit. The
 * same was done for hw/arm/virt.c (virt_set_memmap), and the address bits of Arm models
 * are what QEMU 7.2, 10.0 and 11.1 print for "-M virt -cpu MODEL -m
 * 1G,slots=1,maxmem=7000000G" ("Addressing limited to 44 bits").
 */
#include "planner/guest/address-space.h"

#include "base/text.h"
#include "planner/guest/machine-type.h"
#include "planner/guest/memory.h"

#define GIB          (UINT64_C(1) << 30)
#define LARGEST      (UINT64_C(1) << 60)
#define DEFAULT_BITS 40
/* HyperTransport's range, which memory of a guest with an AMD CPU must not reach. */
#define AMD_HOLE       (UINT64_C(0xfd00000000))
#define AMD_ABOVE_HOLE (UINT64_C(1) << 40)

static bool is_x86(const struct guest *guest)
{
	return !guest->architecture || streq(guest->architecture, "x86_64");
}

static struct address_bits of_mode(const struct guest *guest)
{
	bool host = streq_null(guest->cpu_mode, "host-passthrough") ||
		    streq_null(guest->cpu_mode, "host-model");

	/* QEMU's "max" is the host's CPU with KVM only. */
	if (streq_null(guest->cpu_mode, "maximum"))
		host = !streq_null(guest->type, "qemu");
	return host ? (struct address_bits){BITS_HOST, 0}
		    : (struct address_bits){BITS_MODEL, DEFAULT_BITS};
}

/* Of a CPU that QEMU emulates on machine type virt; 0: not known. */
static unsigned arm_model_bits(const struct guest *guest)
{
	static const struct {
		const char *name;
		unsigned bits;
	} rows[] = {
		{"max", 52},         {"a64fx", 40},       {"cortex-a15", 40},
		{"cortex-a35", 40},  {"cortex-a53", 40},  {"cortex-a55", 40},
		{"cortex-a57", 44},  {"cortex-a710", 40}, {"cortex-a72", 44},
		{"cortex-a76", 40},  {"neoverse-n1", 48}, {"neoverse-n2", 48},
		{"neoverse-v1", 48},
	};
	const char *name = guest->cpu_model;

	if (streq_null(guest->cpu_mode, "maximum"))
		name = "max";
	else if (!guest->cpu_mode && !name)
		name = "cortex-a15"; /* libvirt's default */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq_null(name, rows[i].name))
			return rows[i].bits;
	return 0;
}

/* With KVM it depends on what the host's KVM offers. */
static struct address_bits of_virt(const struct guest *guest)
{
	unsigned bits = streq_null(guest->type, "qemu") ? arm_model_bits(guest) : 0;

	return bits > 0 ? (struct address_bits){BITS_MODEL, bits}
			: (struct address_bits){BITS_UNKNOWN, 0};
}

struct address_bits guest_address_bits(const struct guest *guest)
{
	const char *mode = guest->max_address_mode;

	if (guest_is_virt(guest))
		return of_virt(guest);
	if (!is_x86(guest))
		return (struct address_bits){BITS_UNKNOWN, 0};
	if (mode && streq(mode, "emulate") &&
	    guest->max_address_bits.state == VALUE_VALID)
		return (struct address_bits){BITS_MODEL,
					     (unsigned)guest->max_address_bits.value};
	if (mode && streq(mode, "passthrough"))
		return (struct address_bits){
			BITS_HOST, guest->max_address_limit.state == VALUE_VALID
					   ? (unsigned)guest->max_address_limit.value
					   : 0};
	return mode ? (struct address_bits){BITS_UNKNOWN, 0} : of_mode(guest);
}

static const struct guest_controller *root_of(const struct guest *guest)
{
	return guest_pci_controller(guest, 0);
}

uint64_t guest_hole_bytes(const struct guest *guest)
{
	const struct guest_controller *root = root_of(guest);

	if (root && root->pcihole64_bytes.state == VALUE_VALID)
		return root->pcihole64_bytes.value;
	return guest_is_q35(guest) ? 32 * GIB : 2 * GIB;
}

/* The memory above 4 GiB. */
static uint64_t memory_above(const struct guest *guest, uint64_t ram)
{
	uint64_t most = guest_is_q35(guest) ? UINT64_C(0xb0000000) : UINT64_C(0xe0000000);
	uint64_t low = guest_is_q35(guest) ? UINT64_C(0x80000000) : UINT64_C(0xc0000000);

	return ram >= most ? ram - low : 0;
}

static uint64_t round_up(uint64_t value, uint64_t granule)
{
	return (value + granule - 1) / granule * granule;
}

/* By the name of its model, or QEMU's default one. */
static bool model_is_amd(const struct guest *guest)
{
	static const char *const names[] = {"EPYC", "Opteron", "phenom", "athlon",
					    "qemu"};

	for (size_t i = 0; guest->cpu_model && i < ARRAY_SIZE(names); i++)
		if (has_prefix(guest->cpu_model, names[i]))
			return true;
	return !guest->cpu_model;
}

enum known guest_cpu_is_amd(const struct guest *guest, const struct machine *host)
{
	const char *vendor = guest->cpu_vendor_id;

	if (!vendor && streq_null(guest->type, "qemu"))
		return model_is_amd(guest) ? KNOWN_YES : KNOWN_NO;
	if (!vendor && host)
		vendor = machine_fact(host, "cpu.vendor");
	if (!vendor)
		return KNOWN_UNKNOWN;
	return streq(vendor, "AuthenticAMD") ? KNOWN_YES : KNOWN_NO;
}

/* Without a host, a model is most likely used on a host of its own vendor. */
static bool is_amd(const struct guest *guest, const struct machine *host)
{
	enum known known = guest_cpu_is_amd(guest, host);

	return known == KNOWN_YES ||
	       (known == KNOWN_UNKNOWN && guest->cpu_model && model_is_amd(guest));
}

struct space {
	uint64_t base;    /* where memory above 4 GiB begins */
	uint64_t above;   /* bytes of it */
	uint64_t devices; /* bytes for memory devices; 0 none */
	bool overlaps;    /* the window begins where memory devices do */
};

/* Machine types before 2.5 leave out the bytes for memory devices (QEMU hw/i386/pc.c). */
static enum known overlaps(const struct guest *guest)
{
	return guest->machine ? machine_type_is_older(guest->machine, VERSION_OF(2, 5))
			      : KNOWN_NO;
}

static uint64_t devices_at(const struct space *space)
{
	return round_up(space->base + space->above, GIB);
}

static uint64_t highest(const struct space *space, uint64_t hole)
{
	uint64_t end = space->base + space->above;

	if (space->devices > 0)
		end = devices_at(space) + (space->overlaps ? 0 : space->devices);
	return round_up(end, GIB) + hole - 1;
}

/* The bytes that QEMU keeps for memory devices: 1 GiB more for each slot. */
static bool room_for_devices(const struct guest *guest, uint64_t ram, uint64_t *ret)
{
	uint64_t slots = guest->max_memory_slots.value;

	*ret = 0;
	if (guest->max_memory_bytes.state != VALUE_VALID ||
	    guest->max_memory_bytes.value <= ram)
		return true;
	if (guest->max_memory_bytes.value > LARGEST || slots > 4096)
		return false;
	*ret = guest->max_memory_bytes.value - ram + slots * GIB;
	return true;
}

static bool find_space(const struct guest *guest, const struct machine *host,
		       uint64_t hole, struct space *ret)
{
	enum known known = overlaps(guest);
	uint64_t ram;

	if ((!guest_is_q35(guest) && !guest_is_i440fx(guest)) ||
	    !guest_initial_memory(guest, &ram) || ram > LARGEST || hole > LARGEST ||
	    !room_for_devices(guest, ram, &ret->devices) ||
	    (known == KNOWN_UNKNOWN && ret->devices > 0))
		return false;
	ret->base = 4 * GIB;
	ret->overlaps = known == KNOWN_YES;
	ret->above = memory_above(guest, ram);
	if (is_amd(guest, host) && highest(ret, hole) >= AMD_HOLE)
		ret->base = AMD_ABOVE_HOLE;
	return true;
}

/* On machine type virt memory begins at 1 GiB; the window is what is left above. */
static bool highest_of_virt(const struct guest *guest, uint64_t *ret)
{
	uint64_t ram, devices;

	if (!guest_initial_memory(guest, &ram) || ram > LARGEST ||
	    !room_for_devices(guest, ram, &devices))
		return false;
	*ret = round_up(GIB + ram, GIB) + round_up(devices, GIB) - 1;
	return true;
}

bool guest_highest_address(const struct guest *guest, const struct machine *host,
			   uint64_t hole_bytes, uint64_t *ret)
{
	struct space space;

	if (guest_is_virt(guest))
		return highest_of_virt(guest, ret);
	if (!find_space(guest, host, hole_bytes, &space))
		return false;
	*ret = highest(&space, hole_bytes);
	return true;
}

bool guest_device_memory(const struct guest *guest, const struct machine *host,
			 uint64_t *ret_first, uint64_t *ret_last)
{
	struct space space;

	if (!find_space(guest, host, guest_hole_bytes(guest), &space) ||
	    space.devices == 0)
		return false;
	*ret_first = devices_at(&space);
	*ret_last = *ret_first + space.devices - 1;
	return true;
}
