/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as the payload's report: nothing outside of them is read, and the machine
 * made from them is consistent.
 */
#include "tests/fuzz/machine-fuzz.h"

#include "planner/boot/sighting-machine.h"

static void check(const struct sighting *seen, const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < seen->tables.n; i++)
		CHECK(seen->tables.v[i].bytes >= data &&
		      seen->tables.v[i].bytes + seen->tables.v[i].n <= data + n);
	for (size_t i = 0; i < seen->functions.n; i++) {
		const struct sighting_function *function = &seen->functions.v[i];
		uint8_t config[4096];

		sighting_config(function, config);
		for (size_t at = function->config_bytes; at < sizeof(config); at++)
			CHECK(config[at] == 0);
	}
	for (size_t i = 0; i < seen->left_out.n; i++) {
		_cleanup_text_ struct text text = {};

		text_add_left_out(&text, &seen->left_out.v[i]);
		CHECK(text.n > 0);
	}
}

static void check_made(const struct sighting *seen, const char *arch)
{
	_cleanup_machine_ struct machine machine = {};

	sighting_machine(seen, arch, &machine);
	check_machine(&machine);
	check_places(&machine);
	for (size_t i = 0; i < machine.functions.n; i++)
		for (size_t j = 0; j < MACHINE_BARS; j++)
			CHECK((machine.functions.v[i].bars[j].size_bytes &
			       (machine.functions.v[i].bars[j].size_bytes - 1)) == 0);
	if (machine.nodes.n <= 32) /* more would mean a thousand lines of distances */
		check_compare(&machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_sighting_ struct sighting seen = {};
	_cleanup_error_ struct error error = {};
	bool whole = sighting_read(data, n, &seen, &error) == 0;

	CHECK(whole == !error.message);
	/* Gives a conventional function what only PCI Express has. */
	for (size_t i = 0; IS_PLANTED && i < seen.functions.n; i++)
		if (seen.functions.v[i].at.function & 1)
			seen.functions.v[i].config_bytes = 256;
	check(&seen, data, n);
	if (whole)
		check_made(&seen, n & 1 ? "x86_64" : "aarch64");
	return 0;
}
