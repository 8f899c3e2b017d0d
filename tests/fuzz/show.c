/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any record, hwloc's XML or domain as a machine, shown in every way: rows of the tree
 * refer to existing items, and the JSON has each function.
 */
#include "tests/fuzz/machine-input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	if (machine_input_read((const char *)data, n, &machine, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && error.message);
		return 0;
	}
	if (IS_PLANTED && machine.complaints.n > 0 && machine.functions.n > 0)
		machine.functions.v[0].upstream = (int)machine.functions.n;
	check_machine(&machine);
	check_tree(&machine);
	check_json(&machine);
	return 0;
}
