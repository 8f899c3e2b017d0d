/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as a configuration space: nothing after them is read, or reported about them.
 */
#include "tests/fuzz/fuzz.h"

#include "topology/pci-config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_machine_ struct machine machine = {};
	struct machine_function *function =
		machine_add_function(&machine, (struct pci_address){});

	pci_config_read(data, n, function);
	/* Accepts any port type unchecked. */
	if (IS_PLANTED && function->pcie_type == PCIE_EVENT_COLLECTOR)
		function->pcie_type = 15;
	CHECK(function->pcie_type >= PCIE_UNKNOWN && function->pcie_type <= PCIE_NONE);
	CHECK(function->pcie_type <= PCIE_EVENT_COLLECTOR ||
	      function->pcie_type == PCIE_NONE);
	CHECK(n > 256 || function->acs != KNOWN_YES);
	return 0;
}
