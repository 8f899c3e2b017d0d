/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fill-format.h - file systems for the partitions of a new image. */
#pragma once

#include "base/error.h"
#include "partition/filling.h"

/* Error if the format is unknown or cannot be filled without root. */
int fill_check_format(const struct fill *fill, struct error *error) _must_check_;
/* Makes the file system in @scratch, a file of the partition's size. */
int fill_format(const struct filling *filling, int scratch, struct error *error)
	_must_check_;
