/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/plan.h"

#include "planner/check/worse.h"
#include "planner/guest/edit.h"
#include "planner/guest/read.h"
#include "planner/plan/plan-metadata.h"
#include "planner/plan/skeleton.h"

static int write_plan(const struct request *request, const struct guest *old,
		      const struct plan *plan, struct text *ret_xml, struct error *error)
{
	struct edits edits = {.document = old->document};
	struct want *metadata = plan_metadata(request, plan);
	struct want *suppressions = plan_suppressions(request, plan);
	int rc;

	edit_insert(&edits, old->metadata_element, -1, metadata);
	if (suppressions)
		edit_insert(&edits, old->metadata_element, -1, suppressions);
	guest_edit(old, &plan->guest, &edits);
	rc = edits_apply(&edits, ret_xml, error);
	edits_free(&edits);
	want_free(metadata);
	want_free(suppressions);
	return rc;
}

/* Law 2: what is planned passes our own check. A finding here is a fault of the plan. */
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
	return error_input(error, "nothing is planned, since this would be wrong: %s",
			   words);
}

int plan_fresh(const struct request *request, struct plan *ret, struct text *ret_xml,
	       struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest old = {}, base = {};
	_cleanup_plan_ struct plan plan = {};
	_cleanup_text_ struct text xml = {};

	if (document_parse("skeleton", skeleton, strlen(skeleton), &document, error) <
		    0 ||
	    guest_read(&document, &old, error) < 0 ||
	    guest_read(&document, &base, error) < 0)
		return -1;
	if (compose(request, &base, &plan, error) < 0 ||
	    write_plan(request, &old, &plan, &xml, error) < 0 ||
	    judge_plan(request, &xml, error) < 0)
		return -1;
	*ret_xml = xml;
	xml = (struct text){};
	plan.guest.document = NULL;
	*ret = plan;
	plan = (struct plan){};
	guest_init(&plan.guest);
	return 0;
}
