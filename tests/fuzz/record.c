/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any document as a record: refused with file and line, or read; what was read can be
 * written, read again and is the same then, can be shown in every way, and differs from
 * itself in nothing.
 */
#include "tests/fuzz/fuzz.h"

#include "base/document.h"
#include "topology/compare.h"
#include "topology/facts.h"
#include "topology/record.h"
#include "topology/show.h"

static int read_record(const char *bytes, size_t n, struct machine *ret)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};

	if (document_parse("fuzz", bytes, n, &document, &error) < 0)
		return -1;
	if (record_read(&document, ret, &error) == 0)
		return 0;
	CHECK(error.status == STATUS_INPUT && has_prefix(error.message, "fuzz:"));
	CHECK(ret->nodes.n == 0 && ret->functions.n == 0);
	return -1;
}

static bool has_odd_sign(const char *string)
{
	return string && string[strcspn(string, "!#$%*;?@\\^`{|}~")];
}

static void check_round_trip(const struct machine *machine)
{
	_cleanup_machine_ struct machine back = {};
	_cleanup_text_ struct text record = {}, again = {}, why = {};

	text_add_record(&record, machine);
	CHECK(read_record(record.s, record.n, &back) == 0);
	/* A fact with a sign in it that no seed has comes back as another. */
	for (size_t i = 0; IS_PLANTED && i < back.facts.n; i++) {
		struct machine_fact *fact = &back.facts.v[i];

		if (has_odd_sign(fact->unknown))
			fact->unknown[0] ^= 1;
		else if (has_odd_sign(fact->value))
			fact->value[0] ^= 1;
	}
	CHECK(machine_equal(machine, &back, &why));
	text_add_record(&again, &back);
	CHECK(streq(record.s, again.s));
}

static void check_shows(const struct machine *machine)
{
	_cleanup_show_rows_ struct show_rows rows = {};
	_cleanup_text_ struct text json = {}, svg = {};
	_cleanup_document_ struct document drawing = {};
	_cleanup_error_ struct error error = {};
	struct jsonw jsonw = {.out = &json};

	show_tree(machine, false, &rows);
	for (size_t i = 0; i < rows.n; i++)
		CHECK(rows.v[i].parent < (int)i && rows.v[i].cells[SHOW_NAME]);
	jsonw_machine(&jsonw, machine);
	text_add_svg(&svg, machine);
	CHECK(document_parse("svg", svg.s, svg.n, &drawing, &error) == 0);
}

/* The same machine twice differs in nothing; where a BAR has no address, it says so. */
static void check_compare(const struct machine *machine)
{
	_cleanup_differences_ struct differences differences = {};
	struct compare_options options = {};

	compare_machines(machine, machine, &options, &differences);
	for (size_t i = 0; i < differences.list.n; i++)
		CHECK(differences.list.v[i].kind == DIFFERENCE_BAR_UNASSIGNED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};

	if (read_record((const char *)data, n, &machine) < 0)
		return 0;
	check_round_trip(&machine);
	check_shows(&machine);
	check_compare(&machine);
	machine_anonymise(&machine);
	check_round_trip(&machine);
	return 0;
}
