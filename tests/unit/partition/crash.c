/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * crash.c - power loss and failing systems at every point of a change.
 *
 * A disk in memory logs every write and flush of a commit. For every prefix of the log,
 * everything that was flushed is on the disk, and of later writes any subset of the
 * pieces of 512 bytes: all subsets up to 10 pieces, else 256 seeded ones. After recovery
 * each such disk must be entirely old or entirely new, in both directions, even if it
 * loses power again during recovery. Then every operation fails in every way.
 */
#include "tests/unit/test.h"

#include "tests/unit/partition/change.h"
#include "tests/dice.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Applies the pieces of @operation that @take selects, counting in *piece. */
static void apply_pieces(uint8_t *bytes, const struct operation *operation,
			 const uint8_t *take, size_t *piece)
{
	for (size_t at = 0; at < operation->n; at += PIECE, (*piece)++)
		if (!take || take[*piece])
			memcpy(bytes + operation->offset + at, operation->bytes + at,
			       PIECE);
}

/*
 * Applies the log's first @n operations to @bytes, with a subset of what was not flushed.
 */
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

/* Recovers a copy of @bytes, and loses power again meanwhile. */
static void recover_twice(struct change *change, const struct journal *journal,
			  const uint8_t *bytes, bool undo, struct dice *random)
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
		take[i] = roll(random) & 1;
	replay(&disk, roll(random) % (disk.log.n + 1), take, again);
	assert_int_equal(disk_recover(&second.io, journal, !undo, false, &error), 0);
	expect_touched(change, again, !undo);
}

/*
 * A GPT that only gets new partitions, or another MBR, can be read at every moment, even
 * without recovery.
 */
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
		     const uint8_t *take, struct dice *random)
{
	uint8_t *bytes = change->work[0];

	copy_touched(change, bytes, change->old.bytes);
	replay(disk, n, take, bytes);
	change->images++;
	if (change->readable)
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
	struct dice random = {20061121};
	uint8_t take[4096] = {};

	for (size_t n = 0; n <= disk->log.n; n++) {
		size_t pieces = count_pending(disk, n);
		unsigned subsets = pieces <= 10 ? 1u << pieces : 256;

		change->prefixes++;
		for (unsigned subset = 0; subset < subsets; subset++) {
			for (size_t i = 0; i < pieces; i++)
				take[i] = pieces <= 10 ? subset >> i & 1
						       : roll(&random) & 1;
			crash_at(change, disk, n, take, &random);
		}
	}
}

/* A sidecar that was not durable yet is never used. */
static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A file that does not begin like a sidecar is the user's, and is never used. */
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
			/* Recovery wrote nothing except the patch. */
			copy_touched(&change, change.work[1], change.old.bytes);
			expect_whole(&change, change.work[1], true);
			printf("%s%s, %u-byte sectors: %zu operations, %u crashed "
			       "disks\n",
			       change.name, kind < 5 ? "" : " (edited)",
			       change.old.sector_bytes, disk.log.n, change.images);
		}
}

/* What must be true after a failed commit. */
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

/* True if the failure occurred. */
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
	/* Another program wrote meanwhile. */
	bytes[at] ^= 1;
	assert_int_equal(disk_commit(&disk.io, &change.patch, &plan, &error), -1);
	assert_non_null(
		strstr(error.message, "changed in the meantime; nothing was written"));
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	assert_non_null(strstr(error.message, "neither its old nor its new content"));
	assert_int_equal(disk.log.n, 0);
	bytes[at] ^= 1;
	/* An open sidecar. */
	assert_int_equal(journal_write(path, &journal, &error), 0);
	assert_int_equal(disk_commit(&disk.io, &change.patch, &plan, &error), -1);
	assert_non_null(strstr(error.message, "an earlier change was not finished"));
	assert_int_equal(disk.log.n, 0);
	assert_int_equal(unlink(path), 0);
	/* Not the sidecar's disk. */
	journal.size_bytes++;
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	journal.size_bytes--;
	journal.inode = 5;
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	assert_non_null(strstr(error.message, "not the file that the journal is for"));
	journal.inode = 0;
	journal.device = 5;
	assert_int_equal(disk_recover(&disk.io, &journal, false, false, &error), -1);
	assert_non_null(strstr(error.message, "not on the device"));
	/* A copy is recognized by its content. */
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
