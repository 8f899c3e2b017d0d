/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/crc32.h"

#include "partition/bytes.h"

#include <threads.h>

#define POLYNOMIAL 0xedb88320u

/* [k][b]: the CRC register after byte b and k zero bytes, if it was 0 before. */
static uint32_t after[8][256];
static once_flag made = ONCE_FLAG_INIT;

static void make_tables(void)
{
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
		after[0][byte] = crc;
	}
	for (int zeros = 1; zeros < 8; zeros++)
		for (uint32_t byte = 0; byte < 256; byte++) {
			uint32_t crc = after[zeros - 1][byte];

			after[zeros][byte] = crc >> 8 ^ after[0][crc & 255];
		}
}

/* Eight bytes at a time: the table of entries is 16 KiB, read at each look at a disk. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t n)
{
	const uint8_t *byte = bytes;

	call_once(&made, make_tables);
	crc = ~crc;
	for (; n >= 8; n -= 8, byte += 8) {
		uint32_t low = crc ^ get_le32(byte), high = get_le32(byte + 4);

		crc = after[7][low & 255] ^ after[6][low >> 8 & 255] ^
		      after[5][low >> 16 & 255] ^ after[4][low >> 24] ^
		      after[3][high & 255] ^ after[2][high >> 8 & 255] ^
		      after[1][high >> 16 & 255] ^ after[0][high >> 24];
	}
	for (; n > 0; n--, byte++)
		crc = crc >> 8 ^ after[0][(crc ^ *byte) & 255];
	return ~crc;
}
