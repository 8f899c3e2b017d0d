/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GPT with changed fields and correct checksums. */
#include "tests/fuzz/disk-fuzz.h"

/* Positions of the parts of a GPT with 512-byte sectors, on a disk of 300 sectors. */
static const uint16_t places[] = {0, 1, 1, 1, 2, 2, 2, 3, 267, 267, 268, 299, 299};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_built_disk_ struct built_disk disk = {};

	if (n < 1)
		return 0;
	disk = build_gpt(FUZZ_SECTORS, (data[0] & 15) == 2 ? 4096 : 512);
	fuzz_poke(&disk, data + 1, n - 1, places, ARRAY_SIZE(places));
	if (!(data[0] & 1)) {
		/* The same in both arrays, as a tool would write them. */
		if (data[0] & 4)
			memcpy(gpt_entry(&disk, true, 0), gpt_entry(&disk, false, 0),
			       1024);
		fix_gpt_crcs(&disk);
	}
	fuzz_inspect(&disk);
	return 0;
}
