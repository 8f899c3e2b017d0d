/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* topology-matrix.h - `topology --matrix`: the paths between devices as a table. */
#pragma once

#include "base/error.h"
#include "base/option.h"
#include "base/text.h"
#include "topology/machine.h"

struct matrix_wish {
	unsigned classes;    /* MATRIX_... bits; 0: the usual ones */
	const char *columns; /* of --output; NULL: the usual ones */
	bool json, no_headings;
};

/* A row's setter; the target is the member classes. */
option_setter matrix_set_classes;

/* Error (status 2): an unknown column, or more devices than a table can have. */
int text_add_matrix(struct text *text, const struct machine *machine,
		    const struct matrix_wish *wish, struct error *error) _must_check_;

/* The columns, in the words of a page: "NAME, PATHS, ..."; those with * are hidden. */
#define MATRIX_COLUMNS_HELP                                                                \
	"With --matrix, the columns are NAME, PATHS (one for each device), CPU-AFFINITY\n" \
	"and NUMA-AFFINITY, and on request ADDRESS, WHAT, ID, DRIVER, GROUP, LINK, ACS,\n" \
	"ATS, SWITCH and DEVICES.\n"
