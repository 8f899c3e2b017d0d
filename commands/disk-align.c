/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-align.c - `disk align`: computes one right-aligned end, for shell scripts and to
 * compare the three rules.
 */
#include "commands/disk.h"

#include "base/jsonw.h"
#include "base/size.h"
#include "partition/align.h"

#include <stdio.h>

struct wish {
	uint64_t start, capacity, interval;
	enum align_rule rule;
	bool both, json;
};

/* Plain units, or bytes if there is a unit. */
static int set_number(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	uint64_t *to = target;

	return parse_u64(value, to) ? 0 : option_size(row, value, 0, to, error);
}

static const struct option_row rows[] = {
	{"start", 's', "S", "first unit (default 0)",
	 SET_WITH(set_number, struct wish, start)},
	{"capacity", 'c', "C", "number of units that must fit",
	 SET_WITH(set_number, struct wish, capacity)},
	{"interval", 'l', "L", "distance between boundaries",
	 SET_WITH(set_number, struct wish, interval)},
	{"rule", 'r', "RULE", "tight (default), libvirt or strict", ALIGN_RULES,
	 SET_CHOICE(struct wish, rule)},
	{"both", 'b', NULL, "move the start up to a boundary too",
	 SET_TRUE(struct wish, both)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{},
};

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	if (options_set(options, wish, 0, 0, error) < 0)
		return -1;
	if (!options_given(options, "capacity") || !options_given(options, "interval"))
		return error_input(error, "disk align needs --capacity and --interval");
	if (wish->both && wish->rule != ALIGN_TIGHT)
		return error_input(
			error,
			"--both needs --rule=tight: from an aligned start, the other rules always waste a whole interval");
	return 0;
}

struct result {
	uint64_t start, end; /* exclusive */
};

static int compute(const struct wish *wish, struct result *ret, struct error *error)
{
	enum align_answer answer;

	ret->start = wish->start;
	if (wish->both)
		answer = place_both(wish->start, wish->capacity, wish->interval,
				    &ret->start, &ret->end);
	else
		answer = right_align_end(wish->start, wish->capacity, wish->interval,
					 wish->rule, &ret->end);
	if (answer == ALIGN_OK)
		return 0;
	return error_input(error, "start %ju, capacity %ju, interval %ju: %s",
			   (uintmax_t)wish->start, (uintmax_t)wish->capacity,
			   (uintmax_t)wish->interval, align_answer_text(answer));
}

static void add_json(struct text *out, const struct wish *wish,
		     const struct result *result)
{
	struct jsonw json = {.out = out};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_string(&json, "rule", align_rule_name(wish->rule));
	jsonw_u64(&json, "start", result->start);
	jsonw_u64(&json, "end", result->end - 1);
	jsonw_u64(&json, "size", result->end - result->start);
	jsonw_u64(&json, "waste", result->end - wish->start - wish->capacity);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static void add_lines(struct text *out, const struct wish *wish,
		      const struct result *result)
{
	text_printf(out, "start %ju\nend   %ju\nsize  %ju\nwaste %ju\n",
		    (uintmax_t)result->start, (uintmax_t)(result->end - 1),
		    (uintmax_t)(result->end - result->start),
		    (uintmax_t)(result->end - wish->start - wish->capacity));
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_text_ struct text out = {};
	struct wish wish = {};
	struct result result;

	if (read_options(options, &wish, error) < 0 || compute(&wish, &result, error) < 0)
		return -1;
	if (wish.json)
		add_json(&out, &wish, &result);
	else
		add_lines(&out, &wish, &result);
	fwrite(out.s, 1, out.n, stdout);
	return STATUS_OK;
}

const struct command disk_align_command = {
	.name = "align",
	.args = "",
	.summary = "Show where a partition must end for the next one to begin aligned",
	.about =
		"All numbers are in the same unit, or in bytes if they have a unit (1MiB). The\nend is the last unit of the partition; waste is the space beyond C and, with\n--both, the space before its start.",
	.rows = rows,
	.run = run,
};
