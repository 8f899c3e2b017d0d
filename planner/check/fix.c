/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Edits of different findings could meet (two want a <features>), so
 * one finding is fixed at a time, and the text is read and judged again after each. A fix
 * counts only if its finding is gone, no error is new, and nothing as severe is new that
 * cannot be fixed in its turn; otherwise the text stays as it was before that fix, and
 * the reason is kept. So a domain that libvirt and QEMU accepted is never given an error
 * by --fix.
 */
#include "planner/check/fix.h"

#include "planner/check/fix-parts.h"
#include "planner/check/worse.h"
#include "planner/guest/read.h"
#include "planner/guest/predict/predict.h"

#define FIXES_LIMIT 1000

/* A text that was read and judged. */
struct judged {
	struct text text;
	struct document document;
	struct check_result result;
};

static void judged_free(struct judged *judged)
{
	check_result_free(&judged->result);
	document_free(&judged->document);
	text_free(&judged->text);
	*judged = (struct judged){};
}

struct fixing {
	const char *name;
	const struct check_options *options; /* the user's */
	struct check_options all;	     /* the same, with no rule left out */
	struct check_fixes *fixes;
	struct judged now;
};

/* Takes the text. Every rule is asked, also those that the user does not want to see. */
static int read_and_judge(const struct fixing *fixing, struct text *text, struct judged *ret,
			  struct error *error)
{
	ret->text = *text;
	*text = (struct text){};
	if (document_parse(fixing->name, ret->text.s, ret->text.n, &ret->document, error) < 0)
		return -1;
	return check_document(&ret->document, &fixing->all, &ret->result, error);
}

/* *ret stays empty where there is nothing to be done. */
static int edit_for(const struct fixing *fixing, const struct finding *finding,
		    struct text *ret, struct error *error)
{
	const struct document *document = &fixing->now.document;
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	struct check check = { .document = document, .guest = &guest,
			       .assignment = &assignment, .options = fixing->options,
			       .host = fixing->options->host };
	struct fix fix = { .check = &check, .finding = finding,
			   .edits = { .document = document } };
	int rc = 0;

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	assign(&guest, &assignment);
	check_build_tree(&check);
	fix_make_edits(&fix);
	if (fix.edits.list.n > 0)
		rc = edits_apply(&fix.edits, ret, error);
	edits_free(&fix.edits);
	return rc;
}

static bool is_same(const struct finding *a, const struct finding *b)
{
	return streq(a->rule, b->rule) && streq_null(a->place.path, b->place.path) &&
	       streq(a->message, b->message);
}

static bool is_among(const struct report *report, const struct finding *finding)
{
	for (size_t i = 0; i < report->findings.n; i++)
		if (is_same(&report->findings.v[i], finding))
			return true;
	return false;
}

static bool was_tried(const struct check_fixes *fixes, const struct finding *finding)
{
	for (size_t i = 0; i < fixes->left.n; i++)
		if (is_same(&fixes->left.v[i].finding, finding))
			return true;
	return is_among(&fixes->done, finding);
}

/* Takes a finding out of its report; the document that it names goes. */
static struct finding take(struct finding *finding)
{
	struct finding taken = *finding;

	*finding = (struct finding){ .rule = finding->rule, .severity = finding->severity };
	finding->message = xstrdup(taken.message);
	taken.place.file = NULL;
	taken.related.file = NULL;
	return taken;
}

/* Why a fix must not stay; NULL: it may. The caller's. */
static char *reason_against(const struct fixing *fixing, const struct finding *finding,
			    const struct judged *after)
{
	const struct report *old = &fixing->now.result.report, *new = &after->result.report;
	const struct finding *worse = report_worse(old, new, SEVERITY_ERROR, true);
	_cleanup_free_ char *words = NULL;

	if (!worse)
		worse = report_worse(old, new, finding->severity, false);
	if (worse) {
		words = finding_string(worse);
		return xasprintf("with the fix, this is wrong: %s", words);
	}
	if (is_among(new, finding))
		return xstrdup("the only fix known for it does not help here.");
	return NULL;
}

/* *ret_done: the text is another now. */
static int try_one(struct fixing *fixing, struct finding *finding, bool *ret_done,
		   struct error *error)
{
	_cleanup_text_ struct text text = {};
	_cleanup_(judged_free) struct judged after = {};
	char *reason = NULL;
	bool edited;

	*ret_done = false;
	if (edit_for(fixing, finding, &text, error) < 0)
		return -1;
	edited = text.n > 0;
	if (edited) {
		if (read_and_judge(fixing, &text, &after, error) < 0)
			return -1;
		reason = reason_against(fixing, finding, &after);
	}
	if (!edited || reason) {
		*vec_add(&fixing->fixes->left) =
			(struct check_fix_left){ take(finding), reason };
		return 0;
	}
	*vec_add(&fixing->fixes->done.findings) = take(finding);
	judged_free(&fixing->now);
	fixing->now = after;
	after = (struct judged){};
	*ret_done = true;
	return 0;
}

/* Fixes the first finding of that severity that can be, and was not tried before. */
static int fix_first(struct fixing *fixing, enum severity severity, bool *ret_done,
		     struct error *error)
{
	struct report *report = &fixing->now.result.report;

	for (size_t i = 0; i < report->findings.n && !*ret_done; i++) {
		struct finding *finding = &report->findings.v[i];

		if (finding->severity != severity || !finding->fixable ||
		    !fix_is_known(finding->rule) ||
		    !check_wants(fixing->options, rule_named(finding->rule)) ||
		    was_tried(fixing->fixes, finding))
			continue;
		if (try_one(fixing, finding, ret_done, error) < 0)
			return -1;
	}
	return 0;
}

static int fix_all(struct fixing *fixing, struct error *error)
{
	bool done = true;

	for (int round = 0; done && round < FIXES_LIMIT; round++) {
		done = false;
		for (int severity = SEVERITY_ERROR; severity >= 0 && !done; severity--)
			if (fix_first(fixing, (enum severity)severity, &done, error) < 0)
				return -1;
	}
	return 0;
}

/* What was fixed, but is found again after a later fix. */
static void look_again(struct fixing *fixing)
{
	struct check_fixes *fixes = fixing->fixes;
	size_t kept = 0;

	for (size_t i = 0; i < fixes->done.findings.n; i++)
		if (is_among(&fixing->now.result.report, &fixes->done.findings.v[i]))
			*vec_add(&fixes->left) = (struct check_fix_left){
				fixes->done.findings.v[i],
				xstrdup("a fix made later brought it back.")
			};
		else
			fixes->done.findings.v[kept++] = fixes->done.findings.v[i];
	fixes->done.findings.n = kept;
}

/* Also of a domain that libvirt refuses: what it has in common with the other. */
static int predict_roughly(const struct document *document, struct machine *ret,
			   struct error *error)
{
	_cleanup_guest_ struct guest guest = {};

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	predict_any(&guest, ret);
	return 0;
}

int check_fix_view(const struct document *before, const struct document *after,
		   struct differences *ret, struct error *error)
{
	_cleanup_machine_ struct machine old = {}, new = {};

	if (predict_roughly(before, &old, error) < 0 ||
	    predict_roughly(after, &new, error) < 0)
		return -1;
	compare_machines(&old, &new, &(struct compare_options){}, ret);
	return 0;
}

int check_fix(const struct document *document, const struct check_options *options,
	      struct text *ret_text, struct check_fixes *ret, struct error *error)
{
	struct fixing fixing = { .name = document->name, .options = options,
				 .all = *options, .fixes = ret };
	_cleanup_text_ struct text text = {};
	int rc;

	*ret = (struct check_fixes){};
	*ret_text = (struct text){};
	memset(&fixing.all.only, 0, sizeof(fixing.all.only));
	memset(&fixing.all.ignored, 0, sizeof(fixing.all.ignored));
	text_add(&text, document->text.s, document->text.n);
	rc = read_and_judge(&fixing, &text, &fixing.now, error);
	if (rc == 0)
		rc = fix_all(&fixing, error);
	if (rc == 0) {
		look_again(&fixing);
		*ret_text = fixing.now.text;
		fixing.now.text = (struct text){};
	}
	judged_free(&fixing.now);
	return rc;
}

void check_fixes_free(struct check_fixes *fixes)
{
	report_free(&fixes->done);
	for (size_t i = 0; i < fixes->left.n; i++) {
		struct report one = {};

		*vec_add(&one.findings) = fixes->left.v[i].finding;
		report_free(&one);
		free(fixes->left.v[i].reason);
	}
	vec_free(&fixes->left);
}
