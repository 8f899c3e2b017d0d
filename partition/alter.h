/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* alter.h - changes and deletes partitions of an existing table. Pure. */
#pragma once

#include "base/error.h"
#include "partition/free.h"

/*
 * Changes what @part gives of the partition with its number: type, name, UUID,
 * attributes, the active flag, and the size, which may become smaller only if @forced.
 * Errors are the user's: no number, no such partition, a key that cannot be changed, no
 * room.
 */
int partition_set(struct partition_table *table, const struct disk_request *request,
		  const struct part_request *part, bool forced, struct error *error)
	_must_check_;
/*
 * Deletes the partitions with these numbers. The logical partitions that remain are
 * numbered again, and the first of them gets the EBR at the head of the chain. Errors:
 * there is no such partition, or an extended one is deleted and a logical one in it is
 * not.
 */
int partitions_delete(struct partition_table *table, const unsigned *numbers, size_t n,
		      struct error *error) _must_check_;
