/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A fresh plan is a plan in an empty domain: the built-in skeleton gets an identity, CPUs
 * and cells, and then ports and devices like any domain (in-place/).
 */
#include "planner/plan/plan.h"

#include "planner/check/worse.h"
#include "planner/guest/read.h"
#include "planner/plan/in-place/parts.h"
#include "planner/plan/request/io-keep.h"
#include "planner/plan/skeleton.h"

#define DEFAULT_GENERAL_PORTS 4

static unsigned count_io(const struct request *request)
{
	unsigned count = 0;

	for (size_t i = 0; i < request->devices.n; i++)
		count += request->devices.v[i].kind->io_bar;
	return count;
}

/* Expander buses that the request's devices and spare ports will need. */
static unsigned count_expanders(const struct request *request)
{
	_cleanup_set_ struct set cells = {}, roots = {};

	for (size_t i = 0; i < request->devices.n; i++) {
		const struct request_device *device = &request->devices.v[i];

		if (device->root >= 0)
			set_add(&roots, (unsigned)device->root);
		else if (device->cell != NO_CELL)
			set_add(&cells, (unsigned)device->cell);
	}
	if (request->spare_ports > 0)
		for (size_t i = 0; i < request->nodes.n; i++)
			set_add(&cells, (unsigned)i);
	return set_count(&cells) + set_count(&roots);
}

/*
 * The number of empty general ports: at most as many as OVMF has windows for
 * hot-pluggable ports, besides the functions with an I/O BAR.
 */
static int fit_general_ports(struct request *request, struct error *error)
{
	int asked = request->general_ports, spare = MAX(request->spare_ports, 0);
	unsigned io = count_io(request), limit = io_limit(request);
	int room = (int)MIN(limit - MIN(io, limit), 255u);
	int fixed = spare * (int)count_expanders(request) + MAX(asked, 0);

	if (asked < 0)
		request->general_ports = DEFAULT_GENERAL_PORTS;
	/* Too many functions are rejected with the tree. */
	if (!io_needs_cold_ports(request, io) || io > limit)
		return 0;
	if (fixed > room)
		return error_input(
			error,
			"no room under OVMF for %d empty ports and %u devices with I/O ports: it has %u I/O windows in total; request at most %d empty ports, or use devices without I/O ports (virtio-net)",
			fixed, io, limit, room);
	if (asked < 0 && room - fixed < DEFAULT_GENERAL_PORTS) {
		request->general_ports = room - fixed;
		request_note(
			request,
			"%d of %d empty general ports are left out: OVMF has I/O windows for only %u ports, and %u are in use",
			DEFAULT_GENERAL_PORTS - request->general_ports,
			DEFAULT_GENERAL_PORTS, limit, io + (unsigned)fixed);
	}
	return 0;
}

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

static int plan_over(struct in_place *plan, struct text *ret_xml, struct error *error)
{
	struct request *request = plan->request;

	if (guest_read(plan->document, &plan->old, error) < 0 ||
	    guest_read(plan->document, &plan->new, error) < 0 ||
	    fit_general_ports(request, error) < 0)
		return -1;
	compose_machine(request, &plan->new);
	if (in_place_cpu(plan, error) < 0 || in_place_numa(plan, error) < 0)
		return -1;
	compose_hmat(request, &plan->new);
	if (in_place_begin_tree(plan, error) < 0 || in_place_tree(plan, error) < 0)
		return -1;
	in_place_write_tree(plan);
	if (request->cdrom)
		compose_cdrom(request, &plan->new);
	if (in_place_iommu(plan, error) < 0)
		return -1;
	if (request->debug_console)
		compose_debug_console(request, &plan->new);
	if (in_place_text(plan, ret_xml, error) < 0)
		return -1;
	return judge_plan(request, ret_xml, error);
}

static void take_notes(struct request *request, struct plan *ret)
{
	for (size_t i = 0; i < request->notes.n; i++)
		*vec_add(&ret->notes) = request->notes.v[i];
	vec_free(&request->notes);
}

int plan_fresh(const struct request *request, struct plan *ret, struct text *ret_xml,
	       struct error *error)
{
	/* Values chosen for the request, and its new notes, belong to this plan only. */
	struct request own = *request;
	_cleanup_document_ struct document document = {};
	_cleanup_text_ struct text xml = {};
	_cleanup_plan_ struct plan result = {};
	_cleanup_in_place_ struct in_place plan = {.fresh = true,
						   .document = &document,
						   .request = &own,
						   .iommu_given = true};
	int rc;

	own.notes = (__typeof__(own.notes)){};
	guest_init(&plan.old);
	guest_init(&plan.full);
	guest_init(&plan.new);
	guest_init(&result.guest);
	rc = document_parse("skeleton", skeleton, strlen(skeleton), &document, error);
	if (rc == 0)
		rc = plan_over(&plan, &xml, error);
	take_notes(&own, &result);
	if (rc < 0)
		return -1;
	in_place_list_devices(&plan, &result);
	result.guest = plan.new;
	result.guest.document = NULL;
	guest_init(&plan.new);
	*ret = result;
	result = (struct plan){};
	guest_init(&result.guest);
	*ret_xml = xml;
	xml = (struct text){};
	return 0;
}
