/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any document through assign and every rule, without a host: no crash; if libvirt would
 * not refuse anything, each PCI device has its own address; each finding is of an
 * existing rule, has a line, and ends its sentences.
 */
#include "tests/fuzz/fuzz.h"

#include "planner/check/rules.h"
#include "planner/guest/read.h"

static void check_findings(const struct report *report)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *finding = &report->findings.v[i];

		CHECK(rule_named(finding->rule));
		CHECK(finding->place.line > 0 && finding->place.path);
		CHECK(has_suffix(finding->message, "."));
		CHECK(finding->remedy && has_suffix(finding->remedy, "."));
	}
	for (size_t i = 0; i < report->skipped.n; i++)
		CHECK(report->skipped.v[i].reason && report->skipped.v[i].needs);
}

static bool placed(const struct guest_address *address)
{
	return address->state == VALUE_VALID && streq_null(address->type, "pci");
}

/* The devices' addresses; duplicates were refused. */
static void check_places(const struct guest *guest, const struct assignment *assignment)
{
	bool taken = false;

	for (size_t i = 0; i < assignment->refusals.n; i++)
		taken |= assignment->refusals.v[i].kind != REFUSED_NOTHING;
	if (!assignment->known || taken)
		return;
	for (size_t i = 0; i < guest->devices.n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct guest_address *a = &guest->devices.v[i].address;
			const struct guest_address *b = &guest->devices.v[j].address;

			CHECK(!a->assigned || !placed(a) || !placed(b) ||
			      !pci_address_equal(a->at, b->at));
		}
}

/* Makes two assigned addresses equal. */
static void spoil(struct guest *guest)
{
	struct guest_address *first = NULL;

	for (size_t i = 0; i < guest->devices.n; i++) {
		struct guest_address *address = &guest->devices.v[i].address;

		if (!address->assigned)
			continue;
		if (first)
			address->at = first->at;
		first = address;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	_cleanup_check_result_ struct check_result result = {};
	struct check_options options = {.target = TARGET_DEFAULT};

	guest_init(&guest);
	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0 ||
	    guest_read(&document, &guest, &error) < 0)
		return 0;
	assign(&guest, options.target.libvirt, &assignment);
	if (IS_PLANTED)
		spoil(&guest);
	check_places(&guest, &assignment);
	CHECK(check_document(&document, &options, &result, &error) == 0);
	check_findings(&result.report);
	return 0;
}
