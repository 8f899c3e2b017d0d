/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a guest's output, in one piece and in pieces: both give the same result,
 * within the limits; a record that counts as complete has the announced checksum.
 */
#include "tests/fuzz/fuzz.h"

#include "planner/boot/serial.h"

static void check_same(const struct serial *a, const struct serial *b)
{
	CHECK(a->state == b->state);
	CHECK(a->has_record == b->has_record && a->shell == b->shell);
	CHECK(a->notes.n == b->notes.n && a->assigns.n == b->assigns.n);
	CHECK(!a->has_record || (a->record.n == b->record.n &&
				 memcmp(a->record.s, b->record.s, a->record.n) == 0));
	CHECK(streq_null(a->fault, b->fault));
}

static void check(const struct serial *serial)
{
	CHECK(serial->state != SERIAL_WAITING);
	CHECK(serial->state != SERIAL_DONE || serial->has_record);
	CHECK(serial->state != SERIAL_DAMAGED || serial->fault);
	CHECK(serial->line.n <= SERIAL_LINE_LIMIT);
	CHECK(serial->tail.n <= 2 * SERIAL_TAIL_BYTES);
	CHECK(serial->piece_start <= serial->record.n);
	CHECK(!serial->has_record ||
	      serial_checksum(serial->record.s + serial->piece_start,
			      serial->record.n - serial->piece_start) ==
		      serial->checksum ||
	      serial->state == SERIAL_DAMAGED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct choice choice = choice_begin(data, n);
	struct serial whole = {}, pieces = {};

	serial_feed(&whole, (const char *)data, n);
	serial_finish(&whole);
	for (size_t at = 0; at < n;) {
		size_t some = 1 + choose(&choice, n - at);

		serial_feed(&pieces, (const char *)data + at, some);
		at += some;
	}
	serial_finish(&pieces);
	if (IS_PLANTED && whole.has_record && whole.assigns.n > 0)
		whole.record.s[0] ^= 1;
	check(&whole);
	check_same(&whole, &pieces);
	serial_free(&whole);
	serial_free(&pieces);
	return 0;
}
