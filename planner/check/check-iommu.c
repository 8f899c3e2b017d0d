/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's own IOMMU. Sources: libvirt 9.0 src/conf/domain_validate.c
 * (virDomainIOMMUDefValidate), src/qemu/qemu_validate.c; QEMU 7.2 hw/i386/intel_iommu.c
 * (vtd_decide_config), hw/i386/x86-iommu.c.
 */
#include "planner/check/fix-parts.h"

#include "planner/guest/feature-use.h"
#include "planner/guest/host-emulator.h"

#include "planner/guest/device-kind.h"

#include <ctype.h>

static bool is_model(const struct guest_iommu *iommu, const char *model)
{
	return streq_null(iommu->model, model);
}

static void iommu_machine(struct check *check)
{
	static const struct {
		const char *model;
		bool q35, virt;
	} rows[] = {{"intel", true, false},
		    {"amd", true, false},
		    {"smmuv3", false, true},
		    {"virtio", true, true}};

	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];

		for (size_t row = 0; row < ARRAY_SIZE(rows); row++) {
			if (!is_model(iommu, rows[row].model) ||
			    (rows[row].q35 && guest_is_q35(check->guest)) ||
			    (rows[row].virt && guest_is_virt(check->guest)))
				continue;
			check_found(
				check, iommu->element,
				"The %s IOMMU is not available for machine type %s, only for %s.",
				iommu->model,
				check->guest->machine ? check->guest->machine
						      : "(default)",
				!rows[row].virt ? "q35"
				: rows[row].q35 ? "q35 and virt"
						: "virt");
		}
	}
}

static size_t count_added(const struct guest *guest)
{
	size_t n = 0;

	for (size_t i = 0; i < guest->iommus.n; i++)
		n += guest->iommus.v[i].added;
	return n;
}

/*
 * QEMU accepts any number of SMMUv3 with a bus, and before them nothing, after them a
 * virtio IOMMU. The options of the machine, such as an SMMUv3 without a bus, come first.
 */
static void count_on_virt(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_iommu *whole = NULL;

	for (size_t i = 0; i < guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &guest->iommus.v[i];
		bool option = iommu->added && is_model(iommu, "smmuv3");

		if (guest_iommu_is_ignored(guest, iommu))
			continue;
		if (whole || (option && i > 0)) {
			check_relate(
				check,
				check_found(
					check, iommu->element,
					"There are several IOMMUs; QEMU supports that only if all are SMMUv3 with a pciBus."),
				(whole ? whole : guest->iommus.v)->element);
			return;
		}
		if (!guest_iommu_has_bus(iommu))
			whole = iommu;
	}
}

static void iommu_count(struct check *check)
{
	const struct guest *guest = check->guest;
	size_t n = guest->iommus.n, added = count_added(guest);
	bool defined = target_has(&check->options->target, FEATURE_SMMUV3_PER_BUS);
	struct finding *finding;

	if (defined && guest_is_virt(guest)) {
		count_on_virt(check);
		return;
	}
	if (n < 2)
		return;
	if (added == 0) {
		check_found(
			check, guest->iommus.v[1].element,
			defined ? "There are %zu <iommu> elements, but QEMU supports only one."
				: "There are %zu <iommu> elements, but the target supports only one.",
			n);
		return;
	}
	finding = check_found(
		check, guest->iommus.v[n - 1].element,
		"There are %zu IOMMUs, %zu of them in <qemu:commandline>, but QEMU supports only one.",
		n, added);
	check_relate(check, finding, guest->iommus.v[0].element);
}

static void iommu_address(struct check *check)
{
	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];

		if ((is_model(iommu, "intel") || is_model(iommu, "smmuv3")) &&
		    iommu->address.element >= 0)
			check_found(check, iommu->address.element,
				    "The %s IOMMU cannot have an address.", iommu->model);
	}
}

enum { INTEL = 1, AMD = 2, SMMUV3 = 4, VIRTIO = 8 };

static unsigned model_bit(const struct guest_iommu *iommu)
{
	static const struct {
		const char *model;
		unsigned bit;
	} rows[] = {{"intel", INTEL},
		    {"amd", AMD},
		    {"smmuv3", SMMUV3},
		    {"virtio", VIRTIO}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (is_model(iommu, rows[i].model))
			return rows[i].bit;
	return 0;
}

/*
 * The models that take an attribute of <driver>: each was tried with libvirt 9.0 to 12.9.
 */
static const struct {
	const char *name;
	unsigned models;
	bool accelerated; /* only beside accel='on' */
} driver_attributes[] = {
	{"intremap", INTEL | AMD, false},
	{"caching_mode", INTEL, false},
	{"eim", INTEL, false},
	{"iotlb", INTEL | AMD, false},
	{"aw_bits", INTEL | VIRTIO, false},
	{"dma_translation", INTEL, false},
	{"passthrough", AMD | VIRTIO, false},
	{"xtsup", AMD | VIRTIO, false},
	{"pciBus", SMMUV3, false},
	{"accel", SMMUV3, false},
	{"ats", SMMUV3, true},
	{"ril", SMMUV3, true},
	{"ssidsize", SMMUV3, true},
	{"oas", SMMUV3, true},
	{"cmdqv", SMMUV3, true},
};

/* The first QEMU that was tried whose amd-iommu no longer has the property pt. */
#define NO_PT VERSION_OF(11, 1)

/* What is wrong with an attribute of <driver>. */
enum attribute_wrong {
	ATTRIBUTE_RIGHT, /* or dropped by the target: attribute-dropped */
	ATTRIBUTE_FOREIGN,
	ATTRIBUTE_ACCELERATED,
	ATTRIBUTE_PT,
};

static enum attribute_wrong judge_attribute(const struct check *check,
					    const struct guest_iommu *iommu, size_t row)
{
	const char *name = driver_attributes[row].name;
	const struct target *target = &check->options->target;
	int driver = iommu->driver_element;
	unsigned model = model_bit(iommu);
	bool takes =
		(driver_attributes[row].models & model) &&
		!(model == VIRTIO && streq(name, "aw_bits") &&
		  target->libvirt < feature_first(FEATURE_IOMMU_VIRTIO_AW_BITS).libvirt);

	if (!document_attribute(check->document, driver, name) ||
	    feature_attribute_since("iommu/driver", name) > target->libvirt)
		return ATTRIBUTE_RIGHT;
	if (!takes)
		return ATTRIBUTE_FOREIGN;
	if (model == AMD && streq(name, "passthrough") && target->qemu >= NO_PT)
		return ATTRIBUTE_PT;
	return driver_attributes[row].accelerated &&
			       !streq_null(document_attribute(check->document, driver,
							      "accel"),
					   "on")
		       ? ATTRIBUTE_ACCELERATED
		       : ATTRIBUTE_RIGHT;
}

/* The attributes of <driver> with which something is wrong, "a, b and c"; NULL: none. */
static char *wrong_attributes(const struct check *check, const struct guest_iommu *iommu,
			      enum attribute_wrong wrong, unsigned *ret_n)
{
	struct text text = {};
	const char *last = NULL;

	*ret_n = 0;
	for (size_t row = 0; row < ARRAY_SIZE(driver_attributes); row++) {
		if (judge_attribute(check, iommu, row) != wrong)
			continue;
		if (last)
			text_printf(&text, "%s%s", text.n ? ", " : "", last);
		last = driver_attributes[row].name;
		++*ret_n;
	}
	if (last)
		text_printf(&text, "%s%s", text.n ? " and " : "", last);
	return last ? text_take(&text) : NULL;
}

static void say_attributes(struct check *check, const struct guest_iommu *iommu,
			   enum attribute_wrong wrong)
{
	const struct target *target = &check->options->target;
	unsigned n;
	_cleanup_free_ char *names = wrong_attributes(check, iommu, wrong, &n);
	int driver = iommu->driver_element;
	struct finding *finding;

	if (!names)
		return;
	if (wrong == ATTRIBUTE_PT)
		finding = check_found(
			check, driver,
			"passthrough= of the amd IOMMU needs QEMU's property pt, which QEMU %u.%u does not have.",
			MAJOR(target->qemu), MINOR(target->qemu));
	else
		finding =
			check_found(check, driver,
				    "The %s IOMMU %s the attribute%s %s%s.", iommu->model,
				    wrong == ATTRIBUTE_FOREIGN ? "does not take"
							       : "takes",
				    n > 1 ? "s" : "", names,
				    wrong == ATTRIBUTE_FOREIGN ? ""
							       : " only with accel='on'");
	finding->subject = xstrdup(names);
	if (n > 1)
		check_set_remedy(finding, "Remove the attributes%s.",
				 wrong == ATTRIBUTE_ACCELERATED ? ", or write accel='on'"
								: "");
	else if (wrong == ATTRIBUTE_ACCELERATED)
		check_set_remedy(finding, "Remove the attribute, or write accel='on'.");
}

/* <granule> in <driver>; an older libvirt drops it. A size of 0 is the same as none. */
static void say_granule(struct check *check, const struct guest_iommu *iommu)
{
	uint64_t bytes = iommu->granule_bytes.value;
	uint64_t kib = bytes / 1024 + (bytes % 1024 > 0); /* libvirt rounds up */

	if (iommu->granule_element < 0 || number_is(iommu->granule_bytes, 0) ||
	    check->options->target.libvirt < feature_first(FEATURE_IOMMU_GRANULE).libvirt)
		return;
	if (!is_model(iommu, "virtio"))
		check_found(check, iommu->granule_element,
			    "The %s IOMMU does not take <granule>.", iommu->model)
			->subject = xstrdup("granule");
	else if (iommu->granule_bytes.state == VALUE_VALID && kib != 4 && kib != 8 &&
		 kib != 16 && kib != 64)
		check_set_remedy(
			check_found(
				check, iommu->granule_element,
				"<granule> is %llu bytes; libvirt supports 4, 8, 16 and 64 KiB.",
				ULL(bytes)),
			"Write one of these sizes, or mode='host'.");
}

static void iommu_attributes(struct check *check)
{
	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];

		if (!model_bit(iommu) || iommu->added)
			continue;
		for (enum attribute_wrong wrong = ATTRIBUTE_FOREIGN;
		     iommu->driver_element >= 0 && wrong <= ATTRIBUTE_PT; wrong++)
			say_attributes(check, iommu, wrong);
		say_granule(check, iommu);
	}
}

static void iommu_model(struct check *check)
{
	static const char *const models[] = {"intel", "smmuv3", "virtio", "amd"};

	for (size_t i = 0; i < check->guest->iommus.n; i++) {
		const struct guest_iommu *iommu = &check->guest->iommus.v[i];
		bool known = iommu->added;

		for (size_t row = 0; row < ARRAY_SIZE(models); row++)
			known |= is_model(iommu, models[row]);
		if (known)
			continue;
		if (iommu->model)
			check_found(check, iommu->element,
				    "An IOMMU has the unknown model %s.", iommu->model);
		else
			check_found(check, iommu->element, "An IOMMU has no model.");
	}
}

static void iommu_virtio_acpi(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->iommus.n; i++) {
		struct finding *finding;

		if (!is_model(&guest->iommus.v[i], "virtio") || guest->acpi_element >= 0)
			continue;
		finding = check_found(check, guest->iommus.v[i].element,
				      "The virtio IOMMU needs ACPI.");
		if (streq_null(guest->architecture, "aarch64") && !guest_is_efi(guest))
			check_set_remedy(
				finding,
				"Write <os firmware='efi'> and add <acpi/> to <features>; on aarch64 libvirt requires both together.");
	}
}

static void iommu_virtio_root(struct check *check)
{
	for (size_t i = 0; i < check->assignment->refusals.n; i++) {
		const struct assign_refusal *refusal = &check->assignment->refusals.v[i];

		if (refusal->kind == REFUSED_NOT_ROOT && refusal->item.iommu >= 0)
			check_found(
				check, assign_element(check->guest, refusal->item),
				"The %s IOMMU is on controller %u; it can only be on bus 0.",
				check->guest->iommus.v[refusal->item.iommu].model,
				refusal->at.bus);
	}
}

/* From 11.3 on libvirt itself chooses driver='qemu' if no driver is given. */
static bool has_split_ioapic(const struct check *check)
{
	const char *driver = check->guest->ioapic_driver;

	return driver ? streq(driver, "qemu")
		      : target_has(&check->options->target,
				   FEATURE_INTREMAP_WITHOUT_IOAPIC);
}

/* One of <qemu:commandline> is judged by QEMU alone, which minds KVM's own controller
 * only. */
static void iommu_intremap_ioapic(struct check *check)
{
	const struct guest_iommu *iommu = check_intel_iommu(check);

	if (iommu && iommu->added && !streq_null(check->guest->type, "kvm"))
		return;
	if (iommu && switch_is(iommu->intremap, true) && !has_split_ioapic(check))
		check_found(check, iommu->driver_element,
			    "intremap='on' needs <ioapic driver='qemu'/> in <features>.");
}

static void iommu_eim_intremap(struct check *check)
{
	const struct guest_iommu *iommu = check_intel_iommu(check);

	if (iommu && switch_is(iommu->eim, true) && !switch_is(iommu->intremap, true))
		check_found(check, iommu->driver_element,
			    "eim='on' needs intremap='on'.");
}

static void iommu_eim_kvm(struct check *check)
{
	const struct guest_iommu *iommu = check_intel_iommu(check);

	if (iommu && switch_is(iommu->eim, true) &&
	    streq_null(check->guest->type, "qemu"))
		check_found(check, iommu->driver_element,
			    "eim='on' needs KVM, but the domain's type is qemu.");
}

/* libvirt itself refuses what a virtio IOMMU does not take. */
static void say_virtio_width(struct check *check, const struct guest_iommu *iommu)
{
	if (is_model(iommu, "virtio") && !iommu->added &&
	    target_has(&check->options->target, FEATURE_IOMMU_VIRTIO_AW_BITS) &&
	    iommu->aw_bits.state == VALUE_VALID &&
	    (iommu->aw_bits.value < 32 || iommu->aw_bits.value > 64))
		check_set_remedy(
			check_found(check, iommu->driver_element,
				    "aw_bits is %llu; a virtio IOMMU supports 32 to 64.",
				    ULL(iommu->aw_bits.value)),
			"Write a number in that range, or remove it.");
}

static void iommu_aw_bits(struct check *check)
{
	const struct guest_iommu *iommu = check_intel_iommu(check);

	for (size_t i = 0; i < check->guest->iommus.n; i++)
		say_virtio_width(check, &check->guest->iommus.v[i]);
	if (iommu && iommu->aw_bits.state == VALUE_VALID && iommu->aw_bits.value != 39 &&
	    iommu->aw_bits.value != 48)
		check_values(check_found(check, iommu->driver_element,
					 "aw_bits is %llu; QEMU supports 39 and 48.",
					 ULL(iommu->aw_bits.value)),
			     NULL, "39 or 48");
}

/* What gives the domain eim, as the end of a sentence. */
static const char *eim_wish(const struct check *check, const struct guest_iommu *iommu)
{
	if (iommu && !iommu->added)
		return switch_is(iommu->intremap, true)
			       ? "set eim='on' in <driver> of the <iommu>"
			       : "set intremap='on' and eim='on' in <driver> of the <iommu>";
	if (check->guest->iommus.n > 0)
		return "replace the IOMMU with <iommu model='intel'><driver intremap='on' eim='on'/></iommu>";
	return "add <iommu model='intel'><driver intremap='on' eim='on'/></iommu>";
}

/* From 12.2 on libvirt accepts any IOMMU, but then not KVM's own I/O APIC. It looks at
 * the first IOMMU, and takes xtsup= of any model for that of the amd IOMMU (12.9). */
static void need_split_ioapic(struct check *check)
{
	const struct guest *guest = check->guest;

	if (!streq_null(guest->ioapic_driver, "kvm") ||
	    (guest->iommus.n > 0 && switch_is(guest->iommus.v[0].xtsup, true)))
		return;
	check_set_remedy(
		check_found(
			check, guest->ioapic_element,
			"The domain has %llu vCPUs; with <ioapic driver='kvm'/>, more than 255 need an intel IOMMU with eim='on' or an amd IOMMU with xtsup='on'.",
			ULL(guest->vcpus.value)),
		"Write <ioapic driver='qemu'/>.");
}

/* From 10.10 on libvirt adds what is missing, but does not change what is given. */
static void vcpus_need_eim(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_iommu *iommu = check_intel_iommu(check);
	const char *wish, *ioapic;
	struct finding *finding;

	if (guest->vcpus.state != VALUE_VALID || guest->vcpus.value <= 255 ||
	    !streq_null(guest->architecture, "x86_64") || !guest_is_q35(guest))
		return;
	if (iommu && switch_is(iommu->eim, true))
		return;
	if (target_has(&check->options->target, FEATURE_IOMMU_ANY)) {
		need_split_ioapic(check);
		return;
	}
	finding = check_found(
		check, guest->vcpu_element,
		"The domain has %llu vCPUs; more than 255 need an intel IOMMU with eim='on'.",
		ULL(guest->vcpus.value));
	wish = eim_wish(check, iommu);
	ioapic = has_split_ioapic(check)
			 ? ""
			 : ", and write <ioapic driver='qemu'/> in <features>";
	if (streq_null(guest->type, "qemu"))
		check_set_remedy(
			finding,
			"Reduce <vcpu> to 255, or use type='kvm', which eim needs, and %s%s.",
			wish, ioapic);
	else
		check_set_remedy(finding, "%c%s%s.", toupper((unsigned char)*wish),
				 wish + 1, ioapic);
}

static void vcpus_limit(struct check *check)
{
	const struct guest *guest = check->guest;
	unsigned limit =
		guest->machine
			? host_machine_vcpus(host_emulator_told(check->host, guest,
								&check->options->target),
					     guest->machine, check->options->target.qemu)
			: 0;

	if (number_is(guest->vcpus, 0))
		check_set_remedy(
			check_found(
				check, guest->vcpu_element,
				"<vcpu> is 0: libvirt refuses a domain without vCPUs."),
			"Set it to at least 1.");
	else if (number_is(guest->current_vcpus, 0) ||
		 (guest->vcpus.state == VALUE_VALID &&
		  guest->current_vcpus.state == VALUE_VALID &&
		  guest->current_vcpus.value > guest->vcpus.value))
		check_set_remedy(
			check_found(
				check, guest->vcpu_element,
				"current='%llu' is not between 1 and %llu, the value of <vcpu>.",
				ULL(guest->current_vcpus.value), ULL(guest->vcpus.value)),
			"Use a number in that range, or remove current=.");
	if (guest->vcpus.state != VALUE_VALID)
		return;
	/* No type of these families, a distribution's or not, is known to take fewer. */
	if (guest->machine && limit == 0 &&
	    !(machine_type_family(guest->machine) && guest->vcpus.value <= 240))
		check_skip(check, "machine-types",
			   "it is not known how many vCPUs machine type %s supports",
			   guest->machine);
	else if (limit > 0 && guest->vcpus.value > limit)
		check_found(
			check, guest->vcpu_element,
			"%llu vCPUs are more than the maximum of machine type %s, %u.",
			ULL(guest->vcpus.value), guest->machine, limit);
}

static void fix_ioapic(struct fix *fix)
{
	fix_feature(fix, "ioapic", "driver", "qemu");
}

static void fix_address(struct fix *fix)
{
	edit_remove(&fix->edits, fix->element);
}

/* Rows that are prerequisites of others. */
enum { VCPUS_LIMIT };

const struct rule iommu_rules[] = {
	[VCPUS_LIMIT] =
		{RULE("vcpus-limit", vcpus_limit, ERROR, 0, LIBVIRT),
		 .what = "There is at least one vCPU, and not more than the machine supports.",
		 .why = "libvirt refuses a domain without vCPUs, or with more than QEMU reports for the machine.",
		 .to_fix = "Reduce <vcpu>, or use a newer QEMU.",
		 .source = "QEMU 7.2 hw/i386/pc_q35.c", .remedy = REMEDY_EDIT},
	{RULE("vcpus-need-eim", vcpus_need_eim, ERROR, 0, LIBVIRT),
	 .after = {&iommu_rules[VCPUS_LIMIT]},
	 .what = "A domain with more than 255 vCPUs uses extended interrupt mode (eim), which APIC IDs above 255 need.",
	 .why = "libvirt refuses more than 255 vCPUs without it. Since 10.10, libvirt adds the IOMMU itself if there is none, and turns on eim unless it is off. Since 12.2, it accepts any IOMMU, unless <ioapic driver='kvm'/> is given.",
	 .to_fix =
		 "Add <iommu model='intel'><driver intremap='on' eim='on'/></iommu>, or set both in the one that exists, and write <ioapic driver='qemu'/> in <features>.",
	 .source = LV "qemu/qemu_validate.c; NEWS.rst 10.10.0", .remedy = REMEDY_EDIT,
	 .planned = PLAN_FIXES},
	[IOMMU_MACHINE] = {RULE("iommu-machine", iommu_machine, ERROR, 0, LIBVIRT),
			   .what = "The machine supports the IOMMU's model.",
			   .why = "libvirt refuses other models.",
			   .to_fix = "Change the model or the machine type.",
			   .source = LV "qemu/qemu_validate.c", .remedy = REMEDY_EDIT,
			   .planned = PLAN_FIXES_WITH_IOMMU},
	{RULE("iommu-count", iommu_count, ERROR, 0, LIBVIRT),
	 .what = "A domain has at most one <iommu>, or on machine type virt several SMMUv3, each with its own pciBus.",
	 .why = "libvirt before 11.10 refuses a second <iommu>. Later versions accept any number, but QEMU exits unless all of them are SMMUv3 of different buses.",
	 .to_fix = "Remove one of them, or give each SMMUv3 a pciBus.",
	 .source = LV "conf/domain_conf.c", .remedy = REMEDY_EDIT},
	{RULE("iommu-address", iommu_address, ERROR, 0, LIBVIRT),
	 .what = "The intel and smmuv3 IOMMUs have no <address>.",
	 .why = "They are not PCI devices, and libvirt refuses an address.",
	 .to_fix = "Remove the <address>.", .source = LV "conf/domain_validate.c",
	 .remedy = REMEDY_FIX, .fix = fix_address, .planned = PLAN_FIXES_WITH_IOMMU},
	{RULE("iommu-attributes", iommu_attributes, ERROR, 0, LIBVIRT),
	 .what = "The IOMMU's model supports the options of its driver.",
	 .why = "libvirt refuses an attribute of another model. It accepts passthrough= of the amd IOMMU, but QEMU 11.1 no longer has that property and exits.",
	 .to_fix = "Remove the attribute.", .source = LV "conf/domain_validate.c",
	 .remedy = REMEDY_EDIT, .planned = PLAN_FIXES_WITH_IOMMU},
	[IOMMU_VIRTIO_ACPI] =
		{RULE("iommu-virtio-acpi", iommu_virtio_acpi, ERROR, 0, LIBVIRT),
		 .after = {&acpi_rules[UEFI_NEEDS_ACPI]},
		 .what = "The virtio IOMMU needs ACPI.",
		 .why = "The guest finds it through an ACPI table, and libvirt refuses it without ACPI.",
		 .to_fix = "Add <acpi/> to <features>.",
		 .source = LV "qemu/qemu_validate.c", .remedy = REMEDY_EDIT,
		 .planned = PLAN_FIXES},
	{RULE("iommu-virtio-root", iommu_virtio_root, ERROR, NEED_MACHINE, LIBVIRT),
	 .what = "The virtio and amd IOMMUs are on bus 0.",
	 .why = "The guest's ACPI tables can describe them only there, and libvirt refuses any other bus.",
	 .to_fix = "Give it an address with bus='0x00', or none.",
	 .source = LV "conf/domain_addr.c", .remedy = REMEDY_EDIT},
	{RULE("iommu-intremap-ioapic", iommu_intremap_ioapic, ERROR, 0, LIBVIRT),
	 .after = {&iommu_rules[IOMMU_MACHINE]},
	 .what = "Interrupt remapping is used only with a split interrupt controller (<ioapic driver='qemu'/>).",
	 .why = "libvirt refuses any other controller, and libvirt before 11.3 does not choose the split one by itself.",
	 .to_fix = "Add <ioapic driver='qemu'/> to <features>.",
	 .source = LV "conf/domain_validate.c", .remedy = REMEDY_FIX, .fix = fix_ioapic,
	 .planned = PLAN_FIXES_WITH_IOMMU},
	[IOMMU_EIM_INTREMAP] =
		{RULE("iommu-eim-intremap", iommu_eim_intremap, ERROR, 0, LIBVIRT),
		 .after = {&iommu_rules[IOMMU_MACHINE]},
		 .what = "eim is used only together with interrupt remapping.",
		 .why = "libvirt refuses eim='on' without intremap='on'.",
		 .to_fix = "Add intremap='on', or remove eim.",
		 .source = LV "conf/domain_validate.c", .remedy = REMEDY_EDIT,
		 .planned = PLAN_FIXES_WITH_IOMMU},
	[IOMMU_EIM_KVM] = {RULE("iommu-eim-kvm", iommu_eim_kvm, ERROR, 0, QEMU),
			   .after = {&iommu_rules[IOMMU_MACHINE]}, .decided_by = {"eim"},
			   .what = "eim is used only with KVM.",
			   .why = "Without KVM, QEMU exits.",
			   .to_fix = "Remove eim, or use type='kvm'.",
			   .source = "QEMU 7.2 hw/i386/intel_iommu.c, vtd_decide_config",
			   .qemu = {.until = QEMU_EIM_EMULATED},
			   .outside = "QEMU supports eim without KVM as well.",
			   .remedy = REMEDY_EDIT},
	{RULE("iommu-aw-bits", iommu_aw_bits, ERROR, 0, QEMU), .decided_by = {"aw-bits"},
	 .what = "aw_bits is 39 or 48 for an intel IOMMU, and 32 to 64 for a virtio IOMMU.",
	 .why = "libvirt accepts any number for the intel IOMMU, but QEMU exits.",
	 .to_fix = "Write 39 or 48, or remove it.",
	 .source = "QEMU 7.2 hw/i386/intel_iommu.c", .remedy = REMEDY_EDIT},
	{RULE("iommu-model", iommu_model, ERROR, 0, LIBVIRT),
	 .what = "The model of an IOMMU is intel, smmuv3, virtio or amd.",
	 .why = "libvirt refuses other models, and an <iommu> without one.",
	 .to_fix = "Write a model that the machine type supports.",
	 .source = LV
	 "conf/domain_conf.c, virDomainIOMMUDefParseXML; measured with 9.0, 11.3 and 12.9",
	 .remedy = REMEDY_EDIT},
	{},
};
