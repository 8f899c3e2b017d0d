/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/boot-sighting.h"

#include "base/mem.h"
#include "commands/boot-tables.h"
#include "commands/libexec.h"
#include "planner/boot/sighting-machine.h"

#include <stdlib.h>

int boot_find_payload(struct boot_wish *wish, const char *arch, struct error *error)
{
	_cleanup_free_ char *name = xasprintf("virt-layout-payload-%s", arch);

	free(wish->kernel);
	wish->kernel = find_libexec_file(name);
	wish->request.kernel = wish->kernel;
	if (!wish->kernel)
		return error_system(
			error, 0,
			"%s is not installed; was virt-layout built without a compiler for %s?",
			name, arch);
	return 0;
}

int boot_compare_sighting(const struct machine *expected,
			  const struct boot_result *result, const char *architecture,
			  struct machine *ret, struct differences *differences,
			  struct error *error)
{
	_cleanup_sighting_ struct sighting sighting = {};
	const struct text *record = &result->serial.record;

	if (sighting_read((const uint8_t *)record->s, record->n, &sighting, error) < 0)
		return -1;
	sighting_machine(&sighting, architecture, ret);
	boot_compare_known(expected, ret, "what the firmware set up, in part",
			   differences);
	return 0;
}
