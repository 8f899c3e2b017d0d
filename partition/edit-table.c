/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "partition/edit-table.h"

#include "partition/edit-parts.h"

#include <inttypes.h>

int table_edit(struct disk_io *io, const struct inspection *seen,
	       const struct partition_table *wanted, enum gpt_copy from,
	       struct patch *ret, struct error *error)
{
	int rc;

	ret->sector_bytes = wanted->sector_bytes;
	if (wanted->label == LABEL_GPT)
		rc = gpt_edit(io, seen, wanted, from, ret, error);
	else if (wanted->label == LABEL_DOS)
		rc = dos_edit(io, seen, wanted, ret, error);
	else
		rc = error_input(
			error,
			"%s: has no partition table to change; disk create --replace writes one",
			io->name);
	if (rc < 0)
		patch_free(ret);
	else
		patch_sort(ret);
	return rc;
}
