/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PCI Firmware 3.3, 4.1.2 (MCFG); PCI 3.0, 3.2.2.3 (ports), 6.2.5.1 (sizes of BARs).
 * Every bus number is tried, so functions that no table and no bridge leads to are found
 * as well.
 */
#include "planner/boot/payload/parts.h"

enum {
	MCFG_ENTRIES = 44,
	MCFG_ENTRY_BYTES = 16,
	MCFG_LIMIT = 64, /* entries */

	CONFIG_COMMAND = 0x04,
	CONFIG_CLASS = 0x08,
	CONFIG_HEADER = 0x0c,
	CONFIG_BARS = 0x10,
	CONFIG_ROM = 0x30,
	CONFIG_BRIDGE_ROM = 0x38,
	CONFIG_BYTES = 256,
	CONFIG_EXTENDED_BYTES = 4096,

	COMMAND_DECODE = 3, /* I/O and memory */
	HEADER_BRIDGE = 1,
	HEADER_SEVERAL = 0x80, /* functions */
	CLASS_BRIDGE = 6,
	SUBCLASS_PCI = 4,
};
#define ROM_ADDRESS 0xfffff800u

/* A segment group, and how its functions are accessed: by memory, or by ports if 0. */
struct segment {
	uint64_t base;
	uint16_t number;
	uint8_t first, last;
};

struct function {
	const struct segment *segment;
	unsigned bus, devfn;
};

/* Shared by all functions, because only one is sent at a time. */
static uint32_t config[CONFIG_EXTENDED_BYTES / 4];

static volatile uint32_t *place(const struct function *f, unsigned at)
{
	return (volatile uint32_t *)(uintptr_t)(f->segment->base +
						((uint64_t)f->bus << 20) +
						(f->devfn << 12) + at);
}

static uint32_t port_address(const struct function *f, unsigned at)
{
	return 0x80000000u | f->bus << 16 | f->devfn << 8 | at;
}

static uint32_t read_config(const struct function *f, unsigned at)
{
	if (f->segment->base)
		return *place(f, at);
	return machine_config_read(port_address(f, at));
}

static void write_config(const struct function *f, unsigned at, uint32_t value)
{
	if (f->segment->base)
		*place(f, at) = value;
	else
		machine_config_write(port_address(f, at), value);
}

static uint32_t size_register(const struct function *f, unsigned at, uint32_t ones)
{
	uint32_t before = read_config(f, at), answer;

	write_config(f, at, ones);
	answer = read_config(f, at);
	write_config(f, at, before);
	return answer;
}

/*
 * Disables the function's decoding meanwhile, except for the chipset's own parts, which
 * must keep working.
 */
static void read_sizes(const struct function *f, uint32_t sizes[WIRE_SIZES])
{
	bool bridge = (config[CONFIG_HEADER / 4] >> 16 & 0x7f) == HEADER_BRIDGE;
	unsigned class = config[CONFIG_CLASS / 4] >> 24,
		 subclass = config[CONFIG_CLASS / 4] >> 16 & 0xff;
	bool chipset = class == CLASS_BRIDGE && subclass < SUBCLASS_PCI;
	uint32_t command = config[CONFIG_COMMAND / 4] & 0xffff;

	if ((config[CONFIG_HEADER / 4] >> 16 & 0x7f) > HEADER_BRIDGE)
		return;
	if (!chipset)
		write_config(f, CONFIG_COMMAND, command & ~(uint32_t)COMMAND_DECODE);
	for (unsigned i = 0; i < (bridge ? 2u : 6u); i++)
		sizes[i] = size_register(f, CONFIG_BARS + 4 * i, UINT32_MAX);
	sizes[WIRE_SIZES - 1] =
		size_register(f, bridge ? CONFIG_BRIDGE_ROM : CONFIG_ROM, ROM_ADDRESS);
	if (!chipset)
		write_config(f, CONFIG_COMMAND, command);
}

/* The end of the run of nonzero words from @at on. */
static unsigned run_end(unsigned at, unsigned n)
{
	while (at < n && config[at] != 0)
		at++;
	return at;
}

static void send_function(const struct function *f, unsigned n_bytes)
{
	uint32_t sizes[WIRE_SIZES] = {0}, length = 8 + 4 * WIRE_SIZES;
	unsigned n = n_bytes / 4;

	for (unsigned i = 0; i < n; i++)
		config[i] = read_config(f, 4 * i);
	read_sizes(f, sizes);
	for (unsigned at = 0; at < n; at = run_end(at, n) + 1)
		if (config[at] != 0)
			length += 4 + 4 * (run_end(at, n) - at);
	stream_item(WIRE_FUNCTION, length);
	stream_u16(f->segment->number);
	stream_u8((uint8_t)f->bus);
	stream_u8((uint8_t)f->devfn);
	stream_u32(n_bytes);
	for (unsigned i = 0; i < WIRE_SIZES; i++)
		stream_u32(sizes[i]);
	for (unsigned at = 0; at < n; at = run_end(at, n) + 1) {
		unsigned end = run_end(at, n);

		if (end == at)
			continue;
		stream_u16((uint16_t)(4 * at));
		stream_u16((uint16_t)(4 * (end - at)));
		for (unsigned i = at; i < end; i++)
			stream_u32(config[i]);
	}
}

/* Whether a function exists; conventional ones have only 256 bytes. */
static bool try_function(const struct segment *segment, unsigned bus, unsigned devfn)
{
	struct function f = {segment, bus, devfn};
	uint32_t ids = read_config(&f, 0), extended = 0;

	if (ids == UINT32_MAX || ids == 0)
		return false;
	if (segment->base)
		extended = read_config(&f, CONFIG_BYTES);
	send_function(&f, extended == 0 || extended == UINT32_MAX
				  ? CONFIG_BYTES
				  : CONFIG_EXTENDED_BYTES);
	return true;
}

static void scan(const struct segment *segment)
{
	stream_item(WIRE_SEGMENT, 8);
	stream_u16(segment->number);
	stream_u8(segment->first);
	stream_u8(segment->last);
	stream_u32(0);
	for (unsigned bus = segment->first; bus <= segment->last; bus++)
		for (unsigned devfn = 0; devfn < 256; devfn += 8) {
			if (!try_function(segment, bus, devfn) ||
			    !(config[CONFIG_HEADER / 4] >> 16 & HEADER_SEVERAL))
				continue;
			for (unsigned i = 1; i < 8; i++)
				try_function(segment, bus, devfn + i);
		}
}

/* False if MCFG has no usable entry. */
static bool scan_mcfg(const uint8_t *mcfg, uint64_t memory_end)
{
	uint32_t length = get32(mcfg + 4);
	bool found = false;
	unsigned n = 0;

	for (uint32_t at = MCFG_ENTRIES;
	     at + MCFG_ENTRY_BYTES <= length && n < MCFG_LIMIT;
	     at += MCFG_ENTRY_BYTES, n++) {
		struct segment segment = {.base = get64(mcfg + at),
					  .number = get16(mcfg + at + 8),
					  .first = mcfg[at + 10],
					  .last = mcfg[at + 11]};

		if (!segment.base || segment.first > segment.last)
			continue;
		if (segment.base >= memory_end - (UINT64_C(256) << 20)) {
			stream_left_out(WIRE_OUT_OF_REACH, segment.base);
			continue;
		}
		scan(&segment);
		found = true;
	}
	return found;
}

void pci_send(const uint8_t *mcfg, uint64_t memory_end)
{
	static const struct segment ports = {.last = 255};

	if (mcfg && scan_mcfg(mcfg, memory_end))
		return;
	if (machine_has_config_ports())
		scan(&ports);
	else
		stream_left_out(WIRE_NO_CONFIG_SPACE, 0);
}
