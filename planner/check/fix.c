/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Findings are fixed in rounds: the text is edited, read and checked
 * again. A fix counts only if its finding is gone, no error is new, and nothing as severe
 * is new that cannot be fixed in turn; otherwise the text is left as it was before that
 * fix, and the reason is kept. So --fix never gives an error to a domain that libvirt and
 * QEMU accepted.
 *
 * Edits of different findings could conflict (two may need a <features>), so most rounds
 * fix one finding. A round of several (fix-round.h) counts only if it removes exactly
 * these findings and causes none; otherwise it is repeated with fewer, down to one, so
 * that each fix that stays has passed the test above.
 */
#include "planner/check/fix.h"

#include "planner/check/fix-parts.h"
#include "planner/check/fix-round.h"
#include "planner/check/worse.h"
#include "planner/guest/read.h"
#include "planner/guest/predict/predict.h"

#define FIXES_LIMIT ((size_t)1000)

/* A text that was read and checked. */
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
	struct check_options all;            /* the same, with no rule left out */
	struct check_fixes *fixes;
	struct judged now;
	size_t most;   /* findings of one round */
	bool was_less; /* the last round was made with one finding less than the one
			* before */
};

/*
 * Takes ownership of the text. Every rule is checked, including those that the user left
 * out.
 */
static int read_and_judge(const struct fixing *fixing, struct text *text,
			  struct judged *ret, struct error *error)
{
	ret->text = *text;
	*text = (struct text){};
	if (document_parse(fixing->name, ret->text.s, ret->text.n, &ret->document,
			   error) < 0)
		return -1;
	return check_document(&ret->document, &fixing->all, &ret->result, error);
}

static bool is_same(const struct finding *a, const struct finding *b)
{
	return a->row == b->row && streq_null(a->place.path, b->place.path) &&
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

/* Moves a finding out of its report; the document that it names is going to be freed. */
static struct finding take(struct finding *finding)
{
	struct finding taken = *finding;

	*finding = (struct finding){.rule = finding->rule,
				    .row = finding->row,
				    .severity = finding->severity};
	finding->message = xstrdup(taken.message);
	taken.place.file = NULL;
	taken.related.file = NULL;
	return taken;
}

/* Why a fix must be taken back, or NULL. Owned by the caller. */
static char *reason_against(const struct fixing *fixing, const struct finding *finding,
			    const struct judged *after)
{
	const struct report *old = &fixing->now.result.report,
			    *new = &after->result.report;
	const struct finding *worse = report_worse(old, new, SEVERITY_ERROR, true);
	_cleanup_free_ char *words = NULL;

	if (!worse)
		worse = report_worse(old, new, finding->severity, false);
	if (worse) {
		words = finding_string(worse);
		return xasprintf("the fix would cause this: %s", words);
	}
	if (is_among(new, finding))
		return xstrdup("the only known fix does not help here.");
	return NULL;
}

/* Whether the round removed its findings, and did nothing else. */
static bool is_clean(const struct fixing *fixing, const struct fix_round *round,
		     const struct judged *after)
{
	const struct report *old = &fixing->now.result.report,
			    *new = &after->result.report;
	struct report fixed = {};
	bool clean = true;

	for (size_t i = 0; i < round->steps.n; i++) {
		if (!round->steps.v[i].edited)
			continue;
		*vec_add(&fixed.findings) = *round->steps.v[i].finding;
		clean &= !is_among(new, round->steps.v[i].finding);
	}
	clean = clean && report_is_without(old, &fixed, new);
	vec_free(&fixed.findings);
	return clean;
}

/* Moves the finding of a step, with the position that it had when its turn came. */
static struct finding take_step(const struct fix_step *step)
{
	struct finding taken = take(step->finding);

	taken.place.line += step->more_lines;
	return taken;
}

static void keep_round(struct fixing *fixing, const struct fix_round *round,
		       struct judged *after)
{
	for (size_t i = 0; i < round->steps.n; i++)
		if (round->steps.v[i].edited)
			*vec_add(&fixing->fixes->done.findings) =
				take_step(&round->steps.v[i]);
		else
			*vec_add(&fixing->fixes->left) =
				(struct check_fix_left){take_step(&round->steps.v[i]),
							NULL};
	if (round->edited == 0)
		return;
	judged_free(&fixing->now);
	fixing->now = *after;
	*after = (struct judged){};
}

/*
 * The last one alone may cause findings that the others did not, so one less is tried
 * first.
 */
static void try_fewer(struct fixing *fixing, size_t n)
{
	fixing->most = fixing->was_less ? n / 2 : n - 1;
	fixing->was_less = !fixing->was_less;
}

/* Makes a round of the first findings. */
static int try_round(struct fixing *fixing, const fix_findings *wanted,
		     struct error *error)
{
	_cleanup_fix_round_ struct fix_round round = {};
	_cleanup_(judged_free) struct judged after = {};
	char *reason = NULL;

	if (fix_round_make(&fixing->now.document, fixing->options, wanted, &round,
			   error) < 0)
		return -1;
	if (round.edited > 0 && read_and_judge(fixing, &round.text, &after, error) < 0)
		return -1;
	if (round.steps.n > 1 && round.edited > 0 && !is_clean(fixing, &round, &after)) {
		try_fewer(fixing, round.steps.n);
		return 0;
	}
	fixing->most = MIN(MAX(fixing->most, round.steps.n) * 2, FIXES_LIMIT);
	fixing->was_less = false;
	if (round.steps.n == 1 && round.edited > 0)
		reason = reason_against(fixing, round.steps.v[0].finding, &after);
	if (reason)
		*vec_add(&fixing->fixes->left) =
			(struct check_fix_left){take(round.steps.v[0].finding), reason};
	else
		keep_round(fixing, &round, &after);
	return 0;
}

/* Those of this severity that can be fixed, and were not tried before. */
static void list_wanted(struct fixing *fixing, enum severity severity, fix_findings *ret)
{
	struct report *report = &fixing->now.result.report;
	size_t most = MIN(fixing->most, FIXES_LIMIT - fixing->fixes->done.findings.n);

	ret->n = 0;
	for (size_t i = 0; i < report->findings.n && ret->n < most; i++) {
		struct finding *finding = &report->findings.v[i];

		if (finding->severity == severity && finding->fixable &&
		    check_wants(fixing->options, finding->row) &&
		    !was_tried(fixing->fixes, finding))
			*vec_add(ret) = finding;
	}
}

static int fix_all(struct fixing *fixing, struct error *error)
{
	fix_findings wanted = {};
	int rc = 0;

	do {
		for (int severity = SEVERITY_ERROR; severity >= 0; severity--) {
			list_wanted(fixing, (enum severity)severity, &wanted);
			if (wanted.n > 0)
				break;
		}
		if (wanted.n > 0)
			rc = try_round(fixing, &wanted, error);
	} while (rc == 0 && wanted.n > 0);
	vec_free(&wanted);
	return rc;
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
				xstrdup("a later fix caused it again.")};
		else
			fixes->done.findings.v[kept++] = fixes->done.findings.v[i];
	fixes->done.findings.n = kept;
}

/* Also for a domain that libvirt refuses: what it has in common with the other. */
static int predict_roughly(const struct document *document, unsigned libvirt,
			   struct machine *ret, struct error *error)
{
	_cleanup_guest_ struct guest guest = {};

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	predict_any(&guest, libvirt, ret);
	return 0;
}

int check_fix_view(const struct document *before, const struct document *after,
		   unsigned libvirt, struct differences *ret, struct error *error)
{
	_cleanup_machine_ struct machine old = {}, new = {};

	if (predict_roughly(before, libvirt, &old, error) < 0 ||
	    predict_roughly(after, libvirt, &new, error) < 0)
		return -1;
	compare_machines(&old, &new, &(struct compare_options){}, ret);
	return 0;
}

int check_fix(const struct document *document, const struct check_options *options,
	      struct text *ret_text, struct check_fixes *ret, struct error *error)
{
	struct fixing fixing = {.name = document->name,
				.options = options,
				.all = *options,
				.fixes = ret,
				.most = FIXES_LIMIT};
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
