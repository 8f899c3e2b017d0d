/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compare-parts.c - adding what was found to the list of differences. */
#include "topology/compare-parts.h"

#include <stdarg.h>

int compare_add(struct comparison *c, enum difference_kind kind, int because,
		const char *format, ...)
{
	struct difference *difference = vec_add(&c->ret->list);
	struct text subject = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&subject, format, args);
	va_end(args);
	difference->kind = kind;
	difference->because = because;
	difference->subject = text_take(&subject);
	return (int)c->ret->list.n - 1;
}

void compare_expected(struct comparison *c, const char *format, ...)
{
	struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	vec_last(&c->ret->list)->expected = text_take(&text);
}

void compare_observed(struct comparison *c, const char *format, ...)
{
	struct text text = {};
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	vec_last(&c->ret->list)->observed = text_take(&text);
}

int compare_find(const struct comparison *c, enum difference_kind kind,
		 const char *subject)
{
	for (size_t i = 0; i < c->ret->list.n; i++)
		if (c->ret->list.v[i].kind == kind &&
		    (!subject || streq(c->ret->list.v[i].subject, subject)))
			return (int)i;
	return -1;
}

void compare_unknown(struct comparison *c, const char *what, bool expected,
		     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	differences_vunknown(c->ret, what, expected ? "expected" : "observed", format,
			     args);
	va_end(args);
}

bool compare_known(struct comparison *c, const char *what, const char *subject,
		   bool expected_known, bool observed_known, bool equal)
{
	if (!expected_known)
		compare_unknown(c, what, true, "%s", subject);
	else if (!observed_known)
		compare_unknown(c, what, false, "%s", subject);
	if (!expected_known || !observed_known)
		return true;
	c->ret->checked++;
	return equal;
}

bool compare_observed_by_kernel(const struct comparison *c)
{
	return c->observed->source == MACHINE_LIVE ||
	       c->observed->source == MACHINE_SYSFS;
}
