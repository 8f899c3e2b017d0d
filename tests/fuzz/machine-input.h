/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* machine-input.h - any record, hwloc's XML or domain as a machine. */
#pragma once

#include "tests/fuzz/machine-fuzz.h"

#include "planner/guest/predict/predict.h"
#include "topology/hwloc-read.h"
#include "topology/record.h"

static inline int machine_input_read(const char *bytes, size_t n, struct machine *ret,
				     struct error *error)
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
