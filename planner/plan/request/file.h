/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * file.h - a request as an XML file (schemas/request.rng). Each attribute represents an
 * option of `plan`, so that the file and the command line accept the same values.
 */
#pragma once

#include "base/xml/document.h"

/* Sets one option; errors as on the command line. */
typedef int request_flag(void *user, const char *flag, const char *value,
			 struct error *error);

/*
 * Walks over the document and passes every setting to @take, in the order of the file.
 * Errors, with file and line: a root element other than <request>, unknown elements or
 * attributes, what @take rejects.
 */
int request_file_read(const struct document *document, request_flag *take, void *user,
		      struct error *error) _must_check_;
