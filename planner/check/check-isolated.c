/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-isolated.c - CPUs that the host isolates (isolcpus=), between which the kernel
 * moves no thread. Sources: Linux Documentation/admin-guide/kernel-parameters.txt;
 * libvirt NEWS.rst, 10.4. What libvirt does was measured with 9.0, 11.3 and 12.9 and a
 * sys/devices/system/cpu/isolated of our own.
 */
#include "planner/check/host.h"

/* The first libvirt that keeps what is not pinned away from isolated CPUs. */
#define AVOIDS_ISOLATED VERSION_OF(10, 4)

/* The isolated CPUs; false, with the rule skipped, if they are unknown. The caller frees
 * them. */
static bool isolated_cpus(struct check *check, struct set *ret)
{
	const char *list = machine_fact(check->host, "cpus.isolated");

	*ret = (struct set){};
	if (!list)
		check_skip(check, "cpus.isolated",
			   "the host's description does not say which CPUs are isolated");
	else if (*list == '\0' || set_parse(list, false, ret))
		return true;
	else
		check_skip(check, "cpus.isolated",
			   "the host's list of isolated CPUs cannot be read");
	return false;
}

static void isolated_unpinned(struct check *check)
{
	_cleanup_set_ struct set isolated = {};
	_cleanup_free_ char *cpus = NULL;
	unsigned vcpu = 0, n = guest_vcpus(check->guest);

	if (check->options->target.libvirt >= AVOIDS_ISOLATED)
		return;
	while (vcpu < n && check_pin_of(check, vcpu))
		vcpu++;
	if (vcpu == n || !isolated_cpus(check, &isolated) || set_empty(&isolated))
		return;
	cpus = check_set_string(&isolated);
	check_found(
		check, check->guest->vcpu_element,
		"vCPU %u is not pinned, so it may run on the host's isolated CPUs (%s).",
		vcpu, cpus);
}

/* The isolated CPUs of a pin. The caller frees them. */
static struct set isolated_of(const struct set *pin, const struct set *isolated)
{
	struct set ret = {};

	set_foreach (cpu, pin)
		if (set_has(isolated, (unsigned)cpu))
			set_add(&ret, (unsigned)cpu);
	return ret;
}

/* The first vCPU from @from that has the pin of the one before, of several CPUs; or @n.
 */
static unsigned next_shared(const struct check *check, unsigned from, unsigned n)
{
	for (unsigned vcpu = from; vcpu < n; vcpu++) {
		const struct set *before = check_pin_of(check, vcpu - 1);
		const struct set *pin = check_pin_of(check, vcpu);

		if (before && pin && set_count(pin) > 1 && set_equal(before, pin))
			return vcpu;
	}
	return n;
}

static void isolated_shared(struct check *check)
{
	_cleanup_set_ struct set isolated = {};
	unsigned n = guest_vcpus(check->guest), vcpu = next_shared(check, 1, n);

	if (vcpu >= n || !isolated_cpus(check, &isolated))
		return;
	for (; vcpu < n; vcpu = next_shared(check, vcpu + 1, n)) {
		_cleanup_set_ struct set shared =
			isolated_of(check_pin_of(check, vcpu), &isolated);
		_cleanup_free_ char *cpus = NULL;

		if (set_count(&shared) < 2)
			continue;
		cpus = check_set_string(&shared);
		check_found(check, check_pin_element(check, vcpu),
			    "vCPUs %u and %u are both pinned to the isolated CPUs %s.",
			    vcpu - 1, vcpu, cpus);
		return;
	}
}

const struct rule isolated_rules[] = {
	{RULE("isolated-unpinned", isolated_unpinned, WARNING, NEED_HOST, NOBODY),
	 .what = "On a host with isolated CPUs (isolcpus=), every vCPU is pinned.",
	 .why = "Before libvirt 10.4 what is not pinned may run on all online CPUs, also on the isolated ones. It disturbs what they are reserved for, and the kernel does not move it away. Newer versions keep QEMU's threads away from them.",
	 .to_fix =
		 "Pin the vCPUs to CPUs that are not isolated, or use libvirt 10.4 or newer.",
	 .source =
		 "libvirt NEWS.rst, 10.4; measured with 9.0, 11.3 and 12.9: the affinity of QEMU's threads",
	 .remedy = REMEDY_EDIT},
	{RULE("isolated-shared", isolated_shared, WARNING, NEED_HOST, NOBODY),
	 .what = "vCPUs that are pinned to isolated CPUs of the host are pinned to one each.",
	 .why = "The kernel does not balance load between isolated CPUs. Threads that may run on several of them can all stay on one, while the others are idle.",
	 .to_fix = "Pin each vCPU to one CPU of its own.",
	 .source =
		 "Linux Documentation/admin-guide/kernel-parameters.txt, isolcpus=domain",
	 .remedy = REMEDY_EDIT},
	{},
};
