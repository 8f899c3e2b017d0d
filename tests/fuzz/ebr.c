/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An MBR with a chain of EBRs, fields changed. */
#include "tests/fuzz/disk-fuzz.h"

static const uint16_t places[] = {0, 0, 0, 16, 16, 32, 32, 48, 48, 64};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_built_disk_ struct built_disk disk = {};

	if (n < 1)
		return 0;
	disk = build_dos(FUZZ_SECTORS, (data[0] & 15) == 2 ? 4096 : 512);
	/* Most bytes of these sectors have no meaning: changes those that do. */
	for (size_t i = 1; i + 3 < n; i += 4) {
		uint8_t poke[4] = {data[i], 1, (uint8_t)(0xbe + data[i + 2] % 66),
				   data[i + 3]};

		fuzz_poke(&disk, poke, sizeof(poke), places, ARRAY_SIZE(places));
	}
	fuzz_inspect(&disk);
	return 0;
}
