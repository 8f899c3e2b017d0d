/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.c - lists in strings, such as PATH. */
#include "base/list.h"

#include <string.h>

bool list_has(const char *list, char separator, const char *item)
{
	size_t n = strlen(item);

	for (const char *at = list; n > 0 && at && (at = strstr(at, item)); at++)
		if ((at == list || at[-1] == separator) &&
		    (at[n] == separator || at[n] == '\0'))
			return true;
	return false;
}
