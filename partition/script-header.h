/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * script-header.h - the headers of sfdisk's scripts, "name: value". What they mean
 * depends on the label, which may come last, so they take effect before the first
 * partition.
 */
#pragma once

#include "partition/disk-request.h"

struct script_header {
	char *id; /* label-id, owned */
	long id_line;
	long length_line; /* of table-length; 0: none */
};

/* Whether sfdisk takes this line for a header, if no partition precedes it. */
bool script_is_header(const char *line);
/*
 * Reads line number @at. An unknown header is ignored, and noted in @request, unless its
 * name resembles that of a known one.
 */
int script_header_read(struct script_header *header, const char *line, long at,
		       struct disk_request *request, struct error *error) _must_check_;
/*
 * After the last header: sets what depends on the label, by default an MBR. In case of an
 * error, *@ret_bad is its line.
 */
int script_header_finish(const struct script_header *header, bool has_partitions,
			 struct disk_request *request, long *ret_bad, struct error *error)
	_must_check_;
void script_header_free(struct script_header *header);
