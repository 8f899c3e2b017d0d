/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as QEMU's answers: a conversation always ends or continues. */
#include "tests/fuzz/fuzz.h"

#include "planner/boot/fw-cfg.h"

enum { DIRECTORY_BYTES = 4 + FW_CFG_FILES * 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_fw_cfg_ struct fw_cfg f = {};

	fw_cfg_begin(&f, FW_CFG_PORTS, "etc/acpi/tables");
	for (size_t at = 0; at < n; at += 97)
		fw_cfg_feed(&f, (const char *)data + at, MIN(n - at, (size_t)97));
	/* Treats a refusal as an answer. */
	if (IS_PLANTED && f.fault && f.answers == 3)
		f.fault = NULL;
	CHECK(f.done || f.file.n == 0 || f.file.n == DIRECTORY_BYTES);
	CHECK(!f.done || f.fault || f.found == (f.file.n > 0));
	/* The directory is in the fifth answer to the second request. */
	CHECK(!f.done || f.fault || f.answers == 5);
	return 0;
}
