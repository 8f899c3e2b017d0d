/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request-file.h - a request as an XML file (schemas/request.rng). Each attribute stands
 * for a flag of `plan`, so that both ways in take the same values and refuse the same
 * ones.
 */
#pragma once

#include "base/xml/document.h"

/* Takes one flag; faults like the flag on the command line. */
typedef int request_flag(void *user, const char *flag, const char *value,
			 struct error *error);

/*
 * Walks over the document and hands every setting to @take, in the order of the file.
 * Faults, with file and line: another root than <request>, unknown elements or
 * attributes, what @take refuses.
 */
int request_file_read(const struct document *document, request_flag *take, void *user,
		      struct error *error) _must_check_;
