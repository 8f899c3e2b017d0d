/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * option.h - command lines from tables. A row of a table is everything that the program
 * knows about an option: parsing, --help, the completions and the test of the man pages
 * use it.
 *
 *     struct wish { bool json; const char *output; struct sheet sheet; };
 *     static const struct option_row rows[] = {
 *         {"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
 *         {"output", 'o', "FILE", "write to FILE", SET_STRING(struct wish, output)},
 *         {"columns", 0, "LIST", "which", SET_WITH(choose, struct wish, sheet)},
 *         {},
 *     };
 *
 * main parses the command line; the command's run() has options_set() fill its struct.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "base/vec.h"

struct option_row;

/*
 * Handles one option. @target is the row's field in the command's struct: a member, or
 * the whole struct; @value is NULL if none was given. An option that is given again
 * replaces its value, unless its help says that it can be repeated.
 */
typedef int option_setter(void *target, const struct option_row *row, const char *value,
			  struct error *error);

/* A table ends with a zeroed row. */
struct option_row {
	const char *name;    /* long name without the dashes */
	char letter;         /* short form, 0 for none */
	const char *arg;     /* name of the value: "FILE"; NULL: takes none */
	const char *help;    /* one phrase, no full stop */
	const char *choices; /* "a|b|c=": all possible values, NULL if open */
	bool optional;       /* the value may be left out: --assign[=nested] */
	option_setter *set;
	size_t field;                   /* offset of @target in the command's struct */
	const struct option_row *table; /* not an option: insert the rows of this table
					 * here */
};

/* The offset of a member, which must have type @member_type. */
#define OPTION_FIELD(member_type, type, member)                                          \
	(offsetof(type, member) +                                                        \
	 0 * sizeof(char[__builtin_types_compatible_p(member_type,                       \
						      __typeof__(((type *)0)->member))   \
				 ? 1                                                     \
				 : -1]))
/* How a row says what its option does. @type is the command's struct. */
#define SET_TRUE(type, member)                                                           \
	.set = option_set_true, .field = OPTION_FIELD(bool, type, member)
#define SET_STRING(type, member) /* borrowed from the command line */                    \
	.set = option_set_string, .field = OPTION_FIELD(const char *, type, member)
#define SET_FILE(type, member) /* the same, but not empty */                             \
	.set = option_set_file, .field = OPTION_FIELD(const char *, type, member)
#define SET_COPY(type, member) /* owned; the old one is freed */                         \
	.set = option_set_copy, .field = OPTION_FIELD(char *, type, member)
#define SET_LIST(type, member) /* adds to a list of borrowed strings */                  \
	.set = option_set_list, .field = OPTION_FIELD(vec_strings, type, member)
#define SET_FILES(type, member) /* the same, but none is empty */                        \
	.set = option_set_files, .field = OPTION_FIELD(vec_strings, type, member)
#define SET_CHOICE(type, member) /* an enum in the order of the row's choices */         \
	.set = option_set_choice,                                                        \
	.field = offsetof(type, member) +                                                \
		 0 * sizeof(char[sizeof(((type *)0)->member) == sizeof(int) ? 1 : -1])
#define SET_WITH(function, type, member)                                                 \
	.set = (function), .field = offsetof(type, member)
#define SET_BY(function) .set = (function)
/* The rows of another table, whose struct is this member. */
#define OPTION_TABLE(rows, type, member) .table = (rows), .field = offsetof(type, member)

option_setter option_set_true, option_set_string, option_set_file, option_set_copy,
	option_set_list, option_set_files, option_set_choice;

/* A walk over the rows of a table and of tables within it: option_rows(), then next. */
struct option_rows {
	const struct option_row *row; /* NULL at the end */
	size_t base;                  /* of the struct of its table */
	const struct option_row *outer;
};
struct option_rows option_rows(const struct option_row *table);
void option_rows_next(struct option_rows *rows);
#define FOR_EACH_OPTION(at, table)                                                       \
	for (struct option_rows at = option_rows(table); at.row; option_rows_next(&at))

struct options;

/* One command. @run returns an exit status, or -1 with *error filled in. */
struct command {
	const char *name, *args, *summary;
	const char *about; /* a few sentences for --help, lines of at most 80, or NULL */
	const struct option_row *rows;
	const struct command *const *children; /* `disk plan`: ends with NULL */
	int (*run)(const struct options *options, struct error *error);
	/* Columns that an option selects, listed by --help; the last has no name. */
	const struct option_column {
		const char *name, *help;
		bool right;  /* numbers are aligned to the right */
		bool hidden; /* shown only if the option selects it */
		bool tree;   /* rows are shown below their parents in this column */
	} *columns;
};

/* A parsed command line: options in their order, and the arguments. */
struct options {
	const struct command *command;
	VEC(struct option_given {
		struct option_rows at;
		const char *value; /* borrowed; NULL without one */
	})
	given;
	char **args; /* the strings are borrowed */
	int n_args;
	bool help;          /* --help is among them */
	struct error fault; /* of the first wrong word; given ends before it */
};

/*
 * Parses argv[1..]; options and arguments may be mixed, and after "--" everything is an
 * argument. Long names may be abbreviated as long as they are unique. Errors, all kept
 * for options_set(): an unknown option (with the nearest name), a missing or unexpected
 * value, a value that is not among the choices.
 */
struct options options_parse(const struct command *command, int argc, char *argv[]);
void options_free(struct options *options);
#define _cleanup_options_ _cleanup_(options_free)

/*
 * Calls the setter of each option on @target, the command's struct, in their order. Then
 * reports the error of parsing, if any, or a number of arguments that is not between @min
 * and @max.
 */
int options_set(const struct options *options, void *target, int min, int max,
		struct error *error) _must_check_;
/* Its two parts, for commands that need them separately. */
int options_set_each(const struct options *options, void *target, struct error *error)
	_must_check_;
int options_need(const struct options *options, int min, int max, struct error *error)
	_must_check_;
/*
 * Everything that can be checked before a setter is called: parsing's error, and the
 * arguments.
 */
int options_check(const struct options *options, int min, int max, struct error *error)
	_must_check_;
bool options_given(const struct options *options, const char *name);
/* Parses and runs: what main does, without its --help. */
int command_run(const struct command *command, int argc, char *argv[],
		struct error *error) _must_check_;

/*
 * "--NAME VALUE: MESSAGE", the form of every error about a value; an empty one is shown
 * as ''. Always -1.
 */
int option_error(struct error *error, const char *name, const char *value,
		 const char *format, ...) _printf_(4, 5) _must_check_;
/*
 * The same for an existing error; the value is not repeated if the message begins with
 * it, as messages about files do. Always -1.
 */
int option_wrap(struct error *error, const char *name, const char *value) _must_check_;

/* Error unless the value (NULL is fine) is among the row's choices. */
int option_check(const struct option_row *row, const char *value, struct error *error)
	_must_check_;
/*
 * Sets the option @name of a table, as for a setting from a file: options without a value
 * take "yes" or NULL. Error: no such option, in addition to what the command line
 * rejects.
 */
int option_set_named(const struct option_row *table, void *target, const char *name,
		     const char *value, struct error *error) _must_check_;
/* The option's value as a size; a number without a unit counts @unit_bytes, 0:
 * rejected. */
int option_size(const struct option_row *row, const char *value, uint32_t unit_bytes,
		uint64_t *ret, struct error *error) _must_check_;

/*
 * The text of `PROGRAM COMMAND --help`. @path is the sequence of words that leads to the
 * command.
 */
void text_add_help(struct text *text, const char *path, const struct command *command);
/* The nearest of @names (ends with NULL) to a mistyped @word, or NULL. */
const char *nearest_name(const char *word, const char *const *names);
/*
 * "; did you mean X?", where X is one of @list, whose words are separated by any of
 * @separators; "" if none is similar. Owned by the caller.
 */
char *nearest_advice(const char *word, const char *list, const char *separators)
	_must_check_;
