/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot.c - `boot`: a copy of a domain, started with a tiny initrd, and what its kernel
 * sees held against what the domain says.
 */
#include "commands/commands.h"

#include "commands/boot-words.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/boot.h"
#include "planner/boot/run.h"
#include "commands/libexec.h"
#include "commands/verdict.h"
#include "planner/guest/predict/predict.h"
#include "topology/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { USUAL_LIMIT_S = 300, SHELL_LIMIT_S = 86400 };

struct wish {
	struct boot_request request;
	const char *domain, *output, *record;
	bool print_xml, json, initrd_only, compress_given;
	char *kernel, *agent, *run, *emulator; /* owned */
	struct boot_package package;
};

static void wish_free(struct wish *wish)
{
	vec_free(&wish->request.copies);
	vec_free(&wish->request.kmods);
	vec_free(&wish->request.assign_to.list);
	free(wish->kernel);
	free(wish->agent);
	free(wish->run);
	free(wish->emulator);
	boot_package_free(&wish->package);
}

static int set_time_limit(void *target, const struct option_row *row, const char *value,
			  struct error *error)
{
	double *to = target;
	uint32_t seconds;

	if (!parse_u32(value, &seconds) || seconds == 0 || seconds > 86400)
		return error_input(error,
				   "--%s=%s is no number of seconds from 1 to 86400",
				   row->name, value);
	*to = seconds;
	return 0;
}

/* The domain's own <emulator> is never run, so this is the only way to choose one. */
static int set_emulator(void *target, const struct option_row *row, const char *path,
			struct error *error)
{
	_cleanup_free_ char *here = *path == '/' ? xstrdup("") : getcwd(NULL, 0);
	struct wish *wish = target;
	struct stat st;

	if (stat(path, &st) < 0)
		return error_input(error, "--%s %s: %s", row->name, path,
				   strerror(errno));
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return error_input(error, "--%s %s: not a program that can be run",
				   row->name, path);
	if (!here)
		return error_system(error, errno, "the current directory");
	free(wish->emulator);
	wish->emulator = xasprintf("%s%s%s", here, *path == '/' ? "" : "/", path);
	wish->request.emulator = wish->emulator;
	return 0;
}

static int set_compress(void *target, const struct option_row *row, const char *value,
			struct error *error)
{
	struct wish *wish = target;

	(void)row;
	(void)error;
	wish->compress_given = true;
	wish->request.compression = streq(value, "gzip")   ? INITRD_GZIP
				    : streq(value, "zstd") ? INITRD_ZSTD
							   : INITRD_PLAIN;
	return 0;
}

static int set_assign(void *target, const struct option_row *row, const char *value,
		      struct error *error)
{
	enum assign_mode *to = target;

	(void)row;
	(void)error;
	*to = value && streq(value, "nested") ? ASSIGN_NESTED : ASSIGN_VFIO;
	return 0;
}

static const struct option_row rows[] = {
	{"kernel", 'k', "FILE", "kernel, or its package (default: the running one)",
	 SET_FILE(struct wish, request.kernel)},
	{"modules", 'm', "DIR", "its modules, or their package (default: by the kernel)",
	 SET_FILE(struct wish, request.modules)},
	{"accel", 0, "HOW", "auto (default), tcg or kvm", "auto|tcg|kvm",
	 SET_CHOICE(struct wish, request.accel)},
	{"time-limit", 't', "SECONDS",
	 "end the guest then (default 300; with --shell a day)",
	 SET_WITH(set_time_limit, struct wish, request.time_limit_s)},
	{"print-xml", 0, NULL, "print the domain that would be booted",
	 SET_TRUE(struct wish, print_xml)},
	{"json", 'J', NULL, "print JSON", SET_TRUE(struct wish, json)},
	{"initrd-only", 0, NULL, "write the initrd and stop",
	 SET_TRUE(struct wish, initrd_only)},
	{"output", 'o', "FILE", "where --initrd-only writes",
	 SET_FILE(struct wish, output)},
	{"compress", 0, "HOW", "the initrd: gzip (with --initrd-only), zstd, no",
	 "gzip|zstd|no", SET_BY(set_compress)},
	{"shell", 0, NULL, "a busybox shell on the guest's console afterwards",
	 SET_TRUE(struct wish, request.shell)},
	{"copy", 0, "FILE[:PATH]", "take a file along, with its libraries; repeat",
	 SET_LIST(struct wish, request.copies)},
	{"kmod", 0, "NAME", "take a kernel module along and load it; repeat",
	 SET_LIST(struct wish, request.kmods)},
	{"assign", 0, "HOW",
	 "use each assignable device through VFIO in the guest; =nested: from a guest of the guest",
	 "vfio|nested", true, SET_WITH(set_assign, struct wish, request.assign)},
	{"append", 0, "WORDS", "more words for the guest's kernel",
	 SET_STRING(struct wish, request.append)},
	{"record", 0, "FILE", "keep what the guest's kernel saw",
	 SET_FILE(struct wish, record)},
	{"emulator", 0, "PATH", "QEMU to run (default: the one libvirt finds)",
	 SET_BY(set_emulator)},
	{"as-root", 0, NULL, "started by root, do not give up root's privilege",
	 SET_TRUE(struct wish, request.as_root)},
	{},
};

/* The agent for guests of an architecture: ours, or one that was built for another. */
static int find_agent(struct wish *wish, const char *arch, struct error *error)
{
	_cleanup_free_ char *name = xasprintf("virt-layout-init-%s", arch);
	struct utsname names = {};

	uname(&names);
	if (find_libexec(streq(names.machine, arch) ? "virt-layout-init" : name,
			 &wish->agent, error) < 0)
		return -1;
	wish->request.agent = wish->agent;
	return 0;
}

/* What was not said: the running kernel, our own programs. */
static int settle(struct wish *wish, struct error *error)
{
	struct utsname names = {};

	uname(&names);
	if (!wish->request.kernel) {
		wish->kernel = xasprintf("/boot/vmlinuz-%s", names.release);
		wish->request.kernel = wish->kernel;
	}
	/* An initrd without modules is for any kernel. */
	if (wish->print_xml && !wish->initrd_only)
		return 0; /* nothing is started */
	if (access(wish->request.kernel, R_OK) < 0 &&
	    (!wish->initrd_only || !wish->kernel || wish->request.kmods.n > 0 ||
	     wish->request.assign != ASSIGN_NO))
		return error_system(
			error, errno,
			"%s cannot be read; --kernel FILE names another kernel",
			wish->request.kernel);
	if (wish->initrd_only && !wish->compress_given)
		wish->request.compression = INITRD_GZIP;
	if (wish->initrd_only)
		return find_agent(wish, names.machine, error);
	if (find_libexec("virt-layout-run", &wish->run, error) < 0)
		return -1;
	wish->request.run = wish->run;
	wish->request.progress = isatty(STDERR_FILENO);
	return 0;
}

static int read_options(const struct options *options, struct wish *wish,
			struct error *error)
{
	if (options_set_each(options, wish, error) < 0 ||
	    options_need(options, !wish->initrd_only, 1, error) < 0)
		return -1;
	if (wish->initrd_only && options->n_args > 0)
		return error_input(error,
				   "--initrd-only takes no domain; what is \"%s\"?",
				   options->args[0]);
	if (wish->output && !wish->initrd_only)
		return error_input(error, "-o goes with --initrd-only");
	if (wish->request.time_limit_s <= 0)
		wish->request.time_limit_s =
			wish->request.shell ? SHELL_LIMIT_S : USUAL_LIMIT_S;
	wish->domain = options->n_args > 0 ? options->args[0] : NULL;
	return settle(wish, error);
}

static int write_initrd(struct wish *wish, struct error *error)
{
	_cleanup_text_ struct text initrd = {};

	if (boot_unpack_kernel(&wish->request, &wish->package, error) < 0 ||
	    boot_make_initrd(&wish->request, &initrd, error) < 0)
		return -1;
	return file_write(wish->output, initrd.s, initrd.n, error);
}

static int print_xml(const struct wish *wish, const struct document *domain,
		     struct error *error)
{
	_cleanup_(substitutions_free) struct substitutions substitutions = {};
	_cleanup_text_ struct text xml = {}, words = {};
	_cleanup_free_ char *kernel = realpath(wish->request.kernel, NULL);
	struct prepare_options options = {
		.accel = wish->request.accel == ACCEL_KVM ? ACCEL_KVM : ACCEL_TCG,
		.nested = wish->request.assign == ASSIGN_NESTED,
		.root = "/ROOT",
		.kernel = boot_kernel_is_packed(&wish->request) ? "/ROOT/kernel"
			  : kernel                              ? kernel
								: wish->request.kernel,
		.initrd = "/ROOT/initrd",
		.emulator = wish->request.emulator,
		.append = wish->request.append,
	};

	if (prepare_domain(domain, &options, &xml, &substitutions, error) < 0)
		return -1;
	fwrite(xml.s, 1, xml.n, stdout);
	text_add_substitutions(&words, &substitutions);
	fputs(words.s ? words.s : "", stderr);
	return 0;
}

/* The machine that the domain promises, addresses as libvirt gave them. */
static int predict_booted(const struct document *domain, const struct boot_result *result,
			  struct machine *ret, struct error *error)
{
	_cleanup_document_ struct document booted = {};
	bool live = result->booted.n > 0;

	if (live && document_parse(domain->name, result->booted.s, result->booted.n,
				   &booted, error) < 0)
		return -1;
	return predict_document(live ? &booted : domain, ret, error);
}

/*
 * What to bind in the guest. An arm64 kernel puts a function into a group only when a
 * driver binds it, so there it is done in any case.
 */
static int choose_assignable(struct wish *wish, const struct document *domain,
			     struct error *error)
{
	_cleanup_machine_ struct machine planned = {};

	if (wish->request.assign == ASSIGN_NO &&
	    streq(domain_architecture(domain), "aarch64"))
		wish->request.assign = ASSIGN_BIND;
	if (wish->request.assign == ASSIGN_NO)
		return 0;
	if (predict_document(domain, &planned, error) < 0)
		return -1;
	assignable_choose(&planned, &wish->request.assign_to);
	return 0;
}

/* With --record, if it came whole. */
static int keep_record(const struct wish *wish, const struct boot_result *result,
		       struct error *error)
{
	const struct text *record = &result->serial.record;

	if (!wish->record || !result->serial.has_record)
		return 0;
	return file_write(wish->record, record->s, record->n, error);
}

static int read_observed(const struct boot_result *result, struct machine *ret,
			 struct error *error)
{
	const struct text *record = &result->serial.record;
	_cleanup_document_ struct document document = {};

	if (document_parse("the guest's record", record->s, record->n, &document, error) <
		    0 ||
	    record_read(&document, ret, error) < 0) {
		error->status = STATUS_SYSTEM; /* no file of the user's is wrong */
		return -1;
	}
	return 0;
}

static int compare(const struct wish *wish, const struct document *domain,
		   struct boot_result *result, struct error *error)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};
	struct verdict verdict = {.differences = &differences,
				  .substitutions = &result->substitutions,
				  .booted = result};

	if (predict_booted(domain, result, &expected, error) < 0 ||
	    read_observed(result, &observed, error) < 0)
		return -1;
	compare_machines(&expected, &observed, &(struct compare_options){}, &differences);
	if (wish->request.assign >= ASSIGN_VFIO)
		assignable_add_silent(&wish->request.assign_to,
				      wish->request.assign == ASSIGN_NESTED,
				      result->run_status == RUN_TIMEOUT
					      ? "the time limit ended the guest"
					      : "the guest ended before it was tried",
				      &result->serial);
	assignable_check_vfs(&wish->request.assign_to, &observed, &result->serial);
	verdict.assigns = &result->serial;
	verdict.complaints = machine_fact(&observed, "kernel.complaints");
	return verdict_print(&verdict, wish->json);
}

/* A guest that reported nothing is a fact about the domain, unless we were in the way. */
static int explain_failure(const struct wish *wish, const struct boot_result *result,
			   struct error *error)
{
	_cleanup_text_ struct text words = {};
	struct verdict verdict = {.substitutions = &result->substitutions,
				  .booted = result};
	bool refused = result->run_status == RUN_REFUSED;

	if (keep_record(wish, result, error) < 0)
		return -1;
	text_adds(&words, refused ? "libvirt refused the domain"
			  : result->run_status == RUN_TIMEOUT
				  ? "the time limit ended the guest"
				  : "the guest ended");
	if (!refused)
		text_printf(&words, "; %s", result->serial.fault);
	if (wish->record && result->serial.has_record)
		text_printf(&words, "\n  the record came whole before that: it is in %s",
			    wish->record);
	text_add_last_words(&words, result);
	if (result->run_status == RUN_INPUT || result->run_status == RUN_SYSTEM ||
	    result->run_status == RUN_CRASHED) {
		_cleanup_free_ char *line = boot_on_one_line(words.s);

		return error_system(error, 0, "%s", line);
	}
	verdict.failure_kind = refused ? "refused" : "no-report";
	verdict.failure = words.s;
	return verdict_print(&verdict, wish->json);
}

/* Failures of a run in which no guest started, for other reasons than the domain. */
static int judge_start(const struct boot_result *result, struct error *error)
{
	_cleanup_free_ char *reason =
		boot_on_one_line(result->messages.s ? result->messages.s : "");

	while (*reason && (has_suffix(reason, "; ") || has_suffix(reason, ";")))
		reason[strlen(reason) - 1] = '\0';
	if (result->run_status == RUN_UNCONFINED)
		return error_system(
			error, 0,
			"QEMU cannot be kept apart from this host: %s; start boot as an ordinary user, or give --as-root to run libvirt and QEMU as root, unconfined",
			reason);
	if (result->run_status == RUN_HUNG)
		return error_system(error, 0, "%s", reason);
	return 0;
}

static int boot(struct wish *wish, struct error *error)
{
	_cleanup_document_ struct document domain = {};
	_cleanup_boot_result_ struct boot_result result = {};

	if (document_read(wish->domain, &domain, error) < 0)
		return -1;
	if (wish->print_xml)
		return print_xml(wish, &domain, error);
	if (find_agent(wish, domain_architecture(&domain), error) < 0 ||
	    choose_assignable(wish, &domain, error) < 0)
		return -1;
	if (boot_unpack_kernel(&wish->request, &wish->package, error) < 0 ||
	    boot_domain(&wish->request, &domain, &result, error) < 0)
		return -1;
	if (result.interrupted)
		return error_system(error, 0, "interrupted; the guest is gone");
	if (judge_start(&result, error) < 0)
		return -1;
	boot_tell(&result);
	if (!result.serial.has_record || result.serial.fault)
		return explain_failure(wish, &result, error);
	if (keep_record(wish, &result, error) < 0)
		return -1;
	return compare(wish, &domain, &result, error);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(wish_free) struct wish wish = {};

	if (read_options(options, &wish, error) < 0)
		return -1;
	return wish.initrd_only ? write_initrd(&wish, error) : boot(&wish, error);
}

const struct command boot_command = {
	.name = "boot",
	.args = "DOMAIN.xml",
	.summary = "Boot a copy of a domain and compare what its kernel sees",
	.about =
		"Starts a copy of the domain under libvirt's embedded QEMU driver with a\n"
		"tiny initrd, reads from inside the nodes, CPUs, buses, devices and IOMMU\n"
		"groups that its kernel sees, and holds them against what the domain\n"
		"promises. No daemon, disk, network or device of this host is touched.",
	.rows = rows,
	.run = run,
};
