/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The domain is read, completed as libvirt would (assign.h), and
 * each row of the table is checked in turn, after its prerequisites. A rule whose facts
 * are missing, or one of whose prerequisites has a finding, is listed as skipped: what we
 * cannot know is never reported as passed. Suppressions are applied to the findings, so
 * that one that silences nothing has no effect.
 */
#include "planner/check/host.h"

#include "planner/check/suppress.h"
#include "planner/check/use.h"
#include "planner/guest/read.h"

#include <assert.h>
#include <stdarg.h>

static bool groups_known(const struct machine *host)
{
	for (size_t i = 0; i < host->functions.n; i++)
		if (host->functions.v[i].iommu_group != GROUP_UNKNOWN)
			return true;
	return false;
}

/* Whether the facts are known; lists the rule as skipped if not. */
static bool has_facts(struct check *check)
{
	unsigned needs = check->rule->needs;
	const char *machine = check->guest->machine;

	if ((needs & NEED_MACHINE) && !check->assignment->known)
		check_skip(check, "machine",
			   "virt-layout does not know the PCI layout of machine type %s",
			   machine ? machine : "(none given)");
	else if ((needs & (NEED_HOST | NEED_HOST_PCI | NEED_GROUPS)) && !check->host)
		check_skip(check, "host", "no host is given (--host)");
	else if ((needs & (NEED_HOST_PCI | NEED_GROUPS)) &&
		 check->host->pci_known == KNOWN_NO)
		check_skip(check, "host-pci",
			   "the host's description has no PCI devices");
	else if ((needs & NEED_GROUPS) && !groups_known(check->host))
		check_skip(check, "iommu-groups",
			   "the host's description has no IOMMU groups");
	else
		return true;
	return false;
}

/* The first prerequisite that has a finding, or NULL. */
static const struct rule *lost_ground(const struct check *check)
{
	for (size_t i = 0; i < ARRAY_SIZE(check->rule->after); i++) {
		const struct rule *before = check->rule->after[i];
		size_t index = before ? rule_index(before) : 0;

		assert(!before || check->asked[index]);
		if (before && check->found[index])
			return before;
	}
	return NULL;
}

/* Whether there is anything to find for the target. */
static bool has_ground(const struct check *check, const struct rule *rule)
{
	return rule->warns_outside || rule_holds(rule, &check->options->target);
}

static void ask(struct check *check, const struct rule *rule, size_t index);

static void ask_prerequisites(struct check *check, const struct rule *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(rule->after); i++)
		if (rule->after[i])
			ask(check, rule->after[i], rule_index(rule->after[i]));
}

static void skip_for(struct check *check, const struct unknown_addition *unknown)
{
	_cleanup_text_ struct text shown = {};

	text_add_shown(&shown, unknown->text);
	check_skip(
		check, "commandline",
		"the domain gives QEMU an argument or property that virt-layout does not understand and that may matter here: %s",
		shown.s);
}

/* What an argument of QEMU that is not understood may change is not known. */
static void admit_unknown(struct check *check)
{
	const struct commandline *commandline = &check->guest->commandline;
	const struct unknown_addition *unknown;

	if (commandline->unknown.n == 0 || check->found[rule_index(check->rule)])
		return;
	unknown = commandline_unknown(commandline, rule_areas(check->rule));
	if (unknown)
		skip_for(check, unknown);
}

/* Whether QEMU is given a value of the property that the rule judges. */
static bool is_overridden(struct check *check)
{
	const struct rule *rule = check->rule;

	for (size_t i = 0; i < ARRAY_SIZE(rule->decided_by); i++) {
		const struct unknown_addition *unknown =
			rule->decided_by[i] ? commandline_sets(&check->guest->commandline,
							       rule->decided_by[i])
					    : NULL;

		if (!unknown)
			continue;
		skip_for(check, unknown);
		return true;
	}
	return false;
}

/* Checks a rule with its rule_index(), once, after its prerequisites. */
static void ask(struct check *check, const struct rule *rule, size_t index)
{
	bool *asked = &check->asked[index];
	const struct rule *lost;

	if (*asked)
		return;
	*asked = true;
	ask_prerequisites(check, rule);
	check->rule = rule;
	if (!rule->judge_it || !check_wants(check->options, rule) ||
	    !has_ground(check, rule))
		return;
	lost = lost_ground(check);
	if (lost)
		check_skip(check, "rule", "%s must be fixed first", lost->id);
	else if (has_facts(check) && !is_overridden(check)) {
		rule->judge_it(check);
		admit_unknown(check);
	}
}

static void ask_all(struct check *check)
{
	size_t index = 0;

	rules_foreach(rule) ask(check, rule, index++);
}

static void give_remedies(struct report *report)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		struct finding *finding = &report->findings.v[i];

		if (!finding->remedy)
			finding->remedy = xstrdup(finding->row->to_fix);
	}
}

int check_document(const struct document *document, const struct check_options *options,
		   struct check_result *ret, struct error *error)
{
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	struct report found = {};
	struct check_options settled = *options;
	struct check check = {.document = document,
			      .guest = &guest,
			      .assignment = &assignment,
			      .options = &settled,
			      .host = options->host,
			      .report = &found,
			      .asked = xcalloc(rules_count(), sizeof(bool)),
			      .found = xcalloc(rules_count(), sizeof(bool))};

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0) {
		free(check.asked);
		free(check.found);
		return -1;
	}
	if (options->target_wish) {
		target_settle(options->target_wish, options->host, document, &guest, NULL,
			      &ret->target);
		settled.target = ret->target.target;
	}
	assign(&guest, settled.target.libvirt, &assignment);
	check_make_indexes(&check);
	ask_all(&check);
	give_remedies(&found);
	suppress(document, &found, check.elements.v, ret);
	if (check.host)
		check_gather_use(&check, &ret->use);
	check_free_indexes(&check);
	vec_free(&check.elements);
	free(check.asked);
	free(check.found);
	report_sort(&ret->report);
	return 0;
}

int check_host_alone(const char *name, const struct check_options *options,
		     struct check_result *ret, struct error *error)
{
	static const char text[] = "<domain type='kvm'><name>none</name></domain>";
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	struct assignment assignment = {};
	struct check check = {.document = &document,
			      .guest = &guest,
			      .assignment = &assignment,
			      .options = options,
			      .host = options->host,
			      .host_alone = true,
			      .report = &ret->report,
			      .asked = xcalloc(rules_count(), sizeof(bool)),
			      .found = xcalloc(rules_count(), sizeof(bool))};
	int rc = document_parse(name, text, strlen(text), &document, error);

	guest_init(&guest);
	rc = rc < 0 ? rc : guest_read(&document, &guest, error);
	rules_foreach(rule) if (rc == 0 && rule->of_host)
		ask(&check, rule, rule_index(rule));
	give_remedies(&ret->report);
	for (size_t i = 0; i < ret->report.findings.n; i++) {
		struct place *place = &ret->report.findings.v[i].place;

		free(place->path);
		*place = (struct place){.file = name};
	}
	vec_free(&check.elements);
	free(check.asked);
	free(check.found);
	return rc;
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
