/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/commands.h"

#include "base/diff.h"
#include "base/file.h"
#include "base/streams.h"
#include "commands/installed.h"
#include "commands/source.h"
#include "planner/plan/expect.h"
#include "planner/guest/read.h"
#include "planner/plan/in-place/in-place.h"
#include "planner/plan/plan.h"
#include "planner/guest/predict/predict.h"
#include "planner/plan/request/file.h"
#include "planner/plan/request/flags.h"
#include "planner/guest/predict/show.h"

#include <stdio.h>

/* Everything that the flags say; the request is filled as they come. */
struct flags {
	struct request request;
	struct mirror_options mirror;
	struct source_options source;
	struct target_settled target;
	char *like; /* owned: a request file may have said it */
	const char *domain, *host, *output;
	bool predict, expect, diff, in_place;
};

static const struct option_row rows[] = {
	{.name = "node",
	 .arg = "vcpus=N,memory=SIZE",
	 .help = "one guest NUMA node; repeat; cpulist=0-3 names the vCPUs"},
	{.name = "device",
	 .arg = "KIND,node=N|per-node=N[,count=N]",
	 .help = "devices; also vfs=N, iommu-group=own|shared; repeat"},
	{.name = "nic", .arg = "KIND,...", .help = "the same as --device"},
	{.name = "domain",
	 .arg = "FILE",
	 .help = "change this domain, in its own text, in place of starting fresh"},
	{.name = "host",
	 .arg = "SOURCE",
	 .help = "with --domain: the host whose devices it is given"},
	{.name = "diff", .help = "with --domain: print what changes, as a unified diff"},
	{.name = "in-place", .help = "with --domain: write the file itself"},
	{.name = "like", .arg = "SOURCE", .help = "mirror that machine"},
	{.name = "locality",
	 .arg = "BUSES=NODE",
	 .help = "0000:80-ff=1: the node of root buses that firmware left out"},
	{.name = "cpus-per-node", .arg = "N", .help = "shrink a mirrored node to N CPUs"},
	{.name = "memory-per-node", .arg = "SIZE", .help = "and to this much memory"},
	{.name = "per",
	 .arg = "WHAT",
	 .choices = "node|root-complex",
	 .help = "an expander bus per node, or per host root complex with its switches"},
	{.name = "spare-ports",
	 .arg = "N",
	 .help = "empty hot-pluggable root ports on each expander bus (0)"},
	{.name = "general-ports",
	 .arg = "N",
	 .help = "empty hot-pluggable root ports on pcie-root (4)"},
	{.name = "iommu",
	 .arg = "MODEL",
	 .choices = "intel|virtio|smmuv3|amd|none",
	 .help = "intel on x86_64, smmuv3 on aarch64"},
	{.name = "target",
	 .arg = "libvirt=V,qemu=V",
	 .help = "plan for these versions, or installed; else what the host or domain has"},
	{.name = "firmware",
	 .arg = "KIND",
	 .choices = "bios|efi|efi-secure",
	 .help = "bios unless the machine is virt"},
	{.name = "type", .arg = "TYPE", .choices = "kvm|qemu", .help = "kvm"},
	{.name = "arch", .arg = "ARCH", .help = "x86_64, or aarch64"},
	{.name = "machine", .arg = "NAME", .help = "q35, or virt on aarch64"},
	{.name = "cpu",
	 .arg = "MODE[+FEATURE]",
	 .help = "host-passthrough, or maximum with --type qemu"},
	{.name = "disk", .arg = "FILE", .help = "a virtio disk to boot from"},
	{.name = "cdrom", .arg = "FILE", .help = "an installer's image"},
	{.name = "mgmt",
	 .arg = "user|network=NAME",
	 .help = "a NIC to reach the guest by"},
	{.name = "backend",
	 .arg = "KIND",
	 .choices = "user|passt|mcast",
	 .help = "what the planned NICs are plugged into (user)"},
	{.name = "hugepages", .arg = "SIZE", .help = "back the nodes with huge pages"},
	{.name = "hmat", .help = "write the mirrored latencies and bandwidths"},
	{.name = "debug-console",
	 .help = "the firmware's debug port 0x402, into a log file"},
	{.name = "iothreads",
	 .arg = "WHAT",
	 .choices = "per-node",
	 .help = "with --domain: an I/O thread per node, and the disks given to them"},
	{.name = "place",
	 .arg = "DEVICE=NODE",
	 .help = "with --domain: move a disk (vdb), NIC (its MAC) or other device (its alias)"},
	{.name = "name", .arg = "NAME", .help = "the domain's name (nested)"},
	{.name = "predict", .help = "print what the guest will show, and no XML"},
	{.name = "emit",
	 .arg = "WHAT",
	 .choices = "xml|expect",
	 .help = "expect: a small JSON file for verify inside the guest"},
	{.name = "output", .letter = 'o', .arg = "FILE", .help = "write there"},
	{},
};

/* One flag of the command line or setting of the file, by its name. */
static int take_flag(void *user, const char *flag, const char *value, struct error *error)
{
	struct flags *flags = user;

	if (streq(flag, "like")) {
		free(flags->like);
		flags->like = xstrdup(value);
	} else if (streq(flag, "locality")) {
		return source_add_locality(&flags->source, value, error);
	} else if (streq(flag, "domain")) {
		flags->domain = value;
	} else if (streq(flag, "host")) {
		flags->host = value;
	} else if (streq(flag, "diff")) {
		flags->diff = true;
	} else if (streq(flag, "in-place")) {
		flags->in_place = true;
	} else if (streq(flag, "predict")) {
		flags->predict = true;
	} else if (streq(flag, "emit")) {
		flags->expect = streq(value, "expect");
	} else if (streq(flag, "output")) {
		flags->output = value;
	} else if (streq(flag, "target") && streq(value, "installed")) {
		flags->request.target_wish.installed = true;
	} else {
		return request_take(&flags->request, &flags->mirror, flag, value, error);
	}
	return 0;
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
	text_add_expect(&text, &machine, &flags->request, &flags->target, plan);
	return file_write(flags->output, text.s, text.n, error);
}

static int add_mirrored(struct flags *flags, struct error *error)
{
	_cleanup_machine_ struct machine machine = {};

	if (!flags->like)
		return 0;
	if (source_read(flags->like, &flags->source, &machine, error) < 0)
		return -1;
	source_show_complaints(&machine);
	if (mirror(&machine, &flags->mirror, &flags->request, error) < 0)
		return error_wrap(error, "%s", flags->like);
	return 0;
}

static int check_flags(const struct flags *flags, struct error *error)
{
	const struct {
		bool given;
		const char *name;
	} needs_domain[] = {{flags->host, "--host"},
			    {flags->diff, "--diff"},
			    {flags->in_place, "--in-place"},
			    {flags->request.iothreads, "--iothreads"},
			    {flags->request.places.n > 0, "--place"}};

	const struct {
		bool given;
		const char *name;
	} needs_like[] = {
		{flags->mirror.cpus_per_node, "--cpus-per-node"},
		{flags->mirror.memory_per_node_bytes, "--memory-per-node"},
		{flags->source.localities.n > 0 && !flags->host, "--locality"},
		{flags->request.per == PER_ROOT_COMPLEX && !flags->host,
		 "--per root-complex"},
		{flags->request.hmat, "--hmat"},
	};

	for (size_t i = 0; !flags->like && i < ARRAY_SIZE(needs_like); i++)
		if (needs_like[i].given)
			return error_input(error, "plan: %s is for --like SOURCE",
					   needs_like[i].name);
	if (flags->predict && flags->expect)
		return error_input(
			error, "plan: --predict and --emit expect cannot go together");
	for (size_t i = 0; !flags->domain && i < ARRAY_SIZE(needs_domain); i++)
		if (needs_domain[i].given)
			return error_input(error, "plan: %s is for --domain FILE",
					   needs_domain[i].name);
	if (flags->in_place && (flags->diff || flags->output || flags->predict))
		return error_input(
			error,
			"plan: --in-place writes the domain's own file: leave out --diff, --predict and -o");
	if (flags->in_place && streq(flags->domain, "-"))
		return error_input(error, "plan: --in-place needs a file, not -");
	if (flags->domain && flags->expect)
		return error_input(
			error,
			"plan: --emit expect is for fresh plans; verify takes the domain itself");
	return 0;
}

/* What the guest of the changed domain will show. */
static int predict_text(const char *name, const struct text *xml, const char *output,
			struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	guest_init(&guest);
	if (document_parse(name, xml->s, xml->n, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	predict_any(&guest, &machine);
	text_add_prediction(&text, &guest, &machine);
	return file_write(output, text.s, text.n, error);
}

static int print_changed(const struct flags *flags, const struct document *document,
			 const struct text *xml, struct error *error)
{
	_cleanup_text_ struct text diff = {};
	bool same = xml->n == document->text.n &&
		    memcmp(xml->s, document->text.s, xml->n) == 0;

	if (flags->predict)
		return predict_text(flags->domain, xml, flags->output, error);
	if (flags->in_place)
		return same ? 0
			    : file_replace(flags->domain, &document->origin, xml->s,
					   xml->n, error);
	if (!flags->diff)
		return file_replace(flags->output, &document->origin, xml->s, xml->n,
				    error);
	text_add_diff(&diff, flags->domain, document->text.s, flags->domain, xml->s);
	return diff.n == 0 && !flags->output
		       ? 0
		       : file_write(flags->output, diff.s ? diff.s : "", diff.n, error);
}

/* Settles the target and says it. */
static int settle(struct flags *flags, const struct machine *host,
		  const struct document *document, struct error *error)
{
	struct target_wish *wish = &flags->request.target_wish;
	const char *architecture = flags->request.architecture;
	_cleanup_text_ struct text text = {};

	if (wish->installed && installed_target(architecture ? architecture : "x86_64",
						&wish->given, error) < 0)
		return -1;
	if (request_settle(&flags->request, host, document, &flags->target, error) < 0)
		return -1;
	text_add_target(&text, &flags->target, NULL);
	fprintf(stderr, "virt-layout: target: %s\n", text.s);
	return 0;
}

static int run_in_place(struct flags *flags, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine host = {};
	_cleanup_text_ struct text xml = {};

	if (document_read(flags->domain, &document, error) < 0)
		return -1;
	flags->source.facts = true;
	if (flags->host && source_read(flags->host, &flags->source, &host, error) < 0)
		return -1;
	flags->source.facts = false;
	if (flags->host)
		source_show_complaints(&host);
	if (settle(flags, flags->host ? &host : NULL, &document, error) < 0 ||
	    add_mirrored(flags, error) < 0 ||
	    plan_in_place(&document, &flags->request, flags->host ? &host : NULL, &xml,
			  error) < 0)
		return -1;
	print_notes(flags->request.notes.v, flags->request.notes.n);
	return print_changed(flags, &document, &xml, error);
}

static int run_fresh(struct flags *flags, struct error *error)
{
	_cleanup_plan_ struct plan plan = {};
	_cleanup_text_ struct text xml = {};

	if (settle(flags, NULL, NULL, error) < 0 || add_mirrored(flags, error) < 0 ||
	    request_finish(&flags->request, error) < 0 ||
	    plan_fresh(&flags->request, &plan, &xml, error) < 0)
		return -1;
	print_notes(flags->request.notes.v, flags->request.notes.n);
	print_notes(plan.notes.v, plan.notes.n);
	if (flags->predict)
		return print_prediction(&plan.guest, flags->output, error);
	if (flags->expect)
		return print_expect(flags, &plan, error);
	return file_write(flags->output, xml.s, xml.n, error);
}

static int read_request(struct flags *flags, const char *path, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_read(path, &document, error) < 0)
		return -1;
	return request_file_read(&document, take_flag, flags, error);
}

/* The request file first, so that a flag has the last word. */
static int take_flags(struct flags *flags, int argc, char *argv[], struct error *error)
{
	/* The walk puts the positional arguments in front, so it gets its own copy. */
	_cleanup_free_ char **copy = xmemdup(argv, (size_t)argc * sizeof(*argv));
	struct options options = options_begin(&plan_command, argc, copy);
	int row;

	while ((row = options_next(&options, error)) >= 0) {
	}
	if (row == OPTIONS_FAULT || options_need(&options, 0, 1, error) < 0)
		return -1;
	if (options.n_args == 1 && read_request(flags, options.args[0], error) < 0)
		return -1;
	options = options_begin(&plan_command, argc, argv);
	while ((row = options_next(&options, error)) != OPTIONS_DONE)
		if (row == OPTIONS_FAULT ||
		    take_flag(flags, rows[row].name, options.value, error) < 0)
			return -1;
	return 0;
}

/* Whether a domain is to be changed decides what stays open in the request. */
static bool names_domain(int argc, char *argv[])
{
	_cleanup_free_ char **copy = xmemdup(argv, (size_t)argc * sizeof(*argv));
	struct options options = options_begin(&plan_command, argc, copy);
	_cleanup_error_ struct error error = {};
	bool found = false;
	int row;

	while ((row = options_next(&options, &error)) >= 0)
		found |= streq(rows[row].name, "domain");
	return found;
}

static int run(int argc, char *argv[], struct error *error)
{
	struct flags flags = {};
	int rc;

	if (names_domain(argc, argv))
		request_begin_in_place(&flags.request);
	else
		request_begin(&flags.request);
	rc = take_flags(&flags, argc, argv, error);
	if (rc == 0)
		rc = check_flags(&flags, error);
	if (rc == 0)
		rc = flags.domain ? run_in_place(&flags, error)
				  : run_fresh(&flags, error);
	request_free(&flags.request);
	source_options_free(&flags.source);
	target_settled_free(&flags.target);
	free(flags.like);
	return rc;
}

const struct command plan_command = {
	.name = "plan",
	.args = "[REQUEST.xml]",
	.summary = "Print the domain XML of a nested test host",
	.about =
		"Lays out NUMA nodes, PCI Express expander buses, root ports, devices and\n"
		"an IOMMU, asked for by flags, by a file, or by a machine to be mirrored.",
	.rows = rows,
	.run = run,
};
