/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any document as a request: rejected with a message, or planned; the plan's text is then
 * read as a domain without complaints, with the requested cells.
 */
#include "tests/fuzz/fuzz.h"

#include "planner/guest/read.h"
#include "planner/plan/plan.h"
#include "planner/plan/request/file.h"
#include "planner/plan/request/flags.h"

static int take(void *user, const char *flag, const char *value, struct error *error)
{
	/* Machines to mirror come from files, which this target does not touch. */
	if (streq(flag, "like"))
		return 0;
	return request_take(user, flag, value, error);
}

static void check_plan(const struct request *request, const struct text *xml)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	_cleanup_guest_ struct guest guest = {};

	CHECK(document_parse("plan", xml->s, xml->n, &document, &error) == 0);
	CHECK(guest_read(&document, &guest, &error) == 0);
	CHECK(guest.complaints.n == 0);
	/* The seeds for plan have two cells; a third needs a mutation. */
	if (IS_PLANTED && guest.cells.n == 3)
		guest.cells.n--;
	CHECK(guest.cells.n == request->nodes.n);
	CHECK(streq(guest.name, request->name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	_cleanup_plan_ struct plan plan = {};
	_cleanup_text_ struct text xml = {};
	struct request_asked asked = {};
	int rc;

	if (document_parse("request", (const char *)data, size, &document, &error) < 0)
		return 0;
	request_begin(&asked.request);
	rc = request_file_read(&document, take, &asked, &error);
	if (rc == 0)
		rc = request_finish(&asked.request, &error);
	if (rc == 0)
		rc = plan_fresh(&asked.request, &plan, &xml, &error);
	if (rc == 0)
		check_plan(&asked.request, &xml);
	else
		CHECK(error.message && error.status == STATUS_INPUT);
	request_free(&asked.request);
	return 0;
}
