/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a disk request, XML or sfdisk script: rejected with a message, or laid out
 * so that nothing overlaps or exceeds the disk; and the script written from the table
 * must result in the same table.
 */
#include "tests/fuzz/fuzz.h"

#include "partition/disk-layout.h"
#include "partition/disk-request-read.h"
#include "partition/script.h"

#define DISK_BYTES (UINT64_C(1) << 30)

static bool apart(const struct partition *a, const struct partition *b)
{
	return a->end_lba < b->start_lba || b->end_lba < a->start_lba;
}

static void check_pair(const struct partition *a, const struct partition *b)
{
	CHECK(a->number != b->number);
	if (a->kind == KIND_EXTENDED && b->kind == KIND_LOGICAL)
		CHECK(b->start_lba > a->start_lba && b->end_lba <= a->end_lba);
	else if (a->kind != KIND_LOGICAL || b->kind != KIND_EXTENDED)
		CHECK(apart(a, b));
	if (b->kind == KIND_LOGICAL && a->kind != KIND_EXTENDED)
		CHECK(b->ebr_lba < a->start_lba || b->ebr_lba > a->end_lba);
}

static void check_table(const struct partition_table *table)
{
	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *partition = &table->partitions.v[i];

		CHECK(partition->start_lba >= table->first_usable_lba);
		CHECK(partition->start_lba <= partition->end_lba);
		CHECK(partition->end_lba <= table->last_usable_lba);
		for (size_t k = 0; k < table->partitions.n; k++)
			if (k != i)
				check_pair(partition, &table->partitions.v[k]);
	}
}

/* The second of three partitions begins one block too early. */
static void spoil(struct partition_table *table)
{
	if (table->partitions.n == 3)
		table->partitions.v[1].start_lba--;
}

static void check_script(const struct partition_table *table)
{
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text script = {};
	char *differs;

	text_add_script(&script, table);
	if (IS_PLANTED && table->partitions.n == 2)
		script.s[script.n - 3] ^= 1;
	disk_request_init(&request);
	if (disk_request_read("again", script.s, script.n, &request, &error) < 0) {
		fprintf(stderr, "%s\n%s\n", script.s, error.message);
		CHECK(!"the script that we wrote is refused");
	}
	request.size_bytes = table->n_sectors * table->sector_bytes;
	if (disk_layout_make(&request, &layout, &error) < 0) {
		fprintf(stderr, "%s\n%s\n", script.s, error.message);
		CHECK(!"the script that we wrote does not fit");
	}
	differs = partition_table_difference(&layout.table, table);
	if (differs)
		fprintf(stderr, "%s\n%s\n", script.s, differs);
	CHECK(!differs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_error_ struct error error = {};

	disk_request_init(&request);
	if (disk_request_read("fuzz", (const char *)data, n, &request, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && *error.message);
		return 0;
	}
	if (request.size_bytes == 0 && !request.minimal)
		request.size_bytes = DISK_BYTES;
	if (request.parts.n > 40 || disk_layout_make(&request, &layout, &error) < 0) {
		CHECK(request.parts.n > 40 || error.status == STATUS_INPUT);
		return 0;
	}
	if (IS_PLANTED)
		spoil(&layout.table);
	check_table(&layout.table);
	check_script(&layout.table);
	return 0;
}
