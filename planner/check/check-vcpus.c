/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-vcpus.c - what vCPUs need of an interrupt controller, or of a CPU that QEMU
 * emulates. Sources: QEMU 7.2 hw/arm/virt.c (GICv2 has 8 interfaces); QEMU 9.0
 * hw/i386/x86.c (an APIC ID above 254 needs x2APIC); QEMU 9.1 target/i386/cpu.c
 * (encode_topo_cpuid1f). Measured with QEMU 7.2, 10.0 and 11.1; the models of CPUs
 * without x2APIC are those of query-cpu-model-expansion of QEMU 10.0 and 11.1.
 */
#include "planner/check/fix-parts.h"
#include "planner/check/rules.h"

#include "planner/guest/apic-id.h"

#define GICV2_VCPUS 8

static bool more_than(const struct guest *guest, unsigned limit)
{
	return guest->vcpus.state == VALUE_VALID && guest->vcpus.value > limit;
}

/* Without a version, libvirt takes 2 for guests that QEMU emulates, and what the host's
 * kernel supports for others. */
/*
 * Whether QEMU has GICv2 with so many vCPUs. libvirt names the version to it only on
 * aarch64; on armv7l 7.2 has GICv2, and 10.0 and 11.1 choose by the number of vCPUs.
 */
static enum known has_gicv2(const struct check *check)
{
	unsigned qemu = check->options->target.qemu;

	if (!streq_null(check->guest->architecture, "armv7l") || qemu < VERSION_OF(8, 0))
		return KNOWN_YES;
	return qemu < VERSION_OF(10, 0) ? KNOWN_UNKNOWN : KNOWN_NO;
}

static void vcpus_gic(struct check *check)
{
	const struct guest *guest = check->guest;
	bool chosen = !guest->gic_version && streq_null(guest->type, "qemu");
	enum known second;

	if (!guest_is_virt(guest) || !more_than(guest, GICV2_VCPUS) ||
	    !(chosen || streq_null(guest->gic_version, "2")))
		return;
	second = has_gicv2(check);
	if (second == KNOWN_UNKNOWN)
		check_skip(
			check, "newer-virt-layout",
			"it is not known whether QEMU %u.%u has GICv2 for more than %u vCPUs of architecture armv7l",
			MAJOR(check->options->target.qemu),
			MINOR(check->options->target.qemu), GICV2_VCPUS);
	if (second == KNOWN_YES)
		check_found(
			check, guest->vcpu_element,
			"The domain has %llu vCPUs, and an interrupt controller GICv2%s, which supports %u.",
			ULL(guest->vcpus.value),
			chosen ? " because no version is given" : "", GICV2_VCPUS);
}

static void gic_kvm(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest_is_virt(guest) && streq_null(guest->type, "qemu") &&
	    streq_null(guest->gic_version, "host"))
		check_found(
			check, guest->features_element,
			"The interrupt controller is that of the host, and the domain has type qemu.");
}

static bool has_a_prefix(const char *model, const char *const *prefixes)
{
	for (size_t i = 0; prefixes[i]; i++)
		if (has_prefix(model, prefixes[i]))
			return true;
	return false;
}

/* Prefixes of the names of models that do not have it. */
static bool lacks_x2apic(const char *model)
{
	static const char *const without[] = {
		"486",    "base",    "Conroe",   "core",      "Dhyana",  "EPYC",
		"athlon", "kvm",     "n270",     "Penryn",    "pentium", "phenom",
		"qemu",   "Nehalem", "Westmere", "Opteron_G", NULL,
	};

	return has_a_prefix(model, without);
}

/* What <feature> says of it. */
static bool asks_for_x2apic(const struct guest *guest)
{
	for (size_t i = 0; i < guest->cpu_features.n; i++)
		if (streq_null(guest->cpu_features.v[i].name, "x2apic"))
			return streq_null(guest->cpu_features.v[i].policy, "require") ||
			       streq_null(guest->cpu_features.v[i].policy, "force");
	return false;
}

/* Whether a model without it is given. Without a model, libvirt takes qemu64. */
static bool is_without_x2apic(const struct guest *guest)
{
	return !asks_for_x2apic(guest) &&
	       (!guest->cpu_mode || streq(guest->cpu_mode, "custom")) &&
	       lacks_x2apic(guest->cpu_model ? guest->cpu_model : "qemu64");
}

/* The vCPU with the highest APIC ID, of all or of those enabled at the start. */
static bool highest_id(const struct guest *guest, bool enabled, unsigned *vcpu,
		       uint64_t *id)
{
	for (unsigned i = guest_vcpus(guest); i-- > 0;)
		if (!enabled || guest_vcpu_enabled(guest, i)) {
			*vcpu = i;
			return guest_apic_id(guest, i, id);
		}
	return false;
}

/*
 * KVM gives x2APIC to every model. Before 9.0, QEMU does not emulate it, and counts vCPUs
 * that can be added later, too.
 */
static void vcpus_x2apic(struct check *check)
{
	const struct guest *guest = check->guest;
	bool emulated = check->options->target.qemu >= QEMU_EIM_EMULATED;
	unsigned vcpu;
	uint64_t id;

	if (!streq_null(guest->type, "qemu") || guest->vcpus.state != VALUE_VALID ||
	    (!streq_null(guest->architecture, "x86_64") &&
	     !streq_null(guest->architecture, "i686")) ||
	    !highest_id(guest, emulated, &vcpu, &id) || id <= XAPIC_LAST_ID)
		return;
	if (!emulated)
		check_set_remedy(
			check_found(
				check, guest->vcpu_element,
				"vCPU %u has APIC ID %llu; above %u, QEMU before %u.%u needs KVM.",
				vcpu, ULL(id), XAPIC_LAST_ID, MAJOR(QEMU_EIM_EMULATED),
				MINOR(QEMU_EIM_EMULATED)),
			"Use type='kvm', or fewer vCPUs.");
	else if (is_without_x2apic(guest))
		check_found(
			check, guest->vcpu_element,
			"vCPU %u has APIC ID %llu; above %u it needs x2APIC, which CPU model %s%s does not have.",
			vcpu, ULL(id), XAPIC_LAST_ID,
			guest->cpu_model ? guest->cpu_model : "qemu64",
			guest->cpu_model ? "" : ", libvirt's default,");
}

/*
 * Whether the last leaf of the model's CPUID is 0x1f if there are dies. QEMU has it for
 * CPUs of Intel, and in YongFeng; newer models have more leaves. The models of QEMU 11.1
 * were started with 2 dies, and some of those of QEMU 10.0.
 */
static bool ends_with_topology(const struct guest *guest)
{
	static const char *const intel[] = {
		"486",       "Broadwell", "Cascadelake", "Conroe",    "Cooperlake",
		"Denverton", "Haswell",   "Icelake",     "IvyBridge", "KnightsMill",
		"Nehalem",   "Penryn",    "SandyBridge", "Skylake",   "Snowridge",
		"Westmere",  "core",      "kvm32",       "kvm64",     "n270",
		"pentium",   "qemu32",    "YongFeng",    NULL,
	};
	static const char *const longer[] = {
		"ClearwaterForest", "DiamondRapids", "GraniteRapids",
		"SapphireRapids",   "SierraForest",  NULL,
	};
	const char *model = guest->cpu_model, *vendor = guest->cpu_vendor_id;

	if (!model || has_a_prefix(model, longer))
		return false;
	return vendor ? streq(vendor, "GenuineIntel") : has_a_prefix(model, intel);
}

static void dies_kvm(struct check *check)
{
	const struct guest *guest = check->guest;

	if (streq_null(guest->type, "qemu") &&
	    streq_null(guest->architecture, "x86_64") && !guest_is_efi(guest) &&
	    guest->dies.state == VALUE_VALID && guest->dies.value > 1 &&
	    ends_with_topology(guest))
		check_found(
			check, guest->topology_element,
			"dies='%llu' with CPU model %s: SeaBIOS makes QEMU crash without KVM.",
			ULL(guest->dies.value), guest->cpu_model);
}

static void fix_gic(struct fix *fix)
{
	fix_feature(fix, "gic", "version", "3");
}

const struct rule vcpus_rules[] = {
	{RULE("vcpus-gic", vcpus_gic, ERROR, 0, QEMU),
	 .what = "A virt machine with more than 8 vCPUs has GIC version 3.",
	 .why = "GICv2, libvirt's choice for type qemu if no version is given, supports 8. QEMU exits; on armv7l only 7.2 does, and those between 7.2 and 10.0 were not tried.",
	 .to_fix = "Write <gic version='3'/> in <features>.",
	 .source = "QEMU 7.2 hw/arm/virt.c, machvirt_init; measured",
	 .remedy = REMEDY_FIX, .fix = fix_gic, .fix_is_local = true},
	{RULE("gic-kvm", gic_kvm, ERROR, 0, QEMU),
	 .what = "Without KVM, the version of the GIC is not host.", .why = "QEMU exits.",
	 .to_fix = "Write <gic version='3'/>, or domain type='kvm'.",
	 .source = "QEMU 7.2 hw/arm/virt.c, finalize_gic_version; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("vcpus-x2apic", vcpus_x2apic, ERROR, 0, QEMU),
	 .after = {&iommu_rules[IOMMU_EIM_KVM]},
	 .what = "Without KVM, a vCPU with an APIC ID above 254 has a CPU model with x2APIC.",
	 .why = "QEMU exits if a vCPU has an APIC ID that its CPU cannot use; the IDs have gaps unless the topology consists of powers of 2. With KVM, every model has x2APIC. QEMU before 9.0 has it only with KVM, and refuses more vCPUs also if they can only be added later.",
	 .to_fix =
		 "Write <cpu mode='maximum'>, or <feature policy='require' name='x2apic'/> in <cpu>.",
	 .source = "QEMU 9.0 hw/i386/x86.c; query-cpu-model-expansion; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("dies-kvm", dies_kvm, ERROR, 0, QEMU), .decided_by = {"level"},
	 .what = "Without KVM and UEFI, a CPU model of Intel has one die for each socket.",
	 .why = "SeaBIOS asks for CPUID leaves that do not exist. QEMU 9.1 and later answer with the last one, which is that of the dies, and fail an assertion, so the guest ends at once.",
	 .to_fix =
		 "Use <cpu mode='maximum'> or <os firmware='efi'>, or write dies='1' and more cores.",
	 .source =
		 "QEMU 9.1 target/i386/cpu.c, encode_topo_cpuid1f; measured with QEMU 10.0 and 11.1",
	 .qemu = {.since = VERSION_OF(9, 1)}, .outside = "QEMU answers without a crash.",
	 .untried =
		 "The test ends when the guest runs; QEMU crashes a little later, in SeaBIOS.",
	 .remedy = REMEDY_EDIT},
	{},
};
