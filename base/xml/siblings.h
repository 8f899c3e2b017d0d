/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * siblings.h - the position of an element among its siblings of the same name. Private to
 * document.c.
 */
#pragma once

#include "base/xml/document-types.h"

/*
 * Fills in `position` and `shared` of every element of a scanned document, in n log n
 * steps whatever the names are.
 */
void siblings_count(struct document *document);
