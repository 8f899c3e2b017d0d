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
	text_printf(text, "\t\t\"%s\") words=\"", path);
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
		text_printf(text, "\t\t\"%s --%s\") words=\"", path, at.row->name);
		add_as_words(text, at.row->choices);
		text_adds(text, "\" ;;\n");
	}
}

static void add_bash_script(struct text *text)
{
	text_adds(text,
		  "# virt-layout completion bash > /etc/bash_completion.d/virt-layout\n"
		  "_virt_layout() {\n"
		  "\tlocal path= words= current=${COMP_WORDS[COMP_CWORD]} word\n"
		  "\tlocal previous=${COMP_WORDS[COMP_CWORD-1]}\n"
		  "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
		  "\t\tcase $word in\n"
		  "\t\t[!-]*) case \"$path${path:+ }$word\" in\n\t\t");
	walk(text, "", commands, add_bash);
	text_adds(text, "\t\t*) continue ;;\n\t\tesac\n"
			"\t\tpath=\"$path${path:+ }$word\" ;;\n\t\tesac\n\tdone\n"
			"\tcase \"$path $previous\" in\n");
	walk(text, "", commands, add_choices);
	text_adds(text, "\t\t*) case \"$path\" in\n\t\t\"\") words=\"");
	for (size_t i = 0; commands[i]; i++)
		text_printf(text, " %s", commands[i]->name);
	text_adds(text, " --help --version\" ;;\n");
	walk(text, "", commands, add_bash);
	text_adds(
		text,
		"\t\tesac ;;\n\tesac\n"
		"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
		"\t[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n}\n"
		"complete -o filenames -F _virt_layout virt-layout\n");
}

static void add_fish_option(struct text *text, const char *command,
			    const struct option_row *row)
{
	text_printf(text,
		    "complete -c virt-layout -n '__fish_seen_subcommand_from %s' -l %s",
		    command, row->name);
	if (row->letter)
		text_printf(text, " -s %c", row->letter);
	if (row->arg && !row->optional)
		text_adds(text, " -r");
	if (row->choices) {
		text_adds(text, " -f -a '");
		add_as_words(text, row->choices);
		text_adds(text, "'");
	}
	text_adds(text, " -d '");
	for (const char *at = row->help; *at; at++)
		text_adds(text, *at == '\'' ? "\\'" : (char[]){*at, 0});
	text_adds(text, "'\n");
}

static void add_fish(struct text *text, const char *path, const struct command *command)
{
	bool nested = strchr(path, ' ') != NULL;

	if (!nested)
		text_printf(
			text,
			"complete -c virt-layout -n __fish_use_subcommand -a %s -d '%s'\n",
			command->name, command->summary);
	for (size_t i = 0; command->children && command->children[i]; i++)
		text_printf(
			text,
			"complete -c virt-layout -n '__fish_seen_subcommand_from %s' -a %s -d '%s'\n",
			command->name, command->children[i]->name,
			command->children[i]->summary);
	FOR_EACH_OPTION(at, command->rows)
	add_fish_option(text, command->name, at.row);
}

static const char *const shells[] = {"bash", "zsh", "fish"};

static int run(const struct options *options, struct error *error)
{
	_cleanup_text_ struct text text = {};
	size_t shell = 0;

	if (options_set(options, NULL, 1, 1, error) < 0)
		return -1;
	while (shell < ARRAY_SIZE(shells) && !streq(shells[shell], options->args[0]))
		shell++;
	if (shell == ARRAY_SIZE(shells))
		return error_input(
			error,
			"completion: the shell must be bash, zsh or fish, not \"%s\"",
			options->args[0]);
	if (streq(shells[shell], "zsh"))
		text_adds(&text, "autoload -U +X bashcompinit && bashcompinit\n");
	if (streq(shells[shell], "fish"))
		walk(&text, "", commands, add_fish);
	else
		add_bash_script(&text);
	fwrite(text.s, 1, text.n, stdout);
	return STATUS_OK;
}

const struct command completion_command = {
	.name = "completion",
	.args = "bash|zsh|fish",
	.summary = "Print a shell completion script",
	.run = run,
};
