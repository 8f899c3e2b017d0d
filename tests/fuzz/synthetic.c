/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any text as hwloc's synthetic syntax: rejected, or within the limits. */
#include "tests/fuzz/fuzz.h"

#include "topology/hwloc-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};
	_cleanup_free_ char *text = xstrndup((const char *)data, n);

	if (strlen(text) > 200 || hwloc_read_synthetic(text, &machine, &error) < 0)
		return 0;
	/* Multiplies one level too many. */
	if (IS_PLANTED && machine.cpus.n % 3 == 0)
		machine.cpus.n = SYNTHETIC_CPU_LIMIT + 1;
	CHECK(machine.cpus.n > 0 && machine.cpus.n <= SYNTHETIC_CPU_LIMIT);
	CHECK(machine.nodes.n > 0 && machine.nodes.n <= MACHINE_NODE_LIMIT);
	return 0;
}
