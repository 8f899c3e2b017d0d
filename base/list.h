/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Whether @item is in a list with this separator; a NULL list has none, and no list has
 * "". */
bool list_has(const char *list, char separator, const char *item);
