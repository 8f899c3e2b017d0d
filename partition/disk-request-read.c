/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/disk-request-read.h"

#include "partition/disk-request-read-parts.h"

#include <ctype.h>

int disk_request_read(const char *name, const char *bytes, size_t n,
		      struct disk_request *request, struct error *error)
{
	size_t at = 0;

	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < n && isspace((unsigned char)bytes[at]))
		at++;
	if (at < n && bytes[at] == '<')
		return disk_request_read_xml(name, bytes, n, request, error);
	return disk_request_read_script(name, bytes, n, request, error);
}
