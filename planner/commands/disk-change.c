/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/commands/disk-change.h"

#include "base/mem.h"
#include "planner/commands/watch.h"

#include <sys/stat.h>
#include <unistd.h>

bool change_option(struct change_wish *wish, int row, const char *value)
{
	switch (row) {
	case CHANGE_FORMAT:
		wish->disk.format_given = true;
		wish->disk.format = streq(value, "qcow2") ? IMAGE_QCOW2 : IMAGE_RAW;
		return true;
	case CHANGE_CHAIN:
		wish->disk.follow = true;
		return true;
	case CHANGE_JOURNAL:
		wish->journal = value;
		return true;
	}
	return false;
}

char *change_journal(const char *path, const struct change_wish *wish,
		     struct error *error)
{
	struct stat st;

	if (wish->journal)
		return xstrdup(wish->journal);
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode)) {
		error_input(error,
			    "%s: is a block device, so --journal must say where the old "
			    "sectors are kept meanwhile: on another disk",
			    path);
		return NULL;
	}
	return journal_path(path);
}

int change_need_closed(const char *path, const char *journal, struct error *error)
{
	if (access(journal, F_OK) < 0)
		return 0;
	return error_input(
		error,
		"%s: an earlier change was not finished (%s is there); disk recover "
		"finishes or undoes it",
		path, journal);
}

int change_begin(const char *path, const struct change_wish *wish,
		 struct changed_disk *ret, struct error *error)
{
	const struct inspect_question question = {.sector_bytes = wish->sector_bytes};

	ret->journal = change_journal(path, wish, error);
	if (!ret->journal)
		return -1;
	if (change_need_closed(path, ret->journal, error) < 0)
		return -1;
	ret->io = disk_open(path, &wish->disk, &ret->kind, error);
	if (!ret->io)
		return -1;
	return inspect_disk(ret->io, &question, &ret->seen, &ret->report, error);
}

int change_need_editable(const struct changed_disk *disk, struct error *error)
{
	const struct finding *reason = NULL;

	if (disk->seen.editable)
		return 0;
	for (size_t i = 0; i < disk->report.findings.n; i++)
		if (!reason || disk->report.findings.v[i].severity > reason->severity)
			reason = &disk->report.findings.v[i];
	return error_input(error, "%s: is left alone: %s%s%s", disk->io->name,
			   reason ? reason->message : "Its table cannot be edited.",
			   reason && reason->remedy ? " " : "",
			   reason && reason->remedy ? reason->remedy : "");
}

int change_commit(struct changed_disk *disk, const struct patch *patch,
		  const struct partition_table *wanted, struct error *error)
{
	struct progress progress = watch_stderr();
	const struct commit_plan plan = {
		.journal = disk->journal,
		.wanted = wanted,
		.label = wanted ? wanted->label : LABEL_NONE,
		.progress = &progress,
	};

	return disk_commit(disk->io, patch, &plan, error);
}

void changed_disk_free(struct changed_disk *disk)
{
	inspection_free(&disk->seen);
	report_free(&disk->report);
	disk_close(disk->io);
	free(disk->journal);
}
