/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot.c - `boot`: starts a copy of a domain with a tiny initrd, and compares what its
 * kernel sees with the domain.
 */
#include "commands/commands.h"

#include "commands/boot-options.h"
#include "commands/boot-sighting.h"
#include "commands/boot-tables.h"
#include "commands/boot-words.h"
#include "commands/installed.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/boot.h"
#include "planner/boot/run.h"
#include "commands/verdict.h"
#include "planner/guest/predict/predict.h"
#include "topology/record.h"

#include <stdio.h>
#include <stdlib.h>

static int write_initrd(struct boot_wish *wish, struct error *error)
{
	_cleanup_text_ struct text initrd = {};

	if (boot_find_kernel(wish, error) < 0 ||
	    boot_unpack_kernel(&wish->request, &wish->package, error) < 0 ||
	    boot_make_initrd(&wish->request, &initrd, error) < 0)
		return -1;
	return file_write(wish->output, initrd.s, initrd.n, error);
}

static int print_xml(const struct boot_wish *wish, const struct document *domain,
		     struct error *error)
{
	_cleanup_(substitutions_free) struct substitutions substitutions = {};
	_cleanup_text_ struct text xml = {}, words = {};
	enum boot_stop stop = wish->request.stop_after;
	_cleanup_free_ char *kernel =
		wish->request.kernel ? realpath(wish->request.kernel, NULL) : NULL;
	struct prepare_options options = {
		.accel = wish->request.accel == ACCEL_KVM ? ACCEL_KVM : ACCEL_TCG,
		.nested = wish->request.assign == ASSIGN_NESTED,
		.root = "/ROOT",
		.kernel = boot_kernel_is_packed(&wish->request) ? "/ROOT/kernel"
			  : kernel                              ? kernel
								: wish->request.kernel,
		.initrd = stop == STOP_AFTER_KERNEL ? "/ROOT/initrd" : NULL,
		.paused = stop == STOP_AFTER_TABLES,
		.emulator = wish->request.emulator,
		.append = wish->request.append,
		.plain = wish->request.plain,
	};

	if (prepare_domain(domain, &options, &xml, &substitutions, error) < 0)
		return -1;
	fwrite(xml.s, 1, xml.n, stdout);
	text_add_substitutions(&words, &substitutions);
	fputs(words.s ? words.s : "", stderr);
	return 0;
}

/* With the addresses that the libvirt which runs the guest chooses. */
static int predict_here(const struct document *domain, struct machine *ret,
			struct error *error)
{
	const struct target_wish wish = {.given.libvirt = installed_libvirt()};

	return predict_document(domain, &wish, ret, error);
}

/* The machine that the domain describes, with the addresses that libvirt assigned. */
static int predict_booted(const struct document *domain, const struct boot_result *result,
			  struct machine *ret, struct error *error)
{
	_cleanup_document_ struct document booted = {};
	bool live = result->booted.n > 0;

	if (live && document_parse(domain->name, result->booted.s, result->booted.n,
				   &booted, error) < 0)
		return -1;
	return predict_here(live ? &booted : domain, ret, error);
}

/*
 * What to bind in the guest. An arm64 kernel puts a function into a group only when a
 * driver binds it, so there it is always done.
 */
static int choose_assignable(struct boot_wish *wish, const struct document *domain,
			     struct error *error)
{
	_cleanup_machine_ struct machine planned = {};

	if (wish->request.stop_after != STOP_AFTER_KERNEL)
		return 0;
	if (wish->request.assign == ASSIGN_NO &&
	    streq(domain_architecture(domain), "aarch64"))
		wish->request.assign = ASSIGN_BIND;
	if (wish->request.assign == ASSIGN_NO)
		return 0;
	if (predict_here(domain, &planned, error) < 0)
		return -1;
	assignable_choose(&planned, &wish->request.assign_to);
	return 0;
}

/* The agent's record, with --record, if it is complete. */
static int keep_record(const struct boot_wish *wish, const struct boot_result *result,
		       struct error *error)
{
	const struct text *record = &result->serial.record;

	if (!wish->record || !result->serial.has_record ||
	    wish->request.stop_after != STOP_AFTER_KERNEL)
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
		error->status = STATUS_SYSTEM; /* not a problem of the user's files */
		return -1;
	}
	return 0;
}

/* From ACPI tables, or from everything that the firmware set up. */
static int judge_without_kernel(const struct boot_wish *wish,
				const struct document *domain, struct boot_result *result,
				struct error *error)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};
	struct verdict verdict = {.differences = &differences,
				  .substitutions = &result->substitutions,
				  .stopped_after =
					  boot_stop_name(wish->request.stop_after),
				  .booted = result};
	_cleanup_text_ struct text record = {};

	if (predict_booted(domain, result, &expected, error) < 0)
		return -1;
	if (wish->request.stop_after == STOP_AFTER_TABLES)
		boot_compare_tables(&expected, result, domain_architecture(domain),
				    &observed, &differences);
	else if (boot_compare_sighting(&expected, result, domain_architecture(domain),
				       &observed, &differences, error) < 0)
		return -1;
	text_add_record(&record, &observed);
	if (wish->record && file_write(wish->record, record.s, record.n, error) < 0)
		return -1;
	return verdict_print(&verdict, wish->json);
}

static int compare(const struct boot_wish *wish, const struct document *domain,
		   struct boot_result *result, struct error *error)
{
	_cleanup_machine_ struct machine expected = {}, observed = {};
	_cleanup_differences_ struct differences differences = {};
	struct verdict verdict = {.differences = &differences,
				  .substitutions = &result->substitutions,
				  .stopped_after =
					  boot_stop_name(wish->request.stop_after),
				  .booted = result};

	if (predict_booted(domain, result, &expected, error) < 0 ||
	    read_observed(result, &observed, error) < 0)
		return -1;
	compare_machines(&expected, &observed, &(struct compare_options){}, &differences);
	if (wish->request.assign >= ASSIGN_VFIO)
		assignable_add_silent(
			&wish->request.assign_to, wish->request.assign == ASSIGN_NESTED,
			result->run_status == RUN_TIMEOUT
				? "the guest was stopped at the time limit (use --time-limit to extend it)"
				: "the guest ended before the device was tried",
			&result->serial);
	assignable_check_vfs(&wish->request.assign_to, &observed, &result->serial);
	verdict.assigns = &result->serial;
	verdict.complaints = machine_fact(&observed, "kernel.complaints");
	return verdict_print(&verdict, wish->json);
}

/* Why there is nothing to compare, depending on what should have reported. */
static const char *no_answer(const struct boot_request *request,
			     const struct boot_result *result)
{
	switch (request->stop_after) {
	case STOP_AFTER_KERNEL:
		return result->serial.fault;
	case STOP_AFTER_TABLES:
		return result->tables.fault
			       ? result->tables.fault
			       : "QEMU did not answer when asked for the guest's tables";
	case STOP_AFTER_FIRMWARE:
		break;
	}
	return result->serial.started
		       ? result->serial.fault
		       : "the firmware did not start virt-layout's reporting program";
}

/* A guest that reported nothing is a fact about the domain, unless we caused it. */
static int explain_failure(const struct boot_wish *wish, const struct boot_result *result,
			   struct error *error)
{
	_cleanup_text_ struct text words = {};
	struct verdict verdict = {.substitutions = &result->substitutions,
				  .stopped_after =
					  boot_stop_name(wish->request.stop_after),
				  .booted = result};
	bool refused = result->run_status == RUN_REFUSED;

	if (keep_record(wish, result, error) < 0)
		return -1;
	text_adds(
		&words,
		refused ? "libvirt refused the domain"
		: result->run_status == RUN_TIMEOUT
			? "the guest was stopped at the time limit (use --time-limit to extend it)"
			: "the guest ended");
	if (!refused)
		text_printf(&words, "; %s", no_answer(&wish->request, result));
	if (wish->record && wish->request.stop_after == STOP_AFTER_KERNEL &&
	    result->serial.has_record)
		text_printf(&words,
			    "\n  the record was complete before that: it is in %s",
			    wish->record);
	text_add_last_words(&words, wish->request.stop_after, result);
	if (result->run_status == RUN_INPUT || result->run_status == RUN_SYSTEM ||
	    result->run_status == RUN_CRASHED) {
		_cleanup_free_ char *line = boot_on_one_line(words.s);

		return error_system(error, 0, "%s", line);
	}
	verdict.failure_kind = refused ? "refused" : "no-report";
	verdict.failure = words.s;
	return verdict_print(&verdict, wish->json);
}

/* libvirt's message, on one line. The caller frees it. */
static char *reason_of(const struct boot_result *result)
{
	char *reason = boot_on_one_line(result->messages.s ? result->messages.s : "");

	while (has_suffix(reason, ";") || has_suffix(reason, " "))
		reason[strlen(reason) - 1] = '\0';
	return reason;
}

/* Failures of a run in which no guest started, for reasons other than the domain. */
static int judge_start(const struct boot_result *result, struct error *error)
{
	_cleanup_free_ char *reason = reason_of(result);

	if (result->run_status == RUN_UNCONFINED)
		return error_system(
			error, 0,
			"QEMU cannot be isolated from this host: %s; run boot as an ordinary user, or use --as-root to run libvirt and QEMU as root, unconfined",
			reason);
	if (result->run_status == RUN_HUNG)
		return error_system(error, 0, "%s", reason);
	return 0;
}

/*
 * Messages of libvirt (9.0 to 11) about a QEMU that does not exist
 * (qemuDomainDefPostParse, virQEMUCapsCacheLookup) or is not QEMU (qemuProcessQMPLaunch,
 * qemuProcessQMPInit).
 */
static int judge_emulator(const struct boot_wish *wish, const char *arch,
			  const struct boot_result *result, struct error *error)
{
	static const char *const no_qemu[] = {"Failed to read pidfile",
					      "Failed to start QEMU binary",
					      "Failed to probe QEMU binary",
					      "Unable to probe"};
	const char *messages = result->messages.s ? result->messages.s : "";

	if (result->run_status != RUN_REFUSED)
		return 0;
	if (strstr(messages, "No emulator found"))
		return error_system(
			error, 0,
			"libvirt finds no QEMU for %s; install the package that contains qemu-system-%s (in Debian qemu-system-%s), or use --emulator",
			arch, arch, streq(arch, "aarch64") ? "arm" : "x86");
	for (size_t i = 0; i < ARRAY_SIZE(no_qemu) && wish->emulator; i++)
		if (strstr(messages, no_qemu[i])) {
			_cleanup_free_ char *reason = reason_of(result);
			const char *file = strstr(reason, "/domain.xml: ");

			return error_input(
				error, "--emulator %s: libvirt cannot use it as QEMU: %s",
				wish->emulator,
				file ? file + strlen("/domain.xml: ") : reason);
		}
	return 0;
}

static bool has_answer(const struct boot_request *request,
		       const struct boot_result *result)
{
	if (request->stop_after == STOP_AFTER_TABLES)
		return result->tables.done && !result->tables.fault;
	return result->serial.has_record && !result->serial.fault;
}

/* What runs in the guest, which depends on its architecture. */
static int find_programs(struct boot_wish *wish, const char *arch, struct error *error)
{
	switch (wish->request.stop_after) {
	case STOP_AFTER_KERNEL:
		return boot_find_agent(wish, arch, error);
	case STOP_AFTER_FIRMWARE:
		return boot_find_payload(wish, arch, error);
	case STOP_AFTER_TABLES:
		break;
	}
	return 0;
}

/* Unpacks the kernel if it is in a package, and checks it before anything starts. */
static int take_kernel(struct boot_wish *wish, const char *arch, struct error *error)
{
	if (boot_unpack_kernel(&wish->request, &wish->package, error) < 0)
		return -1;
	if (wish->request.stop_after != STOP_AFTER_KERNEL || wish->package.kernel)
		return 0;
	if (kernel_check(wish->request.kernel, arch, error) < 0)
		return option_wrap(error, "kernel", wish->request.kernel);
	return 0;
}

static int boot(struct boot_wish *wish, struct error *error)
{
	_cleanup_document_ struct document domain = {};
	_cleanup_boot_result_ struct boot_result result = {};
	double began_s, unpacked_s;

	if (connect_read_document(&wish->connect, wish->domain, &domain, error) < 0)
		return -1;
	if (wish->print_xml) {
		if (wish->request.stop_after == STOP_AFTER_FIRMWARE &&
		    boot_find_payload(wish, domain_architecture(&domain), error) < 0)
			return -1;
		return print_xml(wish, &domain, error);
	}
	if (boot_find_kernel(wish, error) < 0 || boot_find_run(wish, error) < 0 ||
	    find_programs(wish, domain_architecture(&domain), error) < 0 ||
	    choose_assignable(wish, &domain, error) < 0)
		return -1;
	began_s = run_clock_s();
	if (take_kernel(wish, domain_architecture(&domain), error) < 0)
		return -1;
	unpacked_s = wish->package.directory ? run_clock_s() - began_s : 0;
	if (boot_domain(&wish->request, &domain, &result, error) < 0)
		return -1;
	result.times.unpacked_s = unpacked_s;
	if (result.interrupted)
		return error_system(error, 0, "interrupted; the guest was stopped");
	if (judge_start(&result, error) < 0 ||
	    judge_emulator(wish, domain_architecture(&domain), &result, error) < 0)
		return -1;
	boot_tell(&result);
	if (!has_answer(&wish->request, &result))
		return explain_failure(wish, &result, error);
	if (keep_record(wish, &result, error) < 0)
		return -1;
	if (wish->request.stop_after != STOP_AFTER_KERNEL)
		return judge_without_kernel(wish, &domain, &result, error);
	return compare(wish, &domain, &result, error);
}

static int run(const struct options *options, struct error *error)
{
	_cleanup_(boot_wish_free) struct boot_wish wish = {};

	if (boot_read_options(options, &wish, error) < 0)
		return -1;
	return wish.initrd_only ? write_initrd(&wish, error) : boot(&wish, error);
}

const struct command boot_command = {
	.name = "boot",
	.args = "DOMAIN",
	.summary = "Boot a copy of a domain and compare what its kernel sees",
	.about =
		"Starts a copy of the domain under libvirt's embedded QEMU driver with a tiny\ninitrd, which reports the nodes, CPUs, buses, devices and IOMMU groups that\nthe guest's kernel sees, and compares the report with what the domain promises.\nNo daemon, disk, network or device of this host is touched. DOMAIN is a file,\nor with --connect the name, UUID or id of a domain of libvirt, which is only read.",
	.rows = boot_rows,
	.run = run,
};
