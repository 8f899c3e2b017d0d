/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* record.c - `record`: one file with all that plan and check need of a machine. */
#include "commands/commands.h"

#include "base/file.h"
#include "commands/source.h"
#include "topology/record.h"

struct wish {
	struct source_options source;
	const char *output;
};

static const struct option_row rows[] = {
	{"output", 'o', "FILE", "write there and not to standard output",
	 SET_FILE(struct wish, output)},
	{"identify", 0, NULL,
	 "keep what tells this host from others: MAC addresses in names, all of the kernel's command line",
	 SET_TRUE(struct wish, source.identify)},
	{"locality", 0, "RANGE=NODE",
	 "root buses, as 0000:80-ff, that firmware gave no node; repeat",
	 SET_WITH(source_set_locality, struct wish, source)},
	{},
};

static void wish_free(struct wish *wish)
{
	source_options_free(&wish->source);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {.source = {.facts = true}};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	if (options_set(options, &wish, 0, 1, error) < 0 ||
	    source_read(options->n_args ? options->args[0] : "live", &wish.source,
			&machine, error) < 0)
		return -1;
	source_show_complaints(&machine);
	text_add_record(&text, &machine);
	return file_write(wish.output, text.s, text.n, error) < 0 ? -1 : STATUS_OK;
}

const struct command record_command = {
	.name = "record",
	.args = "[SOURCE]",
	.summary = "Print a machine as one file to plan for and check against elsewhere",
	.about =
		"The file holds the machine with what lstopo leaves out (nodes of devices,\n"
		"IOMMU groups, drivers, virtual functions, BARs), the facts that check asks\n"
		"of a host, each a value or why it is unknown, and the small sysfs files as\n"
		"they were. No time, host name, serial number or MAC address stands in it\n"
		"without --identify. SOURCE defaults to live.\n"
		"\n" SOURCE_HELP,
	.rows = rows,
	.run = run,
};
