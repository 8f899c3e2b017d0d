/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-builder.h - small disks in memory for tests: tables written byte by byte from the
 * specifications, without the code under test (except its CRC-32, which is tested with a
 * known value).
 */
#pragma once

#include "base/mem.h"
#include "partition/bytes.h"
#include "partition/crc32.h"

struct built_disk {
	uint8_t *bytes; /* owned */
	uint64_t n_sectors;
	uint32_t sector_bytes;
};

static inline void put_le16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static inline uint8_t *sector_of(const struct built_disk *disk, uint64_t lba)
{
	return disk->bytes + lba * disk->sector_bytes;
}

static inline void built_disk_free(struct built_disk *disk)
{
	free(disk->bytes);
	disk->bytes = NULL;
}
#define _cleanup_built_disk_ _cleanup_(built_disk_free)

static inline struct built_disk build_empty(uint64_t n_sectors, uint32_t sector_bytes)
{
	return (struct built_disk){
		.bytes = xcalloc(n_sectors, sector_bytes),
		.n_sectors = n_sectors,
		.sector_bytes = sector_bytes,
	};
}

static inline void build_dos_entry(uint8_t *sector, int index, uint8_t code,
				   uint32_t start, uint32_t n)
{
	uint8_t *p = sector + 446 + 16 * index;

	p[4] = code;
	put_le32(p + 8, start);
	put_le32(p + 12, n);
	sector[510] = 0x55;
	sector[511] = 0xaa;
}

static inline uint64_t gpt_array_sectors(const struct built_disk *disk)
{
	return 128 * 128 / disk->sector_bytes;
}

/* Corrects the checksums of the header at @lba and of its array. */
static inline void fix_gpt_crc(const struct built_disk *disk, uint64_t lba)
{
	uint8_t *header = sector_of(disk, lba);
	uint64_t at = get_le64(header + 72), size = disk->n_sectors * disk->sector_bytes;
	uint64_t n = (uint64_t)get_le32(header + 80) * get_le32(header + 84);
	uint32_t header_bytes = get_le32(header + 12);

	if (at < disk->n_sectors && n <= size - at * disk->sector_bytes)
		put_le32(header + 88, crc32_add(0, sector_of(disk, at), n));
	put_le32(header + 16, 0);
	if (header_bytes >= 92 && header_bytes <= disk->sector_bytes)
		put_le32(header + 16, crc32_add(0, header, header_bytes));
}

static inline void fix_gpt_crcs(const struct built_disk *disk)
{
	fix_gpt_crc(disk, 1);
	fix_gpt_crc(disk, disk->n_sectors - 1);
}

static inline void build_gpt_header(const struct built_disk *disk, bool backup)
{
	uint64_t last = disk->n_sectors - 1, array = gpt_array_sectors(disk);
	uint8_t *header = sector_of(disk, backup ? last : 1);

	memcpy(header, "EFI PART", 8);
	put_le32(header + 8, 0x10000);
	put_le32(header + 12, 92);
	put_le64(header + 24, backup ? last : 1);
	put_le64(header + 32, backup ? 1 : last);
	put_le64(header + 40, 2 + array);
	put_le64(header + 48, last - array - 1);
	for (int i = 0; i < 16; i++)
		header[56 + i] = (uint8_t)(0xd0 + i);
	put_le64(header + 72, backup ? last - array : 2);
	put_le32(header + 80, 128);
	put_le32(header + 84, 128);
}

static inline uint8_t *gpt_entry(const struct built_disk *disk, bool backup,
				 unsigned index)
{
	uint64_t lba = backup ? disk->n_sectors - 1 - gpt_array_sectors(disk) : 2;

	return sector_of(disk, lba) + (size_t)index * 128;
}

/* Adds an entry to both arrays; call fix_gpt_crcs afterwards. */
static inline void build_gpt_entry(const struct built_disk *disk, unsigned index,
				   uint64_t start, uint64_t end, const char *name)
{
	for (int backup = 0; backup <= 1; backup++) {
		uint8_t *entry = gpt_entry(disk, backup, index);

		memset(entry, 0x11, 16);
		memset(entry + 16, 0x20 + (int)index, 16);
		put_le64(entry + 32, start);
		put_le64(entry + 40, end);
		for (size_t i = 0; name[i]; i++)
			put_le16(entry + 56 + 2 * i, (uint8_t)name[i]);
	}
}

/* A complete valid GPT with three partitions; needs at least 200 sectors. */
static inline struct built_disk build_gpt(uint64_t n_sectors, uint32_t sector_bytes)
{
	struct built_disk disk = build_empty(n_sectors, sector_bytes);

	build_dos_entry(disk.bytes, 0, 0xee, 1, (uint32_t)(n_sectors - 1));
	build_gpt_header(&disk, false);
	build_gpt_header(&disk, true);
	build_gpt_entry(&disk, 0, 40, 47, "one");
	build_gpt_entry(&disk, 1, 48, 95, "two");
	build_gpt_entry(&disk, 3, 96, 111, "four");
	fix_gpt_crcs(&disk);
	return disk;
}

/* MBR: 1 at 8-15, extended 2 at 16-199 with 5 at 24-31, 6 at 40-47, 7 at 56-63. */
static inline struct built_disk build_dos(uint64_t n_sectors, uint32_t sector_bytes)
{
	struct built_disk disk = build_empty(n_sectors, sector_bytes);

	put_le32(disk.bytes + 440, 0x1badb002);
	build_dos_entry(disk.bytes, 0, 0x83, 8, 8);
	build_dos_entry(disk.bytes, 1, 0x05, 16, 184);
	disk.bytes[446] = 0x80;
	for (uint32_t i = 0; i < 3; i++) {
		build_dos_entry(sector_of(&disk, 16 + 16 * i), 0, 0x83, 8, 8);
		if (i < 2)
			build_dos_entry(sector_of(&disk, 16 + 16 * i), 1, 0x05,
					16 * (i + 1), 16);
	}
	return disk;
}
