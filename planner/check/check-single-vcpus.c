/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-single-vcpus.c - what <vcpus> says of single vCPUs. Sources: libvirt 9.0
 * src/conf/domain_conf.c (virDomainVcpuParse, virDomainDefVcpusPostParse in
 * src/qemu/qemu_domain.c) and src/qemu/qemu_process.c
 * (qemuProcessValidateHotpluggableVcpus). 756 combinations for 3 vCPUs were tried with
 * libvirt 9.0 and 12.9, which agree.
 */
#include "planner/check/rules.h"

#include "base/mem.h"

/* What all elements of a vCPU say; one without any is off and can be plugged. */
struct vcpu {
	int element;
	bool enabled;
	struct guest_switch hotpluggable; /* as written */
	uint64_t order;                   /* 0: none */
};

struct vcpus {
	struct vcpu *v;
	unsigned n;
};

static bool is_fixed(const struct vcpu *vcpu)
{
	return vcpu->hotpluggable.state == VALUE_ABSENT
		       ? vcpu->enabled
		       : switch_is(vcpu->hotpluggable, false);
}

/* Later elements of a vCPU override earlier ones. False if a value is malformed. */
static bool add(const struct guest_single_vcpu *single, struct vcpus *vcpus)
{
	struct vcpu *vcpu;

	if (single->id.state != VALUE_VALID || single->enabled.state != VALUE_VALID ||
	    single->hotpluggable.state == VALUE_MALFORMED ||
	    single->order.state == VALUE_MALFORMED)
		return false;
	if (single->id.value >= vcpus->n)
		return true;
	vcpu = &vcpus->v[single->id.value];
	vcpu->element = single->element;
	vcpu->enabled = switch_is(single->enabled, true);
	if (single->hotpluggable.state == VALUE_VALID)
		vcpu->hotpluggable = single->hotpluggable;
	if (single->order.state == VALUE_VALID)
		vcpu->order = single->order.value;
	return true;
}

static bool find_outside(struct check *check, unsigned n)
{
	const struct guest *guest = check->guest;
	bool found = false;

	for (size_t i = 0; i < guest->single_vcpus.n; i++) {
		const struct guest_single_vcpu *single = &guest->single_vcpus.v[i];

		if (single->id.value < n)
			continue;
		found = true;
		check_set_remedy(
			check_found(
				check, single->element,
				"There is no vCPU %llu: the ids of %u vCPUs are 0 to %u.",
				ULL(single->id.value), n, n - 1),
			"Remove the element, or raise <vcpu>.");
	}
	return found;
}

static void judge_first(struct check *check, const struct vcpu *first)
{
	const char *wrong = !first->enabled ? "must be enabled"
			    : switch_is(first->hotpluggable, true)
				    ? "cannot be hotpluggable"
			    : first->order > 1 ? "must be the first in order"
					       : NULL;

	if (wrong)
		check_set_remedy(
			check_found(check, first->element, "vCPU 0 %s.", wrong),
			"Write enabled='yes' and hotpluggable='no' for it, and order='1' if others have an order.");
}

/* What is wrong with it, next to the one before; NULL: nothing. */
static const char *wrong_beside(const struct vcpus *vcpus, unsigned i)
{
	const struct vcpu *vcpu = &vcpus->v[i], *before = &vcpus->v[i - 1];
	bool no = switch_is(vcpu->hotpluggable, false);

	if (vcpu->enabled && (vcpu->order > 0) != (vcpus->v[0].order > 0))
		return vcpu->order > 0 ? "has an order, and vCPU 0 has none"
				       : "has no order, and vCPU 0 has one";
	if (no && switch_is(before->hotpluggable, true))
		return "cannot be hotplugged, but the one before it can";
	if (no && before->order > vcpu->order)
		return "cannot be hotplugged, but has a lower order than the one before it";
	if (no && !vcpu->enabled)
		return "is not enabled, and cannot be hotplugged either";
	return NULL;
}

/*
 * Whether libvirt plugs some at the start; only then does it compare the orders, those of
 * vCPUs that are off as well.
 */
static bool plugs_some(const struct vcpus *vcpus)
{
	for (unsigned i = 0; i < vcpus->n; i++)
		if (vcpus->v[i].enabled && !is_fixed(&vcpus->v[i]))
			return true;
	return false;
}

/* QEMU itself makes the fixed ones, from 0 on. */
static const char *wrong_at_start(const struct check *check, const struct vcpus *vcpus,
				  unsigned i, bool plugs)
{
	const struct vcpu *vcpu = &vcpus->v[i];
	const char *architecture = check->guest->architecture;

	if (!streq_null(architecture, "x86_64") && !streq_null(architecture, "i686"))
		return NULL;
	if (vcpu->enabled && is_fixed(vcpu) && !is_fixed(vcpu - 1))
		return "cannot be hotplugged, but one before it is only plugged later";
	if (vcpu->order == 0 || !plugs)
		return NULL;
	if (vcpu->order > vcpus->n)
		return "has an order that is higher than the number of vCPUs";
	for (unsigned j = 0; j < i; j++)
		if (vcpus->v[j].order == vcpu->order)
			return "has the order of another one";
	return NULL;
}

static void judge_all(struct check *check, const struct vcpus *vcpus)
{
	bool plugs = plugs_some(vcpus);

	judge_first(check, &vcpus->v[0]);
	for (unsigned i = 1; i < vcpus->n; i++) {
		const char *wrong = wrong_beside(vcpus, i);

		if (!wrong)
			wrong = wrong_at_start(check, vcpus, i, plugs);
		if (wrong)
			check_found(check, vcpus->v[i].element, "vCPU %u %s.", i, wrong);
	}
}

static void single_vcpus(struct check *check)
{
	const struct guest *guest = check->guest;
	struct vcpus vcpus = {.n = guest_vcpus(guest)};
	bool known = guest->vcpus.state != VALUE_MALFORMED;

	/* More than that are counted as fewer (guest_vcpus); vcpus-limit finds them. */
	if (guest->single_vcpus.n == 0 || vcpus.n == 0 || guest->vcpus.value > vcpus.n)
		return;
	vcpus.v = xcalloc(vcpus.n, sizeof(*vcpus.v));
	for (unsigned i = 0; i < vcpus.n; i++)
		vcpus.v[i].element = guest->vcpu_element;
	for (size_t i = 0; i < guest->single_vcpus.n; i++)
		known &= add(&guest->single_vcpus.v[i], &vcpus);
	if (known && !find_outside(check, vcpus.n))
		judge_all(check, &vcpus);
	free(vcpus.v);
}

const struct rule single_vcpus_rules[] = {
	{RULE("single-vcpus", single_vcpus, ERROR, 0, LIBVIRT),
	 .what = "What <vcpus> says of single vCPUs fits together.",
	 .why = "libvirt refuses it if vCPU 0 is not enabled or hotpluggable, a vCPU is neither enabled nor hotpluggable, only some have an order, or those that are not hotpluggable are not the first. If some of that concerns only the start, QEMU or libvirt refuses that.",
	 .to_fix =
		 "Correct enabled=, hotpluggable= and order= of the vCPU, or remove <vcpus>: <vcpu current=> enables the first vCPUs.",
	 .source = LV "qemu/qemu_domain.c, qemuDomainDefVcpusPostParse; measured",
	 .remedy = REMEDY_EDIT},
	{},
};
