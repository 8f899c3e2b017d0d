/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "planner/boot/serial.h"

static void feed(struct serial *serial, const struct text *text, size_t step)
{
	for (size_t i = 0; i < text->n; i += step)
		serial_feed(serial, text->s + i, MIN(step, text->n - i));
}

/* A complete conversation, with a firmware and a kernel around it. */
static void add_conversation(struct text *text)
{
	static const char record[] = "<host/>\n" SERIAL_MARK "done\n\0\r\xff";

	text_adds(text, "SeaBIOS (version 1.16)\r\n\033[2Jkernel: hello\r\n");
	text_adds(text, "\r\n" SERIAL_MARK "start 1\r\n");
	text_adds(text, SERIAL_MARK "uptime 2.250\r\n");
	text_adds(text, SERIAL_MARK "note cannot load module x.ko: gone\r\n");
	text_adds(text, SERIAL_MARK "assign 0000:41:00.0 ok group 5\r\n");
	text_adds(text,
		  "[ 7.1] noise " SERIAL_MARK "assign 0000:42:00.0 failed no group\n");
	text_add_serial_record(text, record, sizeof(record));
	text_adds(text, "\n" SERIAL_MARK "done\nafterwards");
}

static void whole(void **state)
{
	_cleanup_text_ struct text text = {};

	(void)state;
	add_conversation(&text);
	for (size_t step = 1; step <= text.n; step += 7) {
		_cleanup_serial_ struct serial serial = {};

		feed(&serial, &text, step);
		serial_finish(&serial);
		assert_int_equal(serial.state, SERIAL_DONE);
		assert_null(serial.fault);
		assert_true(serial.has_record && serial.started);
		assert_true(serial.uptime_s > 2.24 && serial.uptime_s < 2.26);
		assert_int_equal(serial.record.n,
				 strlen("<host/>\n" SERIAL_MARK "done\n") + 4);
		assert_int_equal(serial.notes.n, 1);
		assert_string_equal(serial.notes.v[0], "cannot load module x.ko: gone");
		assert_int_equal(serial.assigns.n, 2);
		assert_true(serial.assigns.v[0].ok);
		assert_false(serial.assigns.v[1].ok);
		assert_string_equal(serial.assigns.v[1].text, "no group");
		assert_non_null(strstr(serial.tail.s, "kernel: hello"));
	}
}

/* Wherever it is cut, it is reported as cut, and never counts as complete. */
static void cut_short(void **state)
{
	_cleanup_text_ struct text text = {};

	(void)state;
	add_conversation(&text);
	for (size_t n = 0; n < text.n - strlen("done\nafterwards"); n++) {
		_cleanup_serial_ struct serial serial = {};

		serial_feed(&serial, text.s, n);
		serial_finish(&serial);
		assert_int_not_equal(serial.state, SERIAL_DONE);
		if (!serial.has_record)
			assert_non_null(serial.fault);
	}
}

static void damaged(void **state)
{
	_cleanup_text_ struct text text = {};
	_cleanup_serial_ struct serial serial = {};

	(void)state;
	add_conversation(&text);
	*strstr(text.s, "<host/>") = '(';
	feed(&serial, &text, 100);
	assert_int_equal(serial.state, SERIAL_DAMAGED);
	assert_non_null(strstr(serial.fault, "checksum"));
}

static void check_fault(const char *said, const char *words)
{
	_cleanup_serial_ struct serial serial = {};

	serial_feed(&serial, said, strlen(said));
	serial_finish(&serial);
	assert_int_equal(serial.state, SERIAL_DAMAGED);
	assert_non_null(strstr(serial.fault, words));
}

static void faults(void **state)
{
	(void)state;
	check_fault("", "printed nothing");
	check_fault("Booting\n", "never started");
	check_fault(SERIAL_MARK "record 3 0\nabc", "never started");
	check_fault(SERIAL_MARK "start 2\n", "version \"2\"");
	check_fault(SERIAL_MARK "start 1\n", "sent no record");
	check_fault(SERIAL_MARK "start 1\n" SERIAL_MARK "done\n", "without a record");
	check_fault(SERIAL_MARK "start 1\n" SERIAL_MARK "record\n", "announces");
	check_fault(SERIAL_MARK "start 1\n" SERIAL_MARK "record x y\n", "announces");
	check_fault(SERIAL_MARK "start 1\n" SERIAL_MARK "record 99999999999 0\n",
		    "limit");
	check_fault(SERIAL_MARK "start 1\n" SERIAL_MARK "record 9 0\nabc",
		    "6 bytes of it are missing");
}

/* A guest that never stops: memory is bounded, and reading ends. */
static void endless(void **state)
{
	_cleanup_serial_ struct serial serial = {};
	static char block[1 << 20];
	size_t fed = 0;

	(void)state;
	memset(block, 'x', sizeof(block));
	while (serial_feed(&serial, block, sizeof(block)) != SERIAL_DAMAGED &&
	       fed <= SERIAL_LIMIT)
		fed += sizeof(block);
	assert_int_equal(serial.state, SERIAL_DAMAGED);
	assert_non_null(strstr(serial.fault, "without completing its record"));
	assert_true(serial.line.n <= SERIAL_LINE_LIMIT);
	assert_true(serial.tail.n <= 2 * SERIAL_TAIL_BYTES);
}

static void many_notes(void **state)
{
	_cleanup_serial_ struct serial serial = {};
	static const char note[] = SERIAL_MARK "note a\n";

	(void)state;
	serial_feed(&serial, SERIAL_MARK "start 1\n", strlen(SERIAL_MARK "start 1\n"));
	for (int i = 0; i < 10000; i++)
		serial_feed(&serial, note, strlen(note));
	assert_int_equal(serial.notes.n, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),   cmocka_unit_test(cut_short),
		cmocka_unit_test(damaged), cmocka_unit_test(faults),
		cmocka_unit_test(endless), cmocka_unit_test(many_notes),
	};

	return RUN_TESTS(tests);
}
