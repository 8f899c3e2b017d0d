/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inspect.h - our own strict reader of GPT, MBR and EBR. It trusts no byte: every offset
 * is held against the disk, every count against a limit, every chain against itself. It
 * comes before libfdisk ever sees a stranger's disk, and after every write of ours.
 *
 * What is wrong with a table is a finding; only reading that fails is an error.
 */
#pragma once

#include "base/finding.h"
#include "partition/disk-io.h"
#include "partition/inspection.h"

/*
 * Reads what is on @io into a zeroed *@ret and adds findings to @report, their place
 * being io's name, which must live as long. A disk without a table gives LABEL_NONE and
 * a finding. Fault: reading fails.
 */
int inspect_disk(struct disk_io *io, const struct inspect_question *question,
		 struct inspection *ret, struct report *report, struct error *error)
	_must_check_;
