/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages of the guest's kernel about the placement of buses, BARs and nodes, and what
 * they mean: they are often the reason for a difference.
 */
#include "commands/verdict.h"

#include "base/mem.h"

enum { LINES_A_READING = 1 };

static const struct reading {
	const char *phrase, *means;
} readings[] = {
	{"busn_res: can not insert",
	 "two root buses claim the same bus numbers: busNr is too close to the next one"},
	{"bridge configuration invalid",
	 "firmware gave a bridge no bus numbers, or numbers that are in use"},
	{"[io  size", "there are no I/O ports left for it; harmless for an empty port"},
	{"can't assign; no space",
	 "there is no memory left for a BAR or a bridge's window"},
	{"failed to assign", "there is no room for a BAR or a bridge's window"},
	{"no compatible bridge window",
	 "firmware placed it outside the window of its bridge"},
	{"RMRR entry", "a device of the DMAR table is not where firmware says"},
	{"Parse DMAR table failure",
	 "the DMAR table refers to something that does not exist"},
	{"Failed to enable irq remapping", "the IOMMU cannot remap interrupts"},
	{"invalid memblk node",
	 "firmware puts memory on a node that it does not describe"},
	{"Faking a node", "the kernel discarded the firmware's nodes"},
	{"No NUMA configuration found", "firmware describes no nodes: is ACPI off?"},
};

static size_t reading_of(const char *line)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(readings) && !strstr(line, readings[i].phrase))
		i++;
	return i;
}

/* The next line of those that are shown, NULL at the end; the rest are counted. */
struct complaints {
	char *rest;
	size_t seen[ARRAY_SIZE(readings) + 1], left_out;
};

static const char *next_line(struct complaints *c, size_t *ret_reading)
{
	char *line;

	while ((line = strsep(&c->rest, "\n"))) {
		if (!*line)
			continue;
		*ret_reading = reading_of(line);
		if (c->seen[*ret_reading]++ < LINES_A_READING)
			return line;
		c->left_out++;
	}
	return NULL;
}

void text_add_complaints(struct text *text, const char *complaints)
{
	_cleanup_free_ char *copy = complaints ? xstrdup(complaints) : NULL;
	struct complaints c = {.rest = copy};
	const char *line;
	size_t i;

	while ((line = next_line(&c, &i))) {
		text_adds(text, "the kernel complained: ");
		text_add_shown(text, line);
		if (i < ARRAY_SIZE(readings))
			text_printf(text, "\n  that means: %s", readings[i].means);
		text_adds(text, "\n");
	}
	if (c.left_out > 0)
		text_printf(text, "the kernel printed %zu more complaint%s like this\n",
			    c.left_out, c.left_out == 1 ? "" : "s");
}

void jsonw_complaints(struct jsonw *json, const char *complaints)
{
	_cleanup_free_ char *copy = complaints ? xstrdup(complaints) : NULL;
	struct complaints c = {.rest = copy};
	const char *line;
	size_t i;

	jsonw_array(json, "complaints");
	while ((line = next_line(&c, &i))) {
		jsonw_object(json, NULL);
		jsonw_string(json, "line", line);
		jsonw_string(json, "means",
			     i < ARRAY_SIZE(readings) ? readings[i].means : NULL);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}
