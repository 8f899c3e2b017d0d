/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines are those of planner/boot/serial.h, the checksum is its FNV-1a. */
#include "planner/boot/payload/parts.h"

static uint8_t piece[WIRE_PIECE_BYTES];
static size_t n_piece;
static uint32_t n_items;

static void put_string(const char *s)
{
	while (*s)
		machine_put((uint8_t)*s++);
}

static void put_decimal(uint32_t value)
{
	uint32_t power = 1;

	while (value / power >= 10)
		power *= 10;
	for (; power > 0; power /= 10)
		machine_put((uint8_t)('0' + value / power % 10));
}

static void put_hexadecimal(uint64_t value)
{
	for (int shift = 60; shift >= 0; shift -= 4) {
		unsigned digit = (unsigned)(value >> shift & 0xf);

		machine_put((uint8_t)(digit < 10 ? '0' + digit : 'a' + digit - 10));
	}
}

static uint64_t checksum(void)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < n_piece; i++)
		sum = (sum ^ piece[i]) * 0x100000001b3;
	return sum;
}

/* Firmware may have left an unfinished line. */
void stream_line(const char *words)
{
	put_string("\n@virt-layout: ");
	put_string(words);
	put_string("\n");
}

static void send_piece(void)
{
	if (n_piece == 0)
		return;
	put_string("\n@virt-layout: piece ");
	put_decimal((uint32_t)n_piece);
	put_string(" ");
	put_hexadecimal(checksum());
	put_string("\n");
	for (size_t i = 0; i < n_piece; i++)
		machine_put(piece[i]);
	n_piece = 0;
}

void stream_u8(uint8_t value)
{
	piece[n_piece++] = value;
	if (n_piece == sizeof(piece))
		send_piece();
}

void stream_u16(uint16_t value)
{
	stream_u8((uint8_t)value);
	stream_u8((uint8_t)(value >> 8));
}

void stream_u32(uint32_t value)
{
	stream_u16((uint16_t)value);
	stream_u16((uint16_t)(value >> 16));
}

void stream_u64(uint64_t value)
{
	stream_u32((uint32_t)value);
	stream_u32((uint32_t)(value >> 32));
}

void stream_bytes(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		stream_u8(bytes[i]);
}

void stream_item(enum wire_kind kind, uint32_t length)
{
	n_items++;
	stream_u32(kind);
	stream_u32(length);
}

void stream_left_out(enum wire_left_out why, uint64_t which)
{
	stream_item(WIRE_LEFT_OUT, 16);
	stream_u32(why);
	stream_u32(0);
	stream_u64(which);
}

void stream_end(void)
{
	uint32_t before = n_items;

	stream_item(WIRE_END, 8);
	stream_u32(before);
	stream_u32(0);
	send_piece();
	stream_line("done");
	n_items = 0;
}
