/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hwloc's own time for a synthetic description grows with the cube of the counts, and it
 * sets no limit: the product of the levels is computed here first.
 */
#include "topology/hwloc-read.h"

/* Sizes of a synthetic description: each level multiplies the previous ones. */
struct sizes {
	uint64_t product, nodes;
};

static bool multiply(uint64_t *value, uint64_t factor, uint64_t limit)
{
	if (factor && *value > limit / factor)
		return false;
	*value *= factor;
	return *value <= limit;
}

/* "indexes=4000000000" makes hwloc allocate a set of that many bits. */
static bool good_attributes(const char *text, size_t n)
{
	const char *at = memmem(text, n, "indexes=", strlen("indexes="));
	uint64_t value = 0;

	for (; at && at < text + n && *at != ' '; at++) {
		value = *at >= '0' && *at <= '9' ? value * 10 + (uint64_t)(*at - '0') : 0;
		if (value >= HWLOC_INDEX_LIMIT)
			return false;
	}
	return true;
}

static int check_level(const char *level, size_t n, struct sizes *sizes,
		       struct error *error)
{
	_cleanup_free_ char *word = xstrndup(level, n);
	const char *type = *word == '[' ? word + 1 : word;
	bool node =
		strncasecmp(type, "numa", 4) == 0 || strncasecmp(type, "node", 4) == 0;
	const char *colon = strchr(word, ':');
	const char *count = colon ? colon + 1 : word;
	char *end = word;
	uint64_t factor = strtoull(count, &end, 0);

	/* hwloc ignores text after a number, and skips white space and signs before
	 * one. */
	if (*word != '[' && (*count < '0' || *count > '9' || *end))
		return error_input(
			error,
			"synthetic: \"%s\" is not a level; an example that hwloc accepts is \"pack:2 numa:1 core:4 pu:2\"",
			word);
	if (*word != '[' && !multiply(&sizes->product, factor, SYNTHETIC_CPU_LIMIT))
		return error_input(
			error,
			"synthetic: with \"%s\" there are more than %d CPUs; an XML file has no such limit",
			word, SYNTHETIC_CPU_LIMIT);
	if (node && (sizes->nodes += sizes->product) > MACHINE_NODE_LIMIT)
		return error_input(error,
				   "synthetic: with \"%s\" there are more than %d nodes",
				   word, MACHINE_NODE_LIMIT);
	return 0;
}

/* Levels are words; "(size=1M indexes=0,2)" and "[numa(memory=1GB)]" are part of one. */
int hwloc_check_synthetic(const char *description, struct error *error)
{
	struct sizes sizes = {.product = 1};

	if (strlen(description) > 65536)
		return error_input(error, "synthetic: is longer than 64 KiB");
	for (const char *at = description; *at;) {
		size_t n = strcspn(at, " (["), attributes = 0;

		if (*at == ' ') {
			at++;
			continue;
		}
		if (*at == '[')
			n = strcspn(at, "(]");
		if (n > 0 && check_level(at, n, &sizes, error) < 0)
			return -1;
		at += n;
		if (*at == '(') {
			attributes = strcspn(at, ")");
			if (!good_attributes(at, attributes))
				return error_input(
					error, "synthetic: an index is greater than %d",
					HWLOC_INDEX_LIMIT - 1);
			at += attributes;
		}
		at += strspn(at, ")] ");
	}
	return 0;
}
