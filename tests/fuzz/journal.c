/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a sidecar, with correct magic and checksum, so that the reader must
 * examine the rest; accepted ones can recover a disk in both directions.
 */
#include "tests/fuzz/fuzz.h"

#include "base/mem.h"
#include "partition/bytes.h"
#include "partition/commit.h"
#include "partition/crc32.h"

#define MAX_DISK_BYTES (1u << 20)

static void check_sectors(const struct journal *journal)
{
	const struct patch *patch = &journal->patch;

	CHECK(patch->sector_bytes == 512 || patch->sector_bytes == 4096);
	for (size_t i = 0; i < patch->sectors.n; i++) {
		const struct patch_sector *it = &patch->sectors.v[i];

		CHECK(it->lba < journal->size_bytes / patch->sector_bytes);
		CHECK(i == 0 || it[-1].group < it->group ||
		      (it[-1].group == it->group && it[-1].lba < it->lba));
	}
}

/* The disk as before the change, then as after it. */
static void check_recovery(struct journal *journal)
{
	const struct patch *patch = &journal->patch;
	_cleanup_free_ uint8_t *bytes = xcalloc(1, journal->size_bytes);
	_cleanup_disk_ struct disk_io *io = disk_open_memory(bytes, journal->size_bytes);
	_cleanup_error_ struct error error = {};

	journal->inode = 0; /* none in memory */
	for (size_t i = 0; i < patch->sectors.n; i++)
		memcpy(bytes + patch->sectors.v[i].lba * patch->sector_bytes,
		       patch->sectors.v[i].old, patch->sector_bytes);
	if (disk_recover(io, journal, false, false, &error) < 0) {
		CHECK(error.status == STATUS_INPUT || error.status == STATUS_SYSTEM);
		return;
	}
	for (size_t i = 0; i < patch->sectors.n; i++)
		CHECK(memcmp(bytes + patch->sectors.v[i].lba * patch->sector_bytes,
			     patch->sectors.v[i].new, patch->sector_bytes) == 0);
	CHECK(disk_recover(io, journal, true, false, &error) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_free_ uint8_t *bytes = xmemdup(data, n);
	_cleanup_journal_ struct journal journal = {};

	if (n < 12)
		return 0;
	memcpy(bytes, "VLJOURN1", 8);
	put_le32(bytes + 8, crc32_add(0, bytes + 12, n - 12));
	if (!journal_parse(bytes, n, &journal))
		return 0;
	if (IS_PLANTED && journal.patch.sectors.n > 0 && journal.label == LABEL_GPT)
		journal.patch.sectors.v[0].lba += journal.size_bytes;
	check_sectors(&journal);
	if (journal.size_bytes <= MAX_DISK_BYTES)
		check_recovery(&journal);
	return 0;
}
