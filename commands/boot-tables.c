/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "commands/boot-tables.h"

#include "topology/acpi-machine.h"
#include "topology/acpi-read.h"
#include "topology/compare.h"

/*
 * On x86 the SRAT leaves out what is between 640 KiB and 1 MiB (QEMU
 * hw/i386/acpi-build.c, build_srat); everything else is listed.
 */
enum { HOLE_BYTES = 384 << 10 };

void boot_compare_known(const struct machine *expected, const struct machine *observed,
			const char *what, struct differences *differences)
{
	compare_machines(expected, observed,
			 &(struct compare_options){.memory_taken_bytes = HOLE_BYTES},
			 differences);
	for (size_t i = 0; i < observed->complaints.n; i++)
		differences_unknown(differences, what, "observed", "%s",
				    observed->complaints.v[i]);
}

void boot_compare_tables(const struct machine *expected, const struct boot_result *result,
			 const char *architecture, struct machine *ret,
			 struct differences *differences)
{
	_cleanup_acpi_tables_ struct acpi_tables tables = {};
	_cleanup_acpi_facts_ struct acpi_facts facts = {};
	const struct text *bytes = &result->tables.file;

	acpi_add_all(&tables, (const uint8_t *)bytes->s, bytes->n);
	acpi_read(&tables, &facts);
	acpi_machine(&facts, ACPI_BEFORE_FIRMWARE, ret);
	ret->architecture = xstrdup(architecture);
	boot_compare_known(expected, ret, "ACPI tables, in part", differences);
	acpi_add_unknown(&facts, ACPI_BEFORE_FIRMWARE, differences);
}
