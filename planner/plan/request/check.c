/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.c - rejects what cannot be planned before anything is laid out. */
#include "planner/plan/request/parts.h"

#include "planner/guest/host-emulator.h"

#define MAX_CELLS 128 /* QEMU include/sysemu/numa.h, MAX_NODES */

/* More need extended interrupt mode. */
#define MAX_XAPIC_VCPUS 255u

/* Whether QEMU emulates extended interrupt mode only with KVM, and the guest has none. */
static bool lacks_x2apic(const struct request *request, unsigned qemu)
{
	return streq(request->type, "qemu") && streq(request->architecture, "x86_64") &&
	       qemu < QEMU_EIM_EMULATED;
}

/* Whether the guest is to have another IOMMU than the one with that mode, or none. */
static bool lacks_eim(const struct request *request)
{
	return streq(request->architecture, "x86_64") && request->iommu &&
	       !streq(request->iommu, "intel");
}

/* The first of the QEMUs that took more vCPUs which takes @total; 0: none. */
static unsigned newer_qemu(const struct request *request, unsigned total)
{
	static const unsigned versions[] = {VERSION_OF(8, 1), VERSION_OF(9, 0)};

	if (!streq(request->architecture, "x86_64") || lacks_eim(request))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		unsigned qemu = MAX(request->target.qemu, versions[i]);

		if (!request->emulator && !lacks_x2apic(request, qemu) &&
		    total <= machine_type_vcpus(request->machine, qemu))
			return qemu;
	}
	return 0;
}

/* A hint on how to make the vCPUs fit. The caller frees it. */
static char *fewer_vcpus(const struct request *request, unsigned limit)
{
	unsigned nodes = 0;

	for (size_t i = 0; i < request->nodes.n; i++)
		nodes += request->nodes.v[i].vcpus > 0;
	if (request->mirrored && nodes > 0)
		return xasprintf("use --cpus-per-node %u", MAX(limit / nodes, 1u));
	return xasprintf("give the nodes at most %u in total", limit);
}

/* ", or, if the host has it, --target qemu=9.0", or nothing. The caller frees it. */
static char *or_newer_qemu(const struct request *request, unsigned total)
{
	unsigned qemu = newer_qemu(request, total);

	return qemu ? xasprintf(", or, if the host has it, --target qemu=%u.%u",
				MAJOR(qemu), MINOR(qemu))
		    : xstrdup("");
}

static int refuse_vcpus(const struct request *request, unsigned total, unsigned limit,
			struct error *error)
{
	bool few = lacks_x2apic(request, request->target.qemu) || lacks_eim(request);
	_cleanup_free_ char *newer = or_newer_qemu(request, total),
			    *fewer =
				    fewer_vcpus(request, few ? MIN(limit, MAX_XAPIC_VCPUS)
							     : limit);

	return error_input(
		error,
		"%u vCPUs are too many: QEMU %u.%u supports %u in a %s machine; %s%s",
		total, MAJOR(request->target.qemu), MINOR(request->target.qemu), limit,
		request->machine, fewer, newer);
}

static int refuse_emulated(const struct request *request, unsigned total,
			   struct error *error)
{
	const unsigned until = QEMU_EIM_EMULATED;
	_cleanup_free_ char *fewer = fewer_vcpus(request, MAX_XAPIC_VCPUS),
			    *newer = or_newer_qemu(request, total);

	return error_input(
		error,
		"%u vCPUs need extended interrupt mode, which QEMU before %u.%u supports only with KVM; use --type kvm, or %s%s",
		total, MAJOR(until), MINOR(until), fewer, newer);
}

static int refuse_iommu(const struct request *request, unsigned total,
			struct error *error)
{
	_cleanup_free_ char *fewer = fewer_vcpus(request, MAX_XAPIC_VCPUS);

	return error_input(
		error,
		"--iommu %s: %u vCPUs need extended interrupt mode, which is planned only with --iommu intel; leave out --iommu %s, or %s",
		request->iommu, total, request->iommu, fewer);
}

int request_check_no_iommu(const struct request *request, uint64_t vcpus,
			   struct error *error)
{
	const struct target first = feature_first(FEATURE_IOMMU_ADDED);

	if (vcpus <= MAX_XAPIC_VCPUS || !streq(request->architecture, "x86_64") ||
	    !streq_null(request->iommu, "none") ||
	    !target_has(&request->target, FEATURE_IOMMU_ADDED))
		return 0;
	return error_input(
		error,
		"--iommu none: from %u.%u, libvirt adds an IOMMU to a domain with more than %u vCPUs, and this one has %u; leave out --iommu none, or use fewer vCPUs",
		MAJOR(first.libvirt), MINOR(first.libvirt), MAX_XAPIC_VCPUS,
		(unsigned)vcpus);
}

int request_check_vcpus(const struct request *request, struct error *error)
{
	unsigned limit = host_machine_vcpus(request->emulator, request->machine,
					    request->target.qemu);
	unsigned total = 0;

	for (size_t i = 0; i < request->nodes.n; i++)
		total += request->nodes.v[i].vcpus;
	/* 0: it is not known how many a distribution's own machine type supports. */
	if (limit > 0 && total > limit)
		return refuse_vcpus(request, total, limit, error);
	if (total > MAX_XAPIC_VCPUS && lacks_x2apic(request, request->target.qemu))
		return refuse_emulated(request, total, error);
	if (total > MAX_XAPIC_VCPUS && lacks_eim(request))
		return refuse_iommu(request, total, error);
	return 0;
}

static int check_nodes(const struct request *request, struct error *error)
{
	uint64_t total = 0;

	if (request->nodes.n == 0 && !request->in_place)
		return error_input(
			error,
			"no node is requested; add --node vcpus=2,memory=2GiB, or --like SOURCE");
	if (request->nodes.n > MAX_CELLS)
		return error_input(
			error, "%zu nodes are too many: QEMU supports at most %d; %s",
			request->nodes.n, MAX_CELLS,
			request->mirrored
				? "--like keeps all, so describe the guest with --node instead"
				: "request fewer");
	for (size_t i = 0; i < request->nodes.n; i++)
		if (__builtin_add_overflow(total, request->nodes.v[i].memory_bytes,
					   &total) ||
		    total > UINT64_C(1) << 52)
			return error_input(
				error,
				"the nodes' memory adds up to more than 4 PiB; give them less%s",
				request->mirrored ? " with --memory-per-node" : "");
	return 0;
}

/* Machines with expander buses: the alias, and the prefix of the versioned names. */
static const struct {
	const char *architecture, *alias, *versioned;
} machines[] = {
	{"x86_64", "q35", "pc-q35-"},
	{"aarch64", "virt", "virt-"},
};

/* NULL for machines that are not supported. */
static const char *architecture_of(const char *machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (streq(machine, machines[i].alias) ||
		    has_prefix(machine, machines[i].versioned))
			return machines[i].architecture;
	return NULL;
}

static int check_machine_exists(const struct request *request, struct error *error)
{
	struct machine_verdict verdict =
		host_machine_judge(request->emulator, request->machine,
				   request->architecture, request->target.qemu);
	_cleanup_free_ char *instead =
		host_machine_instead(request->emulator, request->machine,
				     request->architecture, request->target.qemu);
	static const char *const whys[] = {
		[MACHINE_REMOVED] = "is no longer in",
		[MACHINE_TOO_NEW] = "is newer than",
		[MACHINE_NEVER] = "is not a machine type of",
		[MACHINE_ABSENT] = "is not a machine type of the host's",
	};

	if (verdict.fate < MACHINE_REMOVED)
		return 0;
	return error_input(
		error,
		"%s %s %s QEMU %u.%u; use %s, or give the QEMU version with --target",
		request->in_place ? "machine type" : "--machine", request->machine,
		whys[verdict.fate], MAJOR(request->target.qemu),
		MINOR(request->target.qemu), instead ? instead : "q35");
}

static int check_machine(const struct request *request, struct error *error)
{
	const char *architecture = architecture_of(request->machine);

	if (!streq(request->architecture, "x86_64") &&
	    !streq(request->architecture, "aarch64"))
		return error_input(
			error,
			"architecture %s is not supported: only q35 (x86_64) and virt (aarch64) have pcie-expander-bus",
			request->architecture);
	if (!architecture)
		return error_input(
			error,
			"--machine %s: has no pcie-expander-bus; use q35 for x86_64 or virt for aarch64",
			request->machine);
	if (!streq(architecture, request->architecture))
		return error_input(error,
				   "--machine %s: is not a machine of %s; add --arch %s",
				   request->machine, request->architecture, architecture);
	return check_machine_exists(request, error);
}

/*
 * Old machines whose ports differ from what is planned (QEMU hw/core/machine.c, compat
 * tables): no ACS before 4.0, an I/O window for every port in 6.1.
 */
static int check_old_machine(const struct request *request, struct error *error)
{
	unsigned version = machine_type_qemu(request->machine);

	if (request->in_place || !has_prefix(request->machine, "pc-q35-"))
		return 0;
	if (machine_type_is_older(request->machine, VERSION_OF(4, 0)) == KNOWN_YES &&
	    !streq(request->iommu, "none"))
		return error_input(
			error,
			"--machine %s: its ports have no ACS, so devices would not be in separate IOMMU groups; use pc-q35-4.0 or later",
			request->machine);
	if (version >= VERSION_OF(6, 1) && version < VERSION_OF(6, 2))
		return error_input(
			error,
			"--machine %s: every root port reserves I/O space, and SeaBIOS runs out of it; use pc-q35-6.2 or later",
			request->machine);
	return 0;
}

/* Older versions were not tried, and target.c lacks rows for much of a plan. */
static int check_target(const struct request *request, struct error *error)
{
	if (request->target.libvirt >= VERSION_OF(6, 6) &&
	    request->target.qemu >= VERSION_OF(5, 0))
		return 0;
	return error_input(error,
			   "--target: plans need libvirt 6.6 and QEMU 5.0 or later");
}

/* What a fresh domain gets besides nodes and devices. */
static int check_extras(const struct request *request, struct error *error)
{
	bool arm = streq(request->architecture, "aarch64");
	_cleanup_free_ char *passt_needs = feature_needs(FEATURE_PASST);
	const struct {
		const char *flag, *path;
	} files[] = {{"disk", request->disk},
		     {"cdrom", request->cdrom},
		     {"kernel", request->kernel},
		     {"initrd", request->initrd}};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i].path && files[i].path[0] != '/')
			return error_input(
				error,
				"--%s %s: libvirt only accepts absolute paths; begin it with /",
				files[i].flag, files[i].path);
	if (request->spare_for && request->spare_for->io_bar && !arm &&
	    request->target.libvirt < VERSION_OF(8, 2))
		return error_input(
			error,
			"--spare-ports %d,for=%s: needs libvirt 8.2, whose <qemu:override> reserves I/O space for a port; specify that with --target",
			request->spare_ports, request->spare_for->name);
	if (!request->kernel && (request->initrd || request->append))
		return error_input(error, "--%s needs --kernel FILE",
				   request->initrd ? "initrd" : "append");
	if (request->backend == BACKEND_PASST &&
	    !target_has(&request->target, FEATURE_PASST))
		return error_input(
			error,
			"--backend passt: needs %s; specify that with --target, or use user",
			passt_needs);
	if (arm && request->cdrom)
		return error_input(
			error,
			"--cdrom: machine type virt has no SATA controller for a CD-ROM; use --disk instead, from which UEFI can boot the image");
	if (arm && request->firmware_given && request->firmware == FIRMWARE_BIOS)
		return error_input(
			error,
			"--firmware bios: %s guests only start with UEFI; remove the option, or use efi",
			request->architecture);
	return 0;
}

static const struct iommu_row {
	const char *model, *architecture;
	enum feature needs;
} iommus[] = {
	{"intel", "x86_64", FEATURE_ALWAYS},
	{"amd", "x86_64", FEATURE_IOMMU_AMD},
	{"virtio", NULL, FEATURE_IOMMU_VIRTIO},
	{"smmuv3", "aarch64", FEATURE_IOMMU_SMMUV3},
	{"none", NULL, FEATURE_ALWAYS},
};

static int check_iommu(const struct request *request, struct error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(iommus); i++) {
		_cleanup_free_ char *needs = feature_needs(iommus[i].needs);

		if (!streq(iommus[i].model, request->iommu))
			continue;
		if (iommus[i].architecture &&
		    !streq(iommus[i].architecture, request->architecture))
			return error_input(error, "--iommu %s: is only for %s guests",
					   request->iommu, iommus[i].architecture);
		if (!target_has(&request->target, iommus[i].needs))
			return error_input(
				error, "--iommu %s: needs %s; specify that with --target",
				request->iommu, needs);
		return 0;
	}
	return error_input(error,
			   "--iommu %s: must be intel, virtio, smmuv3, amd or none",
			   request->iommu);
}

static int check_acceleration(const struct request *request, struct error *error)
{
	_cleanup_free_ char *needs = feature_needs(FEATURE_SMMUV3_ACCEL);

	if (!request->accelerates)
		return 0;
	if (!target_has(&request->target, FEATURE_SMMUV3_ACCEL))
		return error_input(
			error,
			"--iommu smmuv3,accel=on: needs %s; specify that with --target",
			needs);
	if (!request->in_place && streq_null(request->type, "qemu"))
		return error_input(
			error,
			"--iommu smmuv3,accel=on: needs KVM, but --type qemu was given");
	return 0;
}

static int check_iommufd(const struct request *request, struct error *error)
{
	_cleanup_free_ char *needs = feature_needs(FEATURE_IOMMUFD_DEVICE);

	if (!request->iommufd || target_has(&request->target, FEATURE_IOMMUFD_DEVICE))
		return 0;
	return error_input(error, "--iommufd: needs %s; specify that with --target",
			   needs);
}

static int check_console(const struct request *request, struct error *error)
{
	_cleanup_free_ char *needs = feature_needs(FEATURE_ISA_DEBUGCON);

	if (!request->debug_console)
		return 0;
	if (!streq(request->architecture, "x86_64"))
		return error_input(error,
				   "--debug-console: only x86_64 guests have this port");
	if (!target_has(&request->target, FEATURE_ISA_DEBUGCON))
		return error_input(
			error, "--debug-console: needs %s; specify that with --target",
			needs);
	return 0;
}

int request_check(const struct request *request, struct error *error)
{
	static int (*const checks[])(const struct request *request,
				     struct error *error) = {
		check_target, check_machine,      check_old_machine,
		check_iommu,  check_acceleration, check_iommufd,
		check_extras, check_console,      check_nodes,
	};

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (checks[i](request, error) < 0)
			return -1;
	return 0;
}
