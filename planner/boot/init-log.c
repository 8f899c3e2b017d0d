/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/init.h"

#include "base/mem.h"

#include <stdio.h>
#include <sys/klog.h>

enum { /* syslog(2) */
       LOG_READ_ALL = 3,
       LOG_SIZE = 10,
       FACT_LIMIT = 16384,
};

/* "<6>[    0.000000] Linux version" is "Linux version". */
static const char *message_of(const char *line)
{
	const char *close;

	if (*line == '<' && (close = strchr(line, '>')))
		line = close + 1;
	if (*line == '[' && (close = strchr(line, ']')))
		line = close + (close[1] == ' ' ? 2 : 1);
	return line;
}

void init_read_log(struct text *ret)
{
	int size = klogctl(LOG_SIZE, NULL, 0), n;
	_cleanup_free_ char *raw = NULL;
	char *rest, *line;

	text_add(ret, "", 0);
	if (size <= 0)
		return;
	raw = xcalloc((size_t)size + 1, 1);
	n = klogctl(LOG_READ_ALL, raw, size);
	raw[n < 0 ? 0 : n] = '\0';
	rest = raw;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			text_printf(ret, "%s\n", message_of(line));
}

/*
 * Messages of drivers/pci/{setup-bus,probe,bus}.c, arch/x86/mm/numa.c, drivers/acpi/numa
 * and drivers/iommu/intel/dmar.c about a layout that does not work.
 */
static const char *const complaints[] = {
	"can't assign",
	"no space",
	"can not insert",
	"can't claim",
	"failed to assign",
	"bridge configuration invalid",
	"[Firmware Bug]",
	"invalid memblk node",
	"Faking a node",
	"No NUMA configuration found",
	"busn_res: can't",
	"address conflict",
	"devices behind bridge are unusable",
	"not PCI Express",
	"Failed to enable irq remapping",
	"SRAT: Too many",
	"DMAR: Parse DMAR table failure",
};
static const char *const iommu_words[] = {"DMAR",     "AMD-Vi",        "iommu:",
					  "arm-smmu", "IRQ remapping", "virtio_iommu"};

/* The log's lines that contain one of the words, up to a limit. */
static char *lines_with(const char *log, const char *const *words, size_t n)
{
	struct text found = {};

	text_add(&found, "", 0);
	while (*log && found.n < FACT_LIMIT) {
		size_t length = strcspn(log, "\n");
		_cleanup_free_ char *line = xstrndup(log, length);

		for (size_t i = 0; i < n; i++)
			if (strstr(line, words[i])) {
				text_add_shown(&found, line);
				text_addc(&found, '\n');
				break;
			}
		log += length + (log[length] == '\n');
	}
	return text_take(&found);
}

void init_add_log_facts(struct machine *machine, const char *log)
{
	static const struct {
		const char *fact;
		const char *const *words;
		size_t n;
	} rows[] = {
		{"kernel.complaints", complaints, ARRAY_SIZE(complaints)},
		{"kernel.iommu-log", iommu_words, ARRAY_SIZE(iommu_words)},
	};
	bool whole = strstr(log, "Linux version ");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *lines = lines_with(log, rows[i].words, rows[i].n);

		if (whole || *lines)
			machine_set_fact(machine, rows[i].fact, lines);
		else
			machine_unknown_fact(
				machine, rows[i].fact,
				"the beginning of the kernel log was overwritten");
	}
}
