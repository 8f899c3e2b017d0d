/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any document as a topology file of NCCL: rejected, or a machine that is consistent. */
#include "tests/fuzz/fuzz.h"

#include "topology/nccl.h"
#include "topology/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0)
		return 0;
	if (nccl_read(&document, &machine, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && error.message);
		return 0;
	}
	/* Leaves in place a switch that was never described. */
	if (IS_PLANTED && machine.functions.n > 2 && machine.complaints.n > 0)
		machine.functions.v[0].upstream = (int)machine.functions.n;
	for (size_t i = 0; i < machine.functions.n; i++) {
		const struct machine_function *function = &machine.functions.v[i];

		CHECK(function->upstream < (int)machine.functions.n);
		CHECK(function->upstream < 0 ||
		      machine.functions.v[function->upstream].bridge);
		CHECK(function->root >= 0 && (size_t)function->root < machine.roots.n);
		CHECK(function->affinity.what != AFFINITY_NODE ||
		      machine_node(&machine, function->affinity.node));
	}
	for (size_t i = 0; i < machine.functions.n && i < 16; i++) {
		struct path path;

		machine_path(&machine, 0, i, &path);
		CHECK((i == 0) == (path.kind == PATH_SELF));
		CHECK(path.kind != PATH_NODE);
	}
	for (size_t i = 0; i < machine.cpus.n; i++)
		CHECK(machine_node(&machine, machine.cpus.v[i].node));
	return 0;
}
