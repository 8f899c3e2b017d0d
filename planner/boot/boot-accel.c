/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-accel.c - KVM or TCG. A /dev/kvm that exists and answers proves little: on some
 * machines a KVM guest hangs forever after its first instructions. So KVM counts as
 * working only after the agent's first message, which must come within a short time.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "planner/boot/run.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { KVM_START_LIMIT_S = 15 }; /* for the agent's first message */

/* KVM_USED: it may be tried. */
static enum kvm_state probe_kvm(const char *arch)
{
	_cleanup_fd_ int fd = -1;
	struct utsname names;

	if (uname(&names) < 0 || !streq(names.machine, arch))
		return KVM_FOREIGN;
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT                     ? KVM_ABSENT
		       : errno == EACCES || errno == EPERM ? KVM_DENIED
							   : KVM_BROKEN;
	return ioctl(fd, KVM_GET_API_VERSION, 0) == KVM_API_VERSION ? KVM_USED
								    : KVM_BROKEN;
}

/* Whether, and why, a guest that was tried with KVM must be tried again. */
static enum kvm_state judge_kvm(const struct boot_result *result)
{
	if (result->serial.started || result->tables.done || result->interrupted ||
	    result->run_status == RUN_UNCONFINED)
		return KVM_USED; /* TCG would not help */
	return result->run_status == RUN_REFUSED ? KVM_REFUSED : KVM_SILENT;
}

/*
 * TCG sometimes crashes before QEMU 8.2 (docs/architecture.rst), so a crash is retried
 * once. If the domain is the cause, it crashes again.
 */
static int boot_patiently(enum boot_accel accel, double start_limit_s,
			  const struct boot_request *request,
			  const struct document *domain, struct boot_result *result,
			  struct error *error)
{
	struct boot_result again = {.accel = accel,
				    .kvm = result->kvm,
				    .kvm_tried_s = result->kvm_tried_s,
				    .again_plain = result->again_plain,
				    .crashes = 1};

	result->accel = accel;
	if (boot_once(request, domain, start_limit_s, result, error) < 0)
		return -1;
	if (accel != ACCEL_TCG || result->run_status != RUN_CRASHED ||
	    result->serial.has_record || result->tables.done || result->interrupted)
		return 0;
	boot_result_free(result);
	*result = again;
	return boot_once(request, domain, start_limit_s, result, error);
}

/*
 * A kernel that cannot start CPUs later (CONFIG_HOTPLUG_CPU) is booted once more, and
 * starts all of them by itself.
 */
static int boot_under(enum boot_accel accel, double start_limit_s,
		      const struct boot_request *request, const struct document *domain,
		      struct boot_result *result, struct error *error)
{
	struct boot_result again = {.kvm = result->kvm,
				    .kvm_tried_s = result->kvm_tried_s,
				    .again_plain = true};
	struct boot_request plain = *request;

	if (boot_patiently(accel, start_limit_s, request, domain, result, error) < 0)
		return -1;
	if (!result->serial.offline || request->plain || result->interrupted)
		return 0;
	plain.plain = true;
	boot_result_free(result);
	*result = again;
	return boot_patiently(accel, start_limit_s, &plain, domain, result, error);
}

int boot_domain(const struct boot_request *request, const struct document *domain,
		struct boot_result *result, struct error *error)
{
	enum kvm_state (*probe)(const char *arch) =
		request->kvm_probe ? request->kvm_probe : probe_kvm;
	double limit_s =
		request->kvm_limit_s > 0 ? request->kvm_limit_s : KVM_START_LIMIT_S;
	double began_s = run_clock_s();
	enum kvm_state kvm;

	if (request->accel != ACCEL_AUTO)
		return boot_under(request->accel, 0, request, domain, result, error);
	kvm = request->assign == ASSIGN_NESTED ? KVM_UNFIT
					       : probe(domain_architecture(domain));
	if (kvm != KVM_USED) {
		result->kvm = kvm;
		return boot_under(ACCEL_TCG, 0, request, domain, result, error);
	}
	if (boot_under(ACCEL_KVM, limit_s, request, domain, result, error) < 0)
		return -1;
	kvm = judge_kvm(result);
	if (kvm != KVM_USED) {
		boot_result_free(result);
		result->kvm_tried_s = run_clock_s() - began_s;
		if (boot_under(ACCEL_TCG, 0, request, domain, result, error) < 0)
			return -1;
	}
	result->kvm = kvm;
	return 0;
}

/* The result of a guest that never runs, if it came in time. */
static const char tables_came[] = "QEMU answered in time";

static const char *const reasons[] = {
	[KVM_NOT_ASKED] = "as requested",
	[KVM_FOREIGN] = "the guest's architecture is not this machine's",
	[KVM_ABSENT] = "/dev/kvm does not exist",
	[KVM_DENIED] =
		"you have no permission to open /dev/kvm; its group, usually kvm, has it",
	[KVM_BROKEN] = "/dev/kvm exists, but no driver of the kernel serves it",
	[KVM_UNFIT] = "the nested guest needs AMD's virtualization, which TCG emulates",
	[KVM_SILENT] = "under KVM the guest showed no activity in time",
	[KVM_REFUSED] = "under KVM libvirt or QEMU refused the domain",
	[KVM_USED] = "the guest showed activity in time",
};

static const char *reason(const struct boot_result *result)
{
	return result->kvm == KVM_USED && result->tables.done ? tables_came
							      : reasons[result->kvm];
}

void text_add_accelerator(struct text *text, const struct boot_result *result)
{
	text_printf(text, "accelerator: %s: %s",
		    result->accel == ACCEL_KVM ? "KVM" : "TCG", reason(result));
	if (result->kvm_tried_s > 0)
		text_printf(text, " (%.1f s spent on it)", result->kvm_tried_s);
}

void jsonw_accelerator(struct jsonw *json, const struct boot_result *result)
{
	jsonw_string(json, "accelerator", result->accel == ACCEL_KVM ? "kvm" : "tcg");
	jsonw_string(json, "accelerator_why", reason(result));
}
