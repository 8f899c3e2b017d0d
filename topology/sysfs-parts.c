/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/sysfs-parts.h"

int sysfs_number(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);
	int number;

	if (strncmp(name, prefix, n) != 0 || name[n] < '0' || name[n] > '9' ||
	    !parse_int(name + n, &number) || number >= SET_LIMIT)
		return -1;
	return number;
}
