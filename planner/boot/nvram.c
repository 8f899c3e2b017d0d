/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * edk2, MdeModulePkg/Include/Guid/VariableFormat.h (AUTHENTICATED_VARIABLE_HEADER); UEFI
 * 2.10, 32.3 (the platform key), 3.3 (EFI_GLOBAL_VARIABLE).
 */
#include "planner/boot/nvram.h"

#include <string.h>

enum {
	ALIGNMENT = 4,
	HEADER_START = 0, /* 0x55aa */
	HEADER_STATE = 2,
	HEADER_NAME_BYTES = 36,
	HEADER_VENDOR = 44,
	HEADER_BYTES = 60,
	STATE_DELETED = 1 << 1, /* 0: it is */
};

/* "PK" in UTF-16 with its end. */
static const unsigned char name[] = {'P', 0, 'K', 0, 0, 0};
static const unsigned char global[] = {0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11,
				       0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c};

static bool is_platform_key(const unsigned char *at)
{
	static const unsigned char start[] = {0xaa, 0x55},
				   name_bytes[] = {sizeof(name), 0, 0, 0};

	return memcmp(at + HEADER_START, start, sizeof(start)) == 0 &&
	       memcmp(at + HEADER_NAME_BYTES, name_bytes, sizeof(name_bytes)) == 0 &&
	       memcmp(at + HEADER_VENDOR, global, sizeof(global)) == 0 &&
	       memcmp(at + HEADER_BYTES, name, sizeof(name)) == 0 &&
	       at[HEADER_STATE] & STATE_DELETED;
}

bool nvram_drop_platform_key(char *bytes, size_t n)
{
	bool found = false;

	for (size_t i = 0; i + HEADER_BYTES + sizeof(name) <= n; i += ALIGNMENT) {
		unsigned char *at = (unsigned char *)bytes + i;

		if (!is_platform_key(at))
			continue;
		at[HEADER_STATE] &= (unsigned char)~STATE_DELETED;
		found = true;
	}
	return found;
}
