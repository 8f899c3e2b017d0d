/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.c - `check`: findings of domain files, with or without hosts.
 *
 * Each file with each host is a case. Cases are checked by -j threads; text and JSON
 * lines are printed in the order of the command line as soon as all previous ones are
 * done, so that a thousand domains need no more memory than a few.
 */
#include "commands/commands.h"

#include "base/file.h"
#include "base/streams.h"
#include "base/xml/document.h"
#include "planner/check/together.h"
#include "commands/check-options.h"
#include "commands/installed.h"
#include "commands/source.h"
#include "commands/terminal.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

/* The document is freed, and its name with it; the case's own is the same. */
static void own_places(struct check_case *one)
{
	struct report *report = &one->result.report;

	for (size_t i = 0; i < report->findings.n; i++) {
		report->findings.v[i].place.file = one->file;
		if (report->findings.v[i].related.file)
			report->findings.v[i].related.file = one->file;
	}
	for (size_t i = 0; i < report->skipped.n; i++)
		report->skipped.v[i].file = one->file;
	for (size_t i = 0; i < one->result.suppressed.n; i++)
		one->result.suppressed.v[i].finding.place.file = one->file;
	for (size_t i = 0; i < one->result.use.devices.n; i++)
		one->result.use.devices.v[i].place.file = one->file;
	for (size_t i = 0; i < one->result.use.things.n; i++)
		one->result.use.things.v[i].place.file = one->file;
	one->result.use.pins_place.file = one->file;
	one->result.use.memory_place.file = one->file;
	one->result.use.pages_place.file = one->file;
}

/* libvirt keeps any <metadata>; a user's must not keep the rest from a check. */
static int read_case(struct check_case *one, struct document *ret)
{
	if (one->xml)
		return document_parse_without(one->file, one->xml->s, one->xml->n,
					      "metadata", ret, &one->error);
	if (document_read_without(one->file, "metadata", ret, &one->error) == 0)
		return 0;
	connect_advise(one->file, &one->error);
	return -1;
}

static void judge(struct check_case *one, const struct check_options *options)
{
	_cleanup_document_ struct document document = {};

	if (one->host == one->file) {
		error_ignore(
			check_host_alone(one->file, options, &one->result, &one->error));
		return;
	}

	if (read_case(one, &document) == 0)
		/* The error is kept in the case. */
		error_ignore(
			check_document(&document, options, &one->result, &one->error));
	own_places(one);
}

/* What the threads share. */
struct work {
	const struct check_flags *flags;
	const struct machine *machines; /* one per host */
	struct check_cases cases;
	size_t next;
	pthread_mutex_t lock;
	pthread_cond_t progress;
};

static void *work_on(void *user)
{
	struct work *work = user;

	for (;;) {
		struct check_options options = work->flags->check;
		size_t number;

		pthread_mutex_lock(&work->lock);
		number = work->next++;
		pthread_mutex_unlock(&work->lock);
		if (number >= work->cases.n)
			return NULL;
		if (work->cases.v[number].host)
			options.host = &work->machines[number / MAX(work->flags->files.n,
								    (size_t)1)];
		judge(&work->cases.v[number], &options);
		pthread_mutex_lock(&work->lock);
		work->cases.v[number].done = true;
		pthread_cond_signal(&work->progress);
		pthread_mutex_unlock(&work->lock);
	}
}

static enum severity deciding_severity(enum fail_on fail_on)
{
	return fail_on == FAIL_ON_ERROR     ? SEVERITY_ERROR
	       : fail_on == FAIL_ON_WARNING ? SEVERITY_WARNING
					    : SEVERITY_INFO;
}

/* Leaves only what decides the exit status. */
static void keep_deciding(const struct check_flags *flags, struct report *report)
{
	report_keep(report, deciding_severity(flags->fail_on));
	for (size_t i = 0; i < report->findings.n; i++)
		report->findings.v[i].place.line = 0;
}

static void print(struct text *text)
{
	fwrite(text->s ? text->s : "", 1, text->n, stdout);
	text_free(text);
}

static void print_case(const struct check_flags *flags, const struct check_case *one)
{
	struct text text = {};

	if (one->error.status != STATUS_OK) {
		text_add_shown(&text, one->error.message);
		fprintf(stderr, "virt-layout: %s\n", text.s);
		text_free(&text);
	}
	if (flags->form == CHECK_TEXT && flags->hosts.n < 2)
		text_add_case(&text, one, terminal_wants_colors());
	else if (flags->form == CHECK_JSON_LINES)
		text_add_case_lines(&text, one);
	print(&text);
}

/* 1 if the findings reach the level of --fail-on, whatever the output format. */
static int status_of(const struct check_flags *flags, const struct check_case *one)
{
	const struct report *report = &one->result.report;
	size_t count = report_count(report, SEVERITY_ERROR);

	if (one->error.status != STATUS_OK)
		return (int)one->error.status;
	if (flags->fail_on >= FAIL_ON_WARNING)
		count += report_count(report, SEVERITY_WARNING);
	if (flags->fail_on >= FAIL_ON_INFO)
		count += report_count(report, SEVERITY_INFO);
	if (flags->fail_on == FAIL_ON_SKIPPED)
		count += report->skipped.n;
	return count > 0 ? STATUS_FINDINGS : STATUS_OK;
}

static void wait_for(struct work *work, size_t number)
{
	pthread_mutex_lock(&work->lock);
	while (!work->cases.v[number].done)
		pthread_cond_wait(&work->progress, &work->lock);
	pthread_mutex_unlock(&work->lock);
}

static int print_all(struct work *work, struct error *error)
{
	const struct check_flags *flags = work->flags;
	struct text text = {};

	if (flags->baseline &&
	    check_baseline_apply(flags->baseline, &work->cases, error) < 0 &&
	    option_wrap(error, "baseline", flags->baseline) < 0)
		return -1;
	for (size_t i = 0; flags->decides && i < work->cases.n; i++)
		keep_deciding(flags, &work->cases.v[i].result.report);
	for (size_t i = 0; i < work->cases.n; i++)
		report_cap(&work->cases.v[i].result.report, FINDINGS_SHOWN);
	for (size_t i = 0; i < work->cases.n; i++) {
		if (flags->files.n == 0 && flags->form == CHECK_TEXT)
			text_add_host_facts(&text, flags->hosts.v[i], &work->machines[i]);
		print(&text);
		print_case(flags, &work->cases.v[i]);
	}
	if (flags->form == CHECK_JSON)
		text_add_cases_json(&text, &work->cases, flags->hosts.n > 1);
	else if (flags->form == CHECK_SARIF)
		text_add_cases_sarif(&text, &work->cases);
	else if (flags->form == CHECK_TEXT && flags->hosts.n > 1)
		text_add_hosts(&text, &work->cases);
	print(&text);
	if (!flags->decides)
		text_add_targets(&text, &work->cases);
	if (!flags->decides || flags->fail_on == FAIL_ON_SKIPPED)
		text_add_skipped(&text, &work->cases);
	if (flags->form != CHECK_JSON)
		fwrite(text.s ? text.s : "", 1, text.n, stderr);
	text_free(&text);
	return 0;
}

/* With several hosts it is enough if one fits. */
static int status_of_hosts(const struct work *work)
{
	for (size_t i = 0; i < work->flags->hosts.n; i++) {
		const char *rule;

		if (check_host_fits(&work->cases, work->flags->hosts.v[i], &rule))
			return STATUS_OK;
	}
	return STATUS_FINDINGS;
}

static int overall(const struct work *work)
{
	int status = STATUS_OK;
	bool broken = false;

	for (size_t i = 0; i < work->cases.n; i++) {
		status = MAX(status, status_of(work->flags, &work->cases.v[i]));
		broken |= work->cases.v[i].error.status != STATUS_OK;
	}
	return work->flags->hosts.n > 1 && !broken ? status_of_hosts(work) : status;
}

static void make_cases(struct work *work)
{
	const struct check_flags *flags = work->flags;
	size_t hosts = MAX(flags->hosts.n, (size_t)1);

	work->cases.n = hosts * MAX(flags->files.n, (size_t)1);
	work->cases.v = xcalloc(work->cases.n, sizeof(*work->cases.v));
	for (size_t i = 0; i < work->cases.n; i++) {
		size_t files = MAX(flags->files.n, (size_t)1);

		if (flags->hosts.n > 0)
			work->cases.v[i].host = flags->hosts.v[i / files];
		work->cases.v[i].file = flags->files.n > 0 ? flags->files.v[i % files]
							   : work->cases.v[i].host;
		if (flags->connected.domains.n > 0)
			work->cases.v[i].xml = &flags->connected.domains.v[i % files].xml;
	}
}

/* The domains of one host are compared with each other. */
static void judge_together(struct work *work)
{
	const struct check_flags *flags = work->flags;
	struct check_result **results = xcalloc(flags->files.n, sizeof(*results));

	for (size_t host = 0; flags->files.n > 0 && host < flags->hosts.n; host++) {
		struct check_options options = flags->check;

		options.host = &work->machines[host];
		for (size_t i = 0; i < flags->files.n; i++)
			results[i] = &work->cases.v[host * flags->files.n + i].result;
		check_together(results, flags->files.n, &options);
	}
	free(results);
}

/*
 * Each document needs about as much memory as the one before. Without this, malloc gives
 * it back to the kernel in between, which clears it and hands it out again page by page.
 */
static void keep_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 16 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
	mallopt(M_TOP_PAD, 1 << 20);
#endif
}

static int run_work(struct work *work, struct error *error)
{
	size_t n = MIN((size_t)work->flags->jobs, MAX(work->cases.n, (size_t)1));
	_cleanup_free_ pthread_t *threads = xcalloc(n, sizeof(*threads));
	size_t started = 0;
	int rc;

	if (document_prepare(error) < 0)
		return -1;
	if (work->cases.n > 1)
		keep_memory();
	while (started + 1 < n &&
	       pthread_create(&threads[started], NULL, work_on, work) == 0)
		started++;
	work_on(work); /* this thread as well, or alone */
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < work->cases.n; i++)
		wait_for(work, i);
	judge_together(work);
	rc = print_all(work, error);
	return rc < 0 ? rc : overall(work);
}

static void free_work(struct work *work, struct machine *machines)
{
	for (size_t i = 0; i < work->cases.n; i++) {
		check_result_free(&work->cases.v[i].result);
		error_clear(&work->cases.v[i].error);
	}
	for (size_t i = 0; i < work->flags->hosts.n; i++)
		machine_free(&machines[i]);
	free(work->cases.v);
	free(machines);
}

static int fix(const struct check_flags *flags, struct error *error)
{
	if (flags->connected.domains.n == 1)
		return check_fix_text(&flags->check, flags->files.v[0],
				      &flags->connected.domains.v[0].xml, flags->output,
				      error);
	return check_fix_files(&flags->check, flags->files.v, flags->files.n,
			       flags->in_place, flags->output, error);
}

static int check_files(struct check_flags *flags, struct error *error)
{
	struct machine *machines =
		xcalloc(MAX(flags->hosts.n, (size_t)1), sizeof(*machines));
	struct work work = {.flags = flags,
			    .machines = machines,
			    .lock = PTHREAD_MUTEX_INITIALIZER,
			    .progress = PTHREAD_COND_INITIALIZER};
	int rc = 0;

	flags->source.facts = true;
	for (size_t i = 0; rc == 0 && i < flags->hosts.n; i++)
		rc = source_read_option("host", flags->hosts.v[i], &flags->source,
					&machines[i], error);
	if (rc == 0 && flags->target.installed)
		rc = installed_target("x86_64", &flags->target.found, error);
	flags->check.target_wish = &flags->target;
	if (rc == 0 && flags->fix) {
		flags->check.host = flags->hosts.n > 0 ? &machines[0] : NULL;
		rc = fix(flags, error);
	} else if (rc == 0) {
		make_cases(&work);
		rc = run_work(&work, error);
	}
	free_work(&work, machines);
	return rc;
}

static int take_options(struct check_flags *flags, const struct options *options,
			struct error *error)
{
	if (options_set_each(options, flags, error) < 0)
		return -1;
	for (int i = 0; i < options->n_args; i++)
		*vec_add(&flags->files) = xstrdup(options->args[i]);
	if (check_read_list(flags, error) < 0 || check_connect(flags, error) < 0)
		return -1;
	if (flags->output && (!flags->fix || flags->in_place))
		return error_input(error, "--output needs --fix without --in-place");
	if (flags->fix && flags->hosts.n > 1)
		return error_input(error, "--fix takes at most one --host");
	if (flags->files.n == 0 && !connect_wanted(&flags->connect) && !flags->decides &&
	    (flags->hosts.n == 0 || flags->fix))
		return error_input(
			error,
			"no domain given; name a file, or - for standard input, or a host with --host");
	return 0;
}

static void free_flags(struct check_flags *flags)
{
	for (size_t i = 0; i < flags->files.n; i++)
		free(flags->files.v[i]);
	vec_free(&flags->files);
	connected_free(&flags->connected);
	vec_free(&flags->hosts);
	vec_free(&flags->check.only);
	vec_free(&flags->check.ignored);
	source_options_free(&flags->source);
}

int check_decide(int argc, char *argv[], const char *name, const struct text *xml,
		 struct error *error)
{
	_cleanup_options_ struct options options =
		options_parse(&check_command, argc, argv);
	struct check_flags flags = {.jobs = 1, .decides = true};
	struct connected_domain *domain;
	int rc = options_check(&options, 0, 0, error);

	if (rc == 0)
		rc = take_options(&flags, &options, error);
	domain = vec_add(&flags.connected.domains);
	*domain = (struct connected_domain){.name = xstrdup(name)};
	text_add(&domain->xml, xml->s, xml->n);
	*vec_add(&flags.files) = xstrdup(name);
	if (rc == 0)
		rc = check_files(&flags, error);
	free_flags(&flags);
	return rc;
}

static int run(const struct options *options, struct error *error)
{
	struct check_flags flags = {.jobs = 1};
	int rc = take_options(&flags, options, error);

	if (rc == 0 && flags.connect.all && flags.files.n == 0)
		streams_say("note: libvirt has no domains");
	else if (rc == 0)
		rc = check_files(&flags, error);
	free_flags(&flags);
	return rc;
}

const struct command check_command = {
	.name = "check",
	.args = "[DOMAIN...]",
	.summary =
		"Find what will fail, run slowly or be silently wrong in libvirt domains",
	.about =
		"DOMAIN is a file, or with --connect the name, UUID or id of a domain of libvirt.\nWithout --host a domain is checked by itself; rules that need a host are\nskipped, and reported as such. With several hosts, one line for each says\nwhether all domains fit it and which rule fails first. With --host and no\ndomain, the host alone is checked.\n\n" SOURCE_HELP,
	.rows = check_rows,
	.run = run,
};
