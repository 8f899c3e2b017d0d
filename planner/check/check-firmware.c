/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-firmware.c - firmware, and what of the machine it needs. Sources: libvirt 9.0
 * src/qemu/qemu_validate.c, qemuValidateDomainDefBoot and
 * qemuValidateDomainDefFeatures; what 9.0, 11.3 and 12.9 refuse was tested.
 */
#include "planner/check/fix-parts.h"

/* The first libvirt that selects a firmware when the domain is defined (NEWS.rst). */
#define SELECTS_EARLY VERSION_OF(9, 2)

static bool is_selected(const struct guest *guest)
{
	return streq_null(guest->firmware, "efi");
}

/* Whether a loader is given that libvirt takes for one with Secure Boot; also a ROM. */
static bool loader_is_secure(const struct guest *guest)
{
	return guest->loader && switch_is(guest->loader_secure, true);
}

/* Whether the domain asks libvirt to select a firmware with Secure Boot. */
static bool selects_secure(const struct guest *guest)
{
	return is_selected(guest) && (switch_is(guest->firmware_secure_boot, true) ||
				      switch_is(guest->loader_secure, true));
}

static int loader_element(const struct check *check)
{
	int loader = document_find(check->document, 0, "os/loader");

	return loader >= 0 ? loader : document_find(check->document, 0, "os");
}

static void secure_boot_smm(struct check *check)
{
	const struct guest *guest = check->guest;
	bool off = switch_is(guest->smm, false);
	unsigned libvirt = check->options->target.libvirt;

	/* Without a path and firmware='efi', there is nothing with Secure Boot. */
	if (!guest_is_q35(guest) || switch_is(guest->smm, true) ||
	    (!is_selected(guest) && !(guest->loader && *guest->loader)) ||
	    (!loader_is_secure(guest) && !selects_secure(guest)) ||
	    (!off && is_selected(guest)))
		return;
	if (!off && libvirt >= SELECTS_EARLY && !streq_null(guest->loader_type, "rom")) {
		check_skip(
			check, "firmware-descriptor",
			"libvirt adds SMM only if a firmware descriptor of the host names the loader; write <smm state='on'/> to be sure");
		return;
	}
	check_found(check,
		    off ? check_part(check, 0, "features/smm") : loader_element(check),
		    "The firmware has Secure Boot, but SMM is %s.",
		    off ? "off" : "not enabled");
}

static void secure_boot_machine(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest_is_q35(guest))
		return;
	/* AAVMF and others may have Secure Boot, but without SMM: only by selection. */
	if (loader_is_secure(guest) || (selects_secure(guest) && guest_is_i440fx(guest)))
		check_found(check, loader_element(check),
			    "Secure Boot needs machine type q35, not %s.",
			    guest->machine ? guest->machine : "the default");
}

/* The value of <firmware><feature name= enabled=>; NULL. */
static const char *feature_of(const struct check *check, const char *wanted)
{
	const struct document *document = check->document;
	int row = document_find(document, 0, "os/firmware");

	for (row = row < 0 ? -1 : document_child(document, row, "feature"); row >= 0;
	     row = document_next(document, row, "feature"))
		if (streq_null(document_attribute(document, row, "name"), wanted))
			return document_attribute(document, row, "enabled");
	return NULL;
}

/* <nvram> that names neither a file, in either form, nor a template. */
static bool is_empty(const struct check *check, int nvram)
{
	_cleanup_free_ char *path = document_content(check->document, nvram);

	return !(path && *path) && !check->guest->nvram_template &&
	       document_child(check->document, nvram, "source") < 0;
}

static void firmware_features(struct check *check)
{
	const struct guest *guest = check->guest;
	int features = document_find(check->document, 0, "os/firmware/feature");
	int nvram = document_find(check->document, 0, "os/nvram");
	const char *loader_stateless =
		document_attribute(check->document,
				   MAX(document_find(check->document, 0, "os/loader"), 0),
				   "stateless");

	if (features >= 0 && !guest->firmware)
		check_found(
			check, features,
			"A <feature> of the firmware is given, but <os> has no firmware=.");
	if (features >= 0 && guest->firmware &&
	    streq_null(feature_of(check, "enrolled-keys"), "yes") &&
	    streq_null(feature_of(check, "secure-boot"), "no"))
		check_set_remedy(
			check_found(
				check, features,
				"The firmware feature enrolled-keys is enabled, but secure-boot is not."),
			"Enable secure-boot as well, or disable enrolled-keys.");
	if (!streq_null(guest->firmware, "bios") ||
	    check->options->target.libvirt < SELECTS_EARLY)
		; /* or libvirt refuses it at the start */
	else if (guest_is_virt(guest))
		check_set_remedy(check_found(check,
					     document_find(check->document, 0, "os"),
					     "There is no BIOS for machine type %s.",
					     guest->machine),
				 "Write <os firmware='efi'>, or remove firmware=.");
	else if (streq_null(feature_of(check, "secure-boot"), "yes"))
		check_set_remedy(check_found(check, features,
					     "A BIOS has no Secure Boot."),
				 "Write <os firmware='efi'>, or disable secure-boot.");
	if (nvram >= 0 && !guest->firmware && !guest->loader)
		check_found(check, nvram, "There is an <nvram>, but no firmware.");
	else if (nvram >= 0 && is_empty(check, nvram) &&
		 check->options->target.libvirt < SELECTS_EARLY)
		; /* an empty one is nothing there */
	else if (nvram >= 0 && streq_null(guest->firmware, "bios"))
		check_found(check, nvram, "There is an <nvram>, but a BIOS has none.");
	else if (nvram >= 0 && streq_null(loader_stateless, "yes"))
		check_set_remedy(
			check_found(check, nvram,
				    "There is an <nvram>, but the loader is stateless."),
			"Remove <nvram>, or stateless='yes' of the loader.");
}

/* The names of files that a domain may give its firmware (<sysinfo type='fwcfg'>). */
static void fw_cfg_name(struct check *check)
{
	const struct document *document = check->document;

	for (int sysinfo = document_find(document, 0, "sysinfo"); sysinfo >= 0;
	     sysinfo = document_next(document, sysinfo, "sysinfo"))
		for (int entry = streq_null(document_attribute(document, sysinfo, "type"),
					    "fwcfg")
					 ? document_child(document, sysinfo, "entry")
					 : -1;
		     entry >= 0; entry = document_next(document, entry, "entry")) {
			const char *name = document_attribute(document, entry, "name");
			bool reserved = name && (has_prefix(name, "opt/ovmf/") ||
						 has_prefix(name, "opt/org.qemu/"));

			if (!name || (has_prefix(name, "opt/") && !reserved))
				continue;
			check_found(check, entry, "%s %s.", name,
				    reserved ? "is a name that libvirt reserves"
					     : "does not begin with opt/");
		}
}

static void secure_boot_conflict(struct check *check)
{
	const struct guest *guest = check->guest;

	if (is_selected(guest) && guest->loader_secure.state == VALUE_VALID &&
	    guest->firmware_secure_boot.state == VALUE_VALID &&
	    guest->loader_secure.on != guest->firmware_secure_boot.on)
		check_found(
			check, loader_element(check),
			"The loader has secure='%s', but the feature secure-boot has enabled='%s'.",
			guest->loader_secure.on ? "yes" : "no",
			guest->firmware_secure_boot.on ? "yes" : "no");
}

/* Machines that a feature can be given to. */
enum { OF_X86 = 1, OF_VIRT = 2 };

/*
 * Of other machines: a finding. An older libvirt than @since refuses it everywhere
 * (feature-version).
 */
static const struct feature_row {
	const char *path, *attribute;
	unsigned machines, since;
} features[] = {
	{"features/aia", NULL, 0, 0},
	{"features/apic", "eoi", OF_X86, 0},
	{"features/ccf-assist", NULL, 0, 0},
	{"features/cfpc", NULL, 0, 0},
	{"features/hpt", NULL, 0, 0},
	{"features/htm", NULL, 0, 0},
	{"features/ibs", NULL, 0, 0},
	{"features/nested-hv", NULL, 0, 0},
	{"features/ps2", NULL, OF_X86, VERSION_OF(10, 7)},
	{"features/pvspinlock", NULL, OF_X86, 0},
	{"features/ras", NULL, OF_VIRT, VERSION_OF(10, 4)},
	{"features/sbbc", NULL, 0, 0},
	{"features/vmport", NULL, OF_X86, 0},
};

static void judge_feature(struct check *check, const struct feature_row *row,
			  unsigned machine)
{
	int element = document_find(check->document, 0, row->path);

	if (element < 0 || (row->machines & machine) != 0 ||
	    check->options->target.libvirt < row->since ||
	    (row->attribute &&
	     !document_attribute(check->document, element, row->attribute)))
		return;
	check_found(check, element, "Machine type %s does not have the feature %s%s%s.",
		    check->guest->machine ? check->guest->machine : "pc",
		    strchr(row->path, '/') + 1, row->attribute ? " with " : "",
		    row->attribute ? row->attribute : "");
}

/* All features of libvirt 12.9 (src/conf/schemas/domaincommon.rng). */
static const char *const feature_names[] = {
	"acpi",         "aia",        "apic",     "async-teardown",
	"capabilities", "ccf-assist", "cfpc",     "gic",
	"hap",          "hpt",        "htm",      "hyperv",
	"ibs",          "ioapic",     "kvm",      "msrs",
	"nested-hv",    "pae",        "pmu",      "privnet",
	"ps2",          "pvspinlock", "ras",      "sbbc",
	"smm",          "tcg",        "viridian", "virtualization",
	"vmcoreinfo",   "vmport",     "xen",
};

static bool is_feature(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(feature_names); i++)
		if (streq(name, feature_names[i]))
			return true;
	return false;
}

/* libvirt refuses what it does not know, which it drops elsewhere. */
static void find_unknown(struct check *check)
{
	const struct document *document = check->document;
	int parent = check->guest->features_element;
	int element = parent < 0 ? -1 : document_child(document, parent, NULL);

	for (; element >= 0; element = document_next(document, element, NULL)) {
		const char *name = document_element_name(document, element);
		_cleanup_text_ struct text shown = {};

		if (document->elements.v[element].node->ns || is_feature(name))
			continue;
		text_add_shown(&shown, name);
		check_found(check, element, "libvirt has no feature %s.", shown.s);
	}
}

/* The features that only machines of some architectures have. */
static void feature_machine(struct check *check)
{
	const struct guest *guest = check->guest;
	const char *gic = guest->gic_version;
	bool x86 = guest_is_q35(guest) || guest_is_i440fx(guest);

	find_unknown(check);
	if (x86 && document_find(check->document, 0, "features/gic") >= 0)
		check_found(check, document_find(check->document, 0, "features/gic"),
			    "Machine type %s has no GIC%s%s.",
			    guest->machine ? guest->machine : "pc",
			    gic ? ", version " : "", gic ? gic : "");
	if (guest_is_virt(guest) && guest->ioapic_element >= 0)
		check_found(check, guest->ioapic_element,
			    "Machine type %s has no I/O APIC.", guest->machine);
	if (!guest_is_q35(guest) &&
	    document_find(check->document, 0, "features/smm/tseg") >= 0)
		check_found(check, document_find(check->document, 0, "features/smm/tseg"),
			    "Only machine type q35 has a TSEG.");
	if (x86 || guest_is_virt(guest))
		for (size_t i = 0; i < ARRAY_SIZE(features); i++)
			judge_feature(check, &features[i], x86 ? OF_X86 : OF_VIRT);
}

static void fix_smm(struct fix *fix)
{
	fix_feature(fix, "smm", "state", "on");
}

const struct rule firmware_rules[] = {
	{RULE("secure-boot-smm", secure_boot_smm, ERROR, 0, LIBVIRT),
	 .what = "With Secure Boot, SMM is on.",
	 .why = "libvirt refuses Secure Boot with SMM off. It also refuses a loader with secure='yes' if <smm> is missing; versions from 9.2 on add it if a firmware descriptor of the host names the loader.",
	 .to_fix = "Write <smm state='on'/> in <features>.",
	 .source = LV "qemu/qemu_validate.c; tested with 11.3 and 12.9",
	 .remedy = REMEDY_FIX, .fix = fix_smm, .planned = PLAN_REFUSES},
	{RULE("secure-boot-machine", secure_boot_machine, ERROR, 0, LIBVIRT),
	 .what = "Secure Boot on x86 is only used with machine type q35.",
	 .why = "libvirt refuses it with others, because they have no SMM that protects the keys.",
	 .to_fix = "Use machine type q35, or a firmware without Secure Boot.",
	 .source = LV "qemu/qemu_validate.c; tested with 12.9", .remedy = REMEDY_EDIT},
	{RULE("secure-boot-conflict", secure_boot_conflict, ERROR, 0, LIBVIRT),
	 .what = "secure= of the loader and the feature secure-boot of the firmware agree.",
	 .why = "Otherwise libvirt finds no firmware that satisfies both.",
	 .to_fix = "Remove one of them.",
	 .source = "tested with libvirt 9.0, 11.3 and 12.9", .remedy = REMEDY_EDIT},
	{RULE("firmware-features", firmware_features, ERROR, 0, LIBVIRT),
	 .what = "Features of the firmware are given only if firmware= is given too, and do not contradict each other; firmware='bios' is used only on machines that have a BIOS, and without Secure Boot; an <nvram> is given only for a firmware that uses one.",
	 .why = "libvirt refuses other combinations.",
	 .to_fix = "Write <os firmware='efi'>, or remove the element.",
	 .source = LV "conf/domain_validate.c; qemu/qemu_firmware.c; tested with 12.9",
	 .remedy = REMEDY_EDIT},
	{RULE("fw-cfg-name", fw_cfg_name, ERROR, 0, LIBVIRT),
	 .what = "The names of a <sysinfo type='fwcfg'> begin with opt/, but not with opt/ovmf/ or opt/org.qemu/.",
	 .why = "libvirt refuses other names (\"That firmware name is reserved\").",
	 .to_fix =
		 "Choose another name; what edk2 itself reads, such as opt/ovmf/X-PciMmio64Mb, can be given only in <qemu:commandline>, with -fw_cfg.",
	 .source = LV "qemu/qemu_validate.c, qemuValidateDomainDefSysinfo",
	 .remedy = REMEDY_EDIT},
	{RULE("feature-machine", feature_machine, ERROR, 0, LIBVIRT),
	 .what = "A machine is given only features that libvirt knows and its type has.",
	 .why = "libvirt refuses <gic> and <ras> on x86; <ioapic>, <pvspinlock>, <vmport>, <ps2> and eoi= of <apic> on aarch64; <aia> and the features of pseries, such as <hpt> and <htm>, on both; <tseg> on machine types other than q35; and any element of <features> that it does not know.",
	 .to_fix = "Remove the element.",
	 .source = LV "qemu/qemu_validate.c; tested with 9.0, 11.3 and 12.9",
	 .remedy = REMEDY_EDIT},
	{},
};
