/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * option.h - command lines from tables. One table of rows per command gives parsing,
 * --help and the completions; there is no second list to drift.
 */
#pragma once

#include "base/error.h"
#include "base/text.h"

/* A table ends with a zeroed row. */
struct option_row {
	const char *name;    /* long name without the dashes */
	char letter;         /* short form, 0 for none */
	const char *arg;     /* what the value is called: "FILE"; NULL: takes none */
	const char *help;    /* one phrase, no full stop */
	const char *choices; /* "a|b|c=": the closed list of values, NULL if open */
	bool optional;       /* the value may be left out: --assign[=nested] */
};

/*
 * One command. @run gets the arguments behind the command's name in argv[1..]; it
 * returns an exit status, or -1 with *error filled.
 */
struct command {
	const char *name, *args, *summary;
	const char *about; /* a few sentences for --help, lines of at most 80, or NULL */
	const struct option_row *rows;
	const struct command *const *children; /* `disk plan`: ends with NULL */
	int (*run)(int argc, char *argv[], struct error *error);
};

/* The state of one walk over a command line; made by options_begin. */
struct options {
	const struct command *command;
	int argc, next;
	char **argv;
	const char *value; /* of the option just returned; NULL without one */
	char **args;       /* after the walk: the positional arguments, borrowed */
	int n_args;
	const char *cluster; /* rest of "-bn" */
	bool only_args;      /* after "--" */
};

enum { OPTIONS_DONE = -2, OPTIONS_FAULT = -1 };

/* Walks over argv[1..]; options and arguments may mix. argv is reordered. */
struct options options_begin(const struct command *command, int argc, char *argv[]);
/*
 * The index of the next option's row, OPTIONS_DONE after the last, OPTIONS_FAULT with
 * *error filled: an unknown option (with the nearest name), a missing or unwanted value,
 * one outside the choices. Long names may be shortened as far as they stay unique.
 */
int options_next(struct options *options, struct error *error) _must_check_;
/* Fault unless the value (NULL is fine) is among the row's choices. */
int option_check(const struct option_row *row, const char *value, struct error *error)
	_must_check_;
/* Fault unless there are between @min and @max positional arguments. */
int options_need(const struct options *options, int min, int max, struct error *error)
	_must_check_;

/* The text of `PROGRAM COMMAND --help`. @path is how the command was reached. */
void text_add_help(struct text *text, const char *path, const struct command *command);
/* The nearest of @names (ends with NULL) to a mistyped @word, or NULL. */
const char *nearest_name(const char *word, const char *const *names);
