/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/option.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

static bool is_end(const struct option_row *row)
{
	return !row || (!row->name && !row->table);
}

/* Enters a row that is a table, and leaves a table at its end. */
static void settle(struct option_rows *rows)
{
	for (;;) {
		if (is_end(rows->row)) {
			rows->row = rows->outer ? rows->outer + 1 : NULL;
			rows->base = 0;
			if (!rows->outer)
				return;
			rows->outer = NULL;
		} else if (rows->row->table) {
			assert(!rows->outer); /* one level is enough */
			rows->base = rows->row->field;
			rows->outer = rows->row;
			rows->row = rows->row->table;
		} else {
			return;
		}
	}
}

struct option_rows option_rows(const struct option_row *table)
{
	struct option_rows rows = {.row = table};

	settle(&rows);
	return rows;
}

void option_rows_next(struct option_rows *rows)
{
	rows->row++;
	settle(rows);
}

/* Edit distance, for at most 31 characters; longer words count as distant. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[32];
	size_t m = strlen(b);

	if (strlen(a) > 31 || m > 31)
		return 99;
	for (size_t j = 0; j <= m; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= strlen(a); i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned swap = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = MIN(swap, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[m];
}

const char *nearest_name(const char *word, const char *const *names)
{
	const char *nearest = NULL;
	unsigned n = (unsigned)strlen(word);
	/* Of a short word, one letter: "bar" is not meant to be "bus". */
	unsigned best = n < 5 ? 2 : n / 3 + 2;

	for (; *names; names++) {
		unsigned far = distance(word, *names);

		if (far < best) {
			best = far;
			nearest = *names;
		}
	}
	return nearest;
}

char *nearest_advice(const char *word, const char *list, const char *separators)
{
	_cleanup_free_ char *copy = xstrdup(list);
	const char *nearest = NULL;
	vec_strings names = {};
	char *rest = copy, *name;

	/* A word with a value may mean the opposite of a similar one. */
	while (!strchr(word, '=') && (name = strsep(&rest, separators)))
		if (*name)
			*vec_add(&names) = name;
	*vec_add(&names) = NULL;
	nearest = nearest_name(word, names.v);
	vec_free(&names);
	return nearest ? xasprintf("; did you mean %s?", nearest) : xstrdup("");
}

static int unknown_option(const struct command *command, const char *word, size_t n,
			  struct error *error)
{
	_cleanup_free_ char *name = xstrndup(word, n);
	vec_strings names = {};
	const char *nearest;

	FOR_EACH_OPTION(at, command->rows)
	*vec_add(&names) = at.row->name;
	*vec_add(&names) = NULL;
	nearest = nearest_name(name, names.v);
	vec_free(&names);
	if (nearest)
		return error_input(error, "unknown option --%s; did you mean --%s?", name,
				   nearest);
	return error_input(error, "unknown option --%s; --help lists the options", name);
}

/* Fills in *@ret with the row of "name", which may be a unique prefix. */
static int find_long(const struct command *command, const char *word, size_t n,
		     struct option_rows *ret, struct error *error)
{
	const char *other = NULL;

	ret->row = NULL;
	FOR_EACH_OPTION(at, command->rows)
	{
		const char *name = at.row->name;

		if (n == 0 || strncmp(name, word, n) != 0)
			continue;
		other = ret->row && !other ? name : other;
		if (!ret->row || strlen(name) == n)
			*ret = at;
		if (strlen(name) == n)
			return 0;
	}
	if (other)
		return error_input(error, "--%.*s is ambiguous: --%s or --%s", (int)n,
				   word, ret->row->name, other);
	return ret->row ? 0 : unknown_option(command, word, n, error);
}

/* If a choice ends with '=', the value continues after it. */
static bool in_choices(const char *choices, const char *value)
{
	size_t n = strlen(value);

	for (const char *at = choices; at;
	     at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
		size_t length = strcspn(at, "|");

		if (n > 0 && strncmp(at, value, n) == 0 && n == length)
			return true;
		if (length > 0 && at[length - 1] == '=' && n > length &&
		    strncmp(at, value, length) == 0)
			return true;
	}
	return false;
}

int option_check(const struct option_row *row, const char *value, struct error *error)
{
	_cleanup_free_ char *advice = NULL;

	if (!value || !row->choices || in_choices(row->choices, value))
		return 0;
	advice = nearest_advice(value, row->choices, "|");
	return option_error(error, row->name, value, "must be one of %s%s", row->choices,
			    advice);
}

/* The state of parsing a command line. */
struct walk {
	struct options *options;
	char **next; /* ends with @end */
	char *const *end;
	const char *cluster; /* rest of "-bn" */
};

static int give(struct walk *walk, const struct option_rows *at, const char *value)
{
	if (option_check(at->row, value, &walk->options->fault) < 0)
		return -1;
	*vec_add(&walk->options->given) = (struct option_given){*at, value};
	return 0;
}

/* "--name", "--name=value" or "--name value". */
static int take_long(struct walk *walk, const char *word)
{
	struct error *fault = &walk->options->fault;
	size_t n = strcspn(word, "=");
	const char *value = word[n] ? word + n + 1 : NULL;
	struct option_rows at;

	if (find_long(walk->options->command, word, n, &at, fault) < 0)
		return -1;
	if (!at.row->arg && value)
		return error_input(fault, "--%s takes no value", at.row->name);
	if (at.row->arg && !value && !at.row->optional) {
		if (walk->next == walk->end)
			return error_input(fault, "--%s needs a value: --%s %s",
					   at.row->name, at.row->name, at.row->arg);
		value = *walk->next++;
	}
	return give(walk, &at, value);
}

static struct option_rows find_letter(const struct option_row *table, char letter)
{
	FOR_EACH_OPTION(at, table)
	if (at.row->letter == letter)
		return at;
	return (struct option_rows){};
}

/* "-n", "-o FILE", "-oFILE", "-bn". */
static int take_short(struct walk *walk)
{
	struct error *fault = &walk->options->fault;
	char letter = *walk->cluster++;
	struct option_rows at = find_letter(walk->options->command->rows, letter);
	const char *value = NULL;

	if (!at.row)
		return error_input(fault, "unknown option -%c; --help lists the options",
				   letter);
	if (at.row->arg) {
		value = *walk->cluster ? walk->cluster : NULL;
		walk->cluster = "";
		if (!value && !at.row->optional) {
			if (walk->next == walk->end)
				return error_input(fault, "-%c needs a value: -%c %s",
						   letter, letter, at.row->arg);
			value = *walk->next++;
		}
	}
	return give(walk, &at, value);
}

static int take_word(struct walk *walk, const char *word)
{
	if (word[1] == '-')
		return take_long(walk, word + 2);
	walk->cluster = word + 1;
	while (*walk->cluster)
		if (take_short(walk) < 0)
			return -1;
	return 0;
}

struct options options_parse(const struct command *command, int argc, char *argv[])
{
	struct options options = {.command = command,
				  .args = xcalloc((size_t)MAX(argc, 1), sizeof(char *))};
	struct walk walk = {&options, argv + MIN(argc, 1), argv + argc, ""};
	bool only_args = false, sound = true;

	while (walk.next < walk.end) {
		char *word = *walk.next++;

		if (only_args || word[0] != '-' || !word[1])
			options.args[options.n_args++] = word;
		else if (streq(word, "--"))
			only_args = true;
		else if (streq(word, "--help") || streq(word, "-h"))
			options.help = true;
		else if (sound) /* else only look for --help */
			sound = take_word(&walk, word) == 0;
	}
	return options;
}

void options_free(struct options *options)
{
	vec_free(&options->given);
	free(options->args);
	error_clear(&options->fault);
}

bool options_given(const struct options *options, const char *name)
{
	for (size_t i = 0; i < options->given.n; i++)
		if (streq(options->given.v[i].at.row->name, name))
			return true;
	return false;
}

static int pass_fault(const struct options *options, struct error *error)
{
	if (!options->fault.message)
		return 0;
	return error_input(error, "%s", options->fault.message);
}

int options_set_each(const struct options *options, void *target, struct error *error)
{
	for (size_t i = 0; i < options->given.n; i++) {
		const struct option_given *it = &options->given.v[i];
		const struct option_row *row = it->at.row;

		if (row->set((char *)target + it->at.base + row->field, row, it->value,
			     error) < 0)
			return -1;
	}
	return pass_fault(options, error);
}

int options_need(const struct options *options, int min, int max, struct error *error)
{
	if (options->n_args < min)
		return error_input(error, "%s needs %s", options->command->name,
				   options->command->args);
	if (options->n_args > max)
		return error_input(error, "%s takes %s; unexpected argument \"%s\"",
				   options->command->name,
				   max > 0 ? options->command->args : "no arguments",
				   options->args[max]);
	return 0;
}

int options_check(const struct options *options, int min, int max, struct error *error)
{
	if (pass_fault(options, error) < 0)
		return -1;
	return options_need(options, min, max, error);
}

int options_set(const struct options *options, void *target, int min, int max,
		struct error *error)
{
	if (options_set_each(options, target, error) < 0)
		return -1;
	return options_need(options, min, max, error);
}

int command_run(const struct command *command, int argc, char *argv[],
		struct error *error)
{
	_cleanup_options_ struct options options = options_parse(command, argc, argv);

	return command->run(&options, error);
}

static void add_row_help(struct text *text, const struct option_row *row)
{
	size_t start = text->n;

	text_printf(text, row->letter ? "  -%c, " : "      ", row->letter);
	text_printf(text, "--%s", row->name);
	if (row->arg)
		text_printf(text, row->optional ? "[=%s]" : " %s",
			    row->choices ? row->choices : row->arg);
	if (text->n - start > 30)
		text_printf(text, "\n%31s", "");
	else
		text_printf(text, "%*s", (int)(31 - (text->n - start)), "");
	text_printf(text, "%s\n", row->help);
}

static void add_columns_help(struct text *text, const struct option_column *columns)
{
	if (columns)
		text_adds(text, "\nColumns (those with * only if selected):\n");
	for (; columns && columns->name; columns++)
		text_printf(text, "  %-12s%c %s\n", columns->name,
			    columns->hidden ? '*' : ' ', columns->help);
}

void text_add_help(struct text *text, const char *path, const struct command *command)
{
	int width = 10;

	text_printf(text, "Usage: %s%s%s%s\n\n%s.\n", path,
		    option_rows(command->rows).row ? " [OPTIONS]" : "",
		    *command->args ? " " : "", command->args, command->summary);
	if (command->about)
		text_printf(text, "\n%s\n", command->about);
	if (command->children)
		text_adds(text, "\nCommands:\n");
	for (int i = 0; command->children && command->children[i]; i++)
		width = MAX(width, (int)strlen(command->children[i]->name));
	for (int i = 0; command->children && command->children[i]; i++)
		text_printf(text, "  %-*s %s\n", width, command->children[i]->name,
			    command->children[i]->summary);
	text_adds(text, "\nOptions:\n");
	FOR_EACH_OPTION(at, command->rows)
	add_row_help(text, at.row);
	add_row_help(text, &(struct option_row){.name = "help",
						.letter = 'h',
						.help = "display this help and exit"});
	add_columns_help(text, command->columns);
}
