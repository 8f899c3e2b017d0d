/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Source: QEMU 7.2 to 11.1 hw/core/numa.c, parse_numa_hmat_lb; hw/acpi/hmat.c. */
#include "planner/guest/hmat-figures.h"

#include <limits.h>

#define ENTRY_BITS 16

/* The largest power of 10 that divides a latency. */
static uint64_t decimal_unit(uint64_t value)
{
	uint64_t unit = 1;

	for (; value % 10 == 0; value /= 10)
		unit *= 10;
	return unit;
}

/* QEMU compares a latency with the unit of those before it, not with its own. */
static enum hmat_fit add_latency(struct hmat_figures *figures, uint64_t value)
{
	uint64_t unit = decimal_unit(value);
	uint64_t entry = figures->unit ? value / figures->unit : 0;

	if (entry < figures->range)
		entry = figures->range;
	if (entry > HMAT_ENTRY_MAX)
		return HMAT_TOO_FAR;
	if (!figures->unit || unit < figures->unit)
		figures->unit = unit;
	figures->range = entry;
	return HMAT_FITS;
}

static enum hmat_fit add_bandwidth(struct hmat_figures *figures, uint64_t value)
{
	uint64_t bits = figures->range | value;
	uint64_t unit = bits & -bits;

	/* All bits of all values from the lowest to the highest. */
	if (bits / unit > USHRT_MAX || value / unit > HMAT_ENTRY_MAX)
		return HMAT_TOO_FAR;
	figures->unit = unit;
	figures->range = bits;
	return HMAT_FITS;
}

enum hmat_fit hmat_add(struct hmat_figures *figures, uint64_t value)
{
	if (figures->bandwidth && value % HMAT_BANDWIDTH_STEP)
		return HMAT_UNALIGNED;
	if (value == 0) /* unknown */
		return HMAT_FITS;
	return figures->bandwidth ? add_bandwidth(figures, value)
				  : add_latency(figures, value);
}

bool hmat_shows(const struct hmat_figures *figures, uint64_t value)
{
	return !figures->unit || value / figures->unit <= HMAT_ENTRY_MAX;
}

static uint64_t multiple_of(uint64_t value, uint64_t unit)
{
	return value < unit ? 0 : (value + unit / 2) / unit * unit;
}

static bool all_fit(bool bandwidth, const uint64_t *values, size_t n, uint64_t unit)
{
	struct hmat_figures figures = {.bandwidth = bandwidth};

	for (size_t i = 0; i < n; i++)
		if (hmat_add(&figures, multiple_of(values[i], unit)) != HMAT_FITS)
			return false;
	for (size_t i = 0; i < n; i++)
		if (!hmat_shows(&figures, multiple_of(values[i], unit)))
			return false;
	return true;
}

uint64_t hmat_round(bool bandwidth, uint64_t *values, size_t n)
{
	uint64_t unit = bandwidth ? HMAT_BANDWIDTH_STEP : 1;

	while (!all_fit(bandwidth, values, n, unit))
		unit *= bandwidth ? 2 : 10;
	for (size_t i = 0; i < n; i++)
		values[i] = multiple_of(values[i], unit);
	return unit;
}
