/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A fresh plan is a plan in an empty domain: the built-in skeleton gets an identity, CPUs
 * and cells, and then ports and devices like any domain (in-place/).
 */
#include "planner/plan/plan.h"

#include "planner/check/worse.h"
#include "planner/guest/read.h"
#include "planner/plan/in-place/parts.h"
#include "planner/plan/reach.h"
#include "planner/plan/skeleton.h"

#define DEFAULT_GENERAL_PORTS 4u

/* A plan must pass our own check. A finding here is a bug of the planner. */
static int judge_plan(const struct request *request, const struct text *xml,
		      struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_check_result_ struct check_result result = {};
	const struct check_options options = {.target = request->target};
	const struct finding *finding;
	_cleanup_free_ char *words = NULL;

	if (document_parse("the plan", xml->s, xml->n, &document, error) < 0 ||
	    check_document(&document, &options, &result, error) < 0)
		return -1;
	finding =
		report_worse(&(struct report){}, &result.report, SEVERITY_WARNING, true);
	if (!finding)
		return 0;
	words = finding_string(finding);
	return error_input(
		error, "nothing is planned, because the plan would have this error: %s",
		words);
}

/* *@ret_fits: whether the firmware has I/O space for the empty ports. */
static int plan_over(struct in_place *plan, struct text *ret_xml, bool *ret_fits,
		     struct error *error)
{
	struct request *request = plan->request;

	if (guest_read(plan->document, &plan->old, error) < 0 ||
	    guest_read(plan->document, &plan->new, error) < 0)
		return -1;
	compose_machine(request, &plan->new);
	if (in_place_cpu(plan, error) < 0 || in_place_numa(plan, error) < 0)
		return -1;
	compose_hmat(request, &plan->new);
	if (in_place_begin_tree(plan, error) < 0 || in_place_tree(plan, error) < 0)
		return -1;
	in_place_write_tree(plan);
	in_place_disks(plan);
	if (request->cdrom)
		compose_cdrom(request, &plan->new);
	if (in_place_iommu(plan, error) < 0)
		return -1;
	compose_kernel(request, &plan->new);
	if (request->debug_console)
		compose_debug_console(request, &plan->new);
	reach_note(request);
	if (in_place_text_with_io(plan, ret_xml, ret_fits, error) < 0 || !*ret_fits)
		return *ret_fits ? -1 : 0;
	return judge_plan(request, ret_xml, error);
}

static void take_notes(struct request *request, struct plan *ret)
{
	for (size_t i = 0; i < request->notes.n; i++)
		*vec_add(&ret->notes) = request->notes.v[i];
	vec_free(&request->notes);
}

/* With @general empty ports on pcie-root. */
static int plan_with(const struct request *request, int general, struct plan *ret,
		     struct text *ret_xml, bool *ret_fits, struct error *error)
{
	/* Values chosen for the request, and its new notes, belong to this plan only. */
	struct request own = *request;
	_cleanup_document_ struct document document = {};
	_cleanup_in_place_ struct in_place plan = {.fresh = true,
						   .document = &document,
						   .request = &own,
						   .iommu_given = true};
	int rc;

	own.notes = (__typeof__(own.notes)){};
	own.general_ports = general;
	*ret_fits = true;
	guest_init(&plan.old);
	guest_init(&plan.full);
	guest_init(&plan.new);
	rc = document_parse("skeleton", skeleton, strlen(skeleton), &document, error);
	if (rc == 0)
		rc = plan_over(&plan, ret_xml, ret_fits, error);
	take_notes(&own, ret);
	if (rc < 0)
		return -1;
	in_place_list_devices(&plan, ret);
	ret->guest = plan.new;
	ret->guest.document = NULL;
	guest_init(&plan.new);
	return 0;
}

static int refuse_ports(const struct request *request, struct error *error)
{
	bool spare = request->spare_ports > 0;

	return error_input(
		error,
		"no room under OVMF for the empty ports: it would reserve I/O space for each, and then give no device a BAR; request fewer%s%s%s, or plan for a version that reserves nothing (--target firmware=edk2-2025.02)",
		spare ? " (--spare-ports)" : "",
		spare && request->general_ports > 0 ? " or" : "",
		request->general_ports > 0 ? " (--general-ports)" : "");
}

static void note_left_out(struct plan *plan, unsigned left_out)
{
	if (left_out > 0)
		*vec_add(&plan->notes) = xasprintf(
			"%u of %u empty general ports are left out: OVMF would reserve I/O space for them, and then give no device a BAR",
			left_out, DEFAULT_GENERAL_PORTS);
}

static int plan_ports(const struct request *request, struct plan *ret,
		      struct text *ret_xml, struct error *error)
{
	bool chosen = request->general_ports < 0, fits = false;
	unsigned left_out = 0;
	int general = chosen ? (int)DEFAULT_GENERAL_PORTS : request->general_ports;

	for (;; left_out++) {
		_cleanup_plan_ struct plan result = {};
		_cleanup_text_ struct text xml = {};

		guest_init(&result.guest);
		if (plan_with(request, general - (int)left_out, &result, &xml, &fits,
			      error) < 0)
			return -1;
		if (fits) {
			note_left_out(&result, left_out);
			*ret = result;
			result = (struct plan){};
			guest_init(&result.guest);
			*ret_xml = xml;
			xml = (struct text){};
			return 0;
		}
		if (!chosen || (int)left_out == general)
			return refuse_ports(request, error);
	}
}

/* The same request without switches that nobody asked for. */
static int plan_without_switches(const struct request *request, struct plan *ret,
				 struct text *ret_xml, struct error *error)
{
	struct request flat = *request;
	int rc;

	flat.per = PER_NODE;
	flat.keeps_switches = false;
	flat.roots.n = flat.switches.n = 0;
	flat.devices = (__typeof__(flat.devices)){};
	for (size_t i = 0; i < request->devices.n; i++) {
		struct request_device *device = vec_add(&flat.devices);

		*device = request->devices.v[i];
		device->root = device->switch_port = -1;
	}
	rc = plan_ports(&flat, ret, ret_xml, error);
	vec_free(&flat.devices);
	return rc;
}

int plan_fresh(const struct request *request, struct plan *ret, struct text *ret_xml,
	       struct error *error)
{
	_cleanup_error_ struct error with_switches = {};

	if (!request->keeps_switches)
		return plan_ports(request, ret, ret_xml, error);
	if (plan_ports(request, ret, ret_xml, &with_switches) == 0)
		return 0;
	if (plan_without_switches(request, ret, ret_xml, error) < 0)
		return -1;
	*vec_add(&ret->notes) = xasprintf(
		"the switches of the host are left out after all, because with them: %s",
		with_switches.message);
	return 0;
}
