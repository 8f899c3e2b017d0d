/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/option.h"

#include "base/vec.h"

#include <string.h>

struct options options_begin(const struct command *command, int argc, char *argv[])
{
	return (struct options){
		.command = command,
		.argc = argc,
		.next = 1,
		.argv = argv,
		.args = argv + 1,
	};
}

/* Edit distance, for at most 31 characters; more counts as far. */
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
	unsigned best = (unsigned)strlen(word) / 3 + 2;

	for (; *names; names++) {
		unsigned far = distance(word, *names);

		if (far < best) {
			best = far;
			nearest = *names;
		}
	}
	return nearest;
}

static int unknown_option(const struct command *command, const char *word, size_t n,
			  struct error *error)
{
	_cleanup_free_ char *name = xstrndup(word, n);
	VEC(const char *) names = {};
	const char *nearest;

	for (const struct option_row *row = command->rows; row && row->name; row++)
		*vec_add(&names) = row->name;
	*vec_add(&names) = NULL;
	nearest = nearest_name(name, names.v);
	vec_free(&names);
	if (nearest)
		return error_input(error, "unknown option --%s; did you mean --%s?", name,
				   nearest);
	return error_input(error, "unknown option --%s; --help lists them", name);
}

static int find_long(const struct command *command, const char *word, size_t n,
		     struct error *error)
{
	int found = -1;

	for (int i = 0; command->rows && command->rows[i].name; i++) {
		const char *name = command->rows[i].name;

		if (strncmp(name, word, n) != 0)
			continue;
		if (strlen(name) == n)
			return i;
		if (found >= 0)
			return error_input(error, "--%.*s may be --%s or --%s", (int)n,
					   word, command->rows[found].name, name);
		found = i;
	}
	return found >= 0 ? found : unknown_option(command, word, n, error);
}

/* Where a choice ends with '=', the value says more behind it. */
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
	if (!value || !row->choices || in_choices(row->choices, value))
		return 0;
	return error_input(error, "--%s=%s: must be one of %s", row->name, value,
			   row->choices);
}

/* "--name", "--name=value" or "--name value". */
static int next_long(struct options *options, const char *word, struct error *error)
{
	size_t n = strcspn(word, "=");
	int found = find_long(options->command, word, n, error);
	const struct option_row *row;

	if (found < 0)
		return OPTIONS_FAULT;
	row = &options->command->rows[found];
	options->value = word[n] ? word + n + 1 : NULL;
	if (!row->arg && options->value)
		return error_input(error, "--%s takes no value", row->name);
	if (row->arg && !options->value && !row->optional) {
		if (options->next >= options->argc)
			return error_input(error, "--%s needs a value: --%s %s",
					   row->name, row->name, row->arg);
		options->value = options->argv[options->next++];
	}
	return option_check(row, options->value, error) < 0 ? OPTIONS_FAULT : found;
}

/* "-n", "-o FILE", "-oFILE", "-bn". */
static int next_short(struct options *options, struct error *error)
{
	const struct option_row *rows = options->command->rows;
	char letter = *options->cluster++;
	int found = 0;

	while (rows && rows[found].name && rows[found].letter != letter)
		found++;
	if (!rows || !rows[found].name)
		return error_input(error, "unknown option -%c; --help lists them",
				   letter);
	options->value = NULL;
	if (rows[found].arg) {
		options->value = *options->cluster ? options->cluster : NULL;
		options->cluster = NULL;
		if (!options->value && !rows[found].optional) {
			if (options->next >= options->argc)
				return error_input(error, "-%c needs a value: -%c %s",
						   letter, letter, rows[found].arg);
			options->value = options->argv[options->next++];
		}
	}
	return option_check(&rows[found], options->value, error) < 0 ? OPTIONS_FAULT
								     : found;
}

int options_next(struct options *options, struct error *error)
{
	if (options->cluster && *options->cluster)
		return next_short(options, error);
	while (options->next < options->argc) {
		char *word = options->argv[options->next++];

		if (options->only_args || word[0] != '-' || !word[1]) {
			options->args[options->n_args++] = word;
		} else if (streq(word, "--")) {
			options->only_args = true;
		} else if (word[1] == '-') {
			return next_long(options, word + 2, error);
		} else {
			options->cluster = word + 1;
			return next_short(options, error);
		}
	}
	return OPTIONS_DONE;
}

int options_need(const struct options *options, int min, int max, struct error *error)
{
	if (options->n_args < min)
		return error_input(error, "%s needs %s", options->command->name,
				   options->command->args);
	if (options->n_args > max)
		return error_input(error, "%s takes %s; what is \"%s\"?",
				   options->command->name,
				   max > 0 ? options->command->args : "no arguments",
				   options->args[max]);
	return 0;
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

void text_add_help(struct text *text, const char *path, const struct command *command)
{
	int width = 10;

	text_printf(text, "Usage: %s%s%s%s\n\n%s.\n", path,
		    command->rows && command->rows->name ? " [OPTIONS]" : "",
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
	for (const struct option_row *row = command->rows; row && row->name; row++)
		add_row_help(text, row);
	add_row_help(text, &(struct option_row){.name = "help",
						.letter = 'h',
						.help = "show this and exit"});
}
