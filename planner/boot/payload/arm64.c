/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PL011 at the address in SPCR, or else at that of QEMU's "virt". */
#include "planner/boot/payload/parts.h"

enum {
	SPCR_ADDRESS = 44, /* of a generic address structure at 40 */
	SPCR_BYTES = 52,

	DATA = 0x00,
	FLAGS = 0x18,
	LINE = 0x2c,
	CONTROL = 0x30,
	FLAG_FULL = 1 << 5,
	LINE_8_FIFO = 0x70,
	CONTROL_ON = 1 | 1 << 8,
	PATIENCE = 1 << 28,
};
#define VIRT_SERIAL 0x09000000u

static uintptr_t serial;
static bool no_reader;

static volatile uint32_t *at(unsigned offset)
{
	return (volatile uint32_t *)(serial + offset);
}

void machine_open_serial(const uint8_t *spcr)
{
	uint64_t address = 0;

	if (spcr && get32(spcr + 4) >= SPCR_BYTES)
		address = get64(spcr + SPCR_ADDRESS);
	serial = (uintptr_t)(address ? address : VIRT_SERIAL);
	if (*at(CONTROL) & 1)
		return; /* firmware has opened it */
	*at(LINE) = LINE_8_FIFO;
	*at(CONTROL) = CONTROL_ON;
}

void machine_put(uint8_t byte)
{
	unsigned left = PATIENCE;

	while (!no_reader && (*at(FLAGS) & FLAG_FULL))
		no_reader = --left == 0;
	*at(DATA) = byte;
}

void machine_send_cpu(void)
{
}

bool machine_has_config_ports(void)
{
	return false;
}

uint32_t machine_config_read(uint32_t address)
{
	(void)address;
	return UINT32_MAX;
}

void machine_config_write(uint32_t address, uint32_t value)
{
	(void)address;
	(void)value;
}
