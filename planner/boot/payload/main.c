/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/payload/parts.h"

uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t get32(const uint8_t *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

void payload_main(enum wire_firmware firmware, const uint8_t *efi_table)
{
	/* x86.S maps the first 4 GiB, EFI all memory. */
	uint64_t memory_end = firmware == WIRE_BIOS ? UINT64_C(1) << 32 : UINT64_MAX;
	const uint8_t *rsdp = find_rsdp(firmware, efi_table);
	struct tables tables = {0};

	tables_find(rsdp, memory_end, false, &tables);
	machine_open_serial(tables.spcr);
	stream_line("start 1");
	stream_item(WIRE_ABOUT, 16);
	stream_u32(WIRE_VERSION);
	stream_u32(firmware);
	stream_u64((uintptr_t)rsdp);
	tables_find(rsdp, memory_end, true, &tables);
	machine_send_cpu();
	pci_send(tables.mcfg, memory_end);
	stream_end();
}
