/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check-host.c - `check --host` without a domain: what a host has for passthrough. */
#include "commands/check-options.h"

#include "base/list.h"
#include "planner/check/demand.h"

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

/* "yes" and "no" of a fact, as words. */
static void add_state(struct text *text, const char *label, const struct machine *host,
		      const char *fact, const char *yes, const char *no)
{
	const char *value = machine_fact(host, fact);

	text_printf(text, "  %s: %s\n", label,
		    !value               ? "unknown"
		    : streq(value, "no") ? no
					 : yes);
}

static void add_vfio(struct text *text, const struct machine *host)
{
	add_state(text, "/dev/vfio/vfio", host, "vfio.device", "exists",
		  "does not exist");
	add_state(text, "driver vfio-pci", host, "vfio-pci.driver", "loaded",
		  "not loaded; libvirt loads it for devices with managed='yes'");
	add_state(text, "/dev/iommu", host, "vfio.iommufd", "exists",
		  "does not exist; only devices with iommufd need it");
}

static void add_page_size(struct text *text, const struct machine *host)
{
	uint64_t bytes = memory_default_page(host);

	text_adds(text, "  default size of huge pages: ");
	if (bytes != 0)
		text_printf(text, "%ju KiB\n", (uintmax_t)bytes / 1024);
	else
		text_adds(text, "unknown\n");
}

/* The value, or "unknown" with the reason. */
static void add_value(struct text *text, const struct machine *host, const char *fact)
{
	const char *value = machine_fact(host, fact), *why = NULL;

	for (size_t i = 0; i < host->facts.n; i++)
		if (streq(host->facts.v[i].name, fact))
			why = host->facts.v[i].unknown;
	text_add_shown(text, value ? value : "unknown");
	if (!value && why) {
		text_adds(text, " (");
		text_add_shown(text, why);
		text_addc(text, ')');
	}
}

static void add_emulators(struct text *text, const struct machine *host)
{
	for (size_t i = 0; i < host->emulators.n; i++) {
		const struct machine_emulator *emulator = &host->emulators.v[i];

		text_adds(text, "  ");
		text_add_shown(text, emulator->path);
		text_printf(text, ": QEMU %s, %zu machine type%s\n",
			    emulator->version ? emulator->version : "of unknown version",
			    emulator->types.n, emulator->types.n == 1 ? "" : "s");
	}
}

/* In the order in which libvirt tries it. */
static void add_firmware(struct text *text, const struct machine *host)
{
	for (size_t i = 0; i < host->firmware.n; i++) {
		const struct machine_firmware *firmware = &host->firmware.v[i];

		text_adds(text, "  firmware ");
		text_add_shown(text, firmware->executable ? firmware->executable
							  : firmware->descriptor);
		text_printf(text, ": %s",
			    firmware->interfaces ? firmware->interfaces : "");
		for (size_t j = 0; j < firmware->targets.n; j++) {
			text_adds(text, j ? ", " : " for ");
			text_add_shown(text, firmware->targets.v[j].architecture);
		}
		if (list_has(firmware->features, ' ', "secure-boot"))
			text_adds(text, ", with Secure Boot");
		if (firmware->present == KNOWN_NO)
			text_adds(text, ", but the file does not exist");
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
		{"SeaBIOS", "firmware.seabios"},
		{"edk2 for x86_64", "firmware.edk2-x86_64"},
		{"edk2 for aarch64", "firmware.edk2-aarch64"},
	};

	text_printf(text, "%s:\n", name);
	add_state(text, "KVM", host, "kvm.device", "available",
		  "not available; only domains of type qemu can run");
	text_printf(text, "  IOMMU: %s%s\n", word(host->iommu.enabled, "on", "off"),
		    host->iommu.table == KNOWN_NO ? ", the firmware describes none" : "");
	if (host->iommu.address_bits != UNKNOWN_ID)
		text_printf(text, "  address bits of the IOMMU: %d\n",
			    host->iommu.address_bits);
	text_printf(text, "  interrupt remapping: %s\n",
		    word(host->iommu.remapping, "on", "off"));
	add_vfio(text, host);
	add_page_size(text, host);
	add_huge_pages(text, host);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		text_printf(text, "  %s: ", rows[i].name);
		add_value(text, host, rows[i].fact);
		text_addc(text, '\n');
	}
	add_emulators(text, host);
	add_firmware(text, host);
}
