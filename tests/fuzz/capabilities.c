/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any document as libvirt's description of a host or its devices. */
#include "tests/fuzz/fuzz.h"

#include "topology/capabilities.h"
#include "topology/nodedev.h"

static int read_any(const struct document *document, struct machine *machine,
		    struct error *error)
{
	int root = document_child(document, -1, NULL);

	if (streq(document_element_name(document, root), "capabilities"))
		return capabilities_read(document, machine, error);
	if (nodedev_read(document, machine, error) < 0)
		return -1;
	nodedev_finish(machine);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0)
		return 0;
	if (read_any(&document, &machine, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && error.message);
		return 0;
	}
	/* Leaves in place a parent that was never described. */
	if (IS_PLANTED && machine.functions.n > 0 && machine.complaints.n > 0)
		machine.functions.v[0].upstream = (int)machine.functions.n;
	for (size_t i = 0; i < machine.functions.n; i++) {
		const struct machine_function *function = &machine.functions.v[i];

		CHECK(function->driver);
		CHECK(function->upstream < (int)i);
		CHECK(function->physical_function < (int)machine.functions.n);
		CHECK(function->root >= 0 && (size_t)function->root < machine.roots.n);
	}
	for (size_t i = 0; i < machine.cpus.n; i++)
		CHECK(machine_node(&machine, machine.cpus.v[i].node));
	return 0;
}
