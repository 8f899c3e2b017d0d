/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/plan-print.h"

#include "base/diff.h"
#include "base/file.h"
#include "base/streams.h"
#include "commands/plan-nccl.h"
#include "planner/guest/predict/moves.h"
#include "planner/guest/predict/predict.h"
#include "planner/guest/predict/show.h"
#include "planner/guest/read.h"
#include "planner/plan/expect.h"
#include "planner/plan/in-place/attach.h"

void planned_free(struct planned *planned)
{
	document_free(&planned->domain);
	machine_free(&planned->host);
	machine_free(&planned->mirrored);
	plan_free(&planned->plan);
	text_free(&planned->xml);
}

static void print_notes(char *const *notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		streams_say("note: %s", notes[i]);
}

static int print_expect(const struct plan_flags *flags, const struct planned *planned,
			struct error *error)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	predict(&planned->plan.guest, &machine);
	text_add_expect(&text, &machine, &flags->asked.request, &flags->target,
			&planned->plan);
	return file_write(flags->output, text.s, text.n, error);
}

static int print_nccl(const struct plan_flags *flags, const struct planned *planned,
		      struct error *error)
{
	const struct target_wish wish = {.given = flags->target.target};
	const struct machine *host = flags->like ? &planned->mirrored : NULL;
	_cleanup_text_ struct text text = {};

	if (flags->host)
		host = &planned->host;
	if (text_add_plan_nccl(&text, &planned->xml, host, &wish, error) < 0)
		return -1;
	return file_write(flags->output, text.s, text.n, error);
}

/* What the guest will show. */
static int print_prediction(const struct plan_flags *flags, const struct planned *planned,
			    struct error *error)
{
	const char *name = flags->domain ? flags->domain : "the plan";
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	guest_init(&guest);
	if (document_parse(name, planned->xml.s, planned->xml.n, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	predict_any(&guest, flags->target.target.libvirt, &machine);
	if (flags->host)
		predict_host_devices(&guest, &planned->host, &machine);
	text_add_prediction(&text, &guest, &machine);
	return file_write(flags->output, text.s, text.n, error);
}

/* Where the domain's devices were and will be. */
static int print_moves(const struct plan_flags *flags, const struct planned *planned,
		       struct error *error)
{
	const struct text *xml = &planned->xml;
	_cleanup_document_ struct document after = {};
	_cleanup_moves_ struct moves moves = {};

	if (document_parse(flags->domain, xml->s, xml->n, &after, error) < 0 ||
	    moves_read(&planned->domain, &after, flags->target.target.libvirt, &moves,
		       error) < 0)
		return -1;
	for (size_t i = 0; i < moves.lines.n; i++)
		streams_say("note: the guest will see: %s", moves.lines.v[i]);
	return 0;
}

static int print_device(const struct plan_flags *flags, const struct planned *planned,
			struct error *error)
{
	const struct attach_to to = {&planned->domain, flags->domain,
				     &flags->asked.request.target,
				     flags->host ? &planned->host : NULL};
	_cleanup_text_ struct text element = {}, warning = {};

	if (attach_element(&to, &planned->xml, &element, &warning, error) < 0)
		return -1;
	if (warning.n)
		streams_say("warning: %s", warning.s);
	return file_write(flags->output, element.s, element.n, error);
}

static int print_diff(const struct plan_flags *flags, const struct planned *planned,
		      struct error *error)
{
	_cleanup_text_ struct text diff = {};

	text_add_diff(&diff, flags->domain, planned->domain.text.s, flags->domain,
		      planned->xml.s);
	if (diff.n == 0 && !flags->output)
		return 0;
	return file_write(flags->output, diff.s ? diff.s : "", diff.n, error);
}

static int print_xml(const struct plan_flags *flags, const struct planned *planned,
		     struct error *error)
{
	const struct text *before = &planned->domain.text, *after = &planned->xml;

	if (flags->diff)
		return print_diff(flags, planned, error);
	if (!flags->in_place)
		return file_write(flags->output, after->s, after->n, error);
	if (after->n == before->n && memcmp(after->s, before->s, after->n) == 0)
		return 0;
	return file_write(flags->domain, after->s, after->n, error);
}

int plan_print(const struct plan_flags *flags, const struct planned *planned,
	       struct error *error)
{
	print_notes(flags->asked.request.notes.v, flags->asked.request.notes.n);
	print_notes(planned->plan.notes.v, planned->plan.notes.n);
	if (flags->emit == EMIT_NCCL)
		return print_nccl(flags, planned, error);
	if (flags->domain && print_moves(flags, planned, error) < 0)
		return -1;
	if (flags->emit == EMIT_DEVICE)
		return print_device(flags, planned, error);
	if (flags->emit == EMIT_EXPECT)
		return print_expect(flags, planned, error);
	if (flags->predict)
		return print_prediction(flags, planned, error);
	return print_xml(flags, planned, error);
}
