/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* topology.c - `topology`: a machine as a tree, JSON or a drawing. */
#include "commands/commands.h"

#include "base/file.h"
#include "commands/connect.h"
#include "commands/sheet.h"
#include "commands/source.h"
#include "commands/topology-matrix.h"
#include "topology/pci-access.h"
#include "planner/picture/picture.h"
#include "topology/show.h"

struct wish {
	struct connect_wish connect;
	struct source_options source;
	struct sheet sheet;
	struct matrix_wish matrix;
	const char *svg, *columns;
	bool json, bytes, as_matrix;
};

static const struct option_row rows[] = {
	{OPTION_TABLE(connect_rows, struct wish, connect)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{"svg", 0, "FILE", "write a drawing to FILE; - is standard output",
	 SET_FILE(struct wish, svg)},
	{"matrix", 0, NULL, "print the paths between devices as a table",
	 SET_TRUE(struct wish, as_matrix)},
	{"class", 0, "LIST",
	 "with --matrix: gpu, nic, nvme, storage, assigned, other; vf adds virtual functions",
	 SET_WITH(matrix_set_classes, struct wish, matrix.classes)},
	{"locality", 0, "BUSES=NODE",
	 "NUMA node of root buses whose node the firmware does not report, for example 0000:80-ff=1; can be repeated",
	 SET_WITH(source_set_locality, struct wish, source)},
	{"target", 0, "libvirt=V,qemu=V",
	 "versions that choose the addresses in a domain, or \"installed\" (default: from the domain)",
	 SET_WITH(source_set_target, struct wish, source)},
	{"output", 'o', "COLUMNS", "columns to print", SET_STRING(struct wish, columns)},
	{"bytes", 'b', NULL, "print sizes in bytes", SET_TRUE(struct wish, bytes)},
	{"noheadings", 'n', NULL, "no headings",
	 SET_TRUE(struct wish, sheet.no_headings)},
	{},
};

static const struct option_column columns[] = {
	[SHOW_NAME] = {"NAME", "node, root bus or PCI function", .tree = true},
	[SHOW_WHAT] = {"WHAT", "what it is or contains"},
	[SHOW_ID] = {"ID", "vendor and device ID"},
	[SHOW_DRIVER] = {"DRIVER", "bound kernel driver"},
	[SHOW_GROUP] = {"GROUP", "IOMMU group"},
	[SHOW_VFS] = {"VFS", "virtual functions, existing and possible"},
	[SHOW_LINK] = {"LINK", "current data rate of the link"},
	[SHOW_DEVICES] = {"DEVICES", "the kernel's names for it"},
	[SHOW_MODEL] = {"MODEL",
			"vendor and model, from this machine's list of PCI names",
			.hidden = true},
	{},
};

static void wish_free(struct wish *wish)
{
	source_options_free(&wish->source);
	sheet_free(&wish->sheet);
}

/* Without -o, columns that would be empty are left out. */
static void choose_filled(struct sheet *sheet, const struct show_rows *tree)
{
	for (size_t column = 0; column < SHOW_COLUMNS; column++) {
		bool filled = false;

		for (size_t i = 0; i < tree->n; i++) {
			const char *cell = tree->v[i].cells[column];

			filled |= cell && *cell;
		}
		if (filled && !sheet->columns[column].hidden)
			*vec_add(&sheet->chosen) = column;
	}
}

/* Names come from a list that may not be installed, so they are only shown on request. */
static void name_models(const struct machine *machine, const struct sheet *sheet,
			struct show_rows *tree)
{
	bool wanted = false;

	for (size_t i = 0; i < sheet->chosen.n; i++)
		wanted |= sheet->chosen.v[i] == SHOW_MODEL;
	for (size_t i = 0; wanted && i < tree->n; i++) {
		struct text name = {};

		if (tree->v[i].function >= 0 &&
		    text_add_pci_name(&name, &machine->functions.v[tree->v[i].function]))
			tree->v[i].cells[SHOW_MODEL] = text_take(&name);
	}
}

static int add_tree(struct text *text, const struct machine *machine, struct wish *wish,
		    struct error *error)
{
	_cleanup_show_rows_ struct show_rows tree = {};

	show_tree(machine, wish->bytes, &tree);
	if (wish->sheet.chosen.n == 0)
		choose_filled(&wish->sheet, &tree);
	name_models(machine, &wish->sheet, &tree);
	for (size_t i = 0; i < tree.n; i++) {
		sheet_row_below(&wish->sheet, tree.v[i].parent);
		for (size_t j = 0; j < SHOW_COLUMNS; j++)
			if (tree.v[i].cells[j])
				sheet_set(&wish->sheet, j, "%s", tree.v[i].cells[j]);
	}
	return text_add_sheet(text, &wish->sheet, error);
}

static void draw(struct text *text, const struct machine *machine, const char *name)
{
	struct picture_options options = {.title = picture_title(name),
					  .parts.name = text_add_pci_model};

	text_add_machine_svg(text, machine, &options);
}

static int show(const struct machine *machine, const char *name, struct wish *wish,
		struct error *error)
{
	_cleanup_text_ struct text text = {};
	struct jsonw json = {.out = &text};

	if (wish->svg) {
		draw(&text, machine, name);
	} else if (wish->as_matrix) {
		wish->matrix.columns = wish->columns;
		wish->matrix.json = wish->json;
		wish->matrix.no_headings = wish->sheet.no_headings;
		if (text_add_matrix(&text, machine, &wish->matrix, error) < 0)
			return -1;
	} else if (wish->json)
		jsonw_machine(&json, machine);
	else if (add_tree(&text, machine, wish, error) < 0)
		return -1;
	return file_write(wish->svg, text.n ? text.s : "", text.n, error);
}

static int read_machine(const struct wish *wish, const char *name, struct machine *ret,
			struct error *error)
{
	_cleanup_document_ struct document domain = {};

	if (connect_check(&wish->connect, error) < 0)
		return -1;
	if (!connect_wanted(&wish->connect))
		return source_read(name ? name : "live", &wish->source, ret, error);
	if (!name)
		return error_input(error, "--connect needs the name of a domain");
	if (connect_read_document(&wish->connect, name, &domain, error) < 0)
		return -1;
	return source_read_domain(&domain, &wish->source, ret, error);
}

/* Options that exclude or need each other; and --output, whose table depends on them. */
static int settle(struct wish *wish, struct error *error)
{
	static const struct option_row output = {.name = "output"};

	if (wish->svg && (wish->json || wish->as_matrix))
		return error_input(error, "--svg and --%s are mutually exclusive",
				   wish->json ? "json" : "matrix");
	if (wish->matrix.classes && !wish->as_matrix)
		return error_input(error, "--class needs --matrix");
	if (wish->columns && !wish->as_matrix)
		return sheet_set_columns(&wish->sheet, &output, wish->columns, error);
	return 0;
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {.sheet.columns = columns};
	_cleanup_machine_ struct machine machine = {};

	if (options_set(options, &wish, 0, 1, error) < 0)
		return -1;
	if (settle(&wish, error) < 0)
		return -1;
	if (source_find_target(&wish.source, error) < 0 ||
	    read_machine(&wish, options->n_args ? options->args[0] : NULL, &machine,
			 error) < 0)
		return -1;
	source_show_complaints(&machine);
	return show(&machine, options->n_args ? options->args[0] : NULL, &wish, error) < 0
		       ? -1
		       : STATUS_OK;
}

const struct command topology_command = {
	.name = "topology",
	.args = "[SOURCE]",
	.summary = "Show a machine: NUMA nodes, root buses, devices, IOMMU groups",
	.about =
		"Shows for each node its CPUs, memory, huge pages, distances and devices, and\nseparately the devices whose node is unknown. SOURCE defaults to live. With\n--connect, SOURCE is the name, UUID or id of a domain of libvirt.\n" MATRIX_COLUMNS_HELP
		"\n" SOURCE_HELP,
	.rows = rows,
	.run = run,
	.columns = columns,
};
