/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/check-print.h"

#include "base/file.h"
#include "planner/check/fix.h"
#include "planner/guest/predict/moves.h"
#include "planner/guest/read.h"

#include <stdio.h>

static void add_line(struct text *text, const char *file, const char *what,
		     const struct finding *finding, const char *reason)
{
	text_add_shown(text, file);
	text_printf(text, ":%ld: %s: %s: ", finding->place.line, what, finding->rule);
	text_add_shown(text, finding->message);
	if (reason) {
		text_adds(text, " It was not fixed, because ");
		text_add_shown(text, reason);
	}
	text_addc(text, '\n');
}

static void say(const char *file, const struct check_fixes *fixes)
{
	_cleanup_text_ struct text text = {};

	for (size_t i = 0; i < fixes->done.findings.n; i++)
		add_line(&text, file, "fixed", &fixes->done.findings.v[i], NULL);
	for (size_t i = 0; i < fixes->left.n; i++)
		if (fixes->left.v[i].reason)
			add_line(&text, file, "not fixed", &fixes->left.v[i].finding,
				 fixes->left.v[i].reason);
	fwrite(text.s ? text.s : "", 1, text.n, stderr);
}

/* Devices are described by their names, as moves. */
static bool is_of_device(enum difference_kind kind)
{
	static const enum difference_kind kinds[] = {DIFFERENCE_BRIDGE_BUSES,
						     DIFFERENCE_DEVICE_MOVED,
						     DIFFERENCE_DEVICE_MISSING,
						     DIFFERENCE_DEVICE_UNPLANNED,
						     DIFFERENCE_DEVICE_IDENTITY,
						     DIFFERENCE_DEVICE_UPSTREAM,
						     DIFFERENCE_DEVICE_ON_OTHER_NODE};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i] == kind)
			return true;
	return false;
}

static void add_view(struct text *text, const char *file, const char *what)
{
	text_add_shown(text, file);
	text_adds(text, ": the guest will see: ");
	text_add_shown(text, what);
	text_addc(text, '\n');
}

static void add_difference(struct text *text, const char *file,
			   const struct difference *row)
{
	_cleanup_free_ char *line =
		xasprintf("%s: %s: %s; before: %s", difference_kind_name(row->kind),
			  row->subject, row->observed ? row->observed : "none",
			  row->expected ? row->expected : "none");

	add_view(text, file, line);
}

static int say_view(const char *file, const struct document *before,
		    const struct text *after, unsigned libvirt, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_differences_ struct differences differences = {};
	_cleanup_moves_ struct moves moves = {};
	_cleanup_text_ struct text text = {};

	if (document_parse(file, after->s, after->n, &document, error) < 0 ||
	    check_fix_view(before, &document, libvirt, &differences, error) < 0 ||
	    moves_read(before, &document, libvirt, &moves, error) < 0)
		return -1;
	for (size_t i = 0; i < differences.list.n; i++)
		if (!is_of_device(differences.list.v[i].kind))
			add_difference(&text, file, &differences.list.v[i]);
	for (size_t i = 0; i < moves.lines.n; i++)
		add_view(&text, file, moves.lines.v[i]);
	fwrite(text.s ? text.s : "", 1, text.n, stderr);
	return 0;
}

/* What remains after the fixes; the exit status. */
static int judge_rest(const char *file, const struct text *text,
		      const struct check_options *options, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_check_result_ struct check_result result = {};
	_cleanup_text_ struct text rest = {};

	if (document_parse(file, text->s, text->n, &document, error) < 0 ||
	    check_document(&document, options, &result, error) < 0)
		return -1;
	report_cap(&result.report, FINDINGS_SHOWN);
	for (size_t i = 0; i < result.report.findings.n; i++)
		if (result.report.findings.v[i].severity > SEVERITY_INFO)
			text_add_finding(&rest, &result.report.findings.v[i]);
	for (size_t i = 0; i < result.report.more.n; i++)
		if (result.report.more.v[i].severity > SEVERITY_INFO)
			text_add_more(&rest, &result.report.more.v[i]);
	fwrite(rest.s ? rest.s : "", 1, rest.n, stderr);
	return report_status(&result.report);
}

/* The target according to the original domain, so that every round has the same. */
static int settle(const char *file, const struct document *document,
		  struct check_options *options, struct error *error)
{
	_cleanup_guest_ struct guest guest = {};
	_cleanup_target_settled_ struct target_settled settled = {};
	_cleanup_text_ struct text text = {};

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	target_settle(options->target_wish, options->host, document, &guest, NULL,
		      &settled);
	options->target = settled.target;
	options->target_wish = NULL;
	text_add_shown(&text, file);
	text_adds(&text, ": target: ");
	text_add_target(&text, &settled, NULL);
	fprintf(stderr, "%s\n", text.s);
	return 0;
}

/* @wanted says how to determine the target. */
static int fix_one(const char *file, const struct document *document,
		   const struct check_options *wanted, bool in_place, const char *output,
		   struct error *error)
{
	struct check_options options = *wanted;
	_cleanup_text_ struct text text = {};
	_cleanup_(check_fixes_free) struct check_fixes fixes = {};
	bool changed;

	if (settle(file, document, &options, error) < 0 ||
	    check_fix(document, &options, &text, &fixes, error) < 0)
		return -1;
	changed = text.n != document->text.n ||
		  memcmp(text.s, document->text.s, text.n) != 0;
	if (!in_place || changed)
		if (file_write(in_place ? file : output, text.s, text.n, error) < 0)
			return -1;
	say(file, &fixes);
	if (changed && say_view(file, document, &text, options.target.libvirt, error) < 0)
		return -1;
	return judge_rest(file, &text, &options, error);
}

int check_fix_files(const struct check_options *options, char *const *files, size_t n,
		    bool in_place, const char *output, struct error *error)
{
	int status = STATUS_OK;

	if (n > 1 && !in_place)
		return error_input(
			error,
			"--fix prints one domain; give only one, or use --in-place");
	for (size_t i = 0; i < n; i++) {
		_cleanup_document_ struct document document = {};
		int one = document_read(files[i], &document, error);

		if (one == 0)
			one = fix_one(files[i], &document, options, in_place, output,
				      error);
		if (one < 0)
			return -1;
		status = MAX(status, one);
	}
	return status;
}

int check_fix_text(const struct check_options *options, const char *name,
		   const struct text *xml, const char *output, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_parse(name, xml->s, xml->n, &document, error) < 0)
		return -1;
	return fix_one(name, &document, options, false, output, error);
}
