/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compares schemas/host.rng with the writer and the reader. Every random machine's record
 * is valid; a record with one damage (an attribute removed, renamed, or with doubled or
 * another one's text; an element renamed or repeated) is rejected by the reader whenever
 * the schema rejects it, and mostly vice versa: only the reader rejects what a schema
 * cannot express, and the test prints how often.
 */
#include "tests/unit/test.h"

#include "tests/random-machine.h"
#include "tests/schema-judge.h"
#include "topology/record.h"

#include <stdio.h>

static bool reader_takes(const struct document *document)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_error_ struct error error = {};

	return record_read(document, &machine, &error) == 0;
}

static void the_writer_follows_the_schema(void **state)
{
	xmlRelaxNG *schema = *state;

	for (uint64_t seed = 0; seed < 30; seed++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_document_ struct document document = {};
		_cleanup_text_ struct text text = {};

		random_machine(seed, &machine);
		text_add_record(&text, &machine);
		parse(&text, &document);
		if (!schema_takes(schema, &document))
			fail_msg("seed %d: the schema refuses the record", (int)seed);
	}
}

static void the_reader_refuses_what_the_schema_does(void **state)
{
	size_t counts[VERDICTS] = {};
	struct dice dice = {1};

	for (uint64_t seed = 0; seed < 300; seed++) {
		_cleanup_machine_ struct machine machine = {};
		_cleanup_text_ struct text text = {};

		random_machine(seed, &machine);
		text_add_record(&text, &machine);
		judge_spoilt(*state, &dice, &text, reader_takes, counts);
	}
	print_verdicts(counts);
	assert_true(counts[BOTH_REFUSE] > 60 && counts[BOTH_TAKE] > 10);
	assert_true(counts[READER_REFUSES] < counts[BOTH_REFUSE] / 3);
}

static int begin(void **state)
{
	*state = read_schema(SOURCE_DIR "/schemas/host.rng");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_writer_follows_the_schema),
		cmocka_unit_test(the_reader_refuses_what_the_schema_does),
	};

	return cmocka_run_group_tests(tests, begin, free_schema);
}
