/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/commands.h"

#include "base/streams.h"
#include "commands/installed.h"
#include "commands/plan-advice.h"
#include "commands/plan-print.h"
#include "planner/plan/in-place/in-place.h"

#include <stdio.h>

/* libvirt tells a read-only connection no password, so what is printed has none. */
static void note_passwords(const struct plan_flags *flags,
			   const struct document *document)
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
static int read_domain(const struct plan_flags *flags, struct document *ret,
		       struct error *error)
{
	struct connect_wish wish = flags->connect;

	wish.inactive = connect_wanted(&wish) && flags->emit != EMIT_DEVICE;
	if (connect_read_document(&wish, flags->domain, ret, error) < 0)
		return option_wrap(error, "domain", flags->domain);
	return 0;
}

/* The domain that is changed, and the host. A trial says nothing. */
static int read_sources(struct plan_flags *flags, bool trial, struct planned *ret,
			struct error *error)
{
	int rc = 0;

	if (flags->domain && read_domain(flags, &ret->domain, error) < 0)
		return -1;
	if (flags->domain && !trial)
		note_passwords(flags, &ret->domain);
	if (flags->host) {
		flags->source.facts = true;
		rc = source_read_option("host", flags->host, &flags->source, &ret->host,
					error);
		flags->source.facts = false;
	}
	if (rc == 0 && flags->host && !trial)
		source_show_complaints(&ret->host);
	return rc;
}

/* Determines the target and reports it. */
static int settle(struct plan_flags *flags, bool trial, const struct planned *planned,
		  struct error *error)
{
	struct request *request = &flags->asked.request;
	struct target_wish *wish = &request->target_wish;
	const char *architecture = request->architecture;
	_cleanup_text_ struct text text = {};

	if (wish->installed && installed_target(architecture ? architecture : "x86_64",
						&wish->found, error) < 0)
		return -1;
	if (request_settle(request, flags->host ? &planned->host : NULL,
			   flags->domain ? &planned->domain : NULL, &flags->target,
			   error) < 0)
		return -1;
	text_add_target(&text, &flags->target, NULL);
	if (!trial)
		fprintf(stderr, "virt-layout: target: %s\n", text.s);
	return 0;
}

/* Adds the mirrored machine to the request; a trial gets it read. */
static int add_mirrored(struct plan_flags *flags, bool trial, struct planned *ret,
			struct error *error)
{
	if (!flags->like)
		return 0;
	if (flags->emit == EMIT_NCCL)
		flags->source.facts = true;
	if (!ret->mirrored.nodes.n &&
	    source_read_option("like", flags->like, &flags->source, &ret->mirrored,
			       error) < 0) {
		/* Part of it would not be what the user asked for. */
		machine_free(&ret->mirrored);
		ret->mirrored = (struct machine){};
		return -1;
	}
	if (!trial)
		source_show_complaints(&ret->mirrored);
	if (mirror(&ret->mirrored, &flags->asked.mirror, &flags->asked.request, error) <
	    0)
		return option_wrap(error, "like", flags->like);
	return 0;
}

static int host_node_of(const struct machine *host, const struct request_device *device)
{
	return machine_function_node(host, machine_function_index(host, device->host));
}

/* A node of the guest is backed by the node of the host on which its devices are. */
static int check_host_nodes(const struct request *request, const struct machine *host,
			    struct error *error)
{
	for (size_t i = 0; i < request->devices.n; i++) {
		const struct request_device *a = &request->devices.v[i];
		int node = a->assigned ? host_node_of(host, a) : UNKNOWN_ID;

		for (size_t j = 0; node != UNKNOWN_ID && j < i; j++) {
			const struct request_device *b = &request->devices.v[j];
			int other = b->assigned ? host_node_of(host, b) : UNKNOWN_ID;

			if (b->cell == a->cell && other != UNKNOWN_ID && other != node)
				return error_input(
					error,
					"--hostdev " PCI_FORMAT
					",node=%d: it is on host node %d, but " PCI_FORMAT
					", which is to be on the same node of the guest, is on host node %d; give them different nodes",
					PCI_ARGS(a->host), a->cell, node,
					PCI_ARGS(b->host), other);
		}
	}
	return 0;
}

/*
 * Binds the nodes of a new domain to those of the host, and orders its assigned devices
 * by root complexes.
 */
static int settle_on_host(struct plan_flags *flags, struct planned *planned,
			  struct error *error)
{
	struct request *asked = &flags->asked.request;
	_cleanup_request_ struct request request = {};
	_cleanup_target_settled_ struct target_settled settled = {};
	_cleanup_text_ struct text fresh = planned->xml;

	planned->xml = (struct text){};
	request_begin_in_place(&request);
	request.target_wish.given = flags->target.target;
	request.per = asked->per;
	request.per_given = asked->per_given;
	/* Root complexes may get buses that the domain did not have. */
	request.spare_ports = asked->spare_ports;
	request.spare_for = asked->spare_for;
	request.iothreads = asked->iothreads;
	request.queues = asked->queues;
	request.override_link = asked->override_link;
	request.override_clique = asked->override_clique;
	if (check_host_nodes(asked, &planned->host, error) < 0 ||
	    document_parse("the plan", fresh.s, fresh.n, &planned->domain, error) < 0 ||
	    request_settle(&request, &planned->host, &planned->domain, &settled, error) <
		    0 ||
	    plan_in_place(&planned->domain, &request, &planned->host, &planned->xml,
			  error) < 0)
		return -1;
	for (size_t i = 0; i < request.notes.n; i++)
		request_note(asked, "%s", request.notes.v[i]);
	return 0;
}

/* From the options to the plan. A trial prints nothing. */
static int make_plan(struct plan_flags *flags, bool trial, struct planned *ret,
		     struct error *error)
{
	struct request *request = &flags->asked.request;

	request->attach = flags->emit == EMIT_DEVICE;
	if (read_sources(flags, trial, ret, error) < 0 ||
	    settle(flags, trial, ret, error) < 0 ||
	    add_mirrored(flags, trial, ret, error) < 0)
		return -1;
	if (flags->domain)
		return plan_in_place(&ret->domain, request,
				     flags->host ? &ret->host : NULL, &ret->xml, error);
	if (request_finish(request, error) < 0 ||
	    plan_fresh(request, &ret->plan, &ret->xml, error) < 0)
		return -1;
	return flags->host ? settle_on_host(flags, ret, error) : 0;
}

/* The same command with other values of its options. */
struct trial {
	const struct options *options;
	const struct plan_flags *first;
	struct machine *mirrored;
};

static bool fits(const struct plan_knobs *knobs, void *data)
{
	struct trial *trial = data;
	_cleanup_error_ struct error error = {};
	_cleanup_planned_ struct planned planned = {};
	_cleanup_plan_flags_ struct plan_flags flags = {};
	bool fits;

	if (plan_read_options(trial->options, &flags, &error) < 0)
		return false;
	/* The installed versions are known already. */
	flags.asked.request.target_wish = trial->first->asked.request.target_wish;
	flags.asked.request.target_wish.installed = false;
	plan_knobs_apply(knobs, &flags);
	planned.mirrored = *trial->mirrored;
	fits = make_plan(&flags, true, &planned, &error) == 0;
	*trial->mirrored = planned.mirrored;
	planned.mirrored = (struct machine){};
	return fits;
}

static bool is_stream(const char *path)
{
	return path && streq(path, "-");
}

/*
 * A request may have more devices and ports than a guest can. Finds how many are
 * possible, since the message names other options, which the user did not give.
 */
static void advise(const struct options *options, const struct plan_flags *flags,
		   struct machine *mirrored, struct error *error)
{
	struct trial trial = {options, flags, mirrored};
	_cleanup_free_ char *advice = NULL;
	char *message;

	if (error->status != STATUS_INPUT || connect_wanted(&flags->connect) ||
	    (flags->like && !mirrored->nodes.n) || is_stream(flags->domain) ||
	    is_stream(flags->host))
		return;
	advice = plan_advice(flags, fits, &trial);
	if (!advice)
		return;
	message = xasprintf("%s; %s would fit", error->message, advice);
	free(error->message);
	error->message = message;
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_planned_ struct planned planned = {};
	_cleanup_plan_flags_ struct plan_flags flags = {};

	if (plan_read_options(options, &flags, error) < 0 ||
	    plan_check_options(&flags, error) < 0)
		return -1;
	if (make_plan(&flags, false, &planned, error) < 0) {
		advise(options, &flags, &planned.mirrored, error);
		return -1;
	}
	return plan_print(&flags, &planned, error);
}

const struct command plan_command = {
	.name = "plan",
	.args = "[REQUEST.xml]",
	.summary = "Print or change domain XML to lay out a nested test host",
	.about =
		"Lays out NUMA nodes, PCI Express expander buses, root ports, devices and\nan IOMMU, as requested by options, by a file, or by a machine to mirror.",
	.rows = plan_rows,
	.run = run,
};
