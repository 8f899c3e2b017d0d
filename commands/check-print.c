/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/check-print.h"

#include "planner/check/rules.h"

static const char *const colours[] = {
	[SEVERITY_INFO] = "\033[36m",
	[SEVERITY_WARNING] = "\033[33m",
	[SEVERITY_ERROR] = "\033[31m",
};

/* The severity is the first word after the position, so the colour goes around it. */
static void add_coloured(struct text *text, const struct finding *finding)
{
	_cleanup_text_ struct text plain = {};
	const char *word = severity_name(finding->severity), *at;
	_cleanup_free_ char *needle = xasprintf(": %s: %s: ", word, finding->rule);

	text_add_finding(&plain, finding);
	at = strstr(plain.s, needle);
	if (!at) {
		text_adds(text, plain.s);
		return;
	}
	text_add(text, plain.s, (size_t)(at - plain.s) + 2);
	text_printf(text, "%s%s\033[0m", colours[finding->severity], word);
	text_adds(text, at + 2 + strlen(word));
}

/*
 * Whether the domain has what the rule is about, and only the answer is unknown. Other
 * rules are skipped whatever the domain is like.
 */
static bool is_undecided(const struct skip *skip)
{
	static const char *const needs[] = {"machine",          "newer-virt-layout",
					    "numatune",         "address-bits",
					    "cpu.address-bits", "cpu.vendor",
					    "cpu.pdpe1gb",      "iommu-width",
					    "firmware-version", "firmware-descriptor",
					    "commandline"};

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (streq(skip->needs, needs[i]))
			return true;
	return false;
}

/* How many rules were skipped for the same reason; 0: an earlier one was the first. */
static size_t count_same(const struct report *report, size_t first)
{
	const char *reason = report->skipped.v[first].reason;
	size_t count = 0;

	for (size_t i = 0; i < report->skipped.n; i++) {
		if (!streq(report->skipped.v[i].reason, reason))
			continue;
		if (i < first)
			return 0;
		count++;
	}
	return count;
}

/* Next to the findings, so that a domain without any does not look as if it passed. */
static void add_unknown(struct text *text, const struct check_case *one)
{
	const struct report *report = &one->result.report;

	for (size_t i = 0; i < report->skipped.n; i++) {
		const struct skip *skip = &report->skipped.v[i];
		size_t rules = is_undecided(skip) ? count_same(report, i) : 0;

		if (rules == 0)
			continue;
		text_add_shown(text, one->file);
		if (rules == 1)
			text_printf(text, ": skipped: %s: ", skip->rule);
		else
			text_printf(text, ": skipped: %zu rules: ", rules);
		text_add_shown(text, skip->reason);
		text_addc(text, '\n');
	}
}

void text_add_case(struct text *text, const struct check_case *one, bool colour)
{
	for (size_t i = 0; i < one->result.report.findings.n; i++) {
		const struct finding *finding = &one->result.report.findings.v[i];

		if (colour)
			add_coloured(text, finding);
		else
			text_add_finding(text, finding);
	}
	for (size_t i = 0; i < one->result.report.more.n; i++)
		text_add_more(text, &one->result.report.more.v[i]);
	if (colour && one->result.report.findings.n > 0)
		text_addc(text, '\n');
	add_unknown(text, one);
}

static void add_finding(struct jsonw *json, const struct check_case *one,
			const struct finding *finding)
{
	jsonw_object(json, NULL);
	jsonw_finding_members(json, finding);
	jsonw_string(json, "host", one->host);
	jsonw_end_object(json);
}

static void add_suppressed(struct jsonw *json, const struct check_case *one,
			   const struct check_suppressed *suppressed)
{
	jsonw_object(json, NULL);
	jsonw_finding_members(json, &suppressed->finding);
	jsonw_string(json, "host", one->host);
	jsonw_string(json, "reason", suppressed->reason);
	jsonw_end_object(json);
}

static void add_skip(struct jsonw *json, const struct check_case *one,
		     const struct skip *skip)
{
	jsonw_object(json, NULL);
	jsonw_string(json, "rule", skip->rule);
	jsonw_string(json, "file", skip->file);
	jsonw_string(json, "host", one->host);
	jsonw_string(json, "reason", skip->reason);
	jsonw_string(json, "needs", skip->needs);
	jsonw_end_object(json);
}

/*
 * The count has a different name, so that findings and this can be told apart by their
 * members.
 */
static void add_more(struct jsonw *json, const struct check_case *one,
		     const struct finding_more *more, const char *count)
{
	jsonw_object(json, NULL);
	jsonw_string(json, "rule", more->rule);
	jsonw_string(json, "severity", severity_name(more->severity));
	jsonw_string(json, "file", more->file);
	jsonw_string(json, "host", one->host);
	jsonw_u64(json, count, more->count);
	jsonw_end_object(json);
}

void text_add_case_lines(struct text *text, const struct check_case *one)
{
	for (size_t i = 0; i < one->result.report.findings.n; i++) {
		struct jsonw json = {.out = text, .compact = true};

		add_finding(&json, one, &one->result.report.findings.v[i]);
		jsonw_finish(&json);
	}
	for (size_t i = 0; i < one->result.report.more.n; i++) {
		struct jsonw json = {.out = text, .compact = true};

		add_more(&json, one, &one->result.report.more.v[i], "more");
		jsonw_finish(&json);
	}
}

static void add_lists(struct jsonw *json, const struct check_cases *cases)
{
	jsonw_array(json, "findings");
	for (size_t i = 0; i < cases->n; i++)
		for (size_t j = 0; j < cases->v[i].result.report.findings.n; j++)
			add_finding(json, &cases->v[i],
				    &cases->v[i].result.report.findings.v[j]);
	jsonw_end_array(json);
	jsonw_array(json, "more");
	for (size_t i = 0; i < cases->n; i++)
		for (size_t j = 0; j < cases->v[i].result.report.more.n; j++)
			add_more(json, &cases->v[i], &cases->v[i].result.report.more.v[j],
				 "count");
	jsonw_end_array(json);
	jsonw_array(json, "skipped");
	for (size_t i = 0; i < cases->n; i++)
		for (size_t j = 0; j < cases->v[i].result.report.skipped.n; j++)
			add_skip(json, &cases->v[i],
				 &cases->v[i].result.report.skipped.v[j]);
	jsonw_end_array(json);
	jsonw_array(json, "suppressed");
	for (size_t i = 0; i < cases->n; i++)
		for (size_t j = 0; j < cases->v[i].result.suppressed.n; j++)
			add_suppressed(json, &cases->v[i],
				       &cases->v[i].result.suppressed.v[j]);
	jsonw_end_array(json);
}

static void add_targets(struct jsonw *json, const struct check_cases *cases)
{
	jsonw_array(json, "targets");
	for (size_t i = 0; i < cases->n; i++) {
		if (cases->v[i].error.status != STATUS_OK)
			continue;
		jsonw_object(json, NULL);
		jsonw_string(json, "file", cases->v[i].file);
		jsonw_string(json, "host", cases->v[i].host);
		jsonw_target_members(json, &cases->v[i].result.target);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_errors(struct jsonw *json, const struct check_cases *cases)
{
	jsonw_array(json, "errors");
	for (size_t i = 0; i < cases->n; i++) {
		if (cases->v[i].error.status == STATUS_OK)
			continue;
		jsonw_object(json, NULL);
		jsonw_string(json, "file", cases->v[i].file);
		jsonw_string(json, "message", cases->v[i].error.message);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void add_summary(struct jsonw *json, const struct check_cases *cases)
{
	size_t counts[SEVERITY_ERROR + 1] = {}, skipped = 0, suppressed = 0, known = 0;

	for (size_t i = 0; i < cases->n; i++) {
		const struct check_case *one = &cases->v[i];

		for (int severity = 0; severity <= SEVERITY_ERROR; severity++)
			counts[severity] += report_count(&one->result.report,
							 (enum severity)severity);
		skipped += one->result.report.skipped.n;
		suppressed += one->result.suppressed.n;
		known += one->n_known;
	}
	jsonw_object(json, "summary");
	jsonw_u64(json, "cases", cases->n);
	jsonw_u64(json, "errors", counts[SEVERITY_ERROR]);
	jsonw_u64(json, "warnings", counts[SEVERITY_WARNING]);
	jsonw_u64(json, "infos", counts[SEVERITY_INFO]);
	jsonw_u64(json, "skipped", skipped);
	jsonw_u64(json, "suppressed", suppressed);
	jsonw_u64(json, "in_baseline", known);
	jsonw_end_object(json);
}

/*
 * How specific an error is to the host: rules that need a host come first, and among
 * these, in the order of the table, prerequisites of others. The domain's own errors
 * appear on every host.
 */
static size_t rank_of(const struct rule *rule)
{
	return (rule->needs & ~(unsigned)NEED_MACHINE ? 0 : rules_count()) +
	       rule_index(rule);
}

bool check_host_fits(const struct check_cases *cases, const char *host,
		     const char **ret_rule)
{
	const struct rule *first = NULL;
	bool fits = true;

	for (size_t i = 0; i < cases->n; i++) {
		const struct check_case *one = &cases->v[i];

		if (!streq_null(one->host, host))
			continue;
		fits = fits && one->error.status == STATUS_OK;
		for (size_t j = 0; j < one->result.report.findings.n; j++) {
			const struct finding *finding = &one->result.report.findings.v[j];
			const struct rule *rule = finding->row;

			if (finding->severity == SEVERITY_ERROR &&
			    (!first || rank_of(rule) < rank_of(first)))
				first = rule;
		}
	}
	*ret_rule = first ? first->id : NULL;
	return fits && !first;
}

/* Cases are ordered by host, so a host is new if it differs from the previous one. */
static bool new_host(const struct check_cases *cases, size_t i)
{
	return i == 0 || !streq_null(cases->v[i].host, cases->v[i - 1].host);
}

void text_add_hosts(struct text *text, const struct check_cases *cases)
{
	for (size_t i = 0; i < cases->n; i++) {
		const char *rule;
		bool fits;

		if (!new_host(cases, i))
			continue;
		fits = check_host_fits(cases, cases->v[i].host, &rule);
		text_add_shown(text, cases->v[i].host);
		text_printf(text, "\t%s\t%s\n", fits ? "fits" : "does-not-fit",
			    rule ? rule : "-");
	}
}

static void add_hosts(struct jsonw *json, const struct check_cases *cases)
{
	jsonw_array(json, "hosts");
	for (size_t i = 0; i < cases->n; i++) {
		const char *rule;
		bool fits;

		if (!new_host(cases, i))
			continue;
		fits = check_host_fits(cases, cases->v[i].host, &rule);
		jsonw_object(json, NULL);
		jsonw_string(json, "host", cases->v[i].host);
		jsonw_string(json, "verdict", fits ? "fits" : "does-not-fit");
		jsonw_string(json, "first_rule", rule);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

void text_add_cases_json(struct text *text, const struct check_cases *cases, bool hosts)
{
	struct jsonw json = {.out = text};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	add_lists(&json, cases);
	add_targets(&json, cases);
	add_errors(&json, cases);
	if (hosts)
		add_hosts(&json, cases);
	add_summary(&json, cases);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

/* Cases from @i on that have the target of case @i, 0 if an earlier one has it as
 * well. */
static size_t count_alike(const struct check_cases *cases, size_t i)
{
	size_t count = 0;

	for (size_t j = 0; j < cases->n; j++) {
		if (cases->v[j].error.status != STATUS_OK ||
		    !target_settled_alike(&cases->v[j].result.target,
					  &cases->v[i].result.target))
			continue;
		if (j < i)
			return 0;
		count++;
	}
	return count;
}

void text_add_targets(struct text *text, const struct check_cases *cases)
{
	for (size_t i = 0; i < cases->n; i++) {
		const struct check_case *one = &cases->v[i];
		size_t count = one->error.status == STATUS_OK ? count_alike(cases, i) : 0;

		/* A host alone has no target. */
		if (count == 0 || one->file == one->host)
			continue;
		text_adds(text, "target: ");
		text_add_target(text, &one->result.target,
				cases->n > 1 ? one->file : NULL);
		if (cases->n > 1)
			text_printf(text, ": %zu domain%s", count, count == 1 ? "" : "s");
		text_addc(text, '\n');
	}
}

/* Why rules were skipped: how many of them, and in how many domains. */
struct reason {
	const char *reason;
	VEC(const char *) rules;
	size_t files;
	size_t last_file; /* one more than its index */
};

static void count_skip(struct reason *reason, const struct skip *skip, size_t file)
{
	size_t i = 0;

	while (i < reason->rules.n && !streq(reason->rules.v[i], skip->rule))
		i++;
	if (i == reason->rules.n)
		*vec_add(&reason->rules) = skip->rule;
	if (reason->last_file != file + 1)
		reason->files++;
	reason->last_file = file + 1;
}

void text_add_skipped(struct text *text, const struct check_cases *cases)
{
	VEC(struct reason) reasons = {};

	for (size_t i = 0; i < cases->n; i++)
		for (size_t j = 0; j < cases->v[i].result.report.skipped.n; j++) {
			const struct skip *skip = &cases->v[i].result.report.skipped.v[j];
			size_t at = 0;

			while (at < reasons.n &&
			       !streq(reasons.v[at].reason, skip->reason))
				at++;
			if (at == reasons.n)
				*vec_add(&reasons) =
					(struct reason){.reason = skip->reason};
			count_skip(&reasons.v[at], skip, i);
		}
	for (size_t i = 0; i < reasons.n; i++) {
		const struct reason *reason = &reasons.v[i];

		text_printf(text, "%zu rule%s skipped", reason->rules.n,
			    reason->rules.n == 1 ? "" : "s");
		if (cases->n > 1)
			text_printf(text, " in %zu of %zu domains", reason->files,
				    cases->n);
		text_adds(text, ": ");
		text_add_shown(text, reason->reason);
		text_addc(text, '\n');
		vec_free(&reasons.v[i].rules);
	}
	vec_free(&reasons);
}
