/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * part.h - from one requested partition to one in a table. `disk plan`, `disk create` and
 * `disk add` all go through here, so that they accept and reject the same requests with
 * the same messages. Pure. Errors are the user's and name the partition, and the file and
 * line if the request was read from a file.
 */
#pragma once

#include "base/text.h"
#include "partition/disk-request.h"
#include "partition/place.h"

/* What the request says about the kind. They are mutually exclusive. */
bool part_asks_extended(const struct part_request *part);
bool part_asks_logical(const struct part_request *part);

/*
 * What @part says about its entry: type, name, UUID, attributes, active. It gets @kind
 * and @number, but no position yet. The name is borrowed from @part.
 */
int part_to_partition(const struct disk_request *request, const struct part_request *part,
		      enum partition_kind kind, unsigned number, struct partition *ret,
		      struct error *error) _must_check_;
/* The type code of an extended partition that was not requested. */
uint8_t part_extended_code(void);

/*
 * What @part says about its position, in sectors: boundaries, size, start and padding.
 * The usable blocks are those from @first to @last, which is UINT64_MAX as long as the
 * size of the disk is not known. @part is NULL for an extended partition that was not
 * requested, which gets only boundaries.
 */
struct part_place {
	struct part_slot slot;
	uint64_t unit_bytes;
	uint64_t wanted_bytes; /* of a fixed size, else 0 */
};
int part_to_place(const struct disk_request *request, const struct part_request *part,
		  unsigned number, const uint64_t usable[2], struct part_place *ret,
		  struct error *error) _must_check_;
/* The boundaries alone, in bytes: the partition's, else the disk's with its clusters. */
int part_unit(const struct disk_request *request, const struct part_request *part,
	      unsigned number, uint64_t *ret, struct error *error) _must_check_;

/* A requested number is one of the entries 1 to @last. */
int part_check_number(const struct disk_request *request, const struct part_request *part,
		      unsigned last, struct error *error) _must_check_;
/* The number of a logical partition follows from its position in the chain. */
int part_check_logical_number(const struct disk_request *request,
			      const struct part_request *part, unsigned number,
			      struct error *error) _must_check_;
/* The error of a logical partition after the last one that other tools see. */
int part_too_many_logical(struct error *error) _must_check_;
/* At most one partition is active. */
int part_check_active(const struct partition_table *table, struct error *error)
	_must_check_;

/* 'partition 2 "root"'. No number: 0. @part may be NULL. */
void text_add_part(struct text *text, const struct part_request *part, unsigned number);
int part_error(const struct disk_request *request, const struct part_request *part,
	       unsigned number, struct error *error, const char *format, ...)
	_printf_(5, 6) _must_check_;
