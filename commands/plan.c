/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/commands.h"

#include "base/diff.h"
#include "base/file.h"
#include "base/streams.h"
#include "commands/connect.h"
#include "commands/installed.h"
#include "commands/plan-nccl.h"
#include "commands/source.h"
#include "planner/plan/expect.h"
#include "planner/guest/read.h"
#include "planner/plan/in-place/attach.h"
#include "planner/plan/in-place/in-place.h"
#include "planner/plan/plan.h"
#include "planner/guest/predict/moves.h"
#include "planner/guest/predict/predict.h"
#include "planner/plan/request/file.h"
#include "planner/plan/request/flags.h"
#include "planner/guest/predict/show.h"

#include <stdio.h>

/* Devices per node: libvirt has at most 256 PCI controllers. */
#define MIRROR_MOST 256

/* The options; the request is filled in while they are parsed. */
struct flags {
	struct request_asked asked;
	struct source_options source;
	struct connect_wish connect; /* whose domain has the name @domain */
	struct target_settled target;
	char *like; /* owned: it may come from a request file */
	const char *domain, *host, *output;
	enum emit { EMIT_XML, EMIT_EXPECT, EMIT_DEVICE, EMIT_NCCL } emit;
	bool predict, diff, in_place;
};

/* Owned, because it may come from a request file. */
static int set_like(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	const char *source;

	if (option_set_file(&source, row, value, error) < 0)
		return -1;
	return option_set_copy(target, row, source, error);
}

static const struct option_row rows[] = {
	{OPTION_TABLE(request_node_rows, struct flags, asked)},
	{"domain", 0, "FILE|NAME",
	 "change this domain instead of making a new one; a name, UUID or id with --connect",
	 SET_FILE(struct flags, domain)},
	{"connect", 'c', "URI",
	 "with --domain: read the domain from libvirt at URI; '' is the default URI",
	 SET_STRING(struct flags, connect.uri)},
	{"host", 0, "SOURCE", "with --domain: the host whose devices are assigned to it",
	 SET_FILE(struct flags, host)},
	{"diff", 0, NULL, "with --domain: print the changes as a unified diff",
	 SET_TRUE(struct flags, diff)},
	{"in-place", 0, NULL, "with --domain: write the result back to the file",
	 SET_TRUE(struct flags, in_place)},
	{"like", 0, "SOURCE", "mirror this machine",
	 SET_WITH(set_like, struct flags, like)},
	{"locality", 0, "BUSES=NODE",
	 "NUMA node of root buses whose node the firmware does not report, for example 0000:80-ff=1",
	 SET_WITH(source_set_locality, struct flags, source)},
	{OPTION_TABLE(request_rows, struct flags, asked)},
	{"predict", 0, NULL, "print what the guest will show, instead of the XML",
	 SET_TRUE(struct flags, predict)},
	{"emit", 0, "WHAT",
	 "what to print: expect, a small JSON file for verify inside the guest; device, the new device alone, for virsh attach-device; nccl, a topology file for NCCL in the guest",
	 "xml|expect|device|nccl", SET_CHOICE(struct flags, emit)},
	{"output", 'o', "FILE", "write to FILE", SET_FILE(struct flags, output)},
	{},
};

/* One setting of a request file. */
static int take_setting(void *user, const char *name, const char *value,
			struct error *error)
{
	return option_set_named(rows, user, name, value, error);
}

static void print_notes(char *const *notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		streams_say("note: %s", notes[i]);
}

static int print_prediction(const struct guest *guest, const char *output,
			    struct error *error)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	predict(guest, &machine);
	text_add_prediction(&text, guest, &machine);
	return file_write(output, text.s, text.n, error);
}

static int print_expect(const struct flags *flags, const struct plan *plan,
			struct error *error)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	predict(&plan->guest, &machine);
	text_add_expect(&text, &machine, &flags->asked.request, &flags->target, plan);
	return file_write(flags->output, text.s, text.n, error);
}

/* The machine that is mirrored is in *@ret, which the caller frees. */
static int add_mirrored(struct flags *flags, struct machine *ret, struct error *error)
{
	if (!flags->like)
		return 0;
	if (flags->emit == EMIT_NCCL)
		flags->source.facts = true;
	if (source_read_option("like", flags->like, &flags->source, ret, error) < 0)
		return -1;
	source_show_complaints(ret);
	if (mirror(ret, &flags->asked.mirror, &flags->asked.request, error) < 0)
		return option_wrap(error, "like", flags->like);
	return 0;
}

static int print_nccl(const struct flags *flags, const struct text *xml,
		      const struct machine *host, struct error *error)
{
	const struct target_wish wish = {.given = flags->target.target};
	_cleanup_text_ struct text text = {};

	if (text_add_plan_nccl(&text, xml, host, &wish, error) < 0)
		return -1;
	return file_write(flags->output, text.s, text.n, error);
}

static int check_flags(const struct flags *flags, struct error *error)
{
	const struct {
		bool given;
		const char *name;
	} needs_domain[] = {{flags->host, "--host"},
			    {flags->connect.uri, "--connect"},
			    {flags->diff, "--diff"},
			    {flags->in_place, "--in-place"},
			    {flags->emit == EMIT_DEVICE, "--emit device"},
			    {flags->asked.request.iothreads, "--iothreads"},
			    {flags->asked.request.places.n > 0, "--place"}};

	const struct {
		bool given;
		const char *name;
	} needs_like[] = {
		{flags->asked.mirror.cpus_per_node, "--cpus-per-node"},
		{flags->asked.mirror.memory_per_node_bytes, "--memory-per-node"},
		{flags->asked.mirror.limited || flags->asked.mirror.n_limits, "--mirror"},
		{flags->source.localities.n > 0 && !flags->host, "--locality"},
		{flags->asked.request.per == PER_ROOT_COMPLEX && !flags->host,
		 "--per root-complex"},
		{flags->asked.request.hmat, "--hmat"},
	};

	for (size_t i = 0; !flags->like && i < ARRAY_SIZE(needs_like); i++)
		if (needs_like[i].given)
			return error_input(error, "plan: %s needs --like SOURCE",
					   needs_like[i].name);
	if (flags->predict && flags->emit != EMIT_XML)
		return error_input(error,
				   "plan: --predict and --emit %s are mutually exclusive",
				   flags->emit == EMIT_NCCL ? "nccl" : "expect");
	if (flags->emit == EMIT_NCCL && (flags->in_place || flags->diff))
		return error_input(error,
				   "plan: --%s and --emit nccl are mutually exclusive",
				   flags->in_place ? "in-place" : "diff");
	for (size_t i = 0; !flags->domain && i < ARRAY_SIZE(needs_domain); i++)
		if (needs_domain[i].given)
			return error_input(error, "plan: %s needs --domain FILE",
					   needs_domain[i].name);
	if (flags->emit == EMIT_DEVICE &&
	    (flags->diff || flags->in_place || flags->predict))
		return error_input(
			error,
			"plan: --emit device prints one element; remove --diff, --in-place and --predict");
	if (flags->in_place && (flags->diff || flags->output || flags->predict))
		return error_input(
			error,
			"plan: --in-place writes the domain's own file; remove --diff, --predict and -o");
	if (flags->in_place && flags->connect.uri)
		return error_input(
			error,
			"plan: --in-place needs a file; without a copy, use EDITOR=\"virt-layout plan --in-place ... --domain\" virsh edit %s",
			flags->domain);
	if (flags->in_place && streq(flags->domain, "-"))
		return error_input(error, "plan: --in-place needs a file, not -");
	if (flags->domain && flags->emit == EMIT_EXPECT)
		return error_input(
			error,
			"plan: --emit expect is only for new domains; verify accepts the domain itself");
	return 0;
}

/* libvirt tells a read-only connection no password, so what is printed has none. */
static void note_passwords(const struct flags *flags, const struct document *document)
{
	int devices = document_find(document, 0, "devices");
	int graphics = document_child(document, devices, "graphics");

	if (connect_wanted(&flags->connect) && devices >= 0 && graphics >= 0)
		streams_say(
			"note: if the <graphics> of %s has a password, it is missing here, because the connection is read-only",
			flags->domain);
}

/*
 * Of libvirt, the configuration at the next start: that is what can be defined again. A
 * device is plugged into the running domain.
 */
static int read_domain(const struct flags *flags, struct document *ret,
		       struct error *error)
{
	struct connect_wish wish = flags->connect;

	wish.inactive = connect_wanted(&wish) && flags->emit != EMIT_DEVICE;
	if (connect_read_document(&wish, flags->domain, ret, error) < 0)
		return option_wrap(error, "domain", flags->domain);
	return 0;
}

/* What the guest of the changed domain will show. */
static int predict_text(const struct flags *flags, const struct text *xml,
			const struct machine *host, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	guest_init(&guest);
	if (document_parse(flags->domain, xml->s, xml->n, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	predict_any(&guest, &machine);
	if (host)
		predict_host_devices(&guest, host, &machine);
	text_add_prediction(&text, &guest, &machine);
	return file_write(flags->output, text.s, text.n, error);
}

/* Where the domain's devices were and will be. */
static int print_moves(const char *name, const struct document *before,
		       const struct text *xml, struct error *error)
{
	_cleanup_document_ struct document after = {};
	_cleanup_moves_ struct moves moves = {};

	if (document_parse(name, xml->s, xml->n, &after, error) < 0 ||
	    moves_read(before, &after, &moves, error) < 0)
		return -1;
	for (size_t i = 0; i < moves.lines.n; i++)
		streams_say("note: the guest will see: %s", moves.lines.v[i]);
	return 0;
}

static int print_device(const struct flags *flags, const struct document *before,
			const struct text *xml, struct error *error)
{
	_cleanup_text_ struct text element = {};

	if (attach_element(before, flags->domain, xml, &element, error) < 0)
		return -1;
	return file_write(flags->output, element.s, element.n, error);
}

static int print_changed(const struct flags *flags, const struct document *document,
			 const struct machine *host, const struct text *xml,
			 struct error *error)
{
	_cleanup_text_ struct text diff = {};
	bool same = xml->n == document->text.n &&
		    memcmp(xml->s, document->text.s, xml->n) == 0;

	if (flags->emit == EMIT_DEVICE)
		return print_device(flags, document, xml, error);
	if (flags->predict)
		return predict_text(flags, xml, host, error);
	if (flags->in_place)
		return same ? 0 : file_write(flags->domain, xml->s, xml->n, error);
	if (!flags->diff)
		return file_write(flags->output, xml->s, xml->n, error);
	text_add_diff(&diff, flags->domain, document->text.s, flags->domain, xml->s);
	return diff.n == 0 && !flags->output
		       ? 0
		       : file_write(flags->output, diff.s ? diff.s : "", diff.n, error);
}

/* Determines the target and reports it. */
static int settle(struct flags *flags, const struct machine *host,
		  const struct document *document, struct error *error)
{
	struct target_wish *wish = &flags->asked.request.target_wish;
	const char *architecture = flags->asked.request.architecture;
	_cleanup_text_ struct text text = {};

	if (wish->installed && installed_target(architecture ? architecture : "x86_64",
						&wish->given, error) < 0)
		return -1;
	if (request_settle(&flags->asked.request, host, document, &flags->target, error) <
	    0)
		return -1;
	text_add_target(&text, &flags->target, NULL);
	fprintf(stderr, "virt-layout: target: %s\n", text.s);
	return 0;
}

static int run_in_place(struct flags *flags, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine host = {}, mirrored = {};
	_cleanup_text_ struct text xml = {};

	if (read_domain(flags, &document, error) < 0)
		return -1;
	note_passwords(flags, &document);
	flags->source.facts = true;
	if (flags->host &&
	    source_read_option("host", flags->host, &flags->source, &host, error) < 0)
		return -1;
	flags->source.facts = false;
	flags->asked.request.attach = flags->emit == EMIT_DEVICE;
	if (flags->host)
		source_show_complaints(&host);
	if (settle(flags, flags->host ? &host : NULL, &document, error) < 0 ||
	    add_mirrored(flags, &mirrored, error) < 0 ||
	    plan_in_place(&document, &flags->asked.request, flags->host ? &host : NULL,
			  &xml, error) < 0)
		return -1;
	print_notes(flags->asked.request.notes.v, flags->asked.request.notes.n);
	if (flags->emit == EMIT_NCCL)
		return print_nccl(flags, &xml,
				  flags->host   ? &host
				  : flags->like ? &mirrored
						: NULL,
				  error);
	if (print_moves(flags->domain, &document, &xml, error) < 0)
		return -1;
	return print_changed(flags, &document, flags->host ? &host : NULL, &xml, error);
}

static int run_fresh(struct flags *flags, struct error *error)
{
	_cleanup_machine_ struct machine mirrored = {};
	_cleanup_plan_ struct plan plan = {};
	_cleanup_text_ struct text xml = {};

	if (settle(flags, NULL, NULL, error) < 0 ||
	    add_mirrored(flags, &mirrored, error) < 0 ||
	    request_finish(&flags->asked.request, error) < 0 ||
	    plan_fresh(&flags->asked.request, &plan, &xml, error) < 0)
		return -1;
	print_notes(flags->asked.request.notes.v, flags->asked.request.notes.n);
	print_notes(plan.notes.v, plan.notes.n);
	if (flags->predict)
		return print_prediction(&plan.guest, flags->output, error);
	if (flags->emit == EMIT_EXPECT)
		return print_expect(flags, &plan, error);
	if (flags->emit == EMIT_NCCL)
		return print_nccl(flags, &xml, flags->like ? &mirrored : NULL, error);
	return file_write(flags->output, xml.s, xml.n, error);
}

static int read_request(struct flags *flags, const char *path, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_read(path, &document, error) < 0)
		return -1;
	return request_file_read(&document, take_setting, flags, error);
}

/* The request file first, so that options override it. */
static int take_flags(struct flags *flags, const struct options *options,
		      struct error *error)
{
	/* What may be left open in the request depends on whether a domain is changed. */
	if (options_given(options, "domain"))
		request_begin_in_place(&flags->asked.request);
	else
		request_begin(&flags->asked.request);
	if (options_check(options, 0, 1, error) < 0 ||
	    (options->n_args == 1 && read_request(flags, options->args[0], error) < 0))
		return -1;
	return options_set_each(options, flags, error);
}

static void flags_free(struct flags *flags)
{
	request_free(&flags->asked.request);
	source_options_free(&flags->source);
	target_settled_free(&flags->target);
	free(flags->like);
}

/* Plans silently; whether that succeeds. */
static bool makes_plan(struct flags *flags, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine host = {}, machine = {};
	_cleanup_plan_ struct plan plan = {};
	_cleanup_text_ struct text xml = {};
	const struct machine *known = flags->host ? &host : NULL;

	if ((flags->domain && read_domain(flags, &document, error) < 0) ||
	    (flags->host && source_read(flags->host, &flags->source, &host, error) < 0) ||
	    request_settle(&flags->asked.request, known, flags->domain ? &document : NULL,
			   &flags->target, error) < 0 ||
	    source_read(flags->like, &flags->source, &machine, error) < 0 ||
	    mirror(&machine, &flags->asked.mirror, &flags->asked.request, error) < 0)
		return false;
	if (flags->domain)
		return plan_in_place(&document, &flags->asked.request, known, &xml,
				     error) == 0;
	return request_finish(&flags->asked.request, error) == 0 &&
	       plan_fresh(&flags->asked.request, &plan, &xml, error) == 0;
}

/* Whether the same command with --mirror per-node=@most has a plan. */
static bool fits(const struct options *options, unsigned most)
{
	_cleanup_error_ struct error error = {};
	struct flags flags = {};
	bool made = false;

	if (take_flags(&flags, options, &error) == 0) {
		flags.asked.mirror.limited = true;
		flags.asked.mirror.devices_per_node = most;
		made = makes_plan(&flags, &error);
	}
	flags_free(&flags);
	return made;
}

static bool is_stream(const char *path)
{
	return path && streq(path, "-");
}

/*
 * A mirrored machine may have more devices than a guest can. Finds how many per node are
 * possible, since the message names other options, which the user did not give. With
 * --target installed the trials would have another target.
 */
static void advise(const struct options *options, const struct flags *flags,
		   struct error *error)
{
	unsigned possible = 0, beyond = MIRROR_MOST;
	_cleanup_free_ char *message = NULL;

	if (error->status != STATUS_INPUT || !flags->asked.request.mirrored ||
	    flags->asked.mirror.limited || flags->asked.request.target_wish.installed ||
	    is_stream(flags->like) || is_stream(flags->domain) ||
	    is_stream(flags->host) || !fits(options, 0))
		return;
	while (beyond - possible > 1) {
		unsigned middle = (possible + beyond) / 2;

		if (fits(options, middle))
			possible = middle;
		else
			beyond = middle;
	}
	message = error->message;
	error->message =
		xasprintf("%s; --mirror per-node=%u would fit", message, possible);
}

static int run(const struct options *options, struct error *error)
{
	struct flags flags = {};
	int rc = take_flags(&flags, options, error);

	if (rc == 0)
		rc = check_flags(&flags, error);
	if (rc == 0)
		rc = flags.domain ? run_in_place(&flags, error)
				  : run_fresh(&flags, error);
	if (rc < 0)
		advise(options, &flags, error);
	flags_free(&flags);
	return rc;
}

const struct command plan_command = {
	.name = "plan",
	.args = "[REQUEST.xml]",
	.summary = "Print or change domain XML to lay out a nested test host",
	.about =
		"Lays out NUMA nodes, PCI Express expander buses, root ports, devices and\nan IOMMU, as requested by options, by a file, or by a machine to mirror.",
	.rows = rows,
	.run = run,
};
