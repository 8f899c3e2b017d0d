/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parts.h - the payload: a program that firmware starts in place of a kernel.
 *
 * Theory of operation. The image is both a kernel for a boot loader and an EFI
 * application; x86.S and arm64.S begin it and call payload_main. From then on it depends
 * on nothing: interrupts are off, no memory is allocated, the firmware's services are not
 * called, and all loops have bounds. It finds the RSDP, writes the tables and the
 * configuration space of each PCI function to the first serial port (wire.h), and stops.
 *
 * No library is linked, and the image runs wherever it was loaded: no pointer may be
 * initialised with an address (image.lds refuses that).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "planner/boot/payload/wire.h"

/* main.c: called by the entry; @efi_table is EFI's system table or NULL. */
void payload_main(enum wire_firmware firmware, const uint8_t *efi_table);

/* Reads numbers at any address; both processors are little-endian. */
uint16_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);
uint64_t get64(const uint8_t *at);

/* stream.c: packs items into pieces, and writes these to the line. */
void stream_line(const char *words);
void stream_item(enum wire_kind kind, uint32_t length);
void stream_bytes(const uint8_t *bytes, size_t n);
void stream_u8(uint8_t value);
void stream_u16(uint16_t value);
void stream_u32(uint32_t value);
void stream_u64(uint64_t value);
void stream_left_out(enum wire_left_out why, uint64_t which);
/* Sends the last item, the unfinished piece, and the final line. */
void stream_end(void);

/* find-rsdp.c: NULL if there is none. */
const uint8_t *find_rsdp(enum wire_firmware firmware, const uint8_t *efi_table);
/* Whether the @n bytes from there add up to 0. */
bool sums_to_zero(const uint8_t *bytes, size_t n);

/* tables.c: sends all tables; MCFG and SPCR, NULL: there are none. */
struct tables {
	const uint8_t *mcfg, *spcr;
};
/* No table at @memory_end or above is read. */
void tables_find(const uint8_t *rsdp, uint64_t memory_end, bool send, struct tables *ret);

/* pci.c: sends the functions of all buses. */
void pci_send(const uint8_t *mcfg, uint64_t memory_end);

/* x86.c and arm64.c */
/* @spcr is ACPI's table about the console, or NULL. */
void machine_open_serial(const uint8_t *spcr);
void machine_put(uint8_t byte);
/* Sends what else the processor reports, as items. */
void machine_send_cpu(void);
/* Ports 0xcf8 and 0xcfc; @address with bit 31 set. False: this machine has none. */
bool machine_has_config_ports(void);
uint32_t machine_config_read(uint32_t address);
void machine_config_write(uint32_t address, uint32_t value);
