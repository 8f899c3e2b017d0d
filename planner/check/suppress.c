/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/suppress.h"

#include "base/first.h"
#include "base/text.h"
#include "planner/check/ignores.h"
#include "planner/check/rules.h"

/* The ignores by rule and element, the first of each. */
struct silence {
	const ignores *list;
	struct firsts by_rule;
};

static void silence_begin(const ignores *list, struct silence *ret)
{
	*ret = (struct silence){.list = list};
	for (size_t i = 0; i < list->n; i++) {
		const struct ignore *wish = &list->v[i];
		_cleanup_free_ char *name = xstrndup(wish->rule, wish->rule_n);
		const struct rule *rule = rule_named(name);

		if (rule && *wish->reason && wish->element >= 0)
			first_add(&ret->by_rule, rule->id, (uint64_t)wish->element,
				  (int)i);
	}
}

/*
 * The reason of the first ignore for the element or one above it; NULL: none. Owned by
 * the caller.
 */
static char *reason_for(const struct document *document, const struct silence *silence,
			const char *rule, int element)
{
	int first = -1;
	const char *reason;
	size_t n;

	for (; silence->by_rule.n > 0 && element >= 0;
	     element = document->elements.v[element].parent) {
		int wish = first_find(&silence->by_rule, rule, (uint64_t)element);

		if (wish >= 0 && (first < 0 || wish < first))
			first = wish;
	}
	if (first < 0)
		return NULL;
	reason = silence->list->v[first].reason;
	n = strlen(reason);
	while (n > 0 && strchr(" \t\r\n", reason[n - 1]))
		n--;
	return xstrndup(reason, n);
}

void suppress(const struct document *document, struct report *found, const int *elements,
	      struct check_result *ret)
{
	ignores list = {};
	struct silence silence;

	if (found->findings.n > 0)
		ignores_read(document, &list);
	silence_begin(&list, &silence);
	for (size_t i = 0; i < found->findings.n; i++) {
		char *reason = reason_for(document, &silence, found->findings.v[i].rule,
					  elements[i]);

		if (reason)
			*vec_add(&ret->suppressed) =
				(struct check_suppressed){found->findings.v[i], reason};
		else
			*vec_add(&ret->report.findings) = found->findings.v[i];
	}
	for (size_t i = 0; i < found->skipped.n; i++)
		*vec_add(&ret->report.skipped) = found->skipped.v[i];
	firsts_free(&silence.by_rule);
	vec_free(&list);
	vec_free(&found->findings);
	vec_free(&found->skipped);
}
