/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/pci-resources.h"

enum {
	CONFIG_HEADER_TYPE = 0x0e,
	CONFIG_BARS = 0x10,
	CONFIG_IO_BASE = 0x1c,
	CONFIG_IO_LIMIT = 0x1d,
	CONFIG_MEMORY_BASE = 0x20,
	CONFIG_MEMORY_LIMIT = 0x22,
	CONFIG_PREFETCHABLE_BASE = 0x24,
	CONFIG_PREFETCHABLE_LIMIT = 0x26,
	CONFIG_PREFETCHABLE_BASE_HIGH = 0x28,
	CONFIG_PREFETCHABLE_LIMIT_HIGH = 0x2c,
	CONFIG_IO_BASE_HIGH = 0x30,
	CONFIG_IO_LIMIT_HIGH = 0x32,
	CONFIG_ROM = 0x30,
	CONFIG_BRIDGE_ROM = 0x38,
	HEADER_BRIDGE = 1,
	BRIDGE_BARS = 2,

	REGISTER_IO = 1, /* lowest bits of a BAR */
	REGISTER_TYPE = 6,
	REGISTER_64BIT = 4,
	REGISTER_PREFETCHABLE = 8,
	WINDOW_WIDE = 1, /* lowest bit of a base: it has an upper half */
};

static uint32_t get16(const uint8_t *config, unsigned at)
{
	return (uint32_t)(config[at] | config[at + 1] << 8);
}

static uint32_t get32(const uint8_t *config, unsigned at)
{
	return get16(config, at) | get16(config, at + 2) << 16;
}

/* The lowest bit that could be set is the size. */
static uint64_t size_of(uint64_t mask)
{
	return mask & -mask;
}

static void read_io(uint32_t value, uint32_t mask, struct machine_bar *bar)
{
	bar->flags = BAR_IO;
	bar->start = value & ~UINT32_C(3);
	bar->size_bytes = size_of(mask & ~UINT32_C(3));
}

/* The registers that the BAR uses. */
static unsigned read_memory(const uint8_t *config, unsigned at, const uint32_t *sizes,
			    bool has_next, struct machine_bar *bar)
{
	uint32_t value = get32(config, at);
	uint64_t start = value & ~UINT32_C(0xf), mask = sizes[0] & ~UINT32_C(0xf);
	bool wide = (value & REGISTER_TYPE) == REGISTER_64BIT && has_next;

	if (wide) {
		start |= (uint64_t)get32(config, at + 4) << 32;
		mask |= (uint64_t)sizes[1] << 32;
	}
	bar->flags = (uint8_t)((wide ? BAR_64BIT : 0) |
			       (value & REGISTER_PREFETCHABLE ? BAR_PREFETCHABLE : 0));
	bar->start = start;
	bar->size_bytes = size_of(mask);
	return wide ? 2 : 1;
}

void pci_resources_read(const uint8_t *config, const uint32_t sizes[PCI_SIZE_REGISTERS],
			struct machine_function *function)
{
	bool bridge = (config[CONFIG_HEADER_TYPE] & 0x7f) == HEADER_BRIDGE;
	unsigned n = bridge ? BRIDGE_BARS : MACHINE_BARS, taken;
	uint32_t rom = get32(config, bridge ? CONFIG_BRIDGE_ROM : CONFIG_ROM);

	for (unsigned i = 0; i < n; i += taken) {
		struct machine_bar bar = {};

		taken = 1;
		if (sizes[i] & REGISTER_IO)
			read_io(get32(config, CONFIG_BARS + 4 * i), sizes[i], &bar);
		else if (sizes[i] || (i + 1 < n && sizes[i + 1]))
			taken = read_memory(config, CONFIG_BARS + 4 * i, sizes + i,
					    i + 1 < n, &bar);
		if (bar.size_bytes > 0)
			function->bars[i] = bar;
	}
	function->rom = (struct machine_bar){
		.start = rom & ~UINT32_C(0x7ff),
		.size_bytes = size_of(sizes[MACHINE_BARS] & ~UINT32_C(0x7ff)),
	};
	function->bars_known = KNOWN_YES;
}

/* A base and a limit of 16 bits, whose upper 12 are bits 31:20 of addresses. */
static struct pci_window memory_window(const uint8_t *config, unsigned base,
				       unsigned limit)
{
	return (struct pci_window){(uint64_t)(get16(config, base) & 0xfff0) << 16,
				   (uint64_t)(get16(config, limit) & 0xfff0) << 16 |
					   0xfffff};
}

struct pci_windows pci_windows_read(const uint8_t *config)
{
	struct pci_windows windows = {
		.io = {(uint64_t)(config[CONFIG_IO_BASE] & 0xf0) << 8,
		       (uint64_t)(config[CONFIG_IO_LIMIT] & 0xf0) << 8 | 0xfff},
		.memory = memory_window(config, CONFIG_MEMORY_BASE, CONFIG_MEMORY_LIMIT),
		.prefetchable = memory_window(config, CONFIG_PREFETCHABLE_BASE,
					      CONFIG_PREFETCHABLE_LIMIT),
	};

	if (config[CONFIG_IO_BASE] & WINDOW_WIDE) {
		windows.io.start |= (uint64_t)get16(config, CONFIG_IO_BASE_HIGH) << 16;
		windows.io.end |= (uint64_t)get16(config, CONFIG_IO_LIMIT_HIGH) << 16;
	}
	if (config[CONFIG_PREFETCHABLE_BASE] & WINDOW_WIDE) {
		windows.prefetchable.start |=
			(uint64_t)get32(config, CONFIG_PREFETCHABLE_BASE_HIGH) << 32;
		windows.prefetchable.end |=
			(uint64_t)get32(config, CONFIG_PREFETCHABLE_LIMIT_HIGH) << 32;
	}
	return windows;
}

static bool within(const struct pci_window *window, const struct machine_bar *bar)
{
	return window->start <= window->end && bar->start >= window->start &&
	       bar->start <= window->end &&
	       bar->size_bytes - 1 <= window->end - bar->start;
}

bool pci_windows_pass(const struct pci_windows *windows, const struct machine_bar *bar)
{
	if (bar->size_bytes == 0)
		return true;
	if (bar->flags & BAR_IO)
		return within(&windows->io, bar);
	return within(&windows->memory, bar) || within(&windows->prefetchable, bar);
}
