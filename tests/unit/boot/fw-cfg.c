/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file of fw_cfg, from a QEMU that answers correctly, wrongly, and byte by byte. */
#include "tests/unit/test.h"

#include "base/base64.h"
#include "base/mem.h"
#include "planner/boot/fw-cfg.h"

enum { ENTRY = 64 };

/* A directory with two files in QEMU's format, with the zeros that follow. */
static void make_directory(struct text *ret, uint32_t size)
{
	static const char *const names[] = {"etc/acpi/rsdp", "etc/acpi/tables"};
	_cleanup_free_ char *zeros = xcalloc(FW_CFG_FILES * ENTRY, 1);

	text_add(ret, "\0\0\0\2", 4);
	for (size_t i = 0; i < 2; i++) {
		char entry[ENTRY] = {(char)(size >> 24),
				     (char)(size >> 16),
				     (char)(size >> 8),
				     (char)size,
				     0,
				     (char)(0x20 + i)};

		memcpy(entry + 8, names[i], strlen(names[i]));
		text_add(ret, entry, sizeof(entry));
	}
	text_add(ret, zeros, (FW_CFG_FILES - 2) * ENTRY);
}

static void add_answers(struct text *ret, const char *status, const struct text *bytes)
{
	text_printf(ret, "OK\nOK\nOK\nOK %s\nOK ", status);
	text_add_base64(ret, bytes->s, bytes->n);
	text_addc(ret, '\n');
}

static void asks_and_reads(void **state)
{
	_cleanup_fw_cfg_ struct fw_cfg f = {};
	_cleanup_text_ struct text directory = {}, answers = {};
	struct text file = {.s = (char[]){"SRAT\0\1"}, .n = 6};

	(void)state;
	fw_cfg_begin(&f, FW_CFG_PORTS, "etc/acpi/tables");
	assert_non_null(strstr(f.out.s, "write 0x100000 0x10 0x0019000a00008004"));
	assert_non_null(strstr(f.out.s, "0000000000101000\noutl 0x514 0x0\n"));
	assert_non_null(strstr(f.out.s, "outl 0x518 0x00001000\n"));
	assert_non_null(strstr(f.out.s, "b64read 0x101000 0x8004\n"));
	text_free(&f.out);
	make_directory(&directory, 6);
	add_answers(&answers, "0x00000000", &directory);
	for (size_t i = 0; i < answers.n; i++)
		fw_cfg_feed(&f, answers.s + i, 1);
	assert_false(f.done);
	assert_non_null(strstr(f.out.s, "0x10 0x0021000a00000006"));
	text_free(&answers);
	add_answers(&answers, "0x00000000", &file);
	fw_cfg_feed(&f, answers.s, answers.n);
	assert_true(f.done);
	assert_true(f.found);
	assert_null(f.fault);
	assert_int_equal(f.file.n, 6);
	assert_memory_equal(f.file.s, "SRAT\0\1", 6);
}

static void arm_has_it_in_memory(void **state)
{
	_cleanup_fw_cfg_ struct fw_cfg f = {};

	(void)state;
	fw_cfg_begin(&f, FW_CFG_MEMORY, "etc/acpi/tables");
	assert_non_null(strstr(f.out.s, "write 0x40000000 0x10 "));
	assert_non_null(strstr(f.out.s, "writel 0x9020014 0x00000040\n"));
}

/* ACPI is off. */
static void there_is_none(void **state)
{
	_cleanup_fw_cfg_ struct fw_cfg f = {};
	_cleanup_text_ struct text directory = {}, answers = {};

	(void)state;
	fw_cfg_begin(&f, FW_CFG_PORTS, "etc/acpi/table");
	make_directory(&directory, 6);
	add_answers(&answers, "0x00000000", &directory);
	fw_cfg_feed(&f, answers.s, answers.n);
	assert_true(f.done);
	assert_false(f.found);
	assert_null(f.fault);
	assert_int_equal(f.file.n, 0);
}

static void bad_answers(void **state)
{
	static const struct {
		const char *answers, *fault;
	} rows[] = {
		{"FAIL Unknown command\n", "rejected"},
		{"OK\nOK\nOK\nOK 0x01000000\n", "did not transfer"},
		{"OK\nOK\nOK\nOK 0x00000000\nOK\n", "no bytes"},
		{"OK\nOK\nOK\nOK 0x00000000\nOK AAAA\n", "another number of bytes"},
		{"OK\nOK\nOK\nOK 0x00000000\nOK !\n", "another number of bytes"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_fw_cfg_ struct fw_cfg f = {};

		fw_cfg_begin(&f, FW_CFG_PORTS, "etc/acpi/tables");
		fw_cfg_feed(&f, rows[i].answers, strlen(rows[i].answers));
		assert_true(f.done);
		assert_non_null(f.fault);
		assert_non_null(strstr(f.fault, rows[i].fault));
	}
}

/* A file larger than any table, or a line without an end. */
static void too_much(void **state)
{
	_cleanup_fw_cfg_ struct fw_cfg f = {}, g = {};
	_cleanup_text_ struct text directory = {}, answers = {};
	char block[65536];

	(void)state;
	fw_cfg_begin(&f, FW_CFG_PORTS, "etc/acpi/tables");
	make_directory(&directory, FW_CFG_FILE_LIMIT + 1);
	add_answers(&answers, "0x00000000", &directory);
	fw_cfg_feed(&f, answers.s, answers.n);
	assert_true(f.done);
	assert_non_null(strstr(f.fault, "implausible size"));
	memset(block, 'A', sizeof(block));
	fw_cfg_begin(&g, FW_CFG_PORTS, "etc/acpi/tables");
	for (size_t i = 0; i <= FW_CFG_LINE_LIMIT / sizeof(block); i++)
		fw_cfg_feed(&g, block, sizeof(block));
	assert_true(g.done);
	assert_non_null(strstr(g.fault, "qtest protocol"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_and_reads), cmocka_unit_test(arm_has_it_in_memory),
		cmocka_unit_test(there_is_none),  cmocka_unit_test(bad_answers),
		cmocka_unit_test(too_much),
	};

	return RUN_TESTS(tests);
}
