/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The domain is read, completed as libvirt would (assign.h), and
 * each row of the table is asked in turn, rows that others stand on first. A rule whose
 * facts are missing, or whose ground another finding has taken away, is listed as
 * skipped: what we cannot know is never reported as passed. Suppressions are applied to
 * what was found, so that one that silences nothing has no effect.
 */
#include "planner/check/rules.h"

#include "planner/check/suppress.h"
#include "planner/check/together.h"
#include "planner/guest-read.h"

#include <stdarg.h>

static char *format_string(const char *format, va_list args)
{
	struct text text = {};

	text_vprintf(&text, format, args);
	return text_take(&text);
}

static int shown_element(const struct check *check, int element)
{
	if (element >= 0)
		return element;
	return MAX(check->guest->devices_element, 0);
}

static void set_place(const struct check *check, struct place *place, int element)
{
	const struct document_element *at = &check->document->elements.v[element];

	free(place->path);
	place->file = check->document->name;
	place->line = at->line;
	place->column = at->column;
	place->path = document_path(check->document, element);
}

struct finding *check_found(struct check *check, int element, const char *format, ...)
{
	va_list args;
	_cleanup_free_ char *message = NULL;
	struct finding *finding;

	va_start(args, format);
	message = format_string(format, args);
	va_end(args);
	finding = report_add(check->report, check->rule->id, check->rule->severity, "%s",
			     message);
	element = shown_element(check, element);
	/* An argument of QEMU's is not ours to change. */
	finding->fixable = check->rule->fixable &&
			   !check->document->elements.v[element].node->ns;
	set_place(check, &finding->place, element);
	*vec_add(&check->elements) = element;
	check->found[check->rule - rules] = true;
	return finding;
}

void check_skip(struct check *check, const char *needs, const char *format, ...)
{
	va_list args;
	_cleanup_free_ char *reason = NULL;

	va_start(args, format);
	reason = format_string(format, args);
	va_end(args);
	report_skip(check->report, check->rule->id, needs, "%s", reason);
	vec_last(&check->report->skipped)->file = check->document->name;
}

void check_mend(struct finding *finding, const char *format, ...)
{
	va_list args;

	free(finding->remedy);
	va_start(args, format);
	finding->remedy = format_string(format, args);
	va_end(args);
}

void check_values(struct finding *finding, const char *observed, const char *expected)
{
	free(finding->observed);
	free(finding->expected);
	finding->observed = xstrdup(observed);
	finding->expected = xstrdup(expected);
}

void check_relate(struct check *check, struct finding *finding, int element)
{
	if (element >= 0)
		set_place(check, &finding->related, element);
}

static bool named(const char *const *names, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (streq(names[i], id))
			return true;
	return false;
}

bool check_wants(const struct check_options *options, const struct rule *rule)
{
	if (streq_null(options->without, rule->id))
		return false;
	if (options->only.n > 0 && !named(options->only.v, options->only.n, rule->id))
		return false;
	if (named(options->ignored.v, options->ignored.n, rule->id))
		return false;
	return !(rule->needs & NEED_POLICY) || options->policy != POLICY_NONE;
}

static bool groups_known(const struct machine *host)
{
	for (size_t i = 0; i < host->functions.n; i++)
		if (host->functions.v[i].iommu_group != GROUP_UNKNOWN)
			return true;
	return false;
}

/* Whether the facts are there; lists the rule as skipped if not. */
static bool has_facts(struct check *check)
{
	unsigned needs = check->rule->needs;
	const char *machine = check->guest->machine;

	if ((needs & NEED_MACHINE) && !check->assignment->known)
		check_skip(check, "machine",
			   "the PCI layout of machine type %s is not known to us",
			   machine ? machine : "(none given)");
	else if ((needs & (NEED_HOST | NEED_HOST_PCI | NEED_GROUPS)) && !check->host)
		check_skip(check, "host", "no host is given (--host)");
	else if ((needs & (NEED_HOST_PCI | NEED_GROUPS)) &&
		 check->host->pci_known == KNOWN_NO)
		check_skip(check, "host-pci", "the host's description has no PCI devices");
	else if ((needs & NEED_GROUPS) && !groups_known(check->host))
		check_skip(check, "iommu-groups",
			   "the host's description has no IOMMU groups");
	else
		return true;
	return false;
}

/* The first prerequisite that found something, NULL. */
static const char *lost_ground(const struct check *check)
{
	for (size_t i = 0; i < ARRAY_SIZE(check->rule->after); i++) {
		const char *before = check->rule->after[i];

		if (before && check->found[rule_named(before) - rules])
			return before;
	}
	return NULL;
}

static void ask_all(struct check *check)
{
	for (size_t i = 0; i < n_rules; i++) {
		const char *lost;

		check->rule = &rules[i];
		if (!check->rule->judge_it || !check_wants(check->options, check->rule))
			continue;
		lost = lost_ground(check);
		if (lost)
			check_skip(check, "rule", "%s must hold first", lost);
		else if (has_facts(check))
			check->rule->judge_it(check);
	}
}

static void give_remedies(struct report *report)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		struct finding *finding = &report->findings.v[i];

		if (!finding->remedy)
			finding->remedy = xstrdup(rule_named(finding->rule)->mend);
	}
}

int check_document(const struct document *document, const struct check_options *options,
		   struct check_result *ret, struct error *error)
{
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	struct report found = {};
	struct check_options settled = *options;
	struct check check = { .document = document,
			       .guest = &guest,
			       .assignment = &assignment,
			       .options = &settled,
			       .host = options->host,
			       .report = &found,
			       .found = xcalloc(n_rules, sizeof(bool)) };

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0) {
		free(check.found);
		return -1;
	}
	if (options->target_wish) {
		target_settle(options->target_wish, options->host, document, &guest, NULL,
			      &ret->target);
		settled.target = ret->target.target;
	}
	assign(&guest, &assignment);
	check_build_tree(&check);
	ask_all(&check);
	give_remedies(&found);
	suppress(document, &found, check.elements.v, ret);
	if (check.host)
		check_gather_use(&check, &ret->use);
	vec_free(&check.elements);
	free(check.found);
	report_sort(&ret->report);
	return 0;
}

void check_result_free(struct check_result *result)
{
	struct report silenced = {};

	for (size_t i = 0; i < result->suppressed.n; i++) {
		*vec_add(&silenced.findings) = result->suppressed.v[i].finding;
		free(result->suppressed.v[i].reason);
	}
	report_free(&silenced);
	vec_free(&result->suppressed);
	report_free(&result->report);
	check_use_free(&result->use);
	target_settled_free(&result->target);
}
