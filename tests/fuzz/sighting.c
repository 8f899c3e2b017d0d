/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as what the payload reported: nothing is read outside of them. */
#include "tests/fuzz/fuzz.h"

#include "planner/boot/sighting.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_sighting_ struct sighting seen = {};
	_cleanup_error_ struct error error = {};
	bool whole = sighting_read(data, n, &seen, &error) == 0;

	CHECK(whole == !error.message);
	/* As if a conventional function had what only PCI Express has. */
	for (size_t i = 0; IS_PLANTED && i < seen.functions.n; i++)
		if (seen.functions.v[i].at.function & 1)
			seen.functions.v[i].config_bytes = 256;
	check(&seen, data, n);
	return 0;
}
