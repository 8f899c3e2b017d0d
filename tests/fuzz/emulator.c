/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any bytes as QEMU's answers over QMP: what is taken of them is whole, or unknown. */
#include "tests/fuzz/fuzz.h"

#include "planner/qemu/emulators.h"

#include <string.h>

static size_t count_questions(void)
{
	size_t n = 0;

	while (emulator_questions[n].model)
		n++;
	return n;
}

static void check_types(const struct machine_emulator *emulator)
{
	for (size_t i = 0; i < emulator->types.n; i++) {
		const struct machine_type *type = &emulator->types.v[i];

		CHECK(type->name && *type->name && type->vcpus >= UNKNOWN_ID);
		CHECK(i == 0 || strcmp(type[-1].name, type->name) <= 0);
		CHECK(emulator_type(emulator, type->name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct machine_emulator emulator = {};
	bool known = emulator_take_answers((const char *)data, n, &emulator);

	/* A number that is none. */
	if (IS_PLANTED && emulator.types.n > 1 && emulator.types.v[1].vcpus > 300)
		emulator.types.v[1].vcpus = -7;
	CHECK(known == (emulator.types.n > 0));
	CHECK(emulator.models.n == 0 || emulator.models.n == count_questions());
	check_types(&emulator);
	machine_emulator_free(&emulator);
	return 0;
}
