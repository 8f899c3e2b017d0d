/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stash.c - `stash` and `unstash`: parks parts of a domain in its <metadata>. */
#include "commands/commands.h"

#include "base/file.h"
#include "base/jsonw.h"
#include "base/streams.h"
#include "commands/sheet.h"
#include "planner/stash/stash.h"

#include <stdio.h>

/* Where a changed domain goes. */
struct target_file {
	const char *output;
	bool in_place;
};

static int check_target(const struct target_file *target, const char *path,
			struct error *error)
{
	if (target->in_place && target->output)
		return error_input(error,
				   "--in-place and --output are mutually exclusive");
	if (target->in_place && streq(path, "-"))
		return error_input(error, "--in-place needs a file, not standard input");
	return 0;
}

static int write_document(const struct target_file *target, const char *path,
			  const struct document *document, struct error *error)
{
	return file_write(target->in_place ? path : target->output, document->text.s,
			  document->text.n, error);
}

struct stash_wish {
	struct target_file target;
	const char *text, *name;
};

static const struct option_row stash_rows[] = {
	{"text", 0, "FILE", "park the text of a file, well-formed or not",
	 SET_FILE(struct stash_wish, text)},
	{"name", 0, "NAME", "name under which the elements or the text are parked",
	 SET_STRING(struct stash_wish, name)},
	{"output", 'o', "FILE", "write the domain to FILE",
	 SET_FILE(struct stash_wish, target.output)},
	{"in-place", 0, NULL, "write the domain back to its file",
	 SET_TRUE(struct stash_wish, target.in_place)},
	{},
};

static int park_text(const struct stash_wish *wish, struct document *document,
		     struct error *error)
{
	_cleanup_text_ struct text bytes = {};

	if (!wish->name)
		return error_input(error, "--text needs --name");
	if (file_read(wish->text, FILE_LIMIT / 4, &bytes, error) < 0)
		return option_wrap(error, "text", wish->text);
	return stash_text(document, wish->name, &bytes, error);
}

static int park_all(const struct stash_wish *wish, const struct options *options,
		    struct document *document, size_t *ret_elements, struct error *error)
{
	*ret_elements = 0;
	if (wish->text && park_text(wish, document, error) < 0)
		return -1;
	for (int i = 1; i < options->n_args; i++) {
		size_t n;

		if (stash_elements(document, options->args[i],
				   wish->text ? NULL : wish->name, &n, error) < 0)
			return -1;
		*ret_elements += n;
	}
	return 0;
}

static int run_stash(const struct options *options, struct error *error)
{
	_cleanup_document_ struct document document = {};
	struct stash_wish wish = {};
	size_t n;

	if (options_set_each(options, &wish, error) < 0 ||
	    options_need(options, wish.text ? 1 : 2, 1000, error) < 0 ||
	    check_target(&wish.target, options->args[0], error) < 0)
		return -1;
	if (document_read(options->args[0], &document, error) < 0 ||
	    park_all(&wish, options, &document, &n, error) < 0 ||
	    write_document(&wish.target, options->args[0], &document, error) < 0)
		return -1;
	if (n > 0)
		streams_say("%zu element%s parked", n, n == 1 ? "" : "s");
	return 0;
}

const struct command stash_command = {
	.name = "stash",
	.args = "DOMAIN.xml XPATH...",
	.summary = "Park elements of a domain in its <metadata>",
	.about =
		"Moves the elements that XPATH selects into <metadata>, where libvirt keeps\nthem without interpreting them, together with their position. unstash brings\nthem back. Prefixes in XPATH are those that the domain declares.",
	.rows = stash_rows,
	.run = run_stash,
};

struct unstash_wish {
	struct target_file target;
	const char *text;
	bool list, json;
};

static const struct option_row unstash_rows[] = {
	{"list", 'l', NULL, "list what is parked, and change nothing",
	 SET_TRUE(struct unstash_wish, list)},
	{"text", 0, "NAME",
	 "print this text; with --in-place also remove it from the file",
	 SET_STRING(struct unstash_wish, text)},
	{"json", 'J', NULL, "with --list, print JSON",
	 SET_TRUE(struct unstash_wish, json)},
	{"output", 'o', "FILE", "write to FILE instead of standard output",
	 SET_FILE(struct unstash_wish, target.output)},
	{"in-place", 0, NULL, "write the domain back to its file",
	 SET_TRUE(struct unstash_wish, target.in_place)},
	{},
};

enum { COLUMN_NAME, COLUMN_KIND, COLUMN_FROM, COLUMN_LINE };

static const struct option_column columns[] = {
	[COLUMN_NAME] = {"NAME", "its name in the stash"},
	[COLUMN_KIND] = {"KIND", "an element, or text"},
	[COLUMN_FROM] = {"FROM", "the element that it was in"},
	[COLUMN_LINE] = {"LINE", "where it is parked", .right = true},
	{},
};

static int list_table(const struct document *document, const struct stash_list *items,
		      struct text *text, struct error *error)
{
	_cleanup_sheet_ struct sheet sheet = {.columns = columns};

	for (size_t i = 0; i < items->list.n; i++) {
		const struct stash_item *item = &items->list.v[i];

		sheet_row(&sheet);
		sheet_set(&sheet, COLUMN_NAME, "%s", item->name);
		sheet_set(&sheet, COLUMN_KIND, "%s", item->is_text ? "text" : "element");
		sheet_set(&sheet, COLUMN_FROM, "%s", item->from ? item->from : "");
		sheet_set(&sheet, COLUMN_LINE, "%d",
			  document->elements.v[item->element].line);
	}
	return text_add_sheet(text, &sheet, error);
}

static void list_json(const struct document *document, const struct stash_list *items,
		      struct text *text)
{
	struct jsonw json = {.out = text};

	jsonw_object(&json, NULL);
	jsonw_int(&json, "version", 1);
	jsonw_array(&json, "parked");
	for (size_t i = 0; i < items->list.n; i++) {
		const struct stash_item *item = &items->list.v[i];

		jsonw_object(&json, NULL);
		jsonw_string(&json, "name", item->name);
		jsonw_string(&json, "kind", item->is_text ? "text" : "element");
		jsonw_string(&json, "from", item->from);
		jsonw_int(&json, "line", document->elements.v[item->element].line);
		jsonw_end_object(&json);
	}
	jsonw_end_array(&json);
	jsonw_end_object(&json);
	jsonw_finish(&json);
}

static int list(const struct document *document, const struct unstash_wish *wish,
		struct error *error)
{
	_cleanup_stash_list_ struct stash_list items = {};
	_cleanup_text_ struct text text = {};

	stash_items(document, &items);
	if (wish->json)
		list_json(document, &items, &text);
	else if (list_table(document, &items, &text, error) < 0)
		return -1;
	return file_write(wish->target.output, text.n ? text.s : "", text.n, error);
}

/* The text first: if writing the domain fails, both exist. */
static int print_text(const struct unstash_wish *wish, const char *path,
		      struct document *document, struct error *error)
{
	_cleanup_text_ struct text text = {};

	if (unstash_text(document, wish->text, &text, error) < 0 ||
	    file_write(wish->target.output, text.n ? text.s : "", text.n, error) < 0)
		return -1;
	if (!wish->target.in_place)
		return 0;
	return file_write(path, document->text.s, document->text.n, error);
}

static int check_wish(const struct unstash_wish *wish, const struct options *options,
		      struct error *error)
{
	if (options_need(options, 1, wish->list || wish->text ? 1 : 1000, error) < 0)
		return -1;
	if (wish->list && (wish->text || wish->target.in_place))
		return error_input(
			error,
			"--list cannot be used with --text or --in-place, because it changes nothing");
	if (wish->json && !wish->list)
		return error_input(error, "--json needs --list");
	if (wish->text && wish->target.in_place && streq(options->args[0], "-"))
		return error_input(error, "--in-place needs a file, not standard input");
	return wish->text ? 0 : check_target(&wish->target, options->args[0], error);
}

static int run_unstash(const struct options *options, struct error *error)
{
	_cleanup_document_ struct document document = {};
	struct unstash_wish wish = {};

	if (options_set_each(options, &wish, error) < 0 ||
	    check_wish(&wish, options, error) < 0 ||
	    document_read(options->args[0], &document, error) < 0)
		return -1;
	if (wish.list)
		return list(&document, &wish, error);
	if (wish.text)
		return print_text(&wish, options->args[0], &document, error);
	if (unstash(&document, (const char *const *)options->args + 1,
		    (size_t)options->n_args - 1, error) < 0)
		return -1;
	return write_document(&wish.target, options->args[0], &document, error);
}

const struct command unstash_command = {
	.name = "unstash",
	.args = "DOMAIN.xml [NAME...]",
	.summary = "Bring parked elements back to their original position",
	.about =
		"Without NAME all elements come back. If nothing around their positions has\nchanged, the domain becomes identical to the original, byte for byte.",
	.rows = unstash_rows,
	.run = run_unstash,
};
