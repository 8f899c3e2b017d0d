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
	if (!list) {
		check_skip(check, "cpus.isolated",
			   "the host's description does not say which CPUs are isolated");
		return false;
	}
	return *list == '\0' || set_parse(list, false, ret);
}

/* check_pin_of() of all @n vCPUs. The caller frees the list. */
static const struct set **list_pins(const struct check *check, unsigned n)
{
	const struct guest *guest = check->guest;
	const struct set **pins = xcalloc(n + 1, sizeof(struct set *));

	for (size_t i = guest->vcpupins.n; i > 0; i--) {
		const struct guest_pin *pin = &guest->vcpupins.v[i - 1];

		if (pin->id.state == VALUE_VALID && pin->id.value < n &&
		    pin->cpus.state == VALUE_VALID)
			pins[pin->id.value] = &pin->cpus.set;
	}
	for (unsigned vcpu = 0; vcpu < n; vcpu++)
		if (!pins[vcpu] && guest->vcpu_cpuset.state == VALUE_VALID)
			pins[vcpu] = &guest->vcpu_cpuset.set;
	return pins;
}

static void isolated_unpinned(struct check *check)
{
	_cleanup_set_ struct set isolated = {};
	_cleanup_free_ char *cpus = NULL;
	unsigned vcpu = 0, n = guest_vcpus(check->guest);
	_cleanup_free_ const struct set **pins = list_pins(check, n);

	while (vcpu < n && pins[vcpu])
		vcpu++;
	if (check->options->target.libvirt >= AVOIDS_ISOLATED || vcpu == n ||
	    !isolated_cpus(check, &isolated) || set_empty(&isolated))
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

static int pin_element(const struct guest *guest, unsigned vcpu)
{
	for (size_t i = 0; i < guest->vcpupins.n; i++)
		if (number_is(guest->vcpupins.v[i].id, vcpu))
			return guest->vcpupins.v[i].element;
	return guest->vcpu_element;
}

/* The first vCPU from @from that has the pin of the one before, of several CPUs; or @n.
 */
static unsigned next_shared(const struct set *const *pins, unsigned from, unsigned n)
{
	for (unsigned vcpu = from; vcpu < n; vcpu++) {
		const struct set *before = pins[vcpu - 1], *pin = pins[vcpu];

		if (before && pin && set_count(pin) > 1 && set_equal(before, pin))
			return vcpu;
	}
	return n;
}

static void isolated_shared(struct check *check)
{
	_cleanup_set_ struct set isolated = {};
	unsigned n = guest_vcpus(check->guest), vcpu;
	_cleanup_free_ const struct set **pins = list_pins(check, n);

	vcpu = next_shared(pins, 1, n);
	if (vcpu >= n || !isolated_cpus(check, &isolated))
		return;
	for (; vcpu < n; vcpu = next_shared(pins, vcpu + 1, n)) {
		_cleanup_set_ struct set shared = isolated_of(pins[vcpu], &isolated);
		_cleanup_free_ char *cpus = NULL;

		if (set_count(&shared) < 2)
			continue;
		cpus = check_set_string(&shared);
		check_found(check, pin_element(check->guest, vcpu),
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
