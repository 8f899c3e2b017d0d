/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * completion.c - shell completions from the command and option tables, so that there is
 * no second list to maintain.
 */
#include "commands/commands.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

typedef void add_case(struct text *text, const char *path, const struct command *command);

/* Every command below @list with the words that lead to it. */
static void walk(struct text *text, const char *path, const struct command *const *list,
		 add_case *add)
{
	for (; *list; list++) {
		struct text longer = {};

		text_printf(&longer, "%s%s%s", path, *path ? " " : "", (*list)->name);
		add(text, longer.s, *list);
		if ((*list)->children)
			walk(text, longer.s, (*list)->children, add);
		text_free(&longer);
	}
}

static void add_words(struct text *text, const struct command *command)
{
	for (size_t i = 0; command->children && command->children[i]; i++)
		text_printf(text, " %s", command->children[i]->name);
	FOR_EACH_OPTION(at, command->rows)
	text_printf(text, " --%s", at.row->name);
	text_adds(text, " --help");
}

static void add_bash(struct text *text, const char *path, const struct command *command)
{
	text_printf(text, "\t\t\"%s\") found=\"", path);
	add_words(text, command);
	text_adds(text, "\" ;;\n");
}

static void add_as_words(struct text *text, const char *choices)
{
	for (; *choices; choices++)
		text_addc(text, *choices == '|' ? ' ' : *choices);
}

/* After an option with a closed list of values. */
static void add_choices(struct text *text, const char *path,
			const struct command *command)
{
	FOR_EACH_OPTION(at, command->rows)
	{
		if (!at.row->choices)
			continue;
		text_printf(text, "\t\t\"%s --%s\") found=\"", path, at.row->name);
		add_as_words(text, at.row->choices);
		text_adds(text, "\" ;;\n");
	}
}

static void add_bash_script(struct text *text)
{
	text_adds(text, "_virt_layout() {\n"
			"\tlocal where= found= current=${COMP_WORDS[COMP_CWORD]} word\n"
			"\tlocal previous=${COMP_WORDS[$((COMP_CWORD - 1))]}\n"
			"\tfor word in \"${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}\"; do\n"
			"\t\tcase $word in\n"
			"\t\t[!-]*) case \"$where${where:+ }$word\" in\n\t\t");
	walk(text, "", commands, add_bash);
	text_adds(text, "\t\t*) continue ;;\n\t\tesac\n"
			"\t\twhere=\"$where${where:+ }$word\" ;;\n\t\tesac\n\tdone\n"
			"\tcase \"$where $previous\" in\n");
	walk(text, "", commands, add_choices);
	text_adds(text, "\t\t*) case \"$where\" in\n\t\t\"\") found=\"");
	for (size_t i = 0; commands[i]; i++)
		text_printf(text, " %s", commands[i]->name);
	text_adds(text, " --help --version\" ;;\n");
	walk(text, "", commands, add_bash);
	text_adds(
		text,
		"\t\tesac ;;\n\tesac\n"
		"\tCOMPREPLY=($(compgen -W \"$found\" -- \"$current\"))\n"
		"\t[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n}\n");
}

/* In a string in single quotes. */
static void add_quoted(struct text *text, const char *string)
{
	for (const char *at = string; *at; at++) {
		if (*at == '\'' || *at == '\\')
			text_addc(text, '\\');
		text_addc(text, *at);
	}
}

/* fish expands what follows -a, so "distance<=" would be a redirection. */
static void add_fish_choices(struct text *text, const char *choices)
{
	text_adds(text, " -f -a '");
	for (const char *at = choices; *at; at++) {
		if (strchr("<>()$*?~", *at))
			text_addc(text, '\\');
		text_addc(text, *at == '|' ? ' ' : *at);
	}
	text_adds(text, "'");
}

/* What came before on the line: "disk plan" is not "plan". */
static void add_fish_condition(struct text *text, const char *path)
{
	const char *space = strchr(path, ' '), *name = space ? space + 1 : path;

	text_adds(text, "complete -c virt-layout -n '__fish_seen_subcommand_from ");
	if (space)
		text_printf(text, "%.*s; and __fish_seen_subcommand_from ",
			    (int)(space - path), path);
	text_adds(text, name);
	for (size_t i = 0; !space && commands[i]; i++)
		for (size_t j = 0; commands[i]->children && commands[i]->children[j]; j++)
			if (streq(commands[i]->children[j]->name, path))
				text_printf(text,
					    "; and not __fish_seen_subcommand_from %s",
					    commands[i]->name);
	text_adds(text, "'");
}

static void add_fish_option(struct text *text, const char *path,
			    const struct option_row *row)
{
	add_fish_condition(text, path);
	text_printf(text, " -l %s", row->name);
	if (row->letter)
		text_printf(text, " -s %c", row->letter);
	if (row->arg && !row->optional)
		text_adds(text, " -r");
	if (row->choices)
		add_fish_choices(text, row->choices);
	text_adds(text, " -d '");
	add_quoted(text, row->help);
	text_adds(text, "'\n");
}

/* A command among those that can follow the words of @path. */
static void add_fish_command(struct text *text, const char *path,
			     const struct command *command)
{
	if (*path)
		add_fish_condition(text, path);
	else
		text_adds(text, "complete -c virt-layout -n __fish_use_subcommand");
	text_printf(text, " -a %s -d '", command->name);
	add_quoted(text, command->summary);
	text_adds(text, "'\n");
}

static void add_fish(struct text *text, const char *path, const struct command *command)
{
	if (!strchr(path, ' '))
		add_fish_command(text, "", command);
	for (size_t i = 0; command->children && command->children[i]; i++)
		add_fish_command(text, path, command->children[i]);
	FOR_EACH_OPTION(at, command->rows)
	add_fish_option(text, path, at.row);
}

static void add_for_bash(struct text *text)
{
	text_adds(text,
		  "# virt-layout completion bash > /etc/bash_completion.d/virt-layout\n");
	add_bash_script(text);
	text_adds(text, "complete -o filenames -F _virt_layout virt-layout\n");
}

/* bash's function, called by bashcompinit. In a folder of $fpath, compinit looks for the
 * first line, and the file is the body of _virt-layout. It can also be sourced.
 */
static void add_for_zsh(struct text *text)
{
	text_adds(text, "#compdef virt-layout\n"
			"autoload -U +X bashcompinit && bashcompinit\n");
	add_bash_script(text);
	text_adds(text, "if [ \"$funcstack[1]\" = _virt-layout ]; then\n"
			"\t_bash_complete -o filenames -F _virt_layout\n"
			"else\n"
			"\tcomplete -o filenames -F _virt_layout virt-layout\n"
			"fi\n");
}

static void add_for_fish(struct text *text)
{
	walk(text, "", commands, add_fish);
}

static const struct maker {
	const char *shell;
	void (*add)(struct text *text);
} makers[] = {
	{"bash", add_for_bash},
	{"zsh", add_for_zsh},
	{"fish", add_for_fish},
};

static int run(const struct options *options, struct error *error)
{
	_cleanup_text_ struct text text = {};
	size_t shell = 0;

	if (options_set(options, NULL, 1, 1, error) < 0)
		return -1;
	while (shell < ARRAY_SIZE(makers) &&
	       !streq(makers[shell].shell, options->args[0]))
		shell++;
	if (shell == ARRAY_SIZE(makers))
		return error_input(
			error,
			"completion: the shell must be bash, zsh or fish, not \"%s\"",
			options->args[0]);
	makers[shell].add(&text);
	fwrite(text.s, 1, text.n, stdout);
	return STATUS_OK;
}

const struct command completion_command = {
	.name = "completion",
	.args = "bash|zsh|fish",
	.summary = "Print a shell completion script",
	.run = run,
};
