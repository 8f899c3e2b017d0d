/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/sighting.h"

#include "base/text.h"

#include <inttypes.h>

enum {
	ITEM_HEAD_BYTES = 8,
	FUNCTION_HEAD_BYTES = 8 + 4 * WIRE_SIZES,
	RUN_HEAD_BYTES = 4,
	CONFIG_BYTES = 4096,
};

static uint16_t u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t u32(const uint8_t *at)
{
	return u16(at) | (uint32_t)u16(at + 2) << 16;
}

static uint64_t u64(const uint8_t *at)
{
	return u32(at) | (uint64_t)u32(at + 4) << 32;
}

static bool take_about(struct sighting *sighting, const uint8_t *bytes, size_t n)
{
	(void)n;
	sighting->firmware = u32(bytes + 4);
	sighting->rsdp = u64(bytes + 8);
	return u32(bytes) == WIRE_VERSION && sighting->firmware >= WIRE_BIOS &&
	       sighting->firmware <= WIRE_NO_FIRMWARE;
}

static bool take_table(struct sighting *sighting, const uint8_t *bytes, size_t n)
{
	*vec_add(&sighting->tables) = (struct sighting_table){bytes, n};
	return true;
}

/* Whether the runs are inside the configuration space and inside the item. */
static bool runs_fit(const struct sighting_function *function)
{
	size_t at = 0;

	while (at + RUN_HEAD_BYTES <= function->n_runs) {
		size_t offset = u16(function->runs + at),
		       n = u16(function->runs + at + 2);

		at += RUN_HEAD_BYTES;
		if (n > function->n_runs - at || offset + n > function->config_bytes)
			return false;
		at += n;
	}
	return at == function->n_runs;
}

static bool take_function(struct sighting *sighting, const uint8_t *bytes, size_t n)
{
	struct sighting_function *function = vec_add(&sighting->functions);

	*function = (struct sighting_function){
		.at = {.domain = u16(bytes),
		       .bus = bytes[2],
		       .slot = bytes[3] >> 3,
		       .function = bytes[3] & 7},
		.config_bytes = u32(bytes + 4),
		.runs = bytes + FUNCTION_HEAD_BYTES,
		.n_runs = n - FUNCTION_HEAD_BYTES,
	};
	for (size_t i = 0; i < WIRE_SIZES; i++)
		function->sizes[i] = u32(bytes + 8 + 4 * i);
	return (function->config_bytes == 256 ||
		function->config_bytes == CONFIG_BYTES) &&
	       runs_fit(function);
}

static bool take_cpuid(struct sighting *sighting, const uint8_t *bytes, size_t n)
{
	(void)n;
	*vec_add(&sighting->cpuid) =
		(struct sighting_cpuid){u32(bytes),      u32(bytes + 4),
					u32(bytes + 8),  u32(bytes + 12),
					u32(bytes + 16), u32(bytes + 20)};
	return true;
}

static bool take_segment(struct sighting *sighting, const uint8_t *bytes, size_t n)
{
	(void)n;
	*vec_add(&sighting->segments) =
		(struct sighting_segment){u16(bytes), bytes[2], bytes[3]};
	return bytes[2] <= bytes[3];
}

static bool take_left_out(struct sighting *sighting, const uint8_t *bytes, size_t n)
{
	(void)n;
	*vec_add(&sighting->left_out) =
		(struct sighting_left_out){u32(bytes), u64(bytes + 8)};
	return true;
}

/* The minimum size of each kind of item, and its reader. */
static const struct kind {
	const char *name;
	size_t least_bytes;
	bool (*take)(struct sighting *sighting, const uint8_t *bytes, size_t n);
} kinds[] = {
	[WIRE_ABOUT] = {"about", 16, take_about},
	[WIRE_TABLE] = {"table", 36, take_table},
	[WIRE_FUNCTION] = {"function", FUNCTION_HEAD_BYTES, take_function},
	[WIRE_CPUID] = {"cpuid", 24, take_cpuid},
	[WIRE_SEGMENT] = {"segment", 8, take_segment},
	[WIRE_LEFT_OUT] = {"left-out", 16, take_left_out},
};

static int take_item(struct sighting *sighting, uint32_t which, const uint8_t *bytes,
		     size_t n, struct error *error)
{
	const struct kind *kind =
		which < ARRAY_SIZE(kinds) && kinds[which].take ? &kinds[which] : NULL;

	if (kind && (n < kind->least_bytes || !kind->take(sighting, bytes, n)))
		return error_system(
			error, 0,
			"the guest's report is damaged: a \"%s\" item of %zu bytes",
			kind->name, n);
	return 0;
}

static int read_items(const uint8_t *bytes, size_t n, struct sighting *ret,
		      struct error *error)
{
	uint32_t n_items = 0;

	for (size_t at = 0; at + ITEM_HEAD_BYTES <= n; n_items++) {
		uint32_t kind = u32(bytes + at), length = u32(bytes + at + 4);

		at += ITEM_HEAD_BYTES;
		if (length > n - at)
			break;
		if ((n_items == 0) != (kind == WIRE_ABOUT))
			return error_system(
				error, 0,
				"the guest's report is damaged: it does not begin with its signature");
		if (kind == WIRE_END && length >= 4 && at + length == n &&
		    u32(bytes + at) == n_items)
			return 0;
		if (take_item(ret, kind, bytes + at, length, error) < 0)
			return -1;
		at += length;
	}
	return error_system(error, 0,
			    "the guest's report is truncated: it ends after %" PRIu32
			    " items",
			    n_items);
}

int sighting_read(const uint8_t *bytes, size_t n, struct sighting *ret,
		  struct error *error)
{
	int answer = read_items(bytes, n, ret, error);

	if (answer < 0)
		sighting_free(ret);
	return answer;
}

void sighting_free(struct sighting *sighting)
{
	vec_free(&sighting->tables);
	vec_free(&sighting->functions);
	vec_free(&sighting->cpuid);
	vec_free(&sighting->segments);
	vec_free(&sighting->left_out);
}

void sighting_config(const struct sighting_function *function, uint8_t ret[CONFIG_BYTES])
{
	memset(ret, 0, CONFIG_BYTES);
	for (size_t at = 0; at + RUN_HEAD_BYTES <= function->n_runs;) {
		size_t offset = u16(function->runs + at),
		       n = u16(function->runs + at + 2);

		memcpy(ret + offset, function->runs + at + RUN_HEAD_BYTES, n);
		at += RUN_HEAD_BYTES + n;
	}
}

void text_add_left_out(struct text *text, const struct sighting_left_out *left_out)
{
	static const char *const reasons[] = {
		[WIRE_BAD_TABLE] = "is damaged",
		[WIRE_TOO_MANY_TABLES] = "exceeds the maximum number of tables",
		[WIRE_OUT_OF_REACH] = "is above the memory that can be read",
	};

	if (left_out->why == WIRE_NO_CONFIG_SPACE)
		text_adds(text, "the PCI configuration space is not accessible");
	else if (left_out->why < ARRAY_SIZE(reasons) && reasons[left_out->why])
		text_printf(text, "the data at 0x%" PRIx64 " %s", left_out->which,
			    reasons[left_out->why]);
	else
		text_printf(text, "the data at 0x%" PRIx64 " is missing",
			    left_out->which);
}
