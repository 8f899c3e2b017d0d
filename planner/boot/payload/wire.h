/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.h - what the payload writes to the serial line, for the payload and its reader.
 *
 * The lines are serial.h's: "start 1", pieces of at most WIRE_PIECE_BYTES, "done". All
 * pieces together are a sequence of items, split anywhere. Numbers are little-endian, and
 * an item is
 *
 *     u32 kind, u32 length, then LENGTH bytes:
 *     ABOUT      u32 version, u32 enum wire_firmware, u64 address of the RSDP (0: none)
 *     TABLE      an ACPI table with its header, as it is in memory
 *     FUNCTION   u16 segment, u8 bus, u8 slot << 3 | function, u32 bytes that the
 *                configuration space has (256 or 4096);
 *                u32[WIRE_SIZES]: what the registers of the six BARs and of the ROM hold
 *                after only ones were written to them, 0 where that was not tried;
 *                then runs of u16 offset, u16 length, LENGTH bytes: what is between runs
 *                is 0
 *     CPUID      u32 leaf, subleaf, eax, ebx, ecx, edx
 *     SEGMENT    u16 segment, u8 first and u8 last bus that were looked at, u32 0
 *     LEFT_OUT   u32 enum wire_left_out, u32 0, u64 which: an address, a number
 *     END        u32 number of items before this one, u32 0
 *
 * An unknown kind is skipped. The same machine gives the same bytes.
 */
#pragma once

enum wire_kind {
	WIRE_ABOUT = 1,
	WIRE_TABLE,
	WIRE_FUNCTION,
	WIRE_CPUID,
	WIRE_SEGMENT,
	WIRE_LEFT_OUT,
	WIRE_END,
};

enum wire_firmware {
	WIRE_BIOS = 1,
	WIRE_EFI,
	WIRE_NO_FIRMWARE, /* the payload was started directly */
};

/* Why something is missing from what follows. */
enum wire_left_out {
	WIRE_BAD_TABLE = 1,   /* an impossible length or a wrong checksum */
	WIRE_TOO_MANY_TABLES, /* more than WIRE_TABLES */
	WIRE_OUT_OF_REACH,    /* above the memory that is mapped */
	WIRE_NO_CONFIG_SPACE, /* no MCFG, and no ports to reach it by */
};

enum {
	WIRE_VERSION = 1,
	WIRE_PIECE_BYTES = 4096,
	WIRE_SIZES = 7,
	WIRE_TABLES = 256,
	WIRE_TABLE_LIMIT = 1 << 20, /* bytes of one table */
};
