/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run-main.c - the command line of virt-layout-run; run.h describes what it does. */
#include "planner/boot/run.h"

#include "base/mem.h"
#include "base/option.h"
#include "base/streams.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

struct wish {
	struct run run;
	struct run_read read;
	bool as_root;
};

static int set_seconds(void *target, const struct option_row *row, const char *word,
		       struct error *error)
{
	double *to = target, value;
	char *end;

	value = strtod(word, &end);
	if (end == word || *end || !(value > 0) || value > 1e6)
		return option_error(error, row->name, word, "not a number of seconds");
	*to = value;
	return 0;
}

static int set_fd(void *target, const struct option_row *row, const char *word,
		  struct error *error)
{
	int *to = target;
	uint32_t fd;

	if (!parse_u32(word, &fd) || fd > INT_MAX || fcntl((int)fd, F_GETFD) < 0)
		return error_input(error, "--%s %s: not an open descriptor", row->name,
				   word);
	fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	*to = (int)fd;
	return 0;
}

static const struct option_row rows[] = {
	{"time-limit", 0, "SECONDS", "stop a domain that runs longer",
	 SET_WITH(set_seconds, struct wish, run.time_limit_s)},
	{"remove", 0, NULL, "always remove ROOT at the end",
	 SET_TRUE(struct wish, run.remove)},
	{"as-root", 0, NULL, "run as root, in the host's namespaces",
	 SET_TRUE(struct wish, as_root)},
	{"emulator", 0, "PATH",
	 "path of the emulator in the domain, which must stay visible in ROOT's namespace",
	 SET_STRING(struct wish, run.emulator)},
	{"capabilities-fd", 0, "N", "memfd that takes the capabilities of a QEMU",
	 SET_WITH(set_fd, struct wish, run.capabilities_fd)},
	{"capabilities-of", 0, "PATH", "that QEMU",
	 SET_STRING(struct wish, run.capabilities_of)},
	{"inactive", 0, NULL, "xml: the configuration at the next start",
	 SET_TRUE(struct wish, read.inactive)},
	{"all", 0, NULL, "xml: all domains", SET_TRUE(struct wish, read.all)},
	{"paused", 0, NULL, "never let the guest's CPUs run",
	 SET_TRUE(struct wish, run.paused)},
	{},
};

static const struct command command = {
	.name = "virt-layout-run",
	.args = "check|dump|argv|run ROOT DOMAIN.xml... | xml URI [NAME...]",
	.summary = "Ask libvirt's embedded QEMU driver about domains, or run one",
	.about =
		"check  accepted, or libvirt's reason, for each file\n"
		"dump   the domain as libvirt gives it back, addresses assigned\n"
		"argv   QEMU's command line\n"
		"run    start one domain; its serial line (a Unix socket, ROOT/serial) is\n"
		"       standard input and output; the end of standard input ends it\n"
		"xml    domains of the libvirt daemon at URI, over a read-only connection: name,\n"
		"       NUL, XML, NUL for each\n"
		"ROOT is private to the driver; it is removed if the run created it.\n"
		"If root starts it, \"run\" gives up all privileges before it opens libvirt, and\n"
		"the domain's ROOT is ROOT/" RUN_INSIDE ".\n"
		"Exit: 0 accepted or ended, 1 refused, 2 usage, 3 environment, 4 time limit,\n"
		"5 QEMU was killed or crashed, 6 root's privilege cannot be given up,\n"
		"7 QEMU did not start in time",
	.rows = rows,
};

static int show_help(void)
{
	_cleanup_text_ struct text help = {};

	text_add_help(&help, command.name, &command);
	fputs(help.s, stdout);
	return RUN_OK;
}

static int read_domains(const struct options *options, struct run_read *read,
			struct error *error)
{
	read->uri = options->args[1];
	read->names = options->args + 2;
	read->n_names = options->n_args - 2;
	return run_read(read, error) < 0 ? -1 : RUN_OK;
}

static int run_command_line(int argc, char *argv[], struct error *error)
{
	_cleanup_options_ struct options options = options_parse(&command, argc, argv);
	struct wish wish = {.run.capabilities_fd = -1};
	struct run run;
	int status;

	if (options.help)
		return show_help();
	if (options_set(&options, &wish, 2, 100000, error) < 0)
		return -1;
	if (streq(options.args[0], "xml"))
		return read_domains(&options, &wish.read, error);
	if (options_need(&options, 3, 100000, error) < 0)
		return -1;
	run = wish.run;
	run.mode = options.args[0];
	run.files = options.args + 2;
	run.n_files = options.n_args - 2;
	if (streq(run.mode, "run") && run.n_files != 1)
		return error_input(error, "run takes one domain");
	run.confined = streq(run.mode, "run") && geteuid() == 0 && !wish.as_root;
	run.root = xstrdup(options.args[1]);
	status = run_root_make(&run, error);
	if (status == 0)
		status = run_supervise(&run, error);
	free(run.file);
	free(run.work);
	free(run.root);
	return status;
}

int main(int argc, char *argv[])
{
	_cleanup_error_ struct error error = {};
	int status;

	streams_occupy();
	/*
	 * If SIGCHLD is ignored, as a caller may leave it, the end of a child cannot be
	 * detected.
	 */
	signal(SIGCHLD, SIG_DFL);
	status = run_command_line(argc, argv, &error);
	if (status >= 0 && streams_flush(&error) < 0)
		status = -1;
	if (status < 0) {
		streams_say_as(command.name, "%s", error.message);
		status = (int)error.status;
	}
	return status;
}
