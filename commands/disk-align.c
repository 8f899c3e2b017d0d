/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * disk-align.c - `disk align`: one right-aligned end, for shell scripts and for seeing
 * where the three rules part ways.
 */
#include "commands/disk.h"

#include "base/jsonw.h"
#include "base/size.h"
#include "partition/align.h"

#include <stdio.h>

enum { START, CAPACITY, INTERVAL, RULE, BOTH, JSON };

static const struct option_row rows[] = {
	[START] = {"start", 's', "S", "first unit (default 0)"},
	[CAPACITY] = {"capacity", 'c', "C", "units that must fit"},
	[INTERVAL] = {"interval", 'l', "L", "distance of the boundaries"},
	[RULE] = {"rule", 'r', "RULE", "tight (default), libvirt or strict", ALIGN_RULES},
	[BOTH] = {"both", 'b', NULL, "move the start up to a boundary too"},
	[JSON] = {"json", 'J', NULL, "print JSON"},
	{},
};

struct wish {
	uint64_t numbers[3]; /* START, CAPACITY, INTERVAL */
	enum align_rule rule;
	bool both, json;
};

/* Plain units, or bytes with a unit. */
static int read_number(const char *name, const char *value, uint64_t *ret,
		       struct error *error)
{
	enum size_answer answer;

	if (parse_u64(value, ret))
		return 0;
	answer = size_parse(value, true, 0, ret);
	if (answer == SIZE_OK)
		return 0;
	return error_input(error, "--%s=%s %s", name, value, size_answer_text(answer));
}

static int read_options(int argc, char *argv[], struct wish *wish, struct error *error)
{
	struct options options = options_begin(&disk_align_command, argc, argv);
	bool given[3] = {};
	int row;

	while ((row = options_next(&options, error)) >= 0) {
		if (row <= INTERVAL) {
			given[row] = true;
			if (read_number(rows[row].name, options.value,
					&wish->numbers[row], error) < 0)
				return -1;
		}
		if (row == RULE && !align_rule_parse(options.value, &wish->rule))
			return error_input(error, "no rule \"%s\"", options.value);
		wish->both |= row == BOTH;
		wish->json |= row == JSON;
	}
	if (row == OPTIONS_FAULT || options_need(&options, 0, 0, error) < 0)
		return -1;
	if (!given[CAPACITY] || !given[INTERVAL])
		return error_input(error, "disk align needs --capacity and --interval");
	if (wish->both && wish->rule != ALIGN_TIGHT)
		return error_input(
			error,
			"--both goes with --rule=tight: the other rules waste a whole interval from an aligned start");
	return 0;
}

struct result {
	uint64_t start, end; /* exclusive */
};

static int compute(const struct wish *wish, struct result *ret, struct error *error)
{
	const uint64_t *n = wish->numbers;
	enum align_answer answer;

	ret->start = n[START];
	if (wish->both)
		answer = place_both(n[START], n[CAPACITY], n[INTERVAL], &ret->start,
				    &ret->end);
	else
		answer = right_align_end(n[START], n[CAPACITY], n[INTERVAL], wish->rule,
					 &ret->end);
	if (answer == ALIGN_OK)
		return 0;
	return error_input(error, "start %ju, capacity %ju, interval %ju: %s",
			   (uintmax_t)n[START], (uintmax_t)n[CAPACITY],
			   (uintmax_t)n[INTERVAL], align_answer_text(answer));
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
	jsonw_u64(&json, "waste",
		  result->end - wish->numbers[START] - wish->numbers[CAPACITY]);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static void add_lines(struct text *out, const struct wish *wish,
		      const struct result *result)
{
	text_printf(out, "start %ju\nend   %ju\nsize  %ju\nwaste %ju\n",
		    (uintmax_t)result->start, (uintmax_t)(result->end - 1),
		    (uintmax_t)(result->end - result->start),
		    (uintmax_t)(result->end - wish->numbers[START] -
				wish->numbers[CAPACITY]));
}

static int run(int argc, char *argv[], struct error *error)
{
	_cleanup_text_ struct text out = {};
	struct wish wish = {};
	struct result result;

	if (read_options(argc, argv, &wish, error) < 0 ||
	    compute(&wish, &result, error) < 0)
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
	.summary = "Show where a partition ends so that the next one begins aligned",
	.about =
		"Numbers are in any one unit, or bytes where they have one (1MiB). The end\n"
		"is the last unit of the partition; waste is what it has beyond C, with\n"
		"--both also what lies before its start.",
	.rows = rows,
	.run = run,
};
