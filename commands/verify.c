/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify.c - `verify`: compares a machine with the plan. In a nested host the plan (the
 * domain XML, or the file of `plan --emit expect`) is compared with the live machine.
 */
#include "commands/commands.h"

#include "base/file.h"
#include "commands/source.h"
#include "commands/verdict.h"
#include "planner/plan/expect.h"
#include "planner/guest/predict/predict.h"

#include <stdio.h>

struct wish {
	struct compare_options how;
	struct source_options expected;
	bool json;
};

static const struct option_row rows[] = {
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{"only-planned", 0, NULL,
	 "do not count devices beyond the planned ones as differences",
	 SET_TRUE(struct wish, how.only_planned)},
	{"target", 0, "libvirt=V,qemu=V",
	 "versions that choose the addresses in EXPECTED, or \"installed\" (default: from the domain)",
	 SET_WITH(source_set_target, struct wish, expected)},
	{},
};

/* A domain as its prediction, `plan --emit expect`, or any other machine. */
static int read_expected(const char *path, const struct source_options *options,
			 struct machine *ret, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error no_xml = {};
	_cleanup_text_ struct text text = {};
	struct error *ignored = &no_xml;

	if (streq(path, "live") || has_prefix(path, "synthetic:"))
		return source_read(path, options, ret, error);
	if (file_read(path, FILE_LIMIT, &text, ignored) < 0)
		return source_read(path, options, ret, error); /* a directory */
	if (expect_looks_like(text.s, text.n))
		return options->target_given
			       ? error_input(error, "--target: %s is not a domain", path)
			       : expect_read(path, text.s, text.n, ret, error);
	if (document_parse(path, text.s, text.n, &document, ignored) == 0 &&
	    streq(document_element_name(&document, 0), "domain"))
		return predict_document(&document, &options->target, ret, error);
	return source_read(path, options, ret, error);
}

static int verify(const char *expected_path, const char *observed_path, struct wish *wish,
		  struct error *error)
{
	_cleanup_(source_options_free) struct source_options source = {};
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};
	struct verdict verdict = {.differences = &differences};

	if (source_find_target(&wish->expected, error) < 0 ||
	    read_expected(expected_path, &wish->expected, &expected, error) < 0 ||
	    source_read(observed_path, &source, &observed, error) < 0)
		return -1;
	source_show_complaints(&observed);
	compare_machines(&expected, &observed, &wish->how, &differences);
	verdict.complaints = machine_fact(&observed, "kernel.complaints");
	return verdict_print(&verdict, wish->json);
}

static void wish_free(struct wish *wish)
{
	source_options_free(&wish->expected);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {};

	if (options_set(options, &wish, 1, 2, error) < 0)
		return -1;
	return verify(options->args[0], options->n_args > 1 ? options->args[1] : "live",
		      &wish, error);
}

const struct command verify_command = {
	.name = "verify",
	.args = "EXPECTED [OBSERVED]",
	.summary = "Compare a machine with the one that was planned",
	.about =
		"EXPECTED is a libvirt domain, the file of `plan --emit expect`, or a SOURCE.\nOBSERVED is a SOURCE, by default this machine: run the command in the guest.\nRoot causes are listed first, with their consequences below them.\n\n" SOURCE_HELP,
	.rows = rows,
	.run = run,
};
