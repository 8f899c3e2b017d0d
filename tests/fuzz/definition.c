/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as definitions of repart.d(5), separated by lines "%%": rejected with a
 * message, or laid out so that nothing overlaps or exceeds the disk; and the definitions
 * that are written from the layout must result in the same partitions.
 */
#include "tests/fuzz/fuzz.h"

#include "partition/definition-write.h"

#define DISK_BYTES (UINT64_C(1) << 30)
#define SEPARATOR  "\n%%\n"

static void check_table(const struct partition_table *table)
{
	uint64_t next = table->first_usable_lba;

	for (size_t i = 0; i < table->partitions.n; i++) {
		const struct partition *partition = &table->partitions.v[i];

		CHECK(partition->number == i + 1);
		CHECK(partition->start_lba >= next);
		CHECK(partition->start_lba % 8 == 0);
		CHECK(partition->end_lba >= partition->start_lba);
		CHECK(partition_sectors(partition) % 8 == 0);
		next = partition->end_lba + 1;
	}
	CHECK(next <= table->last_usable_lba + 1);
}

static int read_all(const char *bytes, size_t n, struct definition_list *list,
		    struct error *error)
{
	for (;;) {
		const char *stop = memmem(bytes, n, SEPARATOR, sizeof(SEPARATOR) - 1);
		size_t length = stop ? (size_t)(stop - bytes) : n;

		if (definition_apply(list, definition_add(list, "fuzz"), "fuzz", bytes,
				     length, error) < 0)
			return -1;
		if (!stop || list->list.n >= 20)
			return 0;
		length += sizeof(SEPARATOR) - 1;
		bytes += length;
		n -= length;
	}
}

/* Partition 2 of two begins where another would. */
static void spoil(struct partition_table *table)
{
	if (table->partitions.n == 2)
		table->partitions.v[1].start_lba -= 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	/* A known architecture, so that the result is the same everywhere. */
	const struct definition_how how = {REPART_257, "arm64", "/"};
	_cleanup_definitions_ struct definition_list list = {.how = &how};
	_cleanup_definition_texts_ struct definition_texts texts = {};
	_cleanup_disk_request_ struct disk_request request;
	_cleanup_disk_layout_ struct disk_layout layout = {};
	_cleanup_error_ struct error error = {};

	disk_request_init(&request);
	request.size_bytes = DISK_BYTES;
	if (read_all((const char *)data, n, &list, &error) < 0 ||
	    definition_to_request(&list, &request, &error) < 0 ||
	    disk_layout_make(&request, &layout, &error) < 0) {
		CHECK(error.status != STATUS_OK && *error.message);
		return 0;
	}
	if (IS_PLANTED)
		spoil(&layout.table);
	check_table(&layout.table);
	if (definition_texts_make(&request, &layout, REPART_257, &texts, &error) == 0)
		CHECK(texts.list.n == layout.table.partitions.n);
	else
		CHECK(error.status == STATUS_INPUT && *error.message);
	return 0;
}
