/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. The domain is checked first (check.h); if it has errors other than
 * those that the plan itself fixes, nothing is planned. Then the request is completed
 * from the domain (request.c), what is missing is laid out around what exists (tree.c),
 * and the difference between the guest as it was read and as it should be becomes edits
 * of the text (planner/guest/edit.h). The result is checked like the domain, and is
 * returned only if it has no error and no new warning. With a host, which may have no
 * better place for a device, a new warning is only a note.
 */
#include "planner/plan/in-place/in-place.h"

#include "planner/check/rules.h"
#include "planner/check/worse.h"
#include "planner/guest/host-emulator.h"
#include "planner/plan/compose-guest.h"
#include "planner/guest/edit.h"
#include "planner/guest/read.h"
#include "planner/plan/in-place/host.h"

#include <stdarg.h>

static bool adds_hostdev(const struct request *request)
{
	for (size_t i = 0; i < request->devices.n; i++)
		if (request->devices.v[i].assigned)
			return true;
	return false;
}

/*
 * Errors of the domain that planning removes, or that can only be checked in the result.
 */
static bool fixed_by_plan(const struct in_place *plan, const struct rule *rule)
{
	switch (rule->planned) {
	case PLAN_FIXES:
		return true;
	case PLAN_FIXES_WITH_HOST:
		return plan->host;
	case PLAN_FIXES_WITH_IOMMU:
		return plan->iommu_given;
	case PLAN_FIXES_WITH_HOSTDEV:
		return adds_hostdev(plan->request);
	default:
		return false;
	}
}

static const struct finding *first_error(const struct in_place *plan,
					 const struct check_result *result, bool before)
{
	for (size_t i = 0; i < result->report.findings.n; i++) {
		const struct finding *finding = &result->report.findings.v[i];

		if (finding->severity == SEVERITY_ERROR &&
		    !(before && fixed_by_plan(plan, finding->row)))
			return finding;
	}
	return NULL;
}

static int judge(const struct in_place *plan, const struct document *document,
		 struct check_result *result, struct error *error)
{
	struct check_options options = {.host = plan->host,
					.target = plan->request->target};

	return check_document(document, &options, result, error);
}

static int refuse_finding(const struct in_place *plan, const struct finding *finding,
			  const char *when, struct error *error)
{
	_cleanup_text_ struct text message = {};

	text_add_shown(&message, finding->message);
	return error_input_at(error, plan->document->name, finding->place.line,
			      "%s: %s: %s %s%s", finding->place.path, finding->rule,
			      message.s, when, finding->remedy ? finding->remedy : "");
}

static int judge_before(const struct in_place *plan, struct check_result *ret,
			struct error *error)
{
	const struct finding *finding;

	if (judge(plan, plan->document, ret, error) < 0)
		return -1;
	finding = first_error(plan, ret, true);
	if (!finding)
		return 0;
	return refuse_finding(
		plan, finding,
		"Nothing is planned, because the plan would not fix this error of the domain. ",
		error);
}

/* Costs that depend on the host's topology: another plan may have other costs. */
static void note_warning(const struct in_place *plan, const struct finding *finding)
{
	_cleanup_free_ char *words = finding_string(finding);

	request_note(plan->request,
		     "the planned domain has a warning that it did not have before: %s",
		     words);
}

/* No error may remain and, without a host, no new warning. */
static int judge_after(const struct in_place *plan, const struct check_result *before,
		       const struct text *xml, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_check_result_ struct check_result result = {};
	const struct finding *finding;

	if (document_parse(plan->document->name, xml->s, xml->n, &document, error) < 0 ||
	    judge(plan, &document, &result, error) < 0)
		return -1;
	finding = first_error(plan, &result, false);
	if (finding)
		return refuse_finding(
			plan, finding,
			"The planned domain would still have this error (the line number refers to the planned domain, which was not written). ",
			error);
	finding = report_worse(&before->report, &result.report, SEVERITY_WARNING, true);
	if (!finding)
		return 0;
	if (plan->host) {
		note_warning(plan, finding);
		return 0;
	}
	return refuse_finding(
		plan, finding,
		"The planned domain would have this new warning (the line number refers to the planned domain, which was not written); to accept it, silence the rule in the domain (see virt-layout-check(1)). ",
		error);
}

/* "q35, or pc-q35-8.2 for a fixed version"; NULL if QEMU has the machine. Owned. */
static char *machine_instead(const struct in_place *plan)
{
	const struct guest *guest = &plan->old;
	const struct target *target = &plan->request->target;
	const struct machine_emulator *emulator =
		host_emulator_told(plan->host, guest, target);

	if (!guest->machine || guest_is_i440fx(guest) ||
	    host_machine_judge(emulator, guest->machine, guest->architecture,
			       target->qemu)
			    .fate < MACHINE_REMOVED)
		return NULL;
	return host_machine_instead(emulator, guest->machine, guest->architecture,
				    target->qemu);
}

static int check_machine(const struct in_place *plan, struct error *error)
{
	const struct document *document = plan->document;
	int type = document_find(document, 0, "os/type");
	_cleanup_free_ char *instead = NULL;

	if (guest_is_q35(&plan->old) || guest_is_virt(&plan->old))
		return 0;
	instead = machine_instead(plan);
	if (instead)
		return in_place_refuse(
			plan, error, type,
			"<type machine='%s'>: QEMU %u.%u has no such machine type; write %s",
			plan->old.machine, MAJOR(plan->request->target.qemu),
			MINOR(plan->request->target.qemu), instead);
	return in_place_refuse(
		plan, error, type,
		"<type machine='%s'>: only q35 (x86_64) and virt (aarch64) have pcie-expander-bus and the IOMMUs; %s",
		plan->old.machine ? plan->old.machine : "",
		guest_is_i440fx(&plan->old) || !plan->old.machine
			? "i440fx has only conventional PCI; change it to q35 first (all its PCI addresses change)"
			: "other machines are not supported");
}

static int read_guests(struct in_place *plan, struct error *error)
{
	if (guest_read(plan->document, &plan->old, error) < 0 ||
	    guest_read(plan->document, &plan->full, error) < 0 ||
	    guest_read(plan->document, &plan->new, error) < 0 ||
	    check_machine(plan, error) < 0)
		return -1;
	if (plan->old.devices_element < 0)
		return in_place_refuse(plan, error, 0, "<domain>: has no <devices>");
	guest_tree_read(&plan->old, &plan->old_tree);
	return 0;
}

/*
 * The domain as libvirt would complete it, without buses for devices that the plan moves.
 */
static void complete(struct in_place *plan)
{
	_cleanup_assignment_ struct assignment assignment = {};

	for (size_t i = 0; i < plan->wishes.n; i++) {
		struct guest_address *address =
			&plan->full.devices.v[plan->wishes.v[i].device].address;

		if (!guest_address_automatic(address))
			continue;
		free(address->type);
		address->type = xstrdup("unassigned");
	}
	assign(&plan->full, plan->request->target.libvirt, &assignment);
}

static size_t count_expanders(const struct guest *guest)
{
	size_t n = 0;

	for (size_t i = 0; i < guest->controllers.n; i++)
		n += guest_is_expander(&guest->controllers.v[i]);
	return n;
}

/*
 * ACPI tables describe NUMA, expander buses and the IOMMU, and UEFI on x86 needs them.
 * Ports alone do not need them, and on aarch64 libvirt refuses ACPI without UEFI.
 */
static void need_acpi(struct in_place *plan)
{
	struct guest *new = &plan->new;
	bool x86_uefi = streq_null(new->firmware, "efi") && !plan->old.firmware &&
			guest_is_q35(new);

	if (new->cells.n > plan->old.cells.n || new->iommus.n > plan->old.iommus.n ||
	    count_expanders(new) > count_expanders(&plan->old) || x86_uefi)
		new->acpi = true;
}

/*
 * What the plan changes must not depend on arguments of QEMU that are not understood: the
 * result could be something else than planned, or not start.
 */
static int refuse_unknown(const struct in_place *plan, struct error *error)
{
	const struct {
		bool changes;
		unsigned areas;
		const char *what;
	} rows[] = {
		{plan->new.cells.n != plan->old.cells.n ||
			 plan->new.memory_bytes.value != plan->old.memory_bytes.value ||
			 plan->new.vcpus.value != plan->old.vcpus.value,
		 AREA_NUMA | AREA_MEMORY, "vCPUs, memory or NUMA nodes"},
		{plan->new.iommus.n != plan->old.iommus.n, AREA_IOMMU, "the IOMMU"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct unknown_addition *unknown =
			rows[i].changes ? commandline_unknown(&plan->old.commandline,
							      rows[i].areas)
					: NULL;
		_cleanup_text_ struct text shown = {};

		if (!unknown)
			continue;
		text_add_shown(&shown, unknown->text);
		return in_place_refuse(
			plan, error, unknown->element,
			"the plan changes %s, which this argument of QEMU may change as well (%s); remove it first, or use libvirt's own elements",
			rows[i].what, shown.s);
	}
	return 0;
}

static int change(struct in_place *plan, struct error *error)
{
	if (in_place_fill_request(plan, error) < 0 ||
	    in_place_host_wishes(plan, error) < 0 || in_place_numa(plan, error) < 0)
		return -1;
	complete(plan);
	if (in_place_begin_tree(plan, error) < 0 || in_place_tree(plan, error) < 0)
		return -1;
	in_place_write_tree(plan);
	in_place_disks(plan);
	in_place_write_initiators(plan);
	in_place_host_pins(plan);
	if (in_place_iommu(plan, error) < 0 || in_place_firmware(plan, error) < 0)
		return -1;
	in_place_window(plan);
	in_place_name_gpus(plan);
	if (plan->request->debug_console)
		compose_debug_console(plan->request, &plan->new);
	need_acpi(plan);
	return refuse_unknown(plan, error);
}

static int write_text(struct in_place *plan, const struct check_result *before,
		      struct text *ret_xml, struct error *error)
{
	_cleanup_text_ struct text text = {};
	bool fits;

	if (in_place_text_with_io(plan, &text, &fits, error) < 0 ||
	    judge_after(plan, before, &text, error) < 0)
		return -1;
	*ret_xml = text;
	text = (struct text){};
	return 0;
}

static int run(struct in_place *plan, struct text *ret_xml, struct error *error)
{
	_cleanup_check_result_ struct check_result before = {};

	if (read_guests(plan, error) < 0 || judge_before(plan, &before, error) < 0 ||
	    change(plan, error) < 0)
		return -1;
	return write_text(plan, &before, ret_xml, error);
}

int plan_in_place(const struct document *document, struct request *request,
		  const struct machine *host, struct text *ret_xml, struct error *error)
{
	struct in_place plan = {.document = document,
				.request = request,
				.host = host,
				.iommu_given = request->iommu != NULL};
	int rc;

	guest_init(&plan.old);
	guest_init(&plan.full);
	guest_init(&plan.new);
	rc = run(&plan, ret_xml, error);
	in_place_free(&plan);
	return rc;
}
