/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-times.c - how long each step of a boot took. Each time was taken when the event
 * happened (struct boot_times tells by which process); a span without one of its ends is
 * unknown.
 */
#include "planner/boot/boot.h"

#include <stddef.h>

#define AT(member) offsetof(struct boot_times, member)

static const struct span_row {
	const char *name, *words;
	size_t from, to; /* from 0: the start */
} spans[] = {
	{"prepare_ms", "preparing", AT(start), AT(prepared)},
	{"libvirt_ms", "libvirt", AT(prepared), AT(qemu)},
	{"qemu_ms", "QEMU", AT(qemu), AT(running)},
	{"tables_ms", "tables", AT(running), AT(tables)},
	{"firmware_ms", "firmware", AT(running), AT(handed_over)},
	{"kernel_ms", "kernel", AT(kernel), AT(started)},
	{"report_ms", "report", AT(started), AT(recorded)},
	{"after_ms", "after it", AT(recorded), AT(done)},
	{"end_ms", "ending", AT(done), AT(ended)},
};

static double mark(const struct boot_times *times, size_t offset)
{
	double value;

	memcpy(&value, (const char *)times + offset, sizeof(value));
	return value;
}

/* False if an end is missing, or the two clocks are inconsistent. */
static bool span_of(const struct boot_times *times, const struct span_row *row,
		    double *ret_s)
{
	double from = mark(times, row->from), to = mark(times, row->to);

	*ret_s = to - from;
	return to > 0 && (from > 0 || row->from == AT(start)) && to >= from;
}

void boot_times_settle(struct boot_times *times, double uptime_s, bool payload)
{
	times->kernel =
		times->started > 0 && uptime_s > 0 ? times->started - uptime_s : 0;
	times->handed_over = payload ? times->started : times->kernel;
}

void text_add_boot_times(struct text *text, const struct boot_result *result)
{
	const char *separator = ": ";
	double s;

	text_printf(text, "%.2f s", result->times.ended + result->times.unpacked_s);
	if (result->times.unpacked_s > 0) {
		text_printf(text, "%s%.2f unpacking", separator,
			    result->times.unpacked_s);
		separator = ", ";
	}
	for (size_t i = 0; i < ARRAY_SIZE(spans); i++)
		if (span_of(&result->times, &spans[i], &s)) {
			text_printf(text, "%s%.2f %s", separator, s, spans[i].words);
			separator = ", ";
		}
	if (result->initrd_bytes > 0)
		text_printf(text, "; initrd %zu KiB", result->initrd_bytes >> 10);
}

void jsonw_boot_times(struct jsonw *json, const struct boot_result *result)
{
	double s;

	jsonw_object(json, "times");
	jsonw_u64(json, "total_ms",
		  (uint64_t)((result->times.ended + result->times.unpacked_s) * 1000));
	jsonw_u64(json, "unpack_ms", (uint64_t)(result->times.unpacked_s * 1000));
	for (size_t i = 0; i < ARRAY_SIZE(spans); i++)
		if (span_of(&result->times, &spans[i], &s))
			jsonw_u64(json, spans[i].name, (uint64_t)(s * 1000));
		else
			jsonw_null(json, spans[i].name);
	jsonw_end_object(json);
	jsonw_u64(json, "initrd_bytes", result->initrd_bytes);
}
