/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.c - writing a patch so that no failure loses the table.
 *
 * Theory of operation: three things can go wrong between two writes: we die, the power
 * goes, or the system refuses. Order alone helps only a GPT (backup before primary, with
 * a flush between, leaves one whole copy at every instant), and even there Linux reads
 * the backup only when booted with `gpt`. So before the first write the sidecar is
 * durable, with old and new bytes of every sector, and it goes away behind the last
 * flush. Between those two instants `disk recover` can always go either way; outside of
 * them the disk is wholly old or wholly new.
 *
 * The window in which a table may be read half is that of one group: for a GPT's primary
 * copy at most 33 sectors between two flushes.
 */
#include "partition/commit.h"

#include "base/mem.h"
#include "partition/inspect.h"

#include <inttypes.h>

#define PIECE_BYTES 512 /* what a medium writes at once or not at all */

/* Sectors [first, end) of the patch, one behind the other on the disk. */
struct stretch {
	size_t first, end;
};

static struct stretch next_stretch(const struct patch *patch, size_t first, size_t limit)
{
	struct stretch stretch = {first, first + 1};

	while (stretch.end < limit && patch->sectors.v[stretch.end].lba ==
					      patch->sectors.v[stretch.end - 1].lba + 1)
		stretch.end++;
	return stretch;
}

static int write_stretch(struct disk_io *io, const struct patch *patch,
			 struct stretch stretch, bool old, struct error *error)
{
	size_t n = (stretch.end - stretch.first) * patch->sector_bytes;
	_cleanup_free_ uint8_t *bytes = xcalloc(1, n);

	for (size_t i = stretch.first; i < stretch.end; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		memcpy(bytes + (i - stretch.first) * patch->sector_bytes,
		       old ? sector->old : sector->new, patch->sector_bytes);
	}
	return disk_write(io, bytes, n,
			  patch->sectors.v[stretch.first].lba * patch->sector_bytes,
			  error);
}

/* Sectors [first, end) of the patch, in stretches. */
static int write_sectors(struct disk_io *io, const struct patch *patch,
			 struct stretch range, bool old, struct error *error)
{
	while (range.first < range.end) {
		struct stretch stretch = next_stretch(patch, range.first, range.end);

		if (write_stretch(io, patch, stretch, old, error) < 0)
			return -1;
		range.first = stretch.end;
	}
	return 0;
}

static struct stretch group_from(const struct patch *patch, size_t first)
{
	struct stretch range = {first, first};

	while (range.end < patch->sectors.n &&
	       patch->sectors.v[range.end].group == patch->sectors.v[first].group)
		range.end++;
	return range;
}

static struct stretch group_before(const struct patch *patch, size_t end)
{
	struct stretch range = {end, end};

	while (range.first > 0 &&
	       patch->sectors.v[range.first - 1].group == patch->sectors.v[end - 1].group)
		range.first--;
	return range;
}

/* The disk has these bytes of the patch. */
static int compare(struct disk_io *io, const struct patch *patch, bool old,
		   bool *ret_same, uint64_t *ret_lba, struct error *error)
{
	uint8_t bytes[4096];

	*ret_same = true;
	for (size_t i = 0; i < patch->sectors.n; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		if (disk_read(io, bytes, patch->sector_bytes,
			      sector->lba * patch->sector_bytes, error) < 0)
			return -1;
		if (memcmp(bytes, old ? sector->old : sector->new, patch->sector_bytes) ==
		    0)
			continue;
		*ret_same = false;
		*ret_lba = sector->lba;
		return 0;
	}
	return 0;
}

static int check_patch(const struct disk_io *io, const struct patch *patch,
		       struct error *error)
{
	uint64_t n_sectors = io->size_bytes / patch->sector_bytes;

	for (size_t i = 0; i < patch->sectors.n; i++)
		if (patch->sectors.v[i].lba >= n_sectors)
			return error_input(error,
					   "%s: block %" PRIu64 " lies past its end",
					   io->name, patch->sectors.v[i].lba);
	return 0;
}

static const char *group_name(enum table_label label, unsigned group)
{
	static const char *const gpt[] = {"the backup table", "the primary table",
					  "the protective MBR"};
	static const char *const dos[] = {"the EBRs", "the MBR", "the rest"};

	if (label == LABEL_NONE || group > 2)
		return "the boot sector";
	return label == LABEL_GPT ? gpt[group] : dos[group];
}

/* "written: the backup table; not written: the primary table". */
static void add_account(struct text *text, const struct patch *patch,
			enum table_label label, size_t flushed)
{
	bool any = false;

	text_adds(text, "written: ");
	for (struct stretch group = {}; group.end < flushed;) {
		group = group_from(patch, group.end);
		text_printf(text, "%s%s", any ? ", " : "",
			    group_name(label, patch->sectors.v[group.first].group));
		any = true;
	}
	text_printf(text, "%s; not written or not certain: ", any ? "" : "nothing");
	any = false;
	for (struct stretch group = {flushed, flushed}; group.end < patch->sectors.n;) {
		group = group_from(patch, group.end);
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
		"%s (%s; the old sectors are in %s, and disk recover finishes or "
		"undoes the change)",
		why, account.s, plan->journal);
}

/*
 * Puts the old bytes of these sectors back where they are no longer there. One that was
 * not written is left alone: on a full file system a hole cannot even take zeros.
 */
static int restore(struct disk_io *io, const struct patch *patch, struct stretch range,
		   struct error *error)
{
	uint32_t n = patch->sector_bytes;
	uint8_t bytes[4096];

	for (size_t i = range.first; i < range.end; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		if (disk_read(io, bytes, n, sector->lba * n, error) < 0)
			return -1;
		if (memcmp(bytes, sector->old, n) != 0 &&
		    disk_write(io, sector->old, n, sector->lba * n, error) < 0)
			return -1;
	}
	return 0;
}

/* Takes the change back, last group first, and makes sure of it. */
static int take_back(struct disk_io *io, const struct patch *patch, struct error *error)
{
	uint64_t lba;
	bool same;

	for (size_t end = patch->sectors.n; end > 0;) {
		struct stretch group = group_before(patch, end);

		if (restore(io, patch, group, error) < 0 || disk_flush(io, error) < 0)
			return -1;
		end = group.first;
	}
	if (compare(io, patch, true, &same, &lba, error) < 0)
		return -1;
	return same ? 0
		    : error_system(error, 0,
				   "%s: block %" PRIu64 " does not keep what is written",
				   io->name, lba);
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
	return error_system(error, 0, "%s (the disk is as it was before)", why);
}

static int write_groups(struct disk_io *io, const struct patch *patch,
			const struct commit_plan *plan, struct error *error)
{
	for (size_t done = 0; done < patch->sectors.n;) {
		struct stretch group = group_from(patch, done);

		if (write_sectors(io, patch, group, false, error) < 0)
			return fail_write(io, patch, plan, done, error);
		if (disk_flush(io, error) < 0)
			return fail_with_sidecar(patch, plan, done, error);
		done = group.end;
	}
	return 0;
}

/* A disk as it will be: what the patch does not say is read from the disk itself. */
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

/* Our reader finds on the disk what was wanted. */
static int read_back(struct disk_io *io, const struct partition_table *wanted,
		     struct error *error)
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
	return error_system(error, 0, "%s: read back, %s", io->name,
			    difference          ? difference
			    : report.findings.n ? report.findings.v[0].message
						: "the table is damaged");
}

/* The same before anything is written: a patch that is wrong must not get that far. */
static int check_plan(struct disk_io *io, const struct patch *patch,
		      const struct commit_plan *plan, struct error *error)
{
	struct overlay_io overlay = {.io = *io, .under = io, .patch = patch};

	overlay.io.kind = &overlay_kind;
	if (!plan->wanted || read_back(&overlay.io, plan->wanted, error) == 0)
		return 0;
	return error_wrap(error, "the change would go wrong, so nothing was written");
}

static int verify_all(struct disk_io *io, const struct patch *patch,
		      const struct commit_plan *plan, struct error *error)
{
	uint64_t lba;
	bool same;

	if (compare(io, patch, false, &same, &lba, error) < 0)
		return -1;
	if (!same)
		return error_system(error, 0,
				    "%s: block %" PRIu64
				    " does not hold what was written",
				    io->name, lba);
	if (plan->wanted && read_back(io, plan->wanted, error) < 0)
		return -1;
	return disk_verify(io, error);
}

static int write_journal(const struct disk_io *io, const struct patch *patch,
			 const struct commit_plan *plan, struct error *error)
{
	const struct journal journal = {
		.image = io->name,
		.device = io->device,
		.inode = io->inode,
		.size_bytes = io->size_bytes,
		.label = plan->label,
		.patch = *patch, /* borrowed: not freed */
	};

	return journal_write(plan->journal, &journal, error);
}

int disk_commit(struct disk_io *io, const struct patch *patch,
		const struct commit_plan *plan, struct error *error)
{
	uint64_t lba;
	bool same;

	if (patch->sectors.n == 0)
		return 0;
	if (check_patch(io, patch, error) < 0 ||
	    compare(io, patch, true, &same, &lba, error) < 0)
		return -1;
	if (!same)
		return error_system(error, 0,
				    "%s: block %" PRIu64
				    " changed meanwhile; nothing was written",
				    io->name, lba);
	if (check_plan(io, patch, plan, error) < 0)
		return -1;
	if (write_journal(io, patch, plan, error) < 0)
		return error_wrap(error, "nothing was written");
	if (disk_verify(io, error) < 0) {
		_cleanup_error_ struct error second = {};

		journal_drop(plan->journal, &second);
		return error_wrap(error, "nothing was written");
	}
	if (write_groups(io, patch, plan, error) < 0)
		return -1;
	if (verify_all(io, patch, plan, error) < 0)
		return fail_with_sidecar(patch, plan, patch->sectors.n, error);
	return journal_drop(plan->journal, error);
}

static void count_pieces(const struct patch_sector *sector, const uint8_t *is,
			 uint32_t sector_bytes, struct recover_state *ret)
{
	for (uint32_t at = 0; at < sector_bytes; at += PIECE_BYTES) {
		bool old = memcmp(is + at, sector->old + at, PIECE_BYTES) == 0;
		bool new = memcmp(is + at, sector->new + at, PIECE_BYTES) == 0;

		if (!old && !new && ret->other++ == 0)
			ret->other_lba = sector->lba;
		ret->old += old && !new;
		ret->new += new && !old;
	}
}

int recover_look(struct disk_io *io, const struct journal *journal,
		 struct recover_state *ret, struct error *error)
{
	const struct patch *patch = &journal->patch;
	uint8_t bytes[4096];

	*ret = (struct recover_state){};
	if (io->size_bytes != journal->size_bytes)
		return error_input(error,
				   "%s: has %" PRIu64
				   " bytes, but the sidecar is for %" PRIu64,
				   io->name, io->size_bytes, journal->size_bytes);
	if (io->inode != journal->inode)
		return error_input(
			error,
			"%s: is another file than the one the sidecar is for (%s, "
			"inode %" PRIu64 ")",
			io->name, journal->image, journal->inode);
	for (size_t i = 0; i < patch->sectors.n; i++) {
		const struct patch_sector *sector = &patch->sectors.v[i];

		if (disk_read(io, bytes, patch->sector_bytes,
			      sector->lba * patch->sector_bytes, error) < 0)
			return -1;
		count_pieces(sector, bytes, patch->sector_bytes, ret);
	}
	return 0;
}

static int write_all_again(struct disk_io *io, const struct patch *patch, bool undo,
			   struct error *error)
{
	size_t at = undo ? patch->sectors.n : 0;

	while (undo ? at > 0 : at < patch->sectors.n) {
		struct stretch group =
			undo ? group_before(patch, at) : group_from(patch, at);

		if (write_sectors(io, patch, group, undo, error) < 0 ||
		    disk_flush(io, error) < 0)
			return -1;
		at = undo ? group.first : group.end;
	}
	return 0;
}

int disk_recover(struct disk_io *io, const struct journal *journal, bool undo,
		 struct error *error)
{
	struct recover_state state;
	uint64_t lba;
	bool same;

	if (recover_look(io, journal, &state, error) < 0)
		return -1;
	if (state.other > 0)
		return error_input(
			error,
			"%s: block %" PRIu64 " is neither as before nor as after the "
			"change: somebody else wrote to it; nothing was written",
			io->name, state.other_lba);
	if (write_all_again(io, &journal->patch, undo, error) < 0 ||
	    compare(io, &journal->patch, undo, &same, &lba, error) < 0)
		return error_wrap(error, "the change is neither finished nor undone");
	return same ? 0
		    : error_system(error, 0,
				   "%s: block %" PRIu64 " does not keep what is written",
				   io->name, lba);
}
