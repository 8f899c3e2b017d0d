/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-request-read-parts.h - the two formats of request files; as disk_request_read. */
#pragma once

#include "partition/disk-request.h"

int disk_request_read_script(const char *name, const char *bytes, size_t n,
			     struct disk_request *request, struct error *error)
	_must_check_;
int disk_request_read_xml(const char *name, const char *bytes, size_t n,
			  struct disk_request *request, struct error *error) _must_check_;
