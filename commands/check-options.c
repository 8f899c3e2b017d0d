/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/check-options.h"

#include "base/file.h"
#include "planner/check/rules.h"

static int set_policy(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	struct check_options *check = target;
	static const char *const names[] = {
		[POLICY_REQUIRED] = "required",   [POLICY_SOCKET] = "socket",
		[POLICY_PREFERRED] = "preferred", [POLICY_LEGACY] = "legacy",
		[POLICY_CELL] = "cell",
	};
	int most;

	if (has_prefix(value, "distance<=")) {
		if (!parse_int(value + strlen("distance<="), &most) || most < 10 ||
		    most > 255)
			return option_error(error, row->name, value,
					    "a distance must be a number from 10 to 255");
		check->policy = POLICY_DISTANCE;
		check->most_distance = (unsigned)most;
		return 0;
	}
	for (size_t i = 1; i < ARRAY_SIZE(names); i++)
		if (streq(names[i], value))
			check->policy = (enum check_policy)i;
	return 0;
}

static int need_rule(const char *option, const char *value, struct error *error)
{
	const char *nearest = rule_nearest(value);

	if (rule_named(value))
		return 0;
	return option_error(error, option, value, "there is no such rule; %s%s",
			    nearest ? "did you mean " : "`explain` lists the rules",
			    nearest ? nearest : "");
}

static int add_rule(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	if (option_set_list(target, row, value, error) < 0)
		return -1;
	return need_rule(row->name, value, error);
}

static int set_jobs(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	struct check_flags *flags = target;

	if (parse_int(value, &flags->jobs) && flags->jobs >= 1 && flags->jobs <= 256)
		return 0;
	return option_error(error, row->name, value,
			    "must be a number of threads from 1 to 256");
}

static int set_form(enum check_form *form, enum check_form wanted, struct error *error)
{
	if (*form != CHECK_TEXT && *form != wanted)
		return error_input(
			error, "--json, --json-lines and --sarif are mutually exclusive");
	*form = wanted;
	return 0;
}

/* One function for each form, because a row only says which. */
#define FORM_SETTER(function, wanted)                                                    \
	static int function(void *target, const struct option_row *row,                  \
			    const char *value, struct error *error)                      \
	{                                                                                \
		enum check_form *form = target;                                          \
                                                                                         \
		(void)row;                                                               \
		(void)value;                                                             \
		return set_form(form, wanted, error);                                    \
	}
FORM_SETTER(set_json, CHECK_JSON)
FORM_SETTER(set_json_lines, CHECK_JSON_LINES)
FORM_SETTER(set_sarif, CHECK_SARIF)

static int set_in_place(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	struct check_flags *flags = target;

	(void)row;
	(void)value;
	(void)error;
	flags->in_place = flags->fix = true;
	return 0;
}

const struct option_row check_rows[] = {
	{OPTION_TABLE(connect_rows, struct check_flags, connect)},
	{"all", 0, NULL, "check all domains of libvirt",
	 SET_TRUE(struct check_flags, connect.all)},
	{"host", 0, "SOURCE", "check against this host; can be repeated to compare hosts",
	 SET_FILES(struct check_flags, hosts)},
	{"locality", 0, "BUSES=NODE",
	 "NUMA node of root buses whose node the firmware does not report, for example 0000:80-ff=1; can be repeated",
	 SET_WITH(source_set_locality, struct check_flags, source)},
	{"target", 0, "libvirt=V,qemu=V,firmware=F",
	 "versions to check for, or \"installed\" (default: from the host or the domain)",
	 SET_WITH(target_wish_set, struct check_flags, target)},
	{"policy", 0, "NAME",
	 "affinity policy that devices must satisfy: one of OpenStack's, cell or distance<=N",
	 "required|socket|preferred|legacy|cell|distance<=",
	 SET_WITH(set_policy, struct check_flags, check)},
	{"ignore", 0, "RULE", "do not check this rule; can be repeated",
	 SET_WITH(add_rule, struct check_flags, check.ignored)},
	{"only", 0, "RULE", "check only this rule; can be repeated",
	 SET_WITH(add_rule, struct check_flags, check.only)},
	{"fail-on", 0, "WHAT",
	 "lowest severity, or skipped, that makes the exit status 1 (default: error)",
	 "error|warning|info|skipped", SET_CHOICE(struct check_flags, fail_on)},
	{"baseline", 0, "FILE",
	 "do not report findings that are in FILE, an earlier output of --json",
	 SET_FILE(struct check_flags, baseline)},
	{"files-from", 0, "FILE",
	 "read the names of more domain files from FILE, one per line; - is standard input",
	 SET_FILE(struct check_flags, files_from)},
	{"jobs", 'j', "N", "threads (1)", SET_BY(set_jobs)},
	{"json", 'J', NULL, "print one JSON object",
	 SET_WITH(set_json, struct check_flags, form)},
	{"json-lines", 0, NULL, "print a line of JSON for each finding",
	 SET_WITH(set_json_lines, struct check_flags, form)},
	{"sarif", 0, NULL, "print SARIF 2.1, for code hosting sites",
	 SET_WITH(set_sarif, struct check_flags, form)},
	{"fix", 0, NULL,
	 "print the domain with everything fixed that can be fixed without guessing",
	 SET_TRUE(struct check_flags, fix)},
	{"in-place", 0, NULL, "like --fix, but write the result back to the file",
	 SET_BY(set_in_place)},
	{"output", 'o', "FILE", "write what --fix prints to FILE",
	 SET_FILE(struct check_flags, output)},
	{},
};

int check_read_list(struct check_flags *flags, struct error *error)
{
	_cleanup_text_ struct text text = {};
	char *rest, *line;

	if (!flags->files_from)
		return 0;
	if (file_read(flags->files_from, FILE_LIMIT, &text, error) < 0)
		return option_wrap(error, "files-from", flags->files_from);
	rest = text.s;
	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			*vec_add(&flags->files) = xstrdup(line);
	return 0;
}

/* What --fix prints is to be defined, so it is the configuration of the next start. */
int check_connect(struct check_flags *flags, struct error *error)
{
	if (connect_check(&flags->connect, error) < 0)
		return -1;
	if (!connect_wanted(&flags->connect))
		return 0;
	if (flags->in_place)
		return error_input(
			error,
			"--in-place writes files; use --fix, or EDITOR=\"virt-layout check --in-place\" virsh edit");
	if (flags->connect.all && flags->files.n > 0)
		return error_input(error,
				   "--all and names of domains are mutually exclusive");
	if (!flags->connect.all && flags->files.n == 0)
		return error_input(error,
				   "--connect needs the name of a domain, or --all");
	flags->connect.inactive |= flags->fix;
	if (connect_read(&flags->connect, flags->files.v, flags->files.n,
			 &flags->connected, error) < 0)
		return -1;
	for (size_t i = 0; i < flags->files.n; i++)
		free(flags->files.v[i]);
	flags->files.n = 0;
	for (size_t i = 0; i < flags->connected.domains.n; i++)
		*vec_add(&flags->files) = xstrdup(flags->connected.domains.v[i].name);
	return 0;
}
