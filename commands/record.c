/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.c - `record`: one file with everything that plan and check need to know about a
 * machine.
 */
#include "commands/commands.h"

#include "base/file.h"
#include "commands/source.h"
#include "topology/record.h"

struct wish {
	struct source_options source;
	const char *output;
};

static const struct option_row rows[] = {
	{"output", 'o', "FILE", "write to FILE instead of standard output",
	 SET_FILE(struct wish, output)},
	{"identify", 0, NULL,
	 "keep what identifies this host: MAC addresses in names, the whole kernel command line",
	 SET_TRUE(struct wish, source.identify)},
	{"locality", 0, "BUSES=NODE",
	 "NUMA node of root buses whose node the firmware does not report, for example 0000:80-ff=1; can be repeated",
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
	.summary = "Print a machine as one file, for planning and checking elsewhere",
	.about =
		"The file contains the topology of the machine, what lstopo leaves out (nodes of\ndevices, IOMMU groups, drivers, virtual functions, BARs), the facts that check\nneeds about a host, each with its value or the reason why it is unknown, and\ncopies of the small sysfs files. It contains no time and, without --identify, no\nhost name, serial number or MAC address. SOURCE defaults to live.\n\n" SOURCE_HELP,
	.rows = rows,
	.run = run,
};
