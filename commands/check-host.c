/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-host.c - `check --host` without a domain: what a host has for passthrough. */
#include "commands/check-options.h"

static const char *word(enum known known, const char *yes, const char *no)
{
	return known == KNOWN_YES ? yes : known == KNOWN_NO ? no : "unknown";
}

static void add_huge_pages(struct text *text, const struct machine *host)
{
	for (size_t i = 0; i < host->nodes.n; i++) {
		const struct machine_node *node = &host->nodes.v[i];

		text_printf(text, "  huge pages of node %d: ", node->id);
		if (node->huge_known != KNOWN_YES)
			text_adds(text, "unknown");
		else if (node->huge.n == 0)
			text_adds(text, "none");
		for (size_t j = 0; node->huge_known == KNOWN_YES && j < node->huge.n;
		     j++) {
			const struct machine_huge *huge = &node->huge.v[j];

			text_printf(text, "%s%ju of %ju KiB", j ? "; " : "",
				    (uintmax_t)huge->total_pages,
				    (uintmax_t)huge->page_bytes / 1024);
			if (huge->free_pages != UNKNOWN_U64)
				text_printf(text, ", %ju free",
					    (uintmax_t)huge->free_pages);
		}
		text_addc(text, '\n');
	}
}

void text_add_host_facts(struct text *text, const char *name, const struct machine *host)
{
	static const struct {
		const char *name, *fact;
	} rows[] = {
		{"unsafe interrupts allowed", "vfio.allow-unsafe-interrupts"},
		{"ACPI", "firmware.acpi"},
		{"kernel", "kernel.release"},
		{"kernel command line", "kernel.command-line"},
		{"libvirt", "libvirt.version"},
		{"QEMU", "qemu.version"},
	};

	text_printf(text, "%s:\n", name);
	text_printf(text, "  IOMMU: %s%s\n", word(host->iommu.enabled, "on", "off"),
		    host->iommu.table == KNOWN_NO ? ", the firmware describes none" : "");
	if (host->iommu.address_bits != UNKNOWN_ID)
		text_printf(text, "  address bits of the IOMMU: %d\n",
			    host->iommu.address_bits);
	text_printf(text, "  interrupt remapping: %s\n",
		    word(host->iommu.remapping, "on", "off"));
	add_huge_pages(text, host);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *value = machine_fact(host, rows[i].fact);

		text_printf(text, "  %s: ", rows[i].name);
		text_add_shown(text, value ? value : "unknown");
		text_addc(text, '\n');
	}
}
