/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* record.c - `record`: one file with all that plan and check need of a machine. */
#include "commands/commands.h"

#include "base/file.h"
#include "commands/source.h"
#include "topology/record.h"

enum { OUTPUT, IDENTIFY, LOCALITY };

static const struct option_row rows[] = {
	[OUTPUT] = {"output", 'o', "FILE", "write there and not to standard output"},
	[IDENTIFY] =
		{"identify", 0, NULL,
		 "keep what tells this host from others: MAC addresses in names, all of the kernel's command line"},
	[LOCALITY] = {"locality", 0, "RANGE=NODE",
		      "root buses, as 0000:80-ff, that firmware gave no node; repeat"},
	{},
};

static int run(int argc, char *argv[], struct error *error)
{
	_cleanup_(file_origin_free) struct file_origin origin = {};
	_cleanup_(source_options_free) struct source_options source = {.facts = true,
								       .origin = &origin};
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};
	struct options options = options_begin(&record_command, argc, argv);
	const char *output = NULL;
	int row;

	while ((row = options_next(&options, error)) >= 0) {
		if (row == OUTPUT)
			output = options.value;
		source.identify |= row == IDENTIFY;
		if (row == LOCALITY &&
		    source_add_locality(&source, options.value, error) < 0)
			return -1;
	}
	if (row == OPTIONS_FAULT || options_need(&options, 0, 1, error) < 0)
		return -1;
	if (source_read(options.n_args ? options.args[0] : "live", &source, &machine,
			error) < 0)
		return -1;
	source_show_complaints(&machine);
	text_add_record(&text, &machine);
	return file_replace(output, &origin, text.s, text.n, error) < 0 ? -1 : STATUS_OK;
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
