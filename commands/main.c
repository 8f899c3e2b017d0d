/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - finds the command, runs it, prints the one error, gives the exit status.
 */
#include "commands/commands.h"
#include "commands/version.h"

#include "base/mem.h"
#include "base/streams.h"
#include "base/text.h"

#include <signal.h>
#include <stdio.h>

struct wish {
	bool version;
};

static const struct option_row rows[] = {
	{"version", 0, NULL,
	 "show the version, the default target and the libraries, and exit",
	 SET_TRUE(struct wish, version)},
	{},
};

static int run(const struct options *options, struct error *error);

static const struct command program = {
	.name = program_name,
	.args = "COMMAND [ARGUMENTS]",
	.summary = program_summary,
	.children = commands,
	.rows = rows,
	.run = run,
};

static const struct command *find_command(const struct command *const *list,
					  const char *name)
{
	for (; *list; list++)
		if (streq((*list)->name, name))
			return *list;
	return NULL;
}

static int unknown_command(const struct command *parent, const char *word,
			   struct error *error)
{
	const char *names[64] = {}, *nearest;

	for (size_t i = 0; parent->children[i] && i < ARRAY_SIZE(names) - 1; i++)
		names[i] = parent->children[i]->name;
	nearest = nearest_name(word, names);
	if (nearest)
		return error_input(error, "unknown command \"%s\"; did you mean %s?",
				   word, nearest);
	return error_input(error, "unknown command \"%s\"; --help lists the commands",
			   word);
}

static int show(struct text *text)
{
	fwrite(text->s, 1, text->n, stdout);
	text_free(text);
	return STATUS_OK;
}

/* A command that only has subcommands was called by itself. */
static int ask_which(const char *path, const struct options *options, struct error *error)
{
	if (options->n_args > 0)
		return unknown_command(options->command, options->args[0], error);
	return error_input(error, "no command given; %s --help lists the commands", path);
}

static int run(const struct options *options, struct error *error)
{
	struct wish wish = {};
	struct text text = {};

	if (options_set_each(options, &wish, error) < 0)
		return -1;
	if (!wish.version)
		return ask_which(program_name, options, error);
	text_add_version(&text, program_name);
	return show(&text);
}

/* Runs the command that argv[1] names below @parent, or @parent itself. */
static int dispatch(const struct command *command, const char *path, int argc,
		    char *argv[], struct error *error)
{
	_cleanup_options_ struct options options = {};
	_cleanup_free_ char *longer = NULL;
	const struct command *child;
	struct text help = {};

	if (command->children && argc > 1 && argv[1][0] != '-') {
		child = find_command(command->children, argv[1]);
		if (!child)
			return unknown_command(command, argv[1], error);
		longer = xasprintf("%s %s", path, child->name);
		return dispatch(child, longer, argc - 1, argv + 1, error);
	}
	options = options_parse(command, argc, argv);
	if (options.help) {
		text_add_help(&help, path, command);
		return show(&help);
	}
	if (command->run)
		return command->run(&options, error);
	if (options_set_each(&options, NULL, error) < 0)
		return -1;
	return ask_which(path, &options, error);
}

static const struct command *command_of_name(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (const struct other_name *it = other_names; it->name; it++)
		if (streq(it->name, name))
			return it->command;
	return &program;
}

int main(int argc, char *argv[])
{
	const struct command *command =
		command_of_name(argc > 0 ? argv[0] : program_name);
	_cleanup_error_ struct error error = {};
	int status;

	streams_occupy();
	/*
	 * If SIGCHLD is ignored, as a caller may leave it, the end of a child cannot be
	 * detected.
	 */
	signal(SIGCHLD, SIG_DFL);
	status = dispatch(command, command->name, argc, argv, &error);

	/* The first error is the one to report. */
	if (status >= 0 && streams_flush(&error) < 0)
		status = -1;
	if (status < 0) {
		_cleanup_text_ struct text text = {};

		text_add_shown(&text, error.message);
		fprintf(stderr, "virt-layout: %s\n", text.s);
		status = error.status;
	}
	return status;
}
