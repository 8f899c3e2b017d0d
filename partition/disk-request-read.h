/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-request-read.h - requests from files. */
#pragma once

#include "partition/disk-request.h"

/*
 * Reads a whole request file: XML if it begins with '<', an sfdisk script otherwise.
 * @name is for messages. The request has been initialized.
 */
int disk_request_read(const char *name, const char *bytes, size_t n,
		      struct disk_request *request, struct error *error) _must_check_;
