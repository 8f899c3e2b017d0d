/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mirror-limits.c - how much of a machine is mirrored, as asked for with --mirror. */
#include "planner/plan/request/mirror.h"

#include "planner/plan/request/mirror-parts.h"

static int refuse(const char *text, struct error *error)
{
	_cleanup_free_ char *names = mirror_stand_in_names();

	return error_input(
		error,
		"--mirror %s: must be all, none, per-node=N or KIND=N, where KIND is one of %s",
		text, names);
}

static int limit_kind(struct mirror_options *options, const char *name, unsigned most,
		      const char *text, struct error *error)
{
	const struct device_kind *kind = device_kind_named(name);
	size_t i = 0;

	if (!kind || !mirror_is_stand_in(kind))
		return refuse(text, error);
	while (i < options->n_limits && options->limits[i].kind != kind)
		i++;
	if (i == MIRROR_LIMITS)
		return error_input(error, "--mirror %s: more than %d kinds are limited",
				   text, MIRROR_LIMITS);
	options->limits[i] = (struct mirror_limit){kind, most};
	options->n_limits = MAX(options->n_limits, i + 1);
	return 0;
}

static int limit_one(struct mirror_options *options, const char *word, const char *text,
		     struct error *error)
{
	const char *equals = strchr(word, '=');
	_cleanup_free_ char *name = NULL;
	int most = 0;

	if (streq(word, "all")) {
		options->limited = false;
		options->n_limits = 0;
		return 0;
	}
	if (streq(word, "none")) {
		options->limited = true;
		options->devices_per_node = 0;
		return 0;
	}
	if (!equals || !parse_int(equals + 1, &most) || most < 0)
		return refuse(text, error);
	name = xstrndup(word, (size_t)(equals - word));
	if (!streq(name, "per-node"))
		return limit_kind(options, name, (unsigned)most, text, error);
	options->limited = true;
	options->devices_per_node = (unsigned)most;
	return 0;
}

int mirror_limit(struct mirror_options *options, const char *text, struct error *error)
{
	_cleanup_free_ char *copy = xstrdup(text);
	char *rest = copy, *word;

	while ((word = strsep(&rest, ",")))
		if (limit_one(options, word, text, error) < 0)
			return -1;
	return 0;
}
