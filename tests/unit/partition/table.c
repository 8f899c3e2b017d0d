/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random tables, written and back through our own reader: equal, without a finding, and
 * after writing nothing is left to change.
 */
#include "tests/unit/test.h"

#include "partition/inspect.h"
#include "partition/disk-layout.h"
#include "partition/table.h"
#include "tests/dice.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

static struct dice dice = {4711};

static void random_part(struct disk_request *request, size_t i)
{
	static const char *const names[] = {"root", "Grüße", "a \"b\" \\ 'c'", "€ 100",
					    "exactly thirty-six UTF-16 units ok!!"};
	struct part_request *part = vec_add(&request->parts);

	part->size = roll_below(&dice, 4) ? PART_FIXED : PART_SHARE;
	part->size_bytes = 1 + roll_below(&dice, 40 * MIB);
	part->padding_bytes = roll_below(&dice, 3) ? 0 : roll_below(&dice, MIB);
	if (request->label == LABEL_DOS) {
		part->active = i == 1;
		return;
	}
	part->name = roll_below(&dice, 2)
			     ? xstrdup(names[roll_below(&dice, ARRAY_SIZE(names))])
			     : NULL;
	part->number = roll_below(&dice, 4)
			       ? 0
			       : (unsigned)(1 + 20 * (i + 1) + roll_below(&dice, 20));
	for (unsigned bit = 0; bit < 64; bit++)
		if ((bit < 3 || bit > 47) && !roll_below(&dice, 9))
			part->attributes |= UINT64_C(1) << bit;
	if (roll_below(&dice, 2))
		part->type = xstrdup(roll_below(&dice, 2) ? "esp" : "swap");
}

static void random_request(struct disk_request *request)
{
	static const uint64_t units[] = {4096, 65536, MIB, 3 * MIB};
	size_t n = roll_below(&dice, 10);

	disk_request_init(request);
	request->label = roll_below(&dice, 2) ? LABEL_GPT : LABEL_DOS;
	request->sector_bytes = roll_below(&dice, 2) ? 512 : 4096;
	request->size_bytes =
		(400 + roll_below(&dice, 2000)) * MIB + roll_below(&dice, 3) * 4096;
	request->align_bytes = units[roll_below(&dice, ARRAY_SIZE(units))];
	request->at = (enum align_at)roll_below(&dice, 4);
	request->seed = xasprintf("%ju", (uintmax_t)roll_below(&dice, 1000));
	request->n_entries =
		roll_below(&dice, 3) ? 128 : (uint32_t)(180 + roll_below(&dice, 300));
	if (request->label == LABEL_GPT && !roll_below(&dice, 3))
		request->first_lba = 2048;
	for (size_t i = 0; i < n; i++)
		random_part(request, i);
}

static int read_fd(void *context, uint64_t lba, uint8_t *bytes, struct error *error)
{
	const int *fd = context; /* and the sector size after it */

	if (pread(fd[0], bytes, (size_t)fd[1], (off_t)lba * fd[1]) != fd[1])
		return error_system(error, errno, "test");
	return 0;
}

static void apply(const struct patch *patch, int fd)
{
	for (size_t i = 0; i < patch->sectors.n; i++)
		assert_int_equal(pwrite(fd, patch->sectors.v[i].new, patch->sector_bytes,
					(off_t)(patch->sectors.v[i].lba *
						patch->sector_bytes)),
				 patch->sector_bytes);
}

/* Garbage in the boot code, which must be kept. */
static int make_disk(const struct partition_table *table, uint8_t *code)
{
	int fd = memfd_create("disk", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)(table->n_sectors * table->sector_bytes)),
			 0);
	for (int i = 0; i < DOS_BOOT_CODE_BYTES; i++)
		code[i] = (uint8_t)roll_below(&dice, 256);
	assert_int_equal(pwrite(fd, code, DOS_BOOT_CODE_BYTES, 0), DOS_BOOT_CODE_BYTES);
	return fd;
}

static void assert_reads_back(int fd, const struct partition_table *table,
			      const uint8_t *code)
{
	_cleanup_error_ struct error error = {};
	_cleanup_disk_ struct disk_io *io = disk_open_fd(dup(fd), "disk", &error);
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_(report_free) struct report report = {};
	struct inspect_question question = {.sector_bytes = table->sector_bytes};
	char *differs;

	assert_non_null(io);
	assert_int_equal(inspect_disk(io, &question, &seen, &report, &error), 0);
	for (size_t i = 0; i < report.findings.n; i++)
		if (report.findings.v[i].severity == SEVERITY_ERROR)
			fail_msg("%s: %s", report.findings.v[i].rule,
				 report.findings.v[i].message);
	differs = partition_table_difference(&seen.table, table);
	if (differs)
		fail_msg("%s", differs);
	assert_true(seen.intact && seen.editable);
	assert_memory_equal(seen.boot_code, code, DOS_BOOT_CODE_BYTES);
}

static void round_trip(const struct partition_table *table)
{
	_cleanup_error_ struct error error = {};
	_cleanup_patch_ struct patch patch = {}, nothing = {};
	uint8_t code[DOS_BOOT_CODE_BYTES];
	int fd[2] = {make_disk(table, code), (int)table->sector_bytes};
	struct table_source source = {.read = read_fd, .context = fd};

	if (table_encode(table, &source, &patch, &error) < 0)
		fail_msg("%s", error.message);
	apply(&patch, fd[0]);
	assert_reads_back(fd[0], table, code);
	assert_int_equal(table_encode(table, &source, &nothing, &error), 0);
	assert_int_equal(nothing.sectors.n, 0);
	close(fd[0]);
}

static void random_tables(void **state)
{
	int rounds = getenv("VIRT_LAYOUT_FULL") ? 5000 : 300, logical = 0, done = 0;

	(void)state;
	while (done < rounds) {
		_cleanup_disk_request_ struct disk_request request;
		_cleanup_disk_layout_ struct disk_layout layout = {};
		_cleanup_error_ struct error error = {};

		random_request(&request);
		if (disk_layout_make(&request, &layout, &error) < 0)
			continue;
		round_trip(&layout.table);
		for (size_t i = 0; i < layout.table.partitions.n; i++)
			logical += layout.table.partitions.v[i].kind == KIND_LOGICAL;
		done++;
	}
	assert_true(logical > rounds / 4);
}

/* A label that replaces another one: the old one's signatures are removed. */
static void replacing(void **state)
{
	_cleanup_error_ struct error error = {};
	struct partition_table gpt = {.label = LABEL_GPT,
				      .sector_bytes = 512,
				      .n_sectors = 8192,
				      .first_usable_lba = 34,
				      .last_usable_lba = 8158,
				      .n_entries = 128,
				      .disk_guid.bytes = {1}};
	struct partition_table dos = {.label = LABEL_DOS,
				      .sector_bytes = 512,
				      .n_sectors = 8192,
				      .first_usable_lba = 1,
				      .last_usable_lba = 8191,
				      .disk_signature = 7};
	_cleanup_patch_ struct patch one = {}, two = {};
	uint8_t code[DOS_BOOT_CODE_BYTES];
	int fd[2] = {make_disk(&gpt, code), 512};
	struct table_source source = {.read = read_fd, .context = fd, .replace = true};

	(void)state;
	assert_int_equal(table_encode(&gpt, &source, &one, &error), 0);
	apply(&one, fd[0]);
	assert_reads_back(fd[0], &gpt, code);
	assert_int_equal(table_encode(&dos, &source, &two, &error), 0);
	apply(&two, fd[0]);
	assert_reads_back(fd[0], &dos, code);
	close(fd[0]);
}

/* Up to the last block that an MBR addresses, on a larger disk. */
static void last_of_mbr(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		const bool logical = i >= 2;
		_cleanup_disk_request_ struct disk_request request;
		_cleanup_disk_layout_ struct disk_layout layout = {};
		_cleanup_error_ struct error error = {};
		const struct partition *last;

		disk_request_init(&request);
		request.label = LABEL_DOS;
		request.sector_bytes = i % 2 ? 4096 : 512;
		request.size_bytes = (UINT64_C(3) << 31) * request.sector_bytes;
		for (int n = logical ? 5 : 1; n > 0; n--) {
			struct part_request *part = vec_add(&request.parts);

			part->size = n > 1 ? PART_FIXED : PART_SHARE;
			part->size_bytes = 1024 * MIB;
		}
		if (disk_layout_make(&request, &layout, &error) < 0)
			fail_msg("%s", error.message);
		last = &layout.table.partitions.v[layout.table.partitions.n - 1];
		assert_int_equal(last->kind, logical ? KIND_LOGICAL : KIND_PRIMARY);
		assert_int_equal(last->end_lba, UINT32_MAX);
		round_trip(&layout.table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_tables),
		cmocka_unit_test(last_of_mbr),
		cmocka_unit_test(replacing),
	};

	return RUN_TESTS(tests);
}
