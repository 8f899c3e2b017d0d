/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs the payload's own code on tables and a configuration space in memory, and its
 * reader on the output.
 */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "planner/boot/payload/parts.h"
#include "planner/boot/serial.h"
#include "planner/boot/sighting.h"

enum { TABLES = 7, ECAM_BYTES = 1 << 20, TABLE_BYTES = 6000 };

/* Replaces x86.c and arm64.c: the bytes on the line. */
static struct text line;
static bool has_ports;

void machine_open_serial(const uint8_t *spcr)
{
	(void)spcr;
	text_free(&line);
}

void machine_put(uint8_t byte)
{
	text_addc(&line, (char)byte);
}

void machine_send_cpu(void)
{
}

bool machine_has_config_ports(void)
{
	return has_ports;
}

/* One function, 00:02.0, by ports. */
uint32_t machine_config_read(uint32_t address)
{
	return address == 0x80001000 ? 0x10d38086 : address >> 8 == 0x800010 ? 0 : ~0u;
}

void machine_config_write(uint32_t address, uint32_t value)
{
	(void)address;
	(void)value;
}

/* A guest's memory: EFI's system table, RSDP, tables, configuration space. */
struct guest {
	uint8_t system[120], entries[48], rsdp[36], xsdt[36 + 8 * (TABLES - 1)];
	uint8_t table[TABLES][TABLE_BYTES];
	uint32_t *ecam;
};
enum { FADT, DSDT, SRAT, MCFG, BROKEN, ENDLESS, ODD };

static void put64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void settle_sum(uint8_t *bytes, size_t n, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

static void begin_table(uint8_t *table, const char *signature, uint32_t n)
{
	memcpy(table, signature, 4);
	put32(table + 4, n);
	settle_sum(table, n, 9);
}

static void put_function(struct guest *g, unsigned devfn, uint32_t ids, uint32_t header,
			 uint32_t extended)
{
	uint32_t *config = g->ecam + devfn * 1024;

	memset(config, 0, 4096);
	config[0] = ids;
	config[3] = header;
	config[4] = 0xfe000000;
	config[64] = extended;
}

static void make_tables(struct guest *g)
{
	uint8_t(*t)[TABLE_BYTES] = g->table;
	static const int listed[] = {FADT, SRAT, MCFG, BROKEN, ENDLESS, ODD};

	for (size_t i = 44; i < TABLE_BYTES; i++)
		t[DSDT][i] = (uint8_t)(i * 7);
	put64(t[FADT] + 140, (uintptr_t)t[DSDT]);
	put64(t[MCFG] + 44, (uintptr_t)g->ecam);
	begin_table(t[DSDT], "DSDT", 5000);
	begin_table(t[FADT], "FACP", 244);
	begin_table(t[SRAT], "SRAT", 100);
	begin_table(t[MCFG], "MCFG", 60);
	begin_table(t[BROKEN], "SLIT", 60);
	t[BROKEN][50] ^= 1;
	begin_table(t[ENDLESS], "HMAT", 60);
	put32(t[ENDLESS] + 4, UINT32_MAX);
	begin_table(t[ODD], "ODD ", 37);
	for (size_t i = 0; i < ARRAY_SIZE(listed); i++)
		put64(g->xsdt + 36 + 8 * i, (uintptr_t)t[listed[i]]);
	begin_table(g->xsdt, "XSDT", sizeof(g->xsdt));
	memcpy(g->rsdp, "RSD PTR ", 8);
	g->rsdp[15] = 2;
	put64(g->rsdp + 24, (uintptr_t)g->xsdt);
	settle_sum(g->rsdp, 20, 8);
}

static struct guest *make_guest(void)
{
	static const uint8_t acpi_2[] = {0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
					 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81};
	struct guest *g = xcalloc(1, sizeof(*g));

	g->ecam = xcalloc(1, ECAM_BYTES);
	memset(g->ecam, 0xff, ECAM_BYTES);
	put_function(g, 0, 0x29c08086, 0, 0);
	put_function(g, 0xf8, 0x29188086, 0x800000, 0);
	put_function(g, 0xfb, 0x29308086, 0x800000, 0);
	put_function(g, 8, 0x000c1b36, 0x010000, 0x0001000d);
	g->ecam[8 * 1024 + 1023] = 0x12345678;
	make_tables(g);
	put64(g->system + 104, 2);
	put64(g->system + 112, (uintptr_t)g->entries);
	memcpy(g->entries + 24, acpi_2, sizeof(acpi_2));
	put64(g->entries + 40, (uintptr_t)g->rsdp);
	return g;
}

static void free_guest(struct guest *g)
{
	free(g->ecam);
	free(g);
}

static void read_line(struct serial *serial)
{
	serial_feed(serial, line.s, line.n);
	serial_finish(serial);
	text_free(&line);
	assert_null(serial->fault);
	assert_int_equal(serial->state, SERIAL_DONE);
	assert_true(serial->started && serial->has_record);
}

static const uint8_t *record_of(const struct serial *serial)
{
	return (const uint8_t *)serial->record.s;
}

static void check_tables(const struct guest *g, const struct sighting *seen)
{
	static const int sent[] = {FADT, DSDT, SRAT, MCFG, ODD};

	assert_int_equal(seen->tables.n, ARRAY_SIZE(sent));
	for (size_t i = 0; i < seen->tables.n; i++) {
		assert_int_equal(seen->tables.v[i].n, get32(g->table[sent[i]] + 4));
		assert_memory_equal(seen->tables.v[i].bytes, g->table[sent[i]],
				    seen->tables.v[i].n);
	}
	assert_int_equal(seen->left_out.n, 2);
	assert_int_equal(seen->left_out.v[0].why, WIRE_BAD_TABLE);
	assert_int_equal(seen->left_out.v[0].which, (uintptr_t)g->table[BROKEN]);
	assert_int_equal(seen->left_out.v[1].which, (uintptr_t)g->table[ENDLESS]);
}

static void check_functions(const struct guest *g, const struct sighting *seen)
{
	static const unsigned devfns[] = {0, 8, 0xf8, 0xfb};

	assert_int_equal(seen->functions.n, ARRAY_SIZE(devfns));
	for (size_t i = 0; i < seen->functions.n; i++) {
		const struct sighting_function *function = &seen->functions.v[i];
		uint8_t config[4096];

		assert_int_equal(function->at.slot << 3 | function->at.function,
				 devfns[i]);
		assert_int_equal(function->config_bytes, devfns[i] == 8 ? 4096 : 256);
		sighting_config(function, config);
		assert_memory_equal(config, g->ecam + (size_t)devfns[i] * 1024,
				    function->config_bytes);
	}
}

static void whole(void **state)
{
	struct guest *g = make_guest();
	_cleanup_serial_ struct serial serial = {};
	_cleanup_sighting_ struct sighting seen = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text first = {};

	(void)state;
	payload_main(WIRE_EFI, g->system);
	text_add(&first, line.s, line.n);
	payload_main(WIRE_EFI, g->system);
	assert_int_equal(line.n, first.n);
	assert_memory_equal(line.s, first.s, first.n);
	read_line(&serial);
	assert_int_equal(sighting_read(record_of(&serial), serial.record.n, &seen,
				       &error),
			 0);
	assert_int_equal(seen.firmware, WIRE_EFI);
	assert_int_equal(seen.rsdp, (uintptr_t)g->rsdp);
	check_tables(g, &seen);
	check_functions(g, &seen);
	free_guest(g);
}

/* Wherever it is cut, it never counts as complete. */
static void cut(void **state)
{
	struct guest *g = make_guest();
	_cleanup_serial_ struct serial serial = {};

	(void)state;
	payload_main(WIRE_EFI, g->system);
	read_line(&serial);
	for (size_t n = 0; n < serial.record.n; n++) {
		_cleanup_sighting_ struct sighting seen = {};
		_cleanup_error_ struct error error = {};

		assert_int_equal(sighting_read(record_of(&serial), n, &seen, &error), -1);
		assert_non_null(strstr(error.message, "the guest's report"));
	}
	free_guest(g);
}

/* A changed byte is detected, unless it is outside the report. */
static void changed_on_the_way(void **state)
{
	struct guest *g = make_guest();
	_cleanup_serial_ struct serial right = {};
	_cleanup_text_ struct text sent = {};

	(void)state;
	payload_main(WIRE_EFI, g->system);
	text_add(&sent, line.s, line.n);
	read_line(&right);
	for (size_t at = 0; at < sent.n; at += at < 200 ? 1 : 97) {
		_cleanup_serial_ struct serial serial = {};
		_cleanup_sighting_ struct sighting seen = {};
		_cleanup_error_ struct error error = {};

		sent.s[at] ^= 4;
		serial_feed(&serial, sent.s, sent.n);
		serial_finish(&serial);
		sent.s[at] ^= 4;
		if (serial.state != SERIAL_DONE ||
		    sighting_read(record_of(&serial), serial.record.n, &seen, &error) < 0)
			continue;
		assert_int_equal(serial.record.n, right.record.n);
		assert_memory_equal(serial.record.s, right.record.s, right.record.n);
	}
	free_guest(g);
}

static void without_tables(void **state)
{
	(void)state;
	for (int ports = 0; ports < 2; ports++) {
		_cleanup_serial_ struct serial serial = {};
		_cleanup_sighting_ struct sighting seen = {};
		_cleanup_error_ struct error error = {};

		has_ports = ports;
		payload_main(WIRE_NO_FIRMWARE, NULL);
		read_line(&serial);
		assert_int_equal(sighting_read(record_of(&serial), serial.record.n, &seen,
					       &error),
				 0);
		assert_int_equal(seen.rsdp, 0);
		assert_int_equal(seen.tables.n, 0);
		assert_int_equal(seen.functions.n, ports);
		assert_int_equal(seen.left_out.n, !ports);
	}
	has_ports = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(cut),
		cmocka_unit_test(changed_on_the_way),
		cmocka_unit_test(without_tables),
	};

	return RUN_TESTS(tests);
}
