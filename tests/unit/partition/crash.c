/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash.c - power loss and failing systems at every point of a change.
 *
 * A disk in memory logs every write and flush of a commit. For every prefix of the log,
 * what was flushed is there, and of what was written since any subset of the pieces of
 * 512 bytes: all subsets up to 10 pieces, else 256 seeded ones. Each such disk must come
 * out of recovery wholly old or wholly new, in both directions, and so must one that
 * loses power again during recovery. Then every operation fails in every way.
 */
#include "tests/unit/test.h"

#include "partition/commit.h"
#include "partition/edit-table.h"
#include "partition/erase.h"
#include "partition/inspect.h"
#include "tests/disk-builder.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define N_SECTORS 300
#define PIECE     512

enum fault { FAULT_NONE, FAULT_WRITE, FAULT_SHORT, FAULT_FLUSH, FAULT_READ };

struct operation {
	bool flush;
	uint64_t offset;
	size_t n;
	uint8_t *bytes; /* owned */
};

struct log_disk {
	struct disk_io io;
	uint8_t *bytes; /* borrowed */
	VEC(struct operation) log;
	const char *journal_path;
	struct journal journal; /* as it stood at the first write */
	bool journal_stood;
	enum fault fault;
	size_t fault_at, n_faultable;
	bool sticky; /* everything behind the fault fails too */
};

static bool fails(struct log_disk *disk, enum fault kind)
{
	bool same = disk->fault == kind ||
		    (disk->fault == FAULT_SHORT && kind == FAULT_WRITE);
	size_t index;

	if (!same)
		return false;
	index = disk->n_faultable++;
	return index == disk->fault_at || (disk->sticky && index > disk->fault_at);
}

static int log_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
		    struct error *error)
{
	struct log_disk *disk = (struct log_disk *)io;

	if (fails(disk, FAULT_READ))
		return error_system(error, EIO, "disk: cannot be read");
	memcpy(bytes, disk->bytes + offset, n);
	return 0;
}

static int log_write(struct disk_io *io, const void *bytes, size_t n, uint64_t offset,
		     struct error *error)
{
	struct log_disk *disk = (struct log_disk *)io;
	_cleanup_error_ struct error second = {};
	enum journal_state state;

	if (disk->journal_path && !disk->journal_stood) {
		assert_int_equal(journal_read(disk->journal_path, &disk->journal, &state,
					      &second),
				 0);
		assert_int_equal(state, JOURNAL_WHOLE);
		disk->journal_stood = true;
	}
	if (fails(disk, FAULT_WRITE)) {
		if (disk->fault == FAULT_SHORT)
			memcpy(disk->bytes + offset, bytes, n / 2 / PIECE * PIECE);
		return error_system(error, disk->fault == FAULT_SHORT ? ENOSPC : EIO,
				    "disk: cannot be written");
	}
	memcpy(disk->bytes + offset, bytes, n);
	*vec_add(&disk->log) =
		(struct operation){.offset = offset, .n = n, .bytes = xmemdup(bytes, n)};
	return 0;
}

static int log_flush(struct disk_io *io, struct error *error)
{
	struct log_disk *disk = (struct log_disk *)io;

	if (fails(disk, FAULT_FLUSH))
		return error_system(error, EIO, "disk: cannot be flushed");
	vec_add(&disk->log)->flush = true;
	return 0;
}

static void log_close(struct disk_io *io _unused_)
{
}

static const struct disk_io_kind log_kind = {.read = log_read,
					     .write = log_write,
					     .flush = log_flush,
					     .close = log_close};

static struct log_disk new_log(uint8_t *bytes, uint64_t size_bytes)
{
	static char name[] = "disk";

	return (struct log_disk){
		.io = {.kind = &log_kind, .name = name, .size_bytes = size_bytes},
		.bytes = bytes,
	};
}

static void log_free(struct log_disk *disk)
{
	for (size_t i = 0; i < disk->log.n; i++)
		free(disk->log.v[i].bytes);
	vec_free(&disk->log);
	journal_free(&disk->journal);
}
#define _cleanup_log_ _cleanup_(log_free)

/* One change: two disks of the same size. */
struct change {
	const char *name;
	struct built_disk old, new;
	struct patch patch;
	uint64_t size_bytes;
	struct inspection old_seen, new_seen;
	bool stale; /* and erases an old signature at STALE_LBA */
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

/* As disk add does with what is left of a file system. */
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
 * The patch as disk add and disk grow make it, from the table that is wanted; then the
 * new disk is what this patch makes of the old one, and says the same.
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

/* Makes the sectors that the patch touches those of @from; nothing else ever differs. */
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

#define N_CHANGES 9

static struct change make_change(int kind, uint32_t sector_bytes)
{
	static const int edited[] = {0, 1, 4, 0};
	struct change change = {};

	switch (kind < 5 ? kind : edited[kind - 5]) {
	case 0:
		change.name = "gpt add";
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

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* Applies the pieces of @operation that @take says, counting through *piece. */
static void apply_pieces(uint8_t *bytes, const struct operation *operation,
			 const uint8_t *take, size_t *piece)
{
	for (size_t at = 0; at < operation->n; at += PIECE, (*piece)++)
		if (!take || take[*piece])
			memcpy(bytes + operation->offset + at, operation->bytes + at,
			       PIECE);
}

/* Puts the log's first @n operations on @bytes, with a subset of what was not flushed. */
static size_t replay(const struct log_disk *disk, size_t n, const uint8_t *take,
		     uint8_t *bytes)
{
	size_t flushed = 0, piece = 0;

	for (size_t i = 0; i < n; i++)
		if (disk->log.v[i].flush)
			flushed = i + 1;
	for (size_t i = 0; i < n; i++) {
		size_t ignored = 0;

		if (disk->log.v[i].flush)
			continue;
		if (i < flushed)
			apply_pieces(bytes, &disk->log.v[i], NULL, &ignored);
		else
			apply_pieces(bytes, &disk->log.v[i], take, &piece);
	}
	return piece;
}

static void expect_touched(const struct change *change, const uint8_t *bytes, bool old)
{
	const uint8_t *wanted = old ? change->old.bytes : change->new.bytes;
	uint32_t n = change->patch.sector_bytes;

	for (size_t i = 0; i < change->patch.sectors.n; i++) {
		uint64_t at = change->patch.sectors.v[i].lba * n;

		assert_memory_equal(bytes + at, wanted + at, n);
	}
}

static void expect_whole(const struct change *change, const uint8_t *bytes, bool old)
{
	const struct built_disk *disk = old ? &change->old : &change->new;

	assert_memory_equal(bytes, disk->bytes, change->size_bytes);
}

/* Recovers a copy of @bytes and loses power again on the way. */
static void recover_twice(struct change *change, const struct journal *journal,
			  const uint8_t *bytes, bool undo, uint64_t *random)
{
	uint8_t *copy = change->work[1], *again = change->work[2];
	_cleanup_log_ struct log_disk disk = new_log(copy, change->size_bytes);
	_cleanup_log_ struct log_disk second = new_log(again, change->size_bytes);
	_cleanup_error_ struct error error = {};
	uint8_t take[4096];

	copy_touched(change, copy, bytes);
	copy_touched(change, again, bytes);
	assert_int_equal(disk_recover(&disk.io, journal, undo, false, &error), 0);
	expect_touched(change, copy, undo);
	for (size_t i = 0; i < sizeof(take); i++)
		take[i] = next_random(random) & 1;
	replay(&disk, next_random(random) % (disk.log.n + 1), take, again);
	assert_int_equal(disk_recover(&second.io, journal, !undo, false, &error), 0);
	expect_touched(change, again, !undo);
}

/* A GPT that is only added to can be read at every instant, even without recovery. */
static void expect_readable(const struct change *change, const uint8_t *bytes)
{
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_free_ char *a = NULL, *b = NULL;

	look(bytes, change, &seen);
	assert_int_equal(seen.table.label, LABEL_GPT);
	a = partition_table_difference(&seen.table, &change->old_seen.table);
	b = partition_table_difference(&seen.table, &change->new_seen.table);
	assert_true(!a || !b);
}

static void crash_at(struct change *change, const struct log_disk *disk, size_t n,
		     const uint8_t *take, uint64_t *random)
{
	uint8_t *bytes = change->work[0];

	copy_touched(change, bytes, change->old.bytes);
	replay(disk, n, take, bytes);
	change->images++;
	if (streq(change->name, "gpt add"))
		expect_readable(change, bytes);
	recover_twice(change, &disk->journal, bytes, change->images & 1, random);
}

static size_t count_pending(const struct log_disk *disk, size_t n)
{
	size_t pieces = 0;

	for (size_t i = 0; i < n; i++)
		pieces = disk->log.v[i].flush ? 0 : pieces + disk->log.v[i].n / PIECE;
	return pieces;
}

static void crash_everywhere(struct change *change, const struct log_disk *disk)
{
	uint64_t random = 20061121;
	uint8_t take[4096] = {};

	for (size_t n = 0; n <= disk->log.n; n++) {
		size_t pieces = count_pending(disk, n);
		unsigned subsets = pieces <= 10 ? 1u << pieces : 256;

		change->prefixes++;
		for (unsigned subset = 0; subset < subsets; subset++) {
			for (size_t i = 0; i < pieces; i++)
				take[i] = pieces <= 10 ? subset >> i & 1
						       : next_random(&random) & 1;
			crash_at(change, disk, n, take, &random);
		}
	}
}

/* A sidecar that was not durable yet is never taken for one. */
static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* What does not begin like a sidecar is somebody's file and never taken for one. */
static void expect_others(const char *path)
{
	static const char *const others[] = {"hello\n", "V", "VLJOURN2", "VX",
					     "notes, long"};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		_cleanup_journal_ struct journal seen = {};
		_cleanup_error_ struct error error = {};
		enum journal_state state;
		bool begins = streq(others[i], "V");

		write_text(path, others[i]);
		assert_int_equal(journal_read(path, &seen, &state, &error),
				 begins ? 0 : -1);
		if (begins)
			assert_int_equal(state, JOURNAL_PARTIAL);
		else
			assert_int_equal(error.status, STATUS_INPUT);
	}
}

static void cut_journal(const char *path, const struct change *change)
{
	struct journal journal = {.image = xstrdup("disk"),
				  .size_bytes = change->size_bytes,
				  .patch = change->patch};
	_cleanup_error_ struct error error = {};
	FILE *file;
	long n;

	assert_int_equal(journal_write(path, &journal, &error), 0);
	free(journal.image);
	file = fopen(path, "re");
	fseek(file, 0, SEEK_END);
	n = ftell(file);
	fclose(file);
	for (long cut = n - 1; cut >= 0; cut -= 1 + cut / 7) {
		_cleanup_journal_ struct journal seen = {};
		enum journal_state state;

		assert_int_equal(truncate(path, cut), 0);
		assert_int_equal(journal_read(path, &seen, &state, &error), 0);
		assert_int_equal(state, cut ? JOURNAL_PARTIAL : JOURNAL_EMPTY);
	}
	expect_others(path);
	assert_int_equal(journal_drop(path, &error), 0);
}

static char *scratch_path(void)
{
	const char *dir = getenv("TMPDIR");

	return xasprintf("%s/disk-crash.%d", dir ? dir : "/tmp", (int)getpid());
}

static void power_loss(void **state)
{
	_cleanup_free_ char *path = scratch_path();

	(void)state;
	for (int kind = 0; kind < N_CHANGES; kind++)
		for (int large = 0; large <= 1; large++) {
			_cleanup_change_ struct change change =
				make_change(kind, large ? 4096 : 512);
			_cleanup_free_ uint8_t *bytes =
				xmemdup(change.old.bytes, change.size_bytes);
			_cleanup_log_ struct log_disk disk =
				new_log(bytes, change.size_bytes);
			struct commit_plan plan = {path, &change.new_seen.table,
						   change.new_seen.table.label};
			_cleanup_error_ struct error error = {};

			cut_journal(path, &change);
			disk.journal_path = path;
			assert_int_equal(disk_commit(&disk.io, &change.patch, &plan,
						     &error),
					 0);
			expect_whole(&change, bytes, false);
			assert_int_equal(access(path, F_OK), -1);
			crash_everywhere(&change, &disk);
			/* Recovery wrote nothing beside the patch. */
			copy_touched(&change, change.work[1], change.old.bytes);
			expect_whole(&change, change.work[1], true);
			printf("%s%s, %u-byte sectors: %zu operations, %u crashed disks\n",
			       change.name, kind < 5 ? "" : " (edited)",
			       change.old.sector_bytes, disk.log.n, change.images);
		}
}

/* What must hold after a commit that failed. */
static void expect_account(struct change *change, uint8_t *bytes, const char *path,
			   const struct error *error)
{
	_cleanup_journal_ struct journal journal = {};
	_cleanup_error_ struct error second = {};
	struct log_disk healed = new_log(bytes, change->size_bytes);
	enum journal_state state;

	assert_int_equal(error->status, STATUS_SYSTEM);
	assert_int_equal(journal_read(path, &journal, &state, &second), 0);
	if (state == JOURNAL_NONE) {
		expect_whole(change, bytes, true);
		return;
	}
	assert_int_equal(state, JOURNAL_WHOLE);
	assert_non_null(strstr(error->message, path));
	assert_non_null(strstr(error->message, "written: "));
	assert_non_null(strstr(error->message, "disk recover"));
	assert_int_equal(disk_recover(&healed.io, &journal, false, false, &second), 0);
	expect_whole(change, bytes, false);
	assert_int_equal(disk_recover(&healed.io, &journal, true, false, &second), 0);
	expect_whole(change, bytes, true);
	assert_int_equal(unlink(path), 0);
	log_free(&healed);
}

/* True if the fault came to pass. */
static bool fail_once(struct change *change, const char *path, enum fault fault,
		      size_t at, bool sticky)
{
	_cleanup_free_ uint8_t *bytes = xmemdup(change->old.bytes, change->size_bytes);
	_cleanup_log_ struct log_disk disk = new_log(bytes, change->size_bytes);
	struct commit_plan plan = {path, &change->new_seen.table,
				   change->new_seen.table.label};
	_cleanup_error_ struct error error = {};
	int rc;

	disk.fault = fault;
	disk.fault_at = at;
	disk.sticky = sticky;
	rc = disk_commit(&disk.io, &change->patch, &plan, &error);
	if (disk.n_faultable <= at) {
		assert_int_equal(rc, 0);
		expect_whole(change, bytes, false);
		return false;
	}
	assert_int_equal(rc, -1);
	expect_account(change, bytes, path, &error);
	return true;
}

static void failing_system(void **state)
{
	_cleanup_free_ char *path = scratch_path();
	unsigned n = 0;

	(void)state;
	for (int kind = 0; kind < N_CHANGES; kind++)
		for (enum fault fault = FAULT_WRITE; fault <= FAULT_READ; fault++)
			for (int sticky = 0; sticky <= 1; sticky++) {
				_cleanup_change_ struct change change =
					make_change(kind, 512);

				for (size_t at = 0;
				     fail_once(&change, path, fault, at, sticky); at++)
					n++;
			}
	printf("%u faults\n", n);
	assert_true(n > 100);
}

static void refusals(void **state)
{
	_cleanup_free_ char *path = scratch_path();
	_cleanup_change_ struct change change = make_change(0, 512);
	_cleanup_free_ uint8_t *bytes = xmemdup(change.old.bytes, change.size_bytes);
	_cleanup_log_ struct log_disk disk = new_log(bytes, change.size_bytes);
	struct commit_plan plan = {path, &change.new_seen.table, LABEL_GPT};
	struct journal journal = {.patch = change.patch, .size_bytes = change.size_bytes};
	static char name[] = "disk";
	_cleanup_error_ struct error error = {};
	uint64_t at = change.patch.sectors.v[0].lba * 512;

	(void)state;
	journal.image = name;
	/* Somebody else wrote meanwhile. */
	bytes[at] ^= 1;
	assert_int_equal(disk_commit(&disk.io, &change.patch, &plan, &error), -1);
	assert_non_null(strstr(error.message, "changed meanwhile; nothing was written"));
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	assert_non_null(strstr(error.message, "neither as before nor as after"));
	assert_int_equal(disk.log.n, 0);
	bytes[at] ^= 1;
	/* An open sidecar. */
	assert_int_equal(journal_write(path, &journal, &error), 0);
	assert_int_equal(disk_commit(&disk.io, &change.patch, &plan, &error), -1);
	assert_non_null(strstr(error.message, "an earlier change was not finished"));
	assert_int_equal(disk.log.n, 0);
	assert_int_equal(unlink(path), 0);
	/* Another disk than the sidecar is for. */
	journal.size_bytes++;
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	journal.size_bytes--;
	journal.inode = 5;
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	assert_non_null(strstr(error.message, "another file"));
	journal.inode = 0;
	journal.device = 5;
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	assert_non_null(strstr(error.message, "another device"));
	/* A copy is known by its content. */
	journal.inode = 5;
	memset(bytes, 0, change.size_bytes);
	assert_int_equal(disk_recover(&disk.io, &journal, false, true, &error), -1);
	assert_int_equal(disk.log.n, 0);
	memcpy(bytes, change.old.bytes, change.size_bytes);
	assert_int_equal(disk_recover(&disk.io, &journal, false, true, &error), 0);
	expect_whole(&change, bytes, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_loss),
		cmocka_unit_test(failing_system),
		cmocka_unit_test(refusals),
	};

	return RUN_TESTS(tests);
}
