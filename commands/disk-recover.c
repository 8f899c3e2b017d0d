/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-recover.c - `disk recover`: finishes or undoes a change that was interrupted. */
#include "commands/disk.h"

#include "base/mem.h"
#include "base/streams.h"
#include "partition/edit-table.h"
#include "commands/disk-change.h"

#include <stdio.h>

struct wish {
	struct change_wish change;
	bool undo, repair, copied;
	const char *from; /* NULL: the good one */
};

static const struct option_row rows[] = {
	{"undo", 'u', NULL, "undo the change: restore the old table",
	 SET_TRUE(struct wish, undo)},
	{"repair", 0, NULL,
	 "rewrite a damaged copy of a GPT, and its MBR, from the good copy",
	 SET_TRUE(struct wish, repair)},
	{"from", 0, "COPY", "which copy to use if both are valid", "primary|backup",
	 SET_STRING(struct wish, from)},
	{"copied", 0, NULL, "the image is a copy; identify it by its content only",
	 SET_TRUE(struct wish, copied)},
	{OPTION_TABLE(change_rows, struct wish, change)},
	{},
};

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	wish->change.disk.writable = true;
	if (options_set(options, wish, 1, 1, error) < 0)
		return -1;
	if (wish->repair && (wish->copied || wish->undo))
		return error_input(error, "--%s cannot be used with --repair",
				   wish->copied ? "copied" : "undo");
	if (wish->from && !wish->repair)
		return error_input(error, "--from needs --repair");
	return 0;
}

/*
 * An incomplete sidecar was never durable, so its change wrote nothing. The table is
 * checked anyway before the file is deleted.
 */
static int drop_partial(const char *path, struct changed_disk *disk,
			const struct wish *wish, const char *journal, struct error *error)
{
	const struct inspect_question question = {.sector_bytes =
							  wish->change.sector_bytes};
	_cleanup_inspection_ struct inspection seen = {};
	_cleanup_(report_free) struct report report = {};
	int rc;

	if (inspect_disk(disk->io, &question, &seen, &report, error) < 0)
		return -1;
	if (!seen.intact)
		return error_input(
			error,
			"%s: the journal %s is incomplete, and the table is damaged: %s",
			path, journal,
			report.findings.n ? report.findings.v[0].message
					  : "there is no partition table.");
	if (journal_drop(journal, error) < 0)
		return -1;
	rc = change_end(disk, path, error);
	streams_say(
		"%s: the interrupted change had not written anything; the table is unchanged",
		path);
	return rc;
}

static int recover(const char *path, struct changed_disk *disk, const struct wish *wish,
		   const char *journal_file, struct error *error)
{
	_cleanup_journal_ struct journal journal = {};
	enum journal_state state;
	int rc;

	if (journal_read(journal_file, &journal, &state, error) < 0)
		return -1;
	if (state == JOURNAL_EMPTY && wish->change.journal)
		return error_input(
			error,
			"%s: is empty, so it may not be a journal of virt-layout; if it is one, the change had not written anything, and the file can be deleted",
			journal_file);
	if (state == JOURNAL_EMPTY || state == JOURNAL_PARTIAL)
		return drop_partial(path, disk, wish, journal_file, error);
	if (state == JOURNAL_NONE) {
		rc = change_end(disk, path, error);
		streams_say("%s: there is nothing to recover (no %s)", path,
			    journal_file);
		return rc;
	}
	if (disk_recover(disk->io, &journal, wish->undo, wish->copied, error) < 0 ||
	    disk_verify(disk->io, error) < 0 || journal_drop(journal_file, error) < 0)
		return -1;
	change_announce(disk);
	rc = change_end(disk, path, error);
	streams_say("%s: the change was %s", path, wish->undo ? "undone" : "finished");
	return rc;
}

/* The copy to use. change_need_editable reports other problems. */
static int choose_copy(const struct changed_disk *disk, const struct wish *wish,
		       enum gpt_copy *ret, struct error *error)
{
	const struct gpt_header *gpt = disk->seen.gpt;

	*ret = gpt[GPT_PRIMARY].good || disk->seen.fits ? GPT_PRIMARY : GPT_BACKUP;
	if (wish->from)
		*ret = streq(wish->from, "backup") ? GPT_BACKUP : GPT_PRIMARY;
	if (disk->seen.cut_off && disk->seen.fits && *ret == GPT_PRIMARY)
		return 0;
	if (disk->seen.grown)
		return error_input(error,
				   "%s: has grown; use disk grow to adapt its table",
				   disk->io->name);
	if (disk->seen.table.label != LABEL_GPT || disk->seen.isohybrid ||
	    !gpt[*ret].good)
		return change_need_editable(disk, error);
	if (disk->seen.differ && !wish->from)
		return change_need_editable(disk, error);
	return 0;
}

static int repair(const char *path, const struct wish *wish, struct error *error)
{
	const struct inspect_question question = {
		.sector_bytes = wish->change.sector_bytes,
		.backup_only = true,
	};
	_cleanup_changed_disk_ struct changed_disk disk = {};
	_cleanup_inspection_ struct inspection other = {};
	_cleanup_(report_free) struct report ignored = {};
	_cleanup_patch_ struct patch patch = {};
	const struct inspection *seen = &disk.seen;
	enum gpt_copy from;
	int rc;

	if (change_begin(path, &wish->change, &disk, error) < 0 ||
	    choose_copy(&disk, wish, &from, error) < 0)
		return -1;
	if (from == GPT_BACKUP) {
		if (inspect_disk(disk.io, &question, &other, &ignored, error) < 0)
			return -1;
		seen = &other;
	}
	if (seen->table.label == LABEL_NONE)
		return change_need_editable(&disk, error);
	/* All of its header but the size of the disk is as it should be. */
	if (seen->fits)
		disk.seen.gpt[GPT_PRIMARY].good = true;
	if (table_edit(disk.io, seen, &seen->table, from, &patch, error) < 0 ||
	    change_commit(&disk, &patch, &seen->table, error) < 0)
		return -1;
	rc = change_end(&disk, path, error);
	streams_say("%s: %s", path,
		    patch.sectors.n ? "the table has been repaired"
				    : "there is nothing to repair");
	return rc;
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_free_ char *journal = NULL;
	_cleanup_changed_disk_ struct changed_disk disk = {};
	struct wish wish = {};

	if (read_options(options, &wish, error) < 0)
		return -1;
	journal = change_journal(options->args[0], &wish.change, error);
	if (!journal)
		return -1;
	if (wish.repair)
		return repair(options->args[0], &wish, error);
	disk.io = disk_open(options->args[0], &wish.change.disk, NULL, error);
	return disk.io ? recover(options->args[0], &disk, &wish, journal, error) : -1;
}

const struct command disk_recover_command = {
	.name = "recover",
	.args = "IMAGE",
	.summary = "Finish or undo an interrupted change of a table",
	.about =
		"While a table is changed, old and new sectors are kept in\nIMAGE.virt-layout-journal. If the change is interrupted, it can be finished\n(the default) or undone. --repair is for damage with another cause.",
	.rows = rows,
	.run = run,
};
