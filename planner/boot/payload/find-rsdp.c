/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the RSDP is: UEFI 2.10, 4.3 (system table) and 4.6 (configuration table); ACPI
 * 6.5, 5.2.5.1 (the BIOS area).
 */
#include "planner/boot/payload/parts.h"

enum {
	EFI_N_TABLES = 104, /* in the system table, 64 bits */
	EFI_TABLES = 112,
	EFI_ENTRY_BYTES = 24, /* a GUID and an address */
	EFI_TABLE_LIMIT = 256,

	BIOS_EBDA_SEGMENT = 0x40e,
	BIOS_AREA = 0xe0000,
	BIOS_AREA_END = 0x100000,
	RSDP_STEP = 16,
	RSDP_V1_BYTES = 20,
};

/* ACPI 2.0's GUID and ACPI 1.0's, as they are in memory. */
static const uint8_t acpi_2[16] = {0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
				   0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81};
static const uint8_t acpi_1[16] = {0x30, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
				   0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};

bool sums_to_zero(const uint8_t *bytes, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return sum == 0;
}

static bool equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static bool is_rsdp(const uint8_t *at)
{
	static const uint8_t signature[8] = {'R', 'S', 'D', ' ', 'P', 'T', 'R', ' '};

	return equal(at, signature, sizeof(signature)) && sums_to_zero(at, RSDP_V1_BYTES);
}

static const uint8_t *find_in_efi(const uint8_t *system, const uint8_t *guid)
{
	uint64_t n = get64(system + EFI_N_TABLES);
	const uint8_t *entry = (const uint8_t *)(uintptr_t)get64(system + EFI_TABLES);

	for (uint64_t i = 0; i < n && i < EFI_TABLE_LIMIT; i++, entry += EFI_ENTRY_BYTES)
		if (equal(entry, guid, 16))
			return (const uint8_t *)(uintptr_t)get64(entry + 16);
	return NULL;
}

static const uint8_t *find_in_memory(uintptr_t from, uintptr_t to)
{
	for (uintptr_t at = from; at < to; at += RSDP_STEP)
		if (is_rsdp((const uint8_t *)at))
			return (const uint8_t *)at;
	return NULL;
}

static const uint8_t *find_in_bios(void)
{
	/*
	 * A low address, which the compiler would treat as an offset from a null pointer.
	 */
	uintptr_t word = BIOS_EBDA_SEGMENT;
	const uint8_t *found;
	uintptr_t ebda;

	__asm__("" : "+r"(word));
	ebda = (uintptr_t)get16((const uint8_t *)word) << 4;
	found = ebda >= 0x400 && ebda < 0xa0000 ? find_in_memory(ebda, ebda + 1024)
						: NULL;
	return found ? found : find_in_memory(BIOS_AREA, BIOS_AREA_END);
}

const uint8_t *find_rsdp(enum wire_firmware firmware, const uint8_t *efi_table)
{
	const uint8_t *found;

	if (firmware == WIRE_BIOS)
		return find_in_bios();
	if (firmware != WIRE_EFI)
		return NULL;
	found = find_in_efi(efi_table, acpi_2);
	if (!found)
		found = find_in_efi(efi_table, acpi_1);
	return found && is_rsdp(found) ? found : NULL;
}
