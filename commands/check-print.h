/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-print.h - all output of `check`. */
#pragma once

#include "base/error.h"
#include "planner/check/check.h"

/* How many findings of one rule are shown for each file; `--json` and SARIF alike. */
#define FINDINGS_SHOWN 100

/* One domain file against one host, or none. */
struct check_case {
	const char *file, *host; /* borrowed; host NULL: none */
	const struct text *xml;  /* instead of the file's; NULL: read the file */
	struct check_result result;
	struct error error; /* the file could not be checked */
	size_t n_known;     /* findings that the baseline has */
	bool done;
};

struct check_cases {
	struct check_case *v;
	size_t n;
};

enum check_form { CHECK_TEXT, CHECK_JSON, CHECK_JSON_LINES, CHECK_SARIF };

/* One case's text, or its lines of JSON. */
void text_add_case(struct text *text, const struct check_case *one, bool colour);
void text_add_case_lines(struct text *text, const struct check_case *one);
/* Everything as one object. @hosts: list each host's verdict. */
void text_add_cases_json(struct text *text, const struct check_cases *cases, bool hosts);
void text_add_cases_sarif(struct text *text, const struct check_cases *cases);
/* A line for each host: NAME, fits or not, the first rule that fails. */
void text_add_hosts(struct text *text, const struct check_cases *cases);
/*
 * Whether a host fits all files, and the first rule, preferably one that needs the host,
 * that fails, or NULL.
 */
bool check_host_fits(const struct check_cases *cases, const char *host,
		     const char **ret_rule);
/* The targets that the domains were checked for, a line for each; for standard error. */
void text_add_targets(struct text *text, const struct check_cases *cases);
/* How many rules were skipped and why, for standard error; nothing if none was. */
void text_add_skipped(struct text *text, const struct check_cases *cases);

/*
 * Removes from every result what an earlier `check --json` has: the same rule, file and
 * path. Error: no such file, or not output of `check --json`.
 */
int check_baseline_apply(const char *path, struct check_cases *cases, struct error *error)
	_must_check_;

/*
 * --fix: fixes each file and writes it to @output (NULL: standard output), or with
 * @in_place back to the file; prints on standard error what was fixed, what was not and
 * why, and what remains. The exit status, or -1 with an error.
 */
int check_fix_files(const struct check_options *options, char *const *files, size_t n,
		    bool in_place, const char *output, struct error *error) _must_check_;
/* The same for one domain that is not in a file: prints it. */
int check_fix_text(const struct check_options *options, const char *name,
		   const struct text *xml, const char *output, struct error *error)
	_must_check_;
/* What is known about a host that is checked without a domain. */
void text_add_host_facts(struct text *text, const char *name, const struct machine *host);
