/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What decides where a guest's firmware can place BARs, if the guest has the host's CPU:
 * address bits, vendor, and pages of 1 GiB. From the first processor in /proc/cpuinfo,
 * which lists this on x86 only.
 */
#include "topology/facts-parts.h"

#include <stdio.h>

/* The value of a line "NAME<tab>: VALUE"; NULL. The caller frees it. */
static char *value_of(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const char *value = text + n;

		if (!has_prefix(text, name))
			continue;
		value += strspn(value, " \t");
		if (*value != ':')
			continue;
		value += 1 + strspn(value + 1, " \t");
		return xstrndup(value, strcspn(value, "\n"));
	}
	return NULL;
}

static char *address_bits(const char *text)
{
	_cleanup_free_ char *sizes = value_of(text, "address sizes");
	unsigned bits;

	if (!sizes || sscanf(sizes, "%3u bits physical", &bits) != 1 || bits < 32 ||
	    bits > 64)
		return NULL;
	return xasprintf("%u", bits);
}

static char *has_flag(const char *text, const char *flag)
{
	_cleanup_free_ char *flags = value_of(text, "flags");
	char *rest = flags, *word;

	if (!flags)
		return NULL;
	while ((word = strsep(&rest, " ")))
		if (streq(word, flag))
			return xstrdup("yes");
	return xstrdup("no");
}

void facts_cpu(struct facts *facts)
{
	_cleanup_text_ struct text text = {};
	const char *why = "/proc/cpuinfo does not have it";

	if (facts->proc.fd < 0 ||
	    !tree_bytes(&facts->proc, "cpuinfo", TREE_FILE_LIMIT, &text)) {
		text_adds(&text, "");
		why = "the source has no proc/cpuinfo";
	}
	facts_take(facts, "cpu.address-bits", address_bits(text.s), why);
	facts_take(facts, "cpu.family", value_of(text.s, "cpu family"), why);
	facts_take(facts, "cpu.model", value_of(text.s, "model"), why);
	facts_take(facts, "cpu.pdpe1gb", has_flag(text.s, "pdpe1gb"), why);
	facts_take(facts, "cpu.vendor", value_of(text.s, "vendor_id"), why);
}
