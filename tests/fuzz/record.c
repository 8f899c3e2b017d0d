/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any document as a record: rejected with file and line, or read; what was read can be
 * written, is the same when read again, and does not differ from itself.
 */
#include "tests/fuzz/machine-fuzz.h"

#include "topology/facts.h"
#include "topology/record.h"

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
	/* A fact with a character that no seed has is read back as another. */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};

	if (read_record((const char *)data, n, &machine) < 0)
		return 0;
	check_round_trip(&machine);
	check_compare(&machine);
	machine_anonymise(&machine);
	check_round_trip(&machine);
	return 0;
}
