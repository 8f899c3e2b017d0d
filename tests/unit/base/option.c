/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "base/option.h"

enum label { GPT, DOS };

struct inner {
	const char *note;
};

struct wish {
	const char *output;
	char *copy;
	bool bytes, assign;
	enum label label;
	vec_strings parts;
	uint64_t size;
	struct inner inner;
};

static int set_size(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	return option_size(row, value, 512, target, error);
}

static int set_assign(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	struct wish *wish = target;

	(void)row;
	(void)error;
	assert_null(value);
	wish->assign = true;
	return 0;
}

static const struct option_row inner_rows[] = {
	{"note", 'n', "TEXT", "inside", SET_STRING(struct inner, note)},
	{},
};

static const struct option_row rows[] = {
	{"output-only", 0, NULL, "no more", SET_TRUE(struct wish, bytes)},
	{"output-x", 0, NULL, "no more", SET_TRUE(struct wish, bytes)},
	{"output", 'o', "FILE", "where to", SET_STRING(struct wish, output)},
	{OPTION_TABLE(inner_rows, struct wish, inner)},
	{"bytes", 'b', NULL, "in bytes", SET_TRUE(struct wish, bytes)},
	{"label", 0, "KIND", "which", "gpt|dos", SET_CHOICE(struct wish, label)},
	{"assign", 0, "HOW", "bind", NULL, true, SET_BY(set_assign)},
	{"copy", 0, "FILE", "owned", SET_COPY(struct wish, copy)},
	{"part", 'p', "PART", "repeat", SET_LIST(struct wish, parts)},
	{"size", 's', "SIZE", "how large", SET_WITH(set_size, struct wish, size)},
	{},
};

static const struct command example = {.name = "example",
				       .args = "FILE...",
				       .summary = "An example",
				       .rows = rows};

enum { MOST_WORDS = 16 };

/* Parses words separated by blanks; *@buffer owns them. */
static struct options parse(const char *line, char **buffer)
{
	char *argv[MOST_WORDS], *rest, *word;
	int argc = 0;

	rest = *buffer = xstrdup(line);
	while ((word = strsep(&rest, " ")) && argc < MOST_WORDS)
		argv[argc++] = word;
	return options_parse(&example, argc, argv);
}

static void walk(void **state)
{
	_cleanup_free_ char *words = NULL;
	_cleanup_options_ struct options options = parse(
		"example a -bo f --label=dos --assign -p 1 --part=b=2 -pc --note x -s 2s -- --label",
		&words);
	_cleanup_error_ struct error error = {};
	struct wish wish = {};

	(void)state;
	assert_int_equal(options_set(&options, &wish, 2, 2, &error), 0);
	assert_true(wish.bytes && wish.assign);
	assert_string_equal(wish.output, "f");
	assert_int_equal(wish.label, DOS);
	assert_int_equal(wish.parts.n, 3);
	assert_string_equal(wish.parts.v[1], "b=2");
	assert_string_equal(wish.inner.note, "x");
	assert_int_equal(wish.size, 1024);
	assert_int_equal(options.n_args, 2);
	assert_string_equal(options.args[1], "--label");
	assert_true(options_given(&options, "note"));
	assert_false(options_given(&options, "copy"));
	vec_free(&wish.parts);
}

/* The last one counts, in either spelling, and nothing of the previous one remains. */
static void repeated(void **state)
{
	_cleanup_free_ char *words = NULL;
	_cleanup_options_ struct options options = parse(
		"example --label dos --copy=a --copy b -o x --output=y --label=gpt -o -- --note= --size 1MiB --size=0",
		&words);
	_cleanup_error_ struct error error = {};
	struct wish wish = {};

	(void)state;
	assert_int_equal(options_set(&options, &wish, 0, 0, &error), 0);
	assert_string_equal(wish.copy, "b");
	assert_string_equal(wish.output, "--");
	assert_int_equal(wish.label, GPT);
	assert_string_equal(wish.inner.note, "");
	assert_int_equal(wish.size, 0);
	free(wish.copy);
}

static void assert_refused(const char *line, const char *message)
{
	_cleanup_free_ char *words = NULL;
	_cleanup_options_ struct options options = parse(line, &words);
	_cleanup_error_ struct error error = {};
	struct wish wish = {};

	assert_int_equal(options_set(&options, &wish, 0, 1, &error), -1);
	assert_string_equal(error.message, message);
	assert_int_equal(error.status, STATUS_INPUT);
	assert_int_equal(options_check(&options, 0, 1, &error) < 0,
			 options.fault.message || options.n_args > 1);
}

static void refusals(void **state)
{
	(void)state;
	assert_refused("example --labl=x",
		       "unknown option --labl; did you mean --label?");
	assert_refused("example --label=mbr", "--label mbr: must be one of gpt|dos");
	assert_refused("example --label=", "--label '': must be one of gpt|dos");
	assert_refused("example --bytes=1", "--bytes takes no value");
	assert_refused("example -o", "-o needs a value: -o FILE");
	assert_refused("example -x", "unknown option -x; --help lists the options");
	assert_refused("example -bx", "unknown option -x; --help lists the options");
	assert_refused("example --output-",
		       "--output- is ambiguous: --output-only or --output-x");
	assert_refused("example --out",
		       "--out is ambiguous: --output-only or --output-x");
	/* An empty name is not a prefix of any option. */
	assert_refused("example --=x", "unknown option --; --help lists the options");
	assert_refused("example a b", "example takes FILE...; unexpected argument \"b\"");
	/* The first error in the order of the words, wherever it is detected. */
	assert_refused("example -s 5 --labl",
		       "--size 5: has no unit; add one, for example 4GiB or 512MiB");
	assert_refused("example --labl -s 5",
		       "unknown option --labl; did you mean --label?");
}

static bool help_is_asked(const char *line)
{
	_cleanup_free_ char *words = NULL;
	_cleanup_options_ struct options options = parse(line, &words);

	return options.help;
}

/* Anywhere, even after an error, but not as a value or an argument. */
static void help(void **state)
{
	(void)state;
	assert_true(help_is_asked("example -b --help"));
	assert_true(help_is_asked("example --wrong x -h"));
	assert_false(help_is_asked("example -o -h"));
	assert_false(help_is_asked("example --output --help"));
	assert_false(help_is_asked("example -- --help"));
}

static void named(void **state)
{
	_cleanup_error_ struct error error = {};
	struct wish wish = {};

	(void)state;
	assert_int_equal(option_set_named(rows, &wish, "note", "x", &error), 0);
	assert_string_equal(wish.inner.note, "x");
	assert_int_equal(option_set_named(rows, &wish, "bytes", "yes", &error), 0);
	assert_true(wish.bytes);
	assert_int_equal(option_set_named(rows, &wish, "bytes", "no", &error), -1);
	assert_string_equal(error.message, "--bytes no: must be yes or left out");
	assert_int_equal(option_set_named(rows, &wish, "note", NULL, &error), -1);
	assert_int_equal(option_set_named(rows, &wish, "labe", "gpt", &error), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walk),     cmocka_unit_test(repeated),
		cmocka_unit_test(refusals), cmocka_unit_test(help),
		cmocka_unit_test(named),
	};

	return RUN_TESTS(tests);
}
