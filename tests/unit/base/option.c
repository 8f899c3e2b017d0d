/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "base/option.h"

static const struct command example = {
	.name = "example",
	.args = "FILE...",
	.summary = "An example",
	.rows =
		(const struct option_row[]){
			{.name = "output",
			 .letter = 'o',
			 .arg = "FILE",
			 .help = "where to"},
			{.name = "bytes", .letter = 'b', .help = "in bytes"},
			{.name = "label",
			 .arg = "KIND",
			 .choices = "gpt|dos",
			 .help = "which"},
			{.name = "assign",
			 .arg = "HOW",
			 .optional = true,
			 .help = "bind"},
			{.name = "output-only", .help = "no more"},
			{},
		},
};

static void walk(void **state)
{
	char words[] = "example\0a\0-bo\0f\0--label=dos\0--assign\0--\0--label";
	char *argv[8];
	_cleanup_error_ struct error error = {};
	struct options options;

	(void)state;
	for (char *word = words, **arg = argv; arg < argv + ARRAY_SIZE(argv);
	     word += strlen(word) + 1)
		*arg++ = word;
	options = options_begin(&example, ARRAY_SIZE(argv), argv);
	assert_int_equal(options_next(&options, &error), 1);
	assert_int_equal(options_next(&options, &error), 0);
	assert_string_equal(options.value, "f");
	assert_int_equal(options_next(&options, &error), 2);
	assert_string_equal(options.value, "dos");
	assert_int_equal(options_next(&options, &error), 3);
	assert_null(options.value);
	assert_int_equal(options_next(&options, &error), OPTIONS_DONE);
	assert_int_equal(options.n_args, 2);
	assert_string_equal(options.args[1], "--label");
}

static void assert_refused(const char *word, const char *message)
{
	_cleanup_free_ char *copy = xstrdup(word);
	char name[] = "example", *argv[] = {name, copy};
	struct options options = options_begin(&example, 2, argv);
	_cleanup_error_ struct error error = {};

	assert_int_equal(options_next(&options, &error), OPTIONS_FAULT);
	assert_string_equal(error.message, message);
	assert_int_equal(error.status, STATUS_INPUT);
}

static void refusals(void **state)
{
	(void)state;
	assert_refused("--labl=x", "unknown option --labl; did you mean --label?");
	assert_refused("--label=mbr", "--label=mbr: must be one of gpt|dos");
	assert_refused("--label=", "--label=: must be one of gpt|dos");
	assert_refused("--bytes=1", "--bytes takes no value");
	assert_refused("-o", "-o needs a value: -o FILE");
	assert_refused("-x", "unknown option -x; --help lists them");
	assert_refused("--out", "--out may be --output or --output-only");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk),
		cmocka_unit_test(refusals),
	};

	return RUN_TESTS(tests);
}
