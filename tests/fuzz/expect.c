/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the file of `plan --emit expect`: rejected with the file's name, or a
 * consistent machine that, written and read again, has no differences in compared fields.
 */
#include "tests/fuzz/machine-fuzz.h"

#include "planner/plan/expect.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* json-c's comparisons guide libFuzzer, so its hash must not use a random number. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return json_global_set_string_hash(JSON_C_STR_HASH_PERLLIKE);
}

static void check_round_trip(const struct machine *machine)
{
	_cleanup_differences_ struct differences differences = {};
	struct request request = {};
	struct plan plan = {};
	struct compare_options options = {};
	_cleanup_machine_ struct machine back = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	text_add_expect(&text, machine, &request,
			&(struct target_settled){request.target}, &plan);
	CHECK(expect_read("back", text.s, text.n, &back, &error) == 0);
	if (IS_PLANTED && back.functions.n > 0 && back.iommu.remapping == KNOWN_YES)
		back.functions.v[0].device ^= 1;
	compare_machines(machine, &back, &options, &differences);
	CHECK(differences.list.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	text_add(&text, (const char *)data, n);
	if (expect_read("fuzz", text.s, text.n, &machine, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && has_prefix(error.message, "fuzz:"));
		return 0;
	}
	check_machine(&machine);
	check_places(&machine);
	check_compare(&machine);
	check_round_trip(&machine);
	return 0;
}
