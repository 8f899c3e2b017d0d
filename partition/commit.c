/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.c - writes a patch in such a way that no failure loses the table.
 *
 * Theory of operation: three things can go wrong between two writes: the program dies,
 * the power fails, or the system refuses the write. Order alone helps only a GPT (backup
 * before primary, with a flush between them, leaves one complete copy at any time), and
 * even then Linux reads the backup only if it was booted with `gpt`. So before the first
 * write the sidecar is durable, with the old and new bytes of every sector, and it is
 * removed after the last flush. Between these two moments `disk recover` can always go
 * either way; before and after them the disk is completely old or completely new.
 *
 * A table may be read half written only while one group is being written: for a GPT's
 * primary copy at most 33 sectors between two flushes.
 */
#include "partition/commit.h"

#include "base/mem.h"
#include "partition/inspect.h"
#include "partition/patch-write.h"

#include <inttypes.h>

static int check_patch(const struct disk_io *io, const struct patch *patch,
		       struct error *error)
{
	uint64_t n_sectors = io->size_bytes / patch->sector_bytes;

	for (size_t i = 0; i < patch->sectors.n; i++)
		if (patch->sectors.v[i].lba >= n_sectors)
			return error_input(error,
					   "%s: block %" PRIu64
					   " is past the end of the disk",
					   io->name, patch->sectors.v[i].lba);
	return 0;
}

static const char *group_name(enum table_label label, unsigned group)
{
	static const char *const gpt[] = {"the backup table", "the primary table",
					  "the protective MBR", "old signatures"};
	static const char *const dos[] = {"the EBRs", "the MBR", "the rest",
					  "old signatures"};

	if (label == LABEL_NONE || group >= ARRAY_SIZE(gpt))
		return "the boot sector";
	return label == LABEL_GPT ? gpt[group] : dos[group];
}

/* "written: the backup table; not written: the primary table". */
static void add_account(struct text *text, const struct patch *patch,
			enum table_label label, size_t flushed)
{
	bool any = false;

	text_adds(text, "written: ");
	for (struct patch_range group = {}; group.end < flushed;) {
		group = patch_group_from(patch, group.end);
		text_printf(text, "%s%s", any ? ", " : "",
			    group_name(label, patch->sectors.v[group.first].group));
		any = true;
	}
	text_printf(text,
		    "%s; not written, or possibly not written: ", any ? "" : "nothing");
	any = false;
	for (struct patch_range group = {flushed, flushed};
	     group.end < patch->sectors.n;) {
		group = patch_group_from(patch, group.end);
		text_printf(text, "%s%s", any ? ", " : "",
			    group_name(label, patch->sectors.v[group.first].group));
		any = true;
	}
	if (!any)
		text_adds(text, "nothing");
}

static int fail_with_sidecar(const struct patch *patch, const struct commit_plan *plan,
			     size_t flushed, struct error *error)
{
	_cleanup_text_ struct text account = {};
	_cleanup_free_ char *why = xstrdup(error->message);

	add_account(&account, patch, plan->label, flushed);
	return error_system(
		error, 0,
		"%s (%s; the old sectors are in %s, and disk recover finishes or undoes the change)",
		why, account.s, plan->journal);
}

/* Undoes the change, last group first, and verifies the result. */
static int take_back(struct disk_io *io, const struct patch *patch, struct error *error)
{
	for (size_t end = patch->sectors.n; end > 0;) {
		struct patch_range group = patch_group_before(patch, end);

		if (patch_restore(io, patch, group, error) < 0 ||
		    disk_flush(io, error) < 0)
			return -1;
		end = group.first;
	}
	return patch_must_be(io, patch, true, NULL, error);
}

static int fail_write(struct disk_io *io, const struct patch *patch,
		      const struct commit_plan *plan, size_t flushed, struct error *error)
{
	_cleanup_error_ struct error second = {};
	_cleanup_free_ char *why = NULL;

	if (take_back(io, patch, &second) < 0)
		return fail_with_sidecar(patch, plan, flushed, error);
	if (journal_drop(plan->journal, &second) < 0)
		return fail_with_sidecar(patch, plan, flushed, error);
	why = xstrdup(error->message);
	return error_system(error, 0, "%s (the disk was restored)", why);
}

static int write_groups(struct disk_io *io, const struct patch *patch,
			const struct commit_plan *plan, struct error *error)
{
	for (size_t done = 0; done < patch->sectors.n;) {
		struct patch_range group = patch_group_from(patch, done);

		if (patch_write(io, patch, group, false, plan->progress, error) < 0)
			return fail_write(io, patch, plan, done, error);
		if (disk_flush(io, error) < 0)
			return fail_with_sidecar(patch, plan, done, error);
		done = group.end;
	}
	return 0;
}

/* A disk as it will be: what the patch does not contain is read from the disk itself. */
struct overlay_io {
	struct disk_io io;
	struct disk_io *under;
	const struct patch *patch;
};

static int overlay_read(struct disk_io *io, void *bytes, size_t n, uint64_t offset,
			struct error *error)
{
	const struct overlay_io *overlay = (const struct overlay_io *)io;
	const struct patch *patch = overlay->patch;
	uint64_t size = patch->sector_bytes;

	if (disk_read(overlay->under, bytes, n, offset, error) < 0)
		return -1;
	for (size_t i = 0; i < patch->sectors.n; i++) {
		uint64_t at = patch->sectors.v[i].lba * size;
		uint64_t start = MAX(at, offset), end = MIN(at + size, offset + n);

		if (start < end)
			memcpy((uint8_t *)bytes + (start - offset),
			       patch->sectors.v[i].new + (start - at), end - start);
	}
	return 0;
}

static const struct disk_io_kind overlay_kind = {.read = overlay_read};

/* Our reader finds the expected table on the disk; if not, @what is wrong. */
static int read_back(struct disk_io *io, const struct partition_table *wanted,
		     const char *what, struct error *error)
{
	const struct inspect_question question = {.sector_bytes = wanted->sector_bytes};
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_(report_free) struct report report = {};
	_cleanup_free_ char *difference = NULL;

	if (inspect_disk(io, &question, &seen, &report, error) < 0)
		return -1;
	difference = partition_table_difference(&seen.table, wanted);
	if (!difference && seen.intact)
		return 0;
	return error_system(error, 0, "%s: %s: %s", io->name, what,
			    difference          ? difference
			    : report.findings.n ? report.findings.v[0].message
						: "the table is damaged");
}

/* The same check before anything is written, to stop a wrong patch. */
static int check_plan(struct disk_io *io, const struct patch *patch,
		      const struct commit_plan *plan, struct error *error)
{
	struct overlay_io overlay = {.io = *io, .under = io, .patch = patch};

	overlay.io.kind = &overlay_kind;
	if (!plan->wanted ||
	    read_back(
		    &overlay.io, plan->wanted,
		    "this would write a wrong table, which is a bug in virt-layout; please report it",
		    error) == 0)
		return 0;
	return error_wrap(error, "self-check failed; nothing was written");
}

static int verify_all(struct disk_io *io, const struct patch *patch,
		      const struct commit_plan *plan, struct error *error)
{
	if (patch_must_be(io, patch, false, plan->progress, error) < 0)
		return -1;
	if (plan->wanted && read_back(io, plan->wanted,
				      "the table that was read back is wrong", error) < 0)
		return -1;
	return disk_verify(io, error);
}

static int write_journal(const struct disk_io *io, const struct patch *patch,
			 const struct commit_plan *plan, struct error *error)
{
	const struct journal journal = {
		.image = io->name,
		.device = io->is_device ? io->device_number : io->device,
		.inode = io->is_device ? 0 : io->inode,
		.size_bytes = io->size_bytes,
		.label = plan->label,
		.patch = *patch, /* borrowed: not freed */
	};

	return journal_write(plan->journal, &journal, error);
}

/* Every sector is written and read again; the space that the sidecar uses is freed. */
static void begin_progress(const struct disk_io *io, const struct patch *patch,
			   struct progress *progress)
{
	uint64_t bytes = (uint64_t)patch->sectors.n * patch->sector_bytes;

	progress_begin(progress, 2 * bytes, "%s: changing the table", io->name);
	progress_set(progress, 0);
}

int disk_commit(struct disk_io *io, const struct patch *patch,
		const struct commit_plan *plan, struct error *error)
{
	_cleanup_progress_ struct progress *progress = plan->progress;
	uint64_t lba;
	bool same;

	if (patch->sectors.n == 0)
		return 0;
	if (check_patch(io, patch, error) < 0 ||
	    patch_compare(io, patch, true, &same, &lba, error) < 0)
		return -1;
	if (!same)
		return error_system(error, 0,
				    "%s: block %" PRIu64
				    " changed in the meantime; nothing was written",
				    io->name, lba);
	if (check_plan(io, patch, plan, error) < 0)
		return -1;
	begin_progress(io, patch, progress);
	if (write_journal(io, patch, plan, error) < 0)
		return error_wrap(error, "nothing was written");
	if (disk_verify(io, error) < 0) {
		_cleanup_error_ struct error second = {};

		error_ignore(journal_drop(plan->journal, &second));
		return error_wrap(error, "nothing was written");
	}
	if (write_groups(io, patch, plan, error) < 0)
		return -1;
	if (verify_all(io, patch, plan, error) < 0)
		return fail_with_sidecar(patch, plan, patch->sectors.n, error);
	return journal_drop(plan->journal, error);
}
