/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/kernel-line.h"

#include "base/macros.h"

/* The length of @name at @at, where '-' and '_' are alike, as in the kernel; 0: another.
 */
static size_t match_name(const char *at, const char *name)
{
	size_t n = 0;

	for (; name[n]; n++)
		if (at[n] != name[n] && !(at[n] == '-' && name[n] == '_'))
			return 0;
	return strchr(" =", at[n]) ? n : 0;
}

const char *kernel_line_value(const struct machine *host, const char *name)
{
	const char *line = machine_fact(host, "kernel.command-line");
	const char *value = NULL;

	for (const char *at = line; at && *at; at += strcspn(at, " ")) {
		size_t n;

		at += strspn(at, " ");
		n = match_name(at, name);
		if (n)
			value = at + n + (at[n] == '=');
	}
	return value;
}

bool kernel_line_has(const struct machine *host, const char *name, const char *word)
{
	const char *at = kernel_line_value(host, name);

	while (at) {
		size_t n = strcspn(at, ", ");

		if (n == strlen(word) && memcmp(at, word, n) == 0)
			return true;
		at = at[n] == ',' ? at + n + 1 : NULL;
	}
	return false;
}

/* As the kernel reads it (lib/kstrtox.c). */
bool kernel_line_is_on(const char *value)
{
	size_t n = value ? strcspn(value, " ") : 0;

	return value &&
	       (n == 0 || strchr("1yYtT", value[0]) ||
		(n == 2 && (has_prefix(value, "on") || has_prefix(value, "ON"))));
}
