/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any record, hwloc's XML or domain as a machine, shown in every way: rows of the tree
 * refer to existing items, and the JSON has each function.
 */
#include "tests/fuzz/machine-fuzz.h"

#include "planner/guest/read.h"
#include "planner/guest/predict/predict.h"
#include "topology/hwloc-read.h"
#include "topology/record.h"

static int read_any(const char *bytes, size_t n, struct machine *ret, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_parse("fuzz", bytes, n, &document, error) < 0)
		return -1;
	if (streq(document_element_name(&document, 0), "topology"))
		return hwloc_read_xml("fuzz", bytes, n, ret, error);
	if (streq(document_element_name(&document, 0), "domain"))
		return predict_document(&document, NULL, ret, error);
	return record_read(&document, ret, error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	if (read_any((const char *)data, n, &machine, &error) < 0) {
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
