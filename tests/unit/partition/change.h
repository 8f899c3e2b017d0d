/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* change.h - changes of a disk, as the two disks before and after. */
#pragma once

#include "tests/unit/partition/log-disk.h"

#include "partition/commit.h"
#include "partition/edit-table.h"
#include "partition/erase.h"
#include "partition/hybrid.h"
#include "partition/inspect.h"
#include "tests/disk-builder.h"

#define N_SECTORS 300

/* One change: two disks of the same size. */
struct change {
	const char *name;
	struct built_disk old, new;
	struct patch patch;
	uint64_t size_bytes;
	struct inspection old_seen, new_seen;
	bool stale;    /* and erases an old signature at STALE_LBA */
	bool readable; /* there is a whole GPT at every moment, old or new */
	const struct hybrid *hybrid; /* that the change makes; NULL: none */
	unsigned prefixes, images;
	uint8_t *work[3]; /* disks to crash and recover, owned */
};

static void look(const uint8_t *bytes, const struct change *change,
		 struct inspection *ret)
{
	_cleanup_disk_ struct disk_io *io =
		disk_open_memory((uint8_t *)(uintptr_t)bytes, change->size_bytes);
	struct inspect_question question = {.sector_bytes = change->old.sector_bytes};
	_cleanup_(report_free) struct report report = {};
	_cleanup_error_ struct error error = {};

	assert_int_equal(inspect_disk(io, &question, ret, &report, &error), 0);
}

static unsigned group_of(const struct change *change, uint64_t lba)
{
	if (change->new_seen.table.label == LABEL_DOS)
		return lba == 0;
	return lba == 0 ? 2 : lba < N_SECTORS / 2 ? 1 : 0;
}

static void make_patch(struct change *change)
{
	uint32_t n = change->old.sector_bytes;

	change->size_bytes = (uint64_t)N_SECTORS * n;
	look(change->old.bytes, change, &change->old_seen);
	look(change->new.bytes, change, &change->new_seen);
	assert_true(change->new_seen.intact);
	change->patch.sector_bytes = n;
	for (uint64_t lba = 0; lba < N_SECTORS; lba++)
		patch_add(&change->patch, lba, group_of(change, lba),
			  sector_of(&change->old, lba), sector_of(&change->new, lba));
	patch_sort(&change->patch);
	assert_true(change->patch.sectors.n > 0);
}

#define STALE_LBA 122

/* As disk add does with the remains of a file system. */
static void erase_stale(struct change *change, struct disk_io *io,
			const struct partition_table *table)
{
	_cleanup_contents_ struct contents contents = {};
	_cleanup_error_ struct error error = {};
	const struct patch_sector *erased;

	contents_add(&contents, SIGNATURE_FILESYSTEM, "ext4");
	contents.list.v[0].offset = (uint64_t)STALE_LBA * change->patch.sector_bytes + 56;
	contents.list.v[0].n_bytes = 2;
	assert_int_equal(erase_signatures(io, &contents, table, &change->patch, &error),
			 0);
	erased = patch_find(&change->patch, STALE_LBA);
	assert_non_null(erased);
	assert_memory_equal(erased->old + 56, "\x53\xef", 2);
	assert_memory_equal(erased->new + 56, "\0\0", 2);
}

/*
 * The patch as disk add and disk grow make it, from the wanted table; applied to the old
 * disk it must give the new disk, with the same table.
 */
static void edit_patch(struct change *change)
{
	_cleanup_disk_ struct disk_io *io =
		disk_open_memory(change->old.bytes, change->size_bytes);
	_cleanup_inspection_ struct inspection wanted = change->new_seen;
	_cleanup_free_ char *difference = NULL;
	_cleanup_error_ struct error error = {};
	uint32_t n = change->old.sector_bytes;

	patch_free(&change->patch);
	change->patch = (struct patch){};
	assert_int_equal(table_edit(io, &change->old_seen, &wanted.table, GPT_PRIMARY,
				    &change->patch, &error),
			 0);
	if (change->stale)
		erase_stale(change, io, &wanted.table);
	if (change->hybrid)
		assert_int_equal(hybrid_edit(change->hybrid, io, &wanted.table,
					     &change->patch, &error),
				 0);
	memcpy(change->new.bytes, change->old.bytes, change->size_bytes);
	for (size_t i = 0; i < change->patch.sectors.n; i++) {
		const struct patch_sector *it = &change->patch.sectors.v[i];

		memcpy(sector_of(&change->new, it->lba), it->new, n);
		if (wanted.table.label == LABEL_GPT && it->group != GROUP_SIGNATURES)
			assert_int_equal(it->group, group_of(change, it->lba));
	}
	change->new_seen = (struct inspection){};
	look(change->new.bytes, change, &change->new_seen);
	difference = partition_table_difference(&change->new_seen.table, &wanted.table);
	assert_null(difference);
	assert_true(change->new_seen.editable);
}

/* Copies the sectors that the patch touches from @from; nothing else ever differs. */
static void copy_touched(const struct change *change, uint8_t *to, const uint8_t *from)
{
	uint32_t n = change->patch.sector_bytes;

	for (size_t i = 0; i < change->patch.sectors.n; i++)
		memcpy(to + change->patch.sectors.v[i].lba * n,
		       from + change->patch.sectors.v[i].lba * n, n);
}

static void change_free(struct change *change)
{
	for (size_t i = 0; i < ARRAY_SIZE(change->work); i++)
		free(change->work[i]);
	built_disk_free(&change->old);
	built_disk_free(&change->new);
	patch_free(&change->patch);
	inspection_free(&change->old_seen);
	inspection_free(&change->new_seen);
}
#define _cleanup_change_ _cleanup_(change_free)

#define N_CHANGES 21

/* What disk set and disk delete do. */
static void make_alteration(int kind, uint32_t sector_bytes, struct change *change)
{
	static const char *const names[] = {"gpt delete",
					    "gpt set",
					    "dos delete first logical",
					    "dos delete logical",
					    "dos delete last logical",
					    "dos delete primary"};
	bool gpt = kind < 11;
	uint8_t *first, *second;

	change->name = names[kind - 9];
	change->old = gpt ? build_gpt(N_SECTORS, sector_bytes)
			  : build_dos(N_SECTORS, sector_bytes);
	change->new = gpt ? build_gpt(N_SECTORS, sector_bytes)
			  : build_dos(N_SECTORS, sector_bytes);
	first = sector_of(&change->new, 16);
	second = sector_of(&change->new, 32);
	if (kind == 9) {
		memset(gpt_entry(&change->new, 0, 1), 0, 128);
		memset(gpt_entry(&change->new, 1, 1), 0, 128);
	} else if (kind == 10) {
		build_gpt_entry(&change->new, 0, 40, 47, "renamed");
	} else if (kind == 11) {
		build_dos_entry(first, 0, 0x83, 24, 8);
		build_dos_entry(first, 1, 0x05, 32, 16);
	} else if (kind == 12) {
		build_dos_entry(first, 1, 0x05, 32, 16);
	} else if (kind == 13) {
		memset(second + 446 + 16, 0, 16);
	} else {
		memset(change->new.bytes + 446, 0, 16);
	}
	if (gpt)
		fix_gpt_crcs(&change->new);
}

/* The MBR of a disk with a GPT of partitions 1 and 2. */
static void put_hybrid(struct built_disk *disk, const struct hybrid *hybrid)
{
	_cleanup_inspection_ struct inspection seen = {};
	const struct change whole = {.old.sector_bytes = disk->sector_bytes,
				     .size_bytes =
					     (uint64_t)N_SECTORS * disk->sector_bytes};
	_cleanup_error_ struct error error = {};

	look(disk->bytes, &whole, &seen);
	assert_int_equal(hybrid_write(hybrid, &seen.table, sector_of(disk, 0), &error),
			 0);
}

/* What disk set --hybrid does, alone and together with a change of the table. */
static void make_hybrid(int kind, uint32_t sector_bytes, struct change *change)
{
	static const char *const names[] = {"hybrid of two", "hybrid to none",
					    "hybrid to another", "gpt add and hybrid"};
	static const struct hybrid none = {}, both = {{1, 2}, {0x0c, 0x83}, 2},
				   second = {{2}, {0x83}, 1}, third = {{3}, {0x0b}, 1};
	static const struct hybrid *const before[] = {NULL, &both, &both, &second};
	static const struct hybrid *const after[] = {&both, &none, &second, &third};
	const int row = kind - 15;

	change->name = names[row];
	change->readable = true;
	change->hybrid = after[row];
	change->old = build_gpt(N_SECTORS, sector_bytes);
	change->new = build_gpt(N_SECTORS, sector_bytes);
	if (before[row])
		put_hybrid(&change->old, before[row]);
	if (kind == 18) {
		build_gpt_entry(&change->new, 2, 120, 199, "three");
		fix_gpt_crcs(&change->new);
	}
	put_hybrid(&change->new, after[row]);
}

/* A partition grows that is in the hybrid MBR, which follows. */
static void make_followed(uint32_t sector_bytes, struct change *change)
{
	static const struct hybrid third = {{3}, {0x0b}, 1};

	change->name = "hybrid grow";
	change->old = build_gpt(N_SECTORS, sector_bytes);
	change->new = build_gpt(N_SECTORS, sector_bytes);
	build_gpt_entry(&change->old, 2, 120, 159, "three");
	build_gpt_entry(&change->new, 2, 120, 199, "three");
	fix_gpt_crcs(&change->old);
	fix_gpt_crcs(&change->new);
	put_hybrid(&change->old, &third);
	put_hybrid(&change->new, &third);
}

static struct change make_change(int kind, uint32_t sector_bytes)
{
	static const int edited[] = {0, 1, 4, 0};
	struct change change = {};

	switch (kind < 5 ? kind : kind < 9 ? edited[kind - 5] : kind) {
	case 0:
		change.name = "gpt add";
		change.readable = true;
		change.old = build_gpt(N_SECTORS, sector_bytes);
		change.new = build_gpt(N_SECTORS, sector_bytes);
		build_gpt_entry(&change.new, 2, 120, 199, "three");
		fix_gpt_crcs(&change.new);
		break;
	case 1:
		change.name = "dos add logical";
		change.old = build_dos(N_SECTORS, sector_bytes);
		change.new = build_dos(N_SECTORS, sector_bytes);
		build_dos_entry(sector_of(&change.new, 48), 1, 0x05, 48, 16);
		build_dos_entry(sector_of(&change.new, 64), 0, 0x83, 8, 8);
		break;
	case 2:
		change.name = "dos to gpt";
		change.old = build_dos(N_SECTORS, sector_bytes);
		change.new = build_gpt(N_SECTORS, sector_bytes);
		memset(sector_of(&change.new, 48), 0, sector_bytes);
		break;
	case 3:
		change.name = "gpt to dos";
		change.old = build_gpt(N_SECTORS, sector_bytes);
		change.new = build_dos(N_SECTORS, sector_bytes);
		break;
	case 9 ... 14:
		make_alteration(kind, sector_bytes, &change);
		break;
	case 15 ... 18:
		make_hybrid(kind, sector_bytes, &change);
		break;
	case 19:
		make_followed(sector_bytes, &change);
		break;
	case 20:
		change.name = "dos set";
		change.old = build_dos(N_SECTORS, sector_bytes);
		change.new = build_dos(N_SECTORS, sector_bytes);
		build_dos_entry(change.new.bytes, 0, 0x0c, 8, 8);
		build_dos_entry(sector_of(&change.new, 32), 0, 0x8e, 8, 8);
		break;
	default:
		/* The backup moves to the end and the protective MBR grows. */
		change.name = "gpt grow";
		change.old = build_gpt(N_SECTORS - 40, sector_bytes);
		change.old.bytes =
			xreallocarray(change.old.bytes, N_SECTORS, sector_bytes);
		memset(sector_of(&change.old, N_SECTORS - 40), 0,
		       40 * (size_t)sector_bytes);
		change.new = build_gpt(N_SECTORS, sector_bytes);
	}
	change.stale = kind == 8;
	if (change.stale) {
		memcpy(sector_of(&change.old, STALE_LBA) + 56, "\x53\xef", 2);
		memcpy(sector_of(&change.new, STALE_LBA) + 56, "\x53\xef", 2);
	}
	make_patch(&change);
	if (kind >= 5)
		edit_patch(&change);
	for (size_t i = 0; i < ARRAY_SIZE(change.work); i++)
		change.work[i] = xmemdup(change.old.bytes, change.size_bytes);
	return change;
}
