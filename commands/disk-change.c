/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/disk-change.h"

#include "base/mem.h"
#include "base/size.h"
#include "base/streams.h"
#include "commands/progress-stderr.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int disk_set_format(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	struct disk_wish *wish = target;

	(void)row;
	(void)error;
	wish->format_given = true;
	wish->format = streq(value, "qcow2") ? IMAGE_QCOW2 : IMAGE_RAW;
	return 0;
}

int disk_set_sector_size(void *target, const struct option_row *row, const char *value,
			 struct error *error)
{
	uint32_t *sector_bytes = target;

	(void)row;
	(void)error;
	*sector_bytes = streq(value, "512") ? 512 : 4096;
	return 0;
}

static int set_force(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	struct change_wish *wish = target;

	(void)row;
	(void)value;
	(void)error;
	wish->force = wish->disk.forced = true;
	return 0;
}

const struct option_row change_rows[] = {
	{"format", 'f', "FORMAT", "format of the image (default: detected)", "raw|qcow2",
	 SET_WITH(disk_set_format, struct change_wish, disk)},
	{"chain", 0, NULL, "open the backing and data files that the image names",
	 SET_TRUE(struct change_wish, disk.follow)},
	{"journal", 0, "FILE",
	 "keep the old sectors in FILE until the change is complete (default: next to the image)",
	 SET_FILE(struct change_wish, journal)},
	{"sector-size", 0, "BYTES", "logical sector size of an MBR", "512|4096",
	 SET_WITH(disk_set_sector_size, struct change_wish, sector_bytes)},
	{"force", 0, NULL, FORCE_SUMMARY, SET_BY(set_force)},
	{},
};

void change_announce(struct changed_disk *disk)
{
	disk->kernel_keeps_old = !disk_announce(disk->io);
}

int change_end(struct changed_disk *disk, const char *path, struct error *error)
{
	_cleanup_free_ char *doubt = disk->io ? TAKE(disk->io->doubt) : NULL;
	int rc = disk->io ? disk_end(TAKE(disk->io), error) : 0;

	if (doubt)
		streams_say(
			"%s: cannot determine whether it is in use by a loop device: %s",
			path, doubt);
	if (disk->kernel_keeps_old)
		streams_say(
			"%s: the kernel still uses the old partitions, because they are in use; run partprobe %s later",
			path, path);
	return rc;
}

char *change_journal(const char *path, const struct change_wish *wish,
		     struct error *error)
{
	struct stat st;

	if (wish->journal)
		return xstrdup(wish->journal);
	if (stat(path, &st) == 0 && S_ISBLK(st.st_mode)) {
		error_input(
			error,
			"%s: is a block device; use --journal to name a file on another disk that keeps the old sectors",
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
		"%s: an earlier change was not finished (%s exists); disk recover finishes or undoes it",
		path, journal);
}

int change_begin(const char *path, const struct change_wish *wish,
		 struct changed_disk *ret, struct error *error)
{
	const struct inspect_question question = {.sector_bytes = wish->sector_bytes};

	ret->journal = change_journal(path, wish, error);
	if (!ret->journal)
		return -1;
	/*
	 * With the lock held: another process may be changing it, or may just have been
	 * interrupted.
	 */
	ret->io = disk_open(path, &wish->disk, &ret->kind, error);
	if (!ret->io || change_need_closed(path, ret->journal, error) < 0)
		return -1;
	return inspect_disk(ret->io, &question, &ret->seen, &ret->report, error);
}

uint64_t change_unit_bytes(const struct changed_disk *disk)
{
	return disk->kind.cluster_bytes ? disk->kind.cluster_bytes
					: disk_discard_unit(&disk->io->discard);
}

/* That it is isohybrid is a better reason than that the image was made larger. */
static int gravity(const struct changed_disk *disk, const struct finding *finding)
{
	bool decides = (disk->seen.isohybrid && streq(finding->rule, "gpt-hybrid")) ||
		       streq(finding->rule, "dos-dynamic") ||
		       streq(finding->rule, "gpt-dynamic");

	return 2 * (int)finding->severity + decides;
}

int change_need_editable(const struct changed_disk *disk, struct error *error)
{
	const struct finding *reason = NULL;

	if (disk->seen.editable)
		return 0;
	for (size_t i = 0; i < disk->report.findings.n; i++)
		if (!reason ||
		    gravity(disk, &disk->report.findings.v[i]) > gravity(disk, reason))
			reason = &disk->report.findings.v[i];
	return error_input(error, "%s: not changed: %s%s%s", disk->io->name,
			   reason ? reason->message
				  : "The partition table cannot be edited.",
			   reason && reason->remedy ? " " : "",
			   reason && reason->remedy ? reason->remedy : "");
}

int change_survey(struct changed_disk *disk, struct contents *ret, struct error *error)
{
	const struct inspection *seen = &disk->seen;
	bool damaged = seen->gpt[GPT_PRIMARY].found || seen->gpt[GPT_BACKUP].found;

	if (contents_find(disk->io, 0, disk->io->size_bytes, ret, error) < 0)
		return -1;
	/* libblkid treats a plain file as one with 512-byte sectors. */
	if (!contents_first(ret, SIGNATURE_TABLE) && seen->table.label != LABEL_NONE)
		contents_add(ret, SIGNATURE_TABLE, label_name(seen->table.label));
	else if (!contents_first(ret, SIGNATURE_TABLE) && damaged)
		contents_add(ret, SIGNATURE_TABLE, "damaged gpt");
	return 0;
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

	if (disk_commit(disk->io, patch, &plan, error) < 0)
		return -1;
	if (wanted)
		change_announce(disk);
	return 0;
}

void change_say_limit(const char *path, const struct partition_table *table)
{
	_cleanup_text_ struct text rest = {};

	if (dos_unusable(table) == 0)
		return;
	text_add_size_about(&rest, dos_unusable(table) * table->sector_bytes);
	streams_say(
		"%s: an MBR cannot address the last %s of this disk, beyond 2^32 sectors; a GPT can",
		path, rest.s);
}

void changed_disk_free(struct changed_disk *disk)
{
	inspection_free(&disk->seen);
	report_free(&disk->report);
	disk_close(disk->io);
	free(disk->journal);
}
