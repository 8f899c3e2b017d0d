/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/commands/commands.h"

#include "base/file.h"
#include "base/size.h"
#include "planner/commands/installed.h"
#include "planner/commands/source.h"
#include "planner/expect.h"
#include "planner/mirror.h"
#include "planner/plan.h"
#include "planner/predict.h"
#include "planner/request-file.h"
#include "planner/show-prediction.h"

#include <assert.h>
#include <stdio.h>

/* Everything that the flags say; the request is filled as they come. */
struct flags {
	struct request request;
	struct mirror_options mirror;
	struct source_options source;
	const char *like, *output;
	bool predict, expect, installed;
};

static void set_string(char **string, const char *value)
{
	free(*string);
	*string = xstrdup(value);
}

static int take_size(const char *option, const char *value, uint64_t *ret_bytes,
		     struct error *error)
{
	enum size_answer answer = size_parse(value, false, 0, ret_bytes);

	if (answer == SIZE_OK)
		return 0;
	return error_input(error, "--%s=%s %s", option, value, size_answer_text(answer));
}

static int take_count(const char *option, const char *value, int *ret,
		      struct error *error)
{
	if (parse_int(value, ret) && *ret >= 0)
		return 0;
	return error_input(error, "--%s=%s is no number from 0", option, value);
}

static int flag_node(struct flags *flags, const char *value, struct error *error)
{
	return request_add_node(&flags->request, value, error);
}

static int flag_device(struct flags *flags, const char *value, struct error *error)
{
	return request_add_device(&flags->request, value, error);
}

static int flag_like(struct flags *flags, const char *value, struct error *error)
{
	(void)error;
	flags->like = value;
	return 0;
}

static int flag_output(struct flags *flags, const char *value, struct error *error)
{
	(void)error;
	flags->output = value;
	return 0;
}

static int flag_locality(struct flags *flags, const char *value, struct error *error)
{
	return source_add_locality(&flags->source, value, error);
}

static int flag_cpus(struct flags *flags, const char *value, struct error *error)
{
	int count;

	if (take_count("cpus-per-node", value, &count, error) < 0)
		return -1;
	if (count == 0)
		return error_input(error, "--cpus-per-node=0: give each node one or more");
	flags->mirror.cpus_per_node = (unsigned)count;
	return 0;
}

static int flag_memory(struct flags *flags, const char *value, struct error *error)
{
	if (take_size("memory-per-node", value, &flags->mirror.memory_per_node_bytes,
		      error) < 0)
		return -1;
	if (flags->mirror.memory_per_node_bytes < UINT64_C(1) << 20)
		return error_input(error, "--memory-per-node=%s: QEMU needs 1 MiB or more",
				   value);
	return 0;
}

static int flag_per(struct flags *flags, const char *value, struct error *error)
{
	(void)error;
	flags->request.per = streq(value, "node") ? PER_NODE : PER_ROOT_COMPLEX;
	return 0;
}

static int flag_spare(struct flags *flags, const char *value, struct error *error)
{
	return take_count("spare-ports", value, &flags->request.spare_ports, error);
}

static int flag_general(struct flags *flags, const char *value, struct error *error)
{
	return take_count("general-ports", value, &flags->request.general_ports, error);
}

static int flag_target(struct flags *flags, const char *value, struct error *error)
{
	flags->installed = streq(value, "installed");
	if (flags->installed)
		return 0;
	return target_parse(value, &flags->request.target, error);
}

static int flag_firmware(struct flags *flags, const char *value, struct error *error)
{
	(void)error;
	flags->request.firmware = streq(value, "bios")	? FIRMWARE_BIOS
				  : streq(value, "efi") ? FIRMWARE_EFI
							: FIRMWARE_EFI_SECURE;
	return 0;
}

static int flag_backend(struct flags *flags, const char *value, struct error *error)
{
	(void)error;
	flags->request.backend = streq(value, "user")	 ? BACKEND_USER
				 : streq(value, "passt") ? BACKEND_PASST
							 : BACKEND_MCAST;
	return 0;
}

static int flag_hugepages(struct flags *flags, const char *value, struct error *error)
{
	uint64_t *size_bytes = &flags->request.hugepage_bytes;

	if (take_size("hugepages", value, size_bytes, error) < 0)
		return -1;
	if (*size_bytes < 65536 || (*size_bytes & (*size_bytes - 1)) != 0)
		return error_input(error,
				   "--hugepages=%s: sizes are powers of two, such as 2MiB "
				   "and 1GiB", value);
	return 0;
}

static int flag_hmat(struct flags *flags, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	flags->request.hmat = true;
	return 0;
}

static int flag_predict(struct flags *flags, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	flags->predict = true;
	return 0;
}

static int flag_mgmt(struct flags *flags, const char *value, struct error *error)
{
	if (!streq(value, "user") &&
	    (!has_prefix(value, "network=") || !value[strlen("network=")]))
		return error_input(error, "--mgmt=%s: write user, or network=NAME", value);
	set_string(&flags->request.mgmt, value);
	return 0;
}

/* A domain's name is also a file name for libvirt (domain_conf.c, no '/' or newline). */
static int flag_name(struct flags *flags, const char *value, struct error *error)
{
	if (!*value || strpbrk(value, "/\n"))
		return error_input(error, "--name=%s: a domain's name has no / or line end",
				   value);
	set_string(&flags->request.name, value);
	return 0;
}

static int flag_emit(struct flags *flags, const char *value, struct error *error)
{
	(void)error;
	flags->expect = streq(value, "expect");
	return 0;
}

#define STRING_FLAG(name_, field)                                                        \
	static int name_(struct flags *flags, const char *value, struct error *error)    \
	{                                                                                \
		(void)error;                                                             \
		set_string(&flags->request.field, value);                                \
		return 0;                                                                \
	}
STRING_FLAG(flag_iommu, iommu)
STRING_FLAG(flag_type, type)
STRING_FLAG(flag_machine, machine)
STRING_FLAG(flag_arch, architecture)
STRING_FLAG(flag_cpu, cpu)
STRING_FLAG(flag_disk, disk)
STRING_FLAG(flag_cdrom, cdrom)

/* One row per option: what --help shows, and what takes the value. */
static const struct option_row rows[] = {
	{ .name = "node", .arg = "vcpus=N,memory=SIZE",
	  .help = "one guest NUMA node; repeat; cpulist=0-3 names the vCPUs" },
	{ .name = "device", .arg = "KIND,node=N|per-node=N[,count=N]",
	  .help = "devices; also vfs=N, iommu-group=own|shared; repeat" },
	{ .name = "nic", .arg = "KIND,...", .help = "the same as --device" },
	{ .name = "like", .arg = "SOURCE", .help = "mirror that machine" },
	{ .name = "locality", .arg = "BUSES=NODE",
	  .help = "0000:80-ff=1: the node of root buses that firmware left out" },
	{ .name = "cpus-per-node", .arg = "N", .help = "shrink a mirrored node to N CPUs" },
	{ .name = "memory-per-node", .arg = "SIZE", .help = "and to this much memory" },
	{ .name = "per", .arg = "WHAT", .choices = "node|root-complex",
	  .help = "an expander bus per node, or per host root complex with its switches" },
	{ .name = "spare-ports", .arg = "N",
	  .help = "empty hot-pluggable root ports on each expander bus (0)" },
	{ .name = "general-ports", .arg = "N",
	  .help = "empty hot-pluggable root ports on pcie-root (4)" },
	{ .name = "iommu", .arg = "MODEL", .choices = "intel|virtio|smmuv3|amd|none",
	  .help = "intel on x86_64, smmuv3 on aarch64" },
	{ .name = "target", .arg = "libvirt=V,qemu=V",
	  .help = "plan for these versions (9.0 and 7.2), or installed" },
	{ .name = "firmware", .arg = "KIND", .choices = "bios|efi|efi-secure",
	  .help = "bios unless the machine is virt" },
	{ .name = "type", .arg = "TYPE", .choices = "kvm|qemu", .help = "kvm" },
	{ .name = "arch", .arg = "ARCH", .help = "x86_64, or aarch64" },
	{ .name = "machine", .arg = "NAME", .help = "q35, or virt on aarch64" },
	{ .name = "cpu", .arg = "MODE[+FEATURE]",
	  .help = "host-passthrough, or maximum with --type qemu" },
	{ .name = "disk", .arg = "FILE", .help = "a virtio disk to boot from" },
	{ .name = "cdrom", .arg = "FILE", .help = "an installer's image" },
	{ .name = "mgmt", .arg = "user|network=NAME", .help = "a NIC to reach the guest by" },
	{ .name = "backend", .arg = "KIND", .choices = "user|passt|mcast",
	  .help = "what the planned NICs are plugged into (user)" },
	{ .name = "hugepages", .arg = "SIZE", .help = "back the nodes with huge pages" },
	{ .name = "hmat", .help = "write the mirrored latencies and bandwidths" },
	{ .name = "name", .arg = "NAME", .help = "the domain's name (nested)" },
	{ .name = "predict", .help = "print what the guest will show, and no XML" },
	{ .name = "emit", .arg = "WHAT", .choices = "xml|expect",
	  .help = "expect: a small JSON file for verify inside the guest" },
	{ .name = "output", .letter = 'o', .arg = "FILE", .help = "write there" },
	{},
};

static int (*const takers[])(struct flags *flags, const char *value,
			     struct error *error) = {
	flag_node,   flag_device, flag_device,	 flag_like,   flag_locality, flag_cpus,
	flag_memory, flag_per,	  flag_spare,	 flag_general, flag_iommu,
	flag_target, flag_firmware, flag_type,	 flag_arch,   flag_machine,
	flag_cpu,    flag_disk,	  flag_cdrom,	 flag_mgmt,   flag_backend,
	flag_hugepages, flag_hmat, flag_name,	 flag_predict, flag_emit, flag_output,
};
static_assert(ARRAY_SIZE(takers) + 1 == ARRAY_SIZE(rows), "an option lacks its taker");

static void print_notes(char *const *notes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "virt-layout: note: %s\n", notes[i]);
}

static int print_prediction(const struct guest *guest, const char *output,
			    struct error *error)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	predict(guest, &machine);
	text_add_prediction(&text, guest, &machine);
	return file_write(output, text.s, text.n, error);
}

static int print_expect(const struct request *request, const struct plan *plan,
			const char *output, struct error *error)
{
	_cleanup_machine_ struct machine machine = {};
	_cleanup_text_ struct text text = {};

	predict(&plan->guest, &machine);
	text_add_expect(&text, &machine, request, plan);
	return file_write(output, text.s, text.n, error);
}

static int add_mirrored(struct flags *flags, struct error *error)
{
	_cleanup_machine_ struct machine machine = {};

	if (source_read(flags->like, &flags->source, &machine, error) < 0)
		return -1;
	source_show_complaints(&machine);
	if (mirror(&machine, &flags->mirror, &flags->request, error) < 0)
		return error_wrap(error, "%s", flags->like);
	return 0;
}

static int run_plan(struct flags *flags, struct error *error)
{
	_cleanup_plan_ struct plan plan = {};
	_cleanup_text_ struct text xml = {};

	if (flags->installed && installed_target(flags->request.architecture,
						 &flags->request.target, error) < 0)
		return -1;
	if (flags->like && add_mirrored(flags, error) < 0)
		return -1;
	if (request_finish(&flags->request, error) < 0 ||
	    plan_fresh(&flags->request, &plan, &xml, error) < 0)
		return -1;
	print_notes(flags->request.notes.v, flags->request.notes.n);
	print_notes(plan.notes.v, plan.notes.n);
	if (flags->predict)
		return print_prediction(&plan.guest, flags->output, error);
	if (flags->expect)
		return print_expect(&flags->request, &plan, flags->output, error);
	return file_write(flags->output, xml.s, xml.n, error);
}

static int find_row(const char *name)
{
	for (int i = 0; rows[i].name; i++)
		if (streq(rows[i].name, name))
			return i;
	return -1;
}

/* A setting of the request file: held to the same choices as the flag. */
static int take_from_file(void *user, const char *flag, const char *value,
			  struct error *error)
{
	int row = find_row(flag);

	assert(row >= 0);
	if (option_check(&rows[row], value, error) < 0)
		return -1;
	return takers[row](user, value, error);
}

static int read_request(struct flags *flags, const char *path, struct error *error)
{
	_cleanup_document_ struct document document = {};

	if (document_read(path, &document, error) < 0)
		return -1;
	return request_file_read(&document, take_from_file, flags, error);
}

/* The request file first, so that a flag has the last word. */
static int take_flags(struct flags *flags, int argc, char *argv[], struct error *error)
{
	/* The walk puts the positional arguments in front, so it gets its own copy. */
	_cleanup_free_ char **copy = xmemdup(argv, (size_t)argc * sizeof(*argv));
	struct options options = options_begin(&plan_command, argc, copy);
	int row;

	while ((row = options_next(&options, error)) >= 0) {
	}
	if (row == OPTIONS_FAULT || options_need(&options, 0, 1, error) < 0)
		return -1;
	if (options.n_args == 1 && read_request(flags, options.args[0], error) < 0)
		return -1;
	options = options_begin(&plan_command, argc, argv);
	while ((row = options_next(&options, error)) != OPTIONS_DONE)
		if (row == OPTIONS_FAULT ||
		    takers[row](flags, options.value, error) < 0)
			return -1;
	return 0;
}

static int run(int argc, char *argv[], struct error *error)
{
	struct flags flags = {};
	int rc;

	request_begin(&flags.request);
	rc = take_flags(&flags, argc, argv, error);
	if (rc == 0)
		rc = run_plan(&flags, error);
	request_free(&flags.request);
	source_options_free(&flags.source);
	return rc;
}

const struct command plan_command = {
	.name = "plan",
	.args = "[REQUEST.xml]",
	.summary = "Print the domain XML of a nested test host",
	.about = "Lays out NUMA nodes, PCI Express expander buses, root ports, devices and\n"
		 "an IOMMU, asked for by flags, by a file, or by a machine to be mirrored.",
	.rows = rows,
	.run = run,
};
