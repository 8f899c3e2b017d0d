/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PC: its first serial port, a 16550A; the ports of PCI; CPUID. */
#include "planner/boot/payload/parts.h"

#include <cpuid.h>

enum {
	PORT = 0x3f8,
	INTERRUPTS = PORT + 1,
	FIFO = PORT + 2, /* its meaning when read */
	LINE = PORT + 3,
	MODEM = PORT + 4,
	STATUS = PORT + 5,
	FIFO_ON_AND_EMPTY = 7,
	FIFO_IS_ON = 0xc0,
	LINE_8N1 = 3,
	MODEM_READY = 3,
	STATUS_ROOM = 0x20,
	STATUS_IDLE = 0x40,
	FIFO_BYTES = 16,
	PATIENCE = 1 << 28, /* reads of the port: at least minutes */

	CONFIG_ADDRESS = 0xcf8,
	CONFIG_DATA = 0xcfc,

	TOPOLOGY_LEVELS = 8,
};

static unsigned room, fifo_bytes;
static bool no_reader;

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static uint32_t in32(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
	return value;
}

static void wait_for(uint8_t bit)
{
	for (unsigned left = PATIENCE; left && !no_reader; left--)
		if (in8(STATUS) & bit)
			return;
	no_reader = true;
}

/* Waits until the firmware's output was sent. */
void machine_open_serial(const uint8_t *spcr)
{
	(void)spcr;
	wait_for(STATUS_IDLE);
	out8(INTERRUPTS, 0);
	out8(LINE, LINE_8N1);
	out8(MODEM, MODEM_READY);
	out8(FIFO, FIFO_ON_AND_EMPTY);
	fifo_bytes = (in8(FIFO) & FIFO_IS_ON) == FIFO_IS_ON ? FIFO_BYTES : 1;
}

void machine_put(uint8_t byte)
{
	if (room == 0) {
		wait_for(STATUS_ROOM);
		room = fifo_bytes;
	}
	room--;
	out8(PORT, byte);
}

static void send_leaf(uint32_t leaf, uint32_t subleaf, const uint32_t answer[4])
{
	stream_item(WIRE_CPUID, 24);
	stream_u32(leaf);
	stream_u32(subleaf);
	for (unsigned i = 0; i < 4; i++)
		stream_u32(answer[i]);
}

/*
 * How APIC identifiers are divided into packages, cores and threads (leaves 0xb and
 * 0x1f).
 */
void machine_send_cpu(void)
{
	static const uint32_t leaves[] = {0xb, 0x1f};
	uint32_t last = __get_cpuid_max(0, NULL);

	for (unsigned i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		for (uint32_t level = 0; leaves[i] <= last && level < TOPOLOGY_LEVELS;
		     level++) {
			uint32_t r[4];

			__cpuid_count(leaves[i], level, r[0], r[1], r[2], r[3]);
			r[3] = 0; /* whose processor's it is */
			if ((r[2] >> 8 & 0xff) == 0)
				break;
			send_leaf(leaves[i], level, r);
		}
}

bool machine_has_config_ports(void)
{
	return true;
}

uint32_t machine_config_read(uint32_t address)
{
	out32(CONFIG_ADDRESS, address);
	return in32(CONFIG_DATA);
}

void machine_config_write(uint32_t address, uint32_t value)
{
	out32(CONFIG_ADDRESS, address);
	out32(CONFIG_DATA, value);
}
