/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inspect.h - our own strict reader of GPT, MBR and EBR. It trusts nothing: every offset
 * is checked against the disk, every count against a limit, every chain against itself.
 * It runs before libfdisk sees an untrusted disk, and after each of our writes.
 *
 * Problems of a table are findings; only a failure to read is an error.
 */
#pragma once

#include "base/finding.h"
#include "partition/disk-io.h"
#include "partition/inspection.h"

/*
 * Reads what is on @io into a zeroed *@ret and adds findings to @report; their place is
 * io's name, which must live as long as the report. A disk without a table gives
 * LABEL_NONE and a finding. Error: reading fails.
 */
int inspect_disk(struct disk_io *io, const struct inspect_question *question,
		 struct inspection *ret, struct report *report, struct error *error)
	_must_check_;
