/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * icu-empty.c - empty ICU data for the static program. libxml2 uses ICU for encodings
 * other than UTF-8, which we reject before it sees them (base/xml/document.c); its tables
 * would be nine tenths of the program. The layout is that of ICU's common data format, a
 * header and an empty table of contents (icu udatamem.h, ucmndata.h, unicode/udata.h).
 */
#include <stddef.h>
#include <stdint.h>

struct icu_data {
	uint16_t header_bytes;
	uint8_t magic[2];
	uint16_t info_bytes, reserved;
	uint8_t big_endian, charset_family, uchar_bytes, reserved_2;
	uint8_t format[4], format_version[4], data_version[4];
	uint8_t padding[8];
	int32_t n_entries;
};

extern const struct icu_data ICU_DATA;

const struct icu_data ICU_DATA __attribute__((aligned(16))) = {
	.header_bytes = offsetof(struct icu_data, n_entries),
	.magic = {0xda, 0x27},
	.info_bytes = 20,
	.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
	.uchar_bytes = 2,
	.format = {'T', 'o', 'C', 'P'},
	.format_version = {1},
};
