/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-check.c - `disk check`: finds problems of the partition tables of images. */
#include "commands/disk.h"

#include "base/finding.h"
#include "commands/disk-change.h"
#include "partition/disk-open.h"
#include "partition/inspect.h"
#include "partition/journal.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#define USUAL_PHYSICAL_BYTES 4096 /* of disks made since 2011 */

struct wish {
	struct disk_wish disk;
	struct inspect_question question;
	bool align_given, json;
	const char *journal; /* NULL: next to each image */
	vec_strings ignored;
};

static void wish_free(struct wish *wish)
{
	vec_free(&wish->ignored);
}

/* The rules whose findings can be ignored. */
static const char *const rules[] = {
	"align-end",
	"align-start",
	"disk-container",
	"disk-content",
	"disk-foreign-table",
	"disk-journal",
	"disk-no-table",
	"disk-sector-size",
	"disk-size",
	"disk-too-small",
	"disk-two-gpts",
	"dos-active",
	"dos-boot-flag",
	"dos-dynamic",
	"dos-ebr",
	"dos-limit",
	"dos-range",
	"gpt-array-crc",
	"gpt-attributes",
	"gpt-backup",
	"gpt-backup-place",
	"gpt-bounds",
	"gpt-copies-differ",
	"gpt-duplicate-uuid",
	"gpt-dynamic",
	"gpt-entry-count",
	"gpt-entry-size",
	"gpt-header-crc",
	"gpt-hybrid",
	"gpt-name",
	"gpt-no-header",
	"gpt-primary",
	"gpt-protective-mbr",
	"gpt-range",
	"gpt-revision",
	"gpt-uuid",
	"partition-overlap",
	NULL,
};

static bool is_rule(const char *name)
{
	for (size_t i = 0; rules[i]; i++)
		if (streq(rules[i], name))
			return true;
	return false;
}

static int add_ignored(void *target, const struct option_row *row, const char *value,
		       struct error *error)
{
	const char *nearest = nearest_name(value, rules);

	if (is_rule(value))
		return option_set_list(target, row, value, error);
	return option_error(error, row->name, value, "there is no such rule; %s%s",
			    nearest ? "did you mean "
				    : "virt-layout-disk(1) lists the rules",
			    nearest ? nearest : "");
}

static int set_align(void *target, const struct option_row *row, const char *value,
		     struct error *error)
{
	struct wish *wish = target;

	wish->align_given = true;
	wish->question.grain_name = "--align";
	return option_size(row, value, 512, &wish->question.grain_bytes, error);
}

static const struct option_row rows[] = {
	{"format", 'f', "FORMAT", "format of the images (default: detected)", "raw|qcow2",
	 SET_WITH(disk_set_format, struct wish, disk)},
	{"sector-size", 0, "BYTES", "logical sector size of the images", "512|4096",
	 SET_WITH(disk_set_sector_size, struct wish, question.sector_bytes)},
	{"align", 0, "SIZE",
	 "alignment to check (default: physical sector or qcow2 cluster); 0: none",
	 SET_BY(set_align)},
	{"chain", 0, NULL, "open the backing and data files that the images name",
	 SET_TRUE(struct wish, disk.follow)},
	{"journal", 0, "FILE",
	 "file in which an unfinished change kept the old sectors (default: next to the image)",
	 SET_FILE(struct wish, journal)},
	{"ignore", 0, "RULE", "leave out the findings of this rule; can be repeated",
	 SET_WITH(add_ignored, struct wish, ignored)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{},
};

static void choose_grain(const struct wish *wish, const struct disk_io *io,
			 const struct disk_kind *kind, struct inspect_question *question)
{
	if (wish->align_given)
		return;
	question->grain_bytes =
		io->physical_bytes ? io->physical_bytes : USUAL_PHYSICAL_BYTES;
	question->grain_name = "physical sector";
	if (kind->cluster_bytes <= question->grain_bytes)
		return;
	question->grain_bytes = kind->cluster_bytes;
	question->grain_name = "qcow2 cluster";
}

static bool is_ignored(const struct wish *wish, const char *rule)
{
	for (size_t i = 0; i < wish->ignored.n; i++)
		if (streq(wish->ignored.v[i], rule))
			return true;
	return false;
}

/* Moves the findings of @from that are not ignored to @to, with the file @path. */
static void keep_findings(const struct wish *wish, struct report *from, const char *path,
			  struct report *to)
{
	struct report rest = {};

	for (size_t i = 0; i < from->findings.n; i++) {
		struct report *into =
			is_ignored(wish, from->findings.v[i].rule) ? &rest : to;
		struct finding *finding = vec_add(&into->findings);

		*finding = from->findings.v[i];
		assert(is_rule(finding->rule));
		finding->place.file = path;
	}
	from->findings.n = 0;
	report_free(&rest);
	report_free(from);
}

static void say_open_journal(const char *path, const struct wish *wish,
			     struct report *report)
{
	_cleanup_free_ char *journal =
		wish->journal ? xstrdup(wish->journal) : journal_path(path);
	struct finding *finding;

	if (access(journal, F_OK) < 0)
		return;
	finding =
		report_add(report, "disk-journal", SEVERITY_ERROR,
			   "A change to the partition table was not finished: %s exists.",
			   journal);
	finding->remedy =
		xstrdup("disk recover finishes it, disk recover --undo undoes it.");
}

static int check_image(const char *path, const struct wish *wish, struct report *report,
		       struct error *error)
{
	struct inspect_question question = wish->question;
	struct disk_kind kind;
	_cleanup_disk_ struct disk_io *io = disk_open(path, &wish->disk, &kind, error);
	_cleanup_inspection_ struct inspection inspection = {};
	struct report found = {};
	int rc;

	if (!io)
		return -1;
	choose_grain(wish, io, &kind, &question);
	say_open_journal(path, wish, &found);
	rc = inspect_disk(io, &question, &inspection, &found, error);
	keep_findings(wish, &found, path, report);
	return rc;
}

static void add_summary(struct jsonw *json, const struct report *report)
{
	jsonw_object(json, "summary");
	jsonw_u64(json, "errors", report_count(report, SEVERITY_ERROR));
	jsonw_u64(json, "warnings", report_count(report, SEVERITY_WARNING));
	jsonw_u64(json, "infos", report_count(report, SEVERITY_INFO));
	jsonw_end_object(json);
}

static void add_json(struct text *out, const struct report *report,
		     const struct disk_failures *failures)
{
	struct jsonw json = {.out = out};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_array(&json, "findings");
	for (size_t i = 0; i < report->findings.n; i++)
		jsonw_finding(&json, &report->findings.v[i]);
	jsonw_end_array(&json);
	jsonw_array(&json, "skipped");
	for (size_t i = 0; i < report->skipped.n; i++)
		jsonw_skip(&json, &report->skipped.v[i]);
	jsonw_end_array(&json);
	disk_failures_json(&json, failures);
	add_summary(&json, report);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {};
	_cleanup_(report_free) struct report report = {};
	_cleanup_disk_failures_ struct disk_failures failures = {};
	_cleanup_text_ struct text out = {};

	if (options_set(options, &wish, 1, INT32_MAX, error) < 0)
		return -1;
	for (int i = 0; i < options->n_args; i++)
		if (check_image(options->args[i], &wish, &report, error) < 0)
			disk_failure(&failures, options->args[i], error);
	report_sort(&report);
	if (wish.json)
		add_json(&out, &report, &failures);
	for (size_t i = 0; i < report.findings.n && !wish.json; i++)
		text_add_finding(&out, &report.findings.v[i]);
	if (out.n)
		fwrite(out.s, 1, out.n, stdout);
	return disk_failures_status(&failures, report_status(&report));
}

const struct command disk_check_command = {
	.name = "check",
	.args = "IMAGE...",
	.summary = "Find what is wrong with the partition tables of images",
	.about =
		"Reads GPT, MBR and EBR of raw and qcow2 images, at both sector sizes, and trusts\nnothing in the image. The exit status is 1 if there is an error.",
	.rows = rows,
	.run = run,
};
