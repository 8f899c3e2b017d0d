/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/check-options.h"

#include "base/file.h"
#include "planner/check/rules.h"

#include <assert.h>

static int take_host(struct check_flags *flags, const char *value, struct error *error)
{
	(void)error;
	*vec_add(&flags->hosts) = value;
	return 0;
}

static int take_locality(struct check_flags *flags, const char *value,
			 struct error *error)
{
	return source_add_locality(&flags->source, value, error);
}

static int take_target(struct check_flags *flags, const char *value, struct error *error)
{
	flags->target.installed = streq(value, "installed");
	return flags->target.installed ? 0
				       : target_parse(value, &flags->target.given, error);
}

static int take_policy(struct check_flags *flags, const char *value, struct error *error)
{
	static const char *const names[] = {
		[POLICY_REQUIRED] = "required",   [POLICY_SOCKET] = "socket",
		[POLICY_PREFERRED] = "preferred", [POLICY_LEGACY] = "legacy",
		[POLICY_CELL] = "cell",
	};
	int most;

	if (has_prefix(value, "distance<=")) {
		if (!parse_int(value + strlen("distance<="), &most) || most < 10 ||
		    most > 255)
			return error_input(error, "--policy %s: distances are 10 to 255",
					   value);
		flags->check.policy = POLICY_DISTANCE;
		flags->check.most_distance = (unsigned)most;
		return 0;
	}
	for (size_t i = 1; i < ARRAY_SIZE(names); i++)
		if (streq(names[i], value))
			flags->check.policy = (enum check_policy)i;
	return 0;
}

static int need_rule(const char *option, const char *value, struct error *error)
{
	const char *nearest = rule_nearest(value);

	if (rule_named(value))
		return 0;
	return error_input(error, "--%s %s: there is no such rule; %s%s", option, value,
			   nearest ? "did you mean " : "`explain` lists them",
			   nearest ? nearest : "");
}

static int take_ignore(struct check_flags *flags, const char *value, struct error *error)
{
	*vec_add(&flags->check.ignored) = value;
	return need_rule("ignore", value, error);
}

static int take_only(struct check_flags *flags, const char *value, struct error *error)
{
	*vec_add(&flags->check.only) = value;
	return need_rule("only", value, error);
}

static int take_fail_on(struct check_flags *flags, const char *value, struct error *error)
{
	static const char *const names[] = {"error", "warning", "info", "skipped"};

	(void)error;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(names[i], value))
			flags->fail_on = (enum fail_on)i;
	return 0;
}

static int take_baseline(struct check_flags *flags, const char *value,
			 struct error *error)
{
	(void)error;
	flags->baseline = value;
	return 0;
}

static int take_files_from(struct check_flags *flags, const char *value,
			   struct error *error)
{
	(void)error;
	flags->files_from = value;
	return 0;
}

static int take_jobs(struct check_flags *flags, const char *value, struct error *error)
{
	if (parse_int(value, &flags->jobs) && flags->jobs >= 1 && flags->jobs <= 256)
		return 0;
	return error_input(error, "-j %s: give a number of threads from 1 to 256", value);
}

static int take_json(struct check_flags *flags, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	flags->form = CHECK_JSON;
	return 0;
}

static int take_json_lines(struct check_flags *flags, const char *value,
			   struct error *error)
{
	(void)value;
	(void)error;
	flags->form = CHECK_JSON_LINES;
	return 0;
}

static int take_sarif(struct check_flags *flags, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	flags->form = CHECK_SARIF;
	return 0;
}

static int take_fix(struct check_flags *flags, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	flags->fix = true;
	return 0;
}

static int take_in_place(struct check_flags *flags, const char *value,
			 struct error *error)
{
	flags->in_place = true;
	return take_fix(flags, value, error);
}

const struct option_row check_rows[] = {
	{.name = "host",
	 .arg = "SOURCE",
	 .help = "judge against that host; repeat to compare hosts"},
	{.name = "locality",
	 .arg = "RANGE=NODE",
	 .help = "root buses, as 0000:80-ff, that firmware gave no node; repeat"},
	{.name = "target",
	 .arg = "libvirt=V,qemu=V",
	 .help = "for these versions, or installed; else what the host or domain has"},
	{.name = "policy",
	 .arg = "NAME",
	 .choices = "required|socket|preferred|legacy|cell|distance<=",
	 .help = "OpenStack's affinity policies; cell and distance<=N"},
	{.name = "ignore", .arg = "RULE", .help = "leave a rule out; repeat"},
	{.name = "only", .arg = "RULE", .help = "ask this rule only; repeat"},
	{.name = "fail-on",
	 .arg = "WHAT",
	 .choices = "error|warning|info|skipped",
	 .help = "what makes the exit status 1 (error)"},
	{.name = "baseline",
	 .arg = "FILE",
	 .help = "leave out what this output of --json already has"},
	{.name = "files-from",
	 .arg = "FILE",
	 .help = "more files, one a line; - is standard input"},
	{.name = "jobs", .letter = 'j', .arg = "N", .help = "threads (1)"},
	{.name = "json", .letter = 'J', .help = "one JSON object"},
	{.name = "json-lines", .help = "a line of JSON for each finding"},
	{.name = "sarif", .help = "SARIF 2.1, for code hosts"},
	{.name = "fix", .help = "print the domain with all fixed that needs no guess"},
	{.name = "in-place", .help = "the same, written back to the file"},
	{},
};

static int (*const takers[])(struct check_flags *flags, const char *value,
			     struct error *error) = {
	take_host, take_locality,   take_target,   take_policy,     take_ignore,
	take_only, take_fail_on,    take_baseline, take_files_from, take_jobs,
	take_json, take_json_lines, take_sarif,    take_fix,        take_in_place,
};
static_assert(ARRAY_SIZE(takers) + 1 == ARRAY_SIZE(check_rows),
	      "an option lacks its taker");

int check_take_option(struct check_flags *flags, int row, const char *value,
		      struct error *error)
{
	return takers[row](flags, value, error);
}

int check_read_list(struct check_flags *flags, struct error *error)
{
	_cleanup_text_ struct text text = {};
	char *rest, *line;

	if (!flags->files_from)
		return 0;
	if (file_read(flags->files_from, FILE_LIMIT, &text, error) < 0)
		return -1;
	rest = text.s;
	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			*vec_add(&flags->files) = xstrdup(line);
	return 0;
}
