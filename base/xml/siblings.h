/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* siblings.h - which of its like-named siblings an element is. Private to document.c. */
#pragma once

#include "base/xml/document-types.h"

/*
 * Fills in `position` and `shared` of every element of a scanned document, in n log n
 * steps whatever the names are.
 */
void siblings_count(struct document *document);
