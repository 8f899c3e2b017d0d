/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * siblings.h - the position of an element among its siblings of the same name. Private to
 * document.c.
 */
#pragma once

#include "base/xml/document-types.h"

/*
 * Fills in `position` and `shared` of every element of a scanned document, in n log n
 * steps whatever the names are; nothing if they are filled in. Only paths need them, so
 * they are counted with the first one.
 */
void siblings_count(const struct document *document);
