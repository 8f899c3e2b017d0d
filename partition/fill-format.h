/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fill-private.h - what fill.c and fill-format.c share. */
#pragma once

#include "partition/fill.h"

/* The partition that is filled, and where. */
struct filling {
	const struct fill *fill;
	const struct partition_table *table;
	const struct partition *partition;
	const struct fill_target *target;
};

/* Faults if the format is not known or cannot be filled without root. */
int fill_check_format(const struct fill *fill, struct error *error);
/* Makes the file system in @scratch, a file of the partition's size. */
int fill_format(const struct filling *filling, int scratch, struct error *error);
