/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-ignore.c - comments and metadata that ask for silence and get none. */
#include "planner/check/rules.h"

#include "planner/check/ignores.h"

void ignore_malformed(struct check *check)
{
	ignores list = {};

	ignores_read(check->document, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct ignore *wish = &list.v[i];
		_cleanup_free_ char *name = xstrndup(wish->rule, wish->rule_n);
		int element = MAX(wish->element, 0);

		if (!rule_named(name))
			check_found(check, element,
				    "'%s' is to be ignored, but no rule is called so.",
				    name);
		else if (!wish->reason[strspn(wish->reason, " \t\r\n")])
			check_found(
				check, element,
				"%s is to be ignored, but no reason is given: it is not.",
				name);
		else if (wish->element < 0)
			check_found(
				check, element,
				"%s is to be ignored at a path that leads to no element.",
				name);
	}
	vec_free(&list);
}
