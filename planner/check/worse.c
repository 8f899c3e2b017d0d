/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/worse.h"

#include "planner/check/rules.h"

#include "base/macros.h"

/* How many findings of at least some severity there are, in total and by rule. */
struct tally {
	size_t all, by_rule[RULES_LIMIT];
};

static void tally(const struct report *report, enum severity severity, struct tally *ret)
{
	*ret = (struct tally){};
	for (size_t i = 0; i < report->findings.n; i++) {
		if (report->findings.v[i].severity < severity ||
		    report->findings.v[i].row->notes_change)
			continue;
		ret->all++;
		ret->by_rule[rule_index(report->findings.v[i].row)]++;
	}
}

/* Whether an error prevented the rule from being checked. */
static bool was_kept_off(const struct tally *errors, const struct rule *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(rule->after) && rule->after[i]; i++)
		if (errors->by_rule[rule_index(rule->after[i])] > 0)
			return true;
	return false;
}

const struct finding *report_worse(const struct report *before,
				   const struct report *after, enum severity severity,
				   bool even_fixable)
{
	struct tally old, new, errors;

	tally(before, severity, &old);
	tally(before, SEVERITY_ERROR, &errors);
	tally(after, severity, &new);
	for (size_t i = 0; i < after->findings.n; i++) {
		const struct finding *finding = &after->findings.v[i];
		size_t rule = rule_index(finding->row);

		if (finding->fixable && !even_fixable)
			continue;
		if (finding->severity >= severity &&
		    new.by_rule[rule] > old.by_rule[rule] &&
		    (new.all > old.all || !was_kept_off(&errors, finding->row)))
			return finding;
	}
	return NULL;
}

bool report_is_without(const struct report *before, const struct report *fixed,
		       const struct report *after)
{
	struct tally old, gone, new;

	tally(before, SEVERITY_INFO, &old);
	tally(fixed, SEVERITY_INFO, &gone);
	tally(after, SEVERITY_INFO, &new);
	for (size_t i = 0; i < RULES_LIMIT; i++)
		if (new.by_rule[i] + gone.by_rule[i] != old.by_rule[i])
			return false;
	return true;
}

char *finding_string(const struct finding *finding)
{
	struct text text = {};

	text_printf(&text, "line %ld: %s: ", finding->place.line, finding->rule);
	text_add_shown(&text, finding->message);
	if (finding->remedy) {
		text_addc(&text, ' ');
		text_add_shown(&text, finding->remedy);
	}
	return text_take(&text);
}
