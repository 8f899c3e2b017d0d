/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* disk-layout-ids.h - UUIDs and disk signatures of a table. */
#pragma once

#include "partition/disk-request.h"

/*
 * systemd-repart's UUID of a partition of a type of which there are @before others before
 * it.
 */
struct guid repart_guid(struct guid seed, struct guid type, uint64_t before);
/* Sets those that the request gives, or that its seed determines. */
int disk_layout_set_ids(const struct disk_request *request, struct partition_table *table,
			struct error *error) _must_check_;
/* Fills in the UUIDs and the signature that are still zero at random. */
int disk_layout_fill_ids(struct partition_table *table, struct error *error) _must_check_;
