/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/plan-options.h"

#include "planner/plan/request/file.h"

/* Owned, because it may come from a request file. */
static int set_like(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	const char *source;

	if (option_set_file(&source, row, value, error) < 0)
		return -1;
	return option_set_copy(target, row, source, error);
}

const struct option_row plan_rows[] = {
	{OPTION_TABLE(request_node_rows, struct plan_flags, asked)},
	{"domain", 0, "FILE|NAME",
	 "change this domain instead of making a new one; a name, UUID or id with --connect",
	 SET_FILE(struct plan_flags, domain)},
	{"connect", 'c', "URI",
	 "with --domain: read the domain from libvirt at URI; '' is the default URI",
	 SET_STRING(struct plan_flags, connect.uri)},
	{"host", 0, "SOURCE",
	 "the machine on which the guest will run: its versions, and the nodes of the devices that are assigned to the guest",
	 SET_FILE(struct plan_flags, host)},
	{"diff", 0, NULL, "with --domain: print the changes as a unified diff",
	 SET_TRUE(struct plan_flags, diff)},
	{"in-place", 0, NULL, "with --domain: write the result back to the file",
	 SET_TRUE(struct plan_flags, in_place)},
	{"like", 0, "SOURCE", "mirror this machine",
	 SET_WITH(set_like, struct plan_flags, like)},
	{"locality", 0, "BUSES=NODE",
	 "NUMA node of root buses whose node the firmware does not report, for example 0000:80-ff=1",
	 SET_WITH(source_set_locality, struct plan_flags, source)},
	{OPTION_TABLE(request_rows, struct plan_flags, asked)},
	{"predict", 0, NULL, "print what the guest will show, instead of the XML",
	 SET_TRUE(struct plan_flags, predict)},
	{"emit", 0, "WHAT",
	 "what to print: expect, a small JSON file for verify inside the guest; device, the new device alone, for virsh attach-device; nccl, a topology file for NCCL in the guest",
	 "xml|expect|device|nccl", SET_CHOICE(struct plan_flags, emit)},
	{"output", 'o', "FILE", "write to FILE", SET_FILE(struct plan_flags, output)},
	{},
};

/* One setting of a request file. */
static int take_setting(void *user, const char *name, const char *value,
			struct error *error)
{
	return option_set_named(plan_rows, user, name, value, error);
}

static int read_request(struct plan_flags *flags, const char *path, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_read(path, &document, error) < 0)
		return -1;
	return request_file_read(&document, take_setting, flags, error);
}

int plan_read_options(const struct options *options, struct plan_flags *ret,
		      struct error *error)
{
	/* What may be left open in the request depends on whether a domain is changed. */
	if (options_given(options, "domain"))
		request_begin_in_place(&ret->asked.request);
	else
		request_begin(&ret->asked.request);
	if (options_check(options, 0, 1, error) < 0 ||
	    (options->n_args == 1 && read_request(ret, options->args[0], error) < 0))
		return -1;
	return options_set_each(options, ret, error);
}

/* What is given although something that it needs is not. */
static int check_needs(const struct plan_flags *flags, struct error *error)
{
	const struct request_asked *asked = &flags->asked;
	const struct request_need need =
		request_lacks(asked, flags->like != NULL, flags->host != NULL);
	const struct {
		bool lacks;
		const char *name, *needs;
	} rows[] = {
		{!flags->like && !flags->host && flags->source.localities.n > 0,
		 "--locality", "--like SOURCE or --host SOURCE"},
		{!flags->host &&
			 (asked->request.override_link || asked->request.override_clique),
		 "--override", "--host SOURCE"},
		{!flags->domain && flags->connect.uri, "--connect", "--domain NAME"},
		{!flags->domain && flags->diff, "--diff", "--domain FILE"},
		{!flags->domain && flags->in_place, "--in-place", "--domain FILE"},
		{!flags->domain && flags->emit == EMIT_DEVICE, "--emit device",
		 "--domain FILE"},
		{!flags->domain && asked->request.places.n > 0, "--place",
		 "--domain FILE"},
	};

	if (need.option)
		return error_input(error, "plan: --%s needs --like SOURCE%s", need.option,
				   need.or_host ? " or --host SOURCE" : "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].lacks)
			return error_input(error, "plan: %s needs %s", rows[i].name,
					   rows[i].needs);
	return 0;
}

/* At most one document is printed. */
static int check_printed(const struct plan_flags *flags, struct error *error)
{
	static const char *const names[] = {"xml", "expect", "device", "nccl"};
	const char *other = flags->predict    ? "predict"
			    : flags->in_place ? "in-place"
			    : flags->diff     ? "diff"
					      : NULL;

	if (flags->emit == EMIT_EXPECT && (flags->domain || flags->host))
		return error_input(
			error,
			"plan: --emit expect is only for new domains without --host; verify accepts the domain itself");
	if (flags->emit != EMIT_XML && other)
		return error_input(error,
				   "plan: --%s and --emit %s are mutually exclusive",
				   other, names[flags->emit]);
	if (flags->in_place && (flags->diff || flags->output || flags->predict))
		return error_input(
			error,
			"plan: --in-place writes the domain's own file; remove --diff, --predict and -o");
	return 0;
}

int plan_check_options(const struct plan_flags *flags, struct error *error)
{
	if (check_needs(flags, error) < 0 || check_printed(flags, error) < 0)
		return -1;
	if (flags->in_place && flags->connect.uri)
		return error_input(
			error,
			"plan: --in-place needs a file; without a copy, use EDITOR=\"virt-layout plan --in-place ... --domain\" virsh edit %s",
			flags->domain);
	if (flags->in_place && streq(flags->domain, "-"))
		return error_input(error, "plan: --in-place needs a file, not -");
	return 0;
}

void plan_flags_free(struct plan_flags *flags)
{
	request_free(&flags->asked.request);
	source_options_free(&flags->source);
	target_settled_free(&flags->target);
	free(flags->like);
}
