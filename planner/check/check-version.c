/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the target's libvirt and QEMU support. Source: libvirt NEWS.rst; QEMU's change
 * log; planner/guest/target.h has the versions of features that are more than an
 * attribute.
 */
#include "planner/check/rules.h"

#include "base/option.h"
#include "planner/guest/feature-use.h"
#include "planner/guest/machine-type.h"

static void igb_qemu(struct check *check)
{
	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];

		if (streq(device->tag, "interface") && streq_null(device->model, "igb"))
			check_found(
				check, device->element,
				"Model igb needs QEMU 8.0; the target has %u.%u, which does not support it and exits.",
				MAJOR(check->options->target.qemu),
				MINOR(check->options->target.qemu));
	}
}

static struct finding *feature_found(struct check *check, int element, const char *what,
				     const char *needs)
{
	const struct target *target = &check->options->target;

	return check_found(check, element,
			   "%s needs %s; the target has libvirt %u.%u and QEMU %u.%u.",
			   what, needs, MAJOR(target->libvirt), MINOR(target->libvirt),
			   MAJOR(target->qemu), MINOR(target->qemu));
}

/* By a libvirt that does not know it. */
static bool is_dropped(const struct feature_use *use)
{
	return use->judge == USE_DROPPED || use->judge == USE_ATTRIBUTE;
}

static void feature_version(struct check *check)
{
	const struct target *target = &check->options->target;

	for (size_t i = 0; i < n_feature_uses; i++) {
		const struct feature_use *use = &feature_uses[i];
		_cleanup_free_ char *needs = NULL;
		int element;

		if (use->judge == USE_RULE || target_has(target, use->feature) ||
		    (is_dropped(use) &&
		     target->libvirt < feature_first(use->feature).libvirt) ||
		    (element = use->find(check->document, check->guest)) < 0)
			continue;
		needs = feature_needs(use->feature);
		feature_found(check, element, use->what, needs);
	}
}

static void machine_version(struct check *check)
{
	const struct guest *guest = check->guest;
	enum known old;
	unsigned version;

	if (!guest->machine)
		return;
	version = machine_type_qemu(guest->machine);
	if (version > TARGET_NEWEST.qemu)
		check_skip(
			check, "newer-virt-layout",
			"machine type %s is newer than QEMU %u.%u, the newest known version",
			guest->machine, MAJOR(TARGET_NEWEST.qemu),
			MINOR(TARGET_NEWEST.qemu));
	if (machine_type_unknown(guest->machine))
		check_skip(check, "newer-virt-layout",
			   "it is not known which QEMU version has machine type %s",
			   guest->machine);
	if (!has_prefix(guest->machine, "pc-q35-"))
		return;
	old = machine_type_is_older(guest->machine, VERSION_OF(4, 0));
	if (old == KNOWN_UNKNOWN && !machine_type_unknown(guest->machine) &&
	    guest->iommus.n > 0)
		check_skip(check, "newer-virt-layout",
			   "it is not known whether ports of machine type %s have ACS",
			   guest->machine);
	if (old == KNOWN_YES && guest->iommus.n > 0)
		check_found(
			check, check_part(check, 0, "os/type"),
			"Ports of machine type %s have no ACS, so with the guest's IOMMU everything below a root port is in the port's group.",
			guest->machine);
	if (version == VERSION_OF(6, 1))
		check_found(
			check, check_part(check, 0, "os/type"),
			"Machine type %s gives every port an I/O window: with more than 14 ports SeaBIOS does not boot.",
			guest->machine);
}

static const char *nearest_known(const char *name, const struct known_attribute *known)
{
	const char *names[32] = {};

	for (size_t i = 0; known[i].name && i < ARRAY_SIZE(names) - 1; i++)
		names[i] = known[i].name;
	return nearest_name(name, names);
}

/* Attributes of one element that came with a newer libvirt, or with none. */
struct dropped {
	struct check *check;
	int element;
	unsigned since, n;
	struct text names;   /* "a, b" */
	char *last;          /* not in names yet */
	const char *nearest; /* of the only one */
};

static void tell_dropped(struct dropped *dropped)
{
	struct check *check = dropped->check;
	unsigned libvirt = check->options->target.libvirt;
	bool many = dropped->n > 1;
	struct finding *finding;

	if (dropped->n == 0)
		return;
	finding = check_found(
		check, dropped->element,
		"libvirt %u.%u does not know the attribute%s %s%s%s of <%s> and silently drops %s.",
		MAJOR(libvirt), MINOR(libvirt), many ? "s" : "",
		many ? dropped->names.s : "", many ? " and " : "", dropped->last,
		document_element_name(check->document, dropped->element),
		many ? "them" : "it");
	finding->subject = many ? xasprintf("%s, %s", dropped->names.s, dropped->last)
				: xstrdup(dropped->last);
	if (dropped->since)
		check_set_remedy(finding, "Use libvirt %u.%u or newer, or remove %s.",
				 MAJOR(dropped->since), MINOR(dropped->since),
				 many ? "them" : "it");
	else if (!many && streq(dropped->last, "granule"))
		check_set_remedy(
			finding,
			"Write the element <granule size='4' unit='KiB'/> in <driver>, or remove the attribute.");
	else if (!many && dropped->nearest)
		check_set_remedy(finding, "Write %s, if that is what you mean.",
				 dropped->nearest);
}

static void forget_dropped(struct dropped *dropped)
{
	text_free(&dropped->names);
	free(dropped->last);
	*dropped = (struct dropped){.check = dropped->check};
}

/* What is known about the element at hand. */
struct judged {
	struct dropped newer, unknown;
};

static void tell_judged(struct judged *judged)
{
	tell_dropped(&judged->newer);
	forget_dropped(&judged->newer);
	tell_dropped(&judged->unknown);
	forget_dropped(&judged->unknown);
}

static void add_dropped(struct dropped *dropped, int element, const char *name)
{
	if (dropped->n++)
		text_printf(&dropped->names, "%s%s", dropped->names.n ? ", " : "",
			    dropped->last);
	free(dropped->last);
	dropped->last = xstrdup(name);
	dropped->element = element;
}

static void judge_attribute(void *user, int element, const char *name,
			    const struct known_attribute *known, unsigned since)
{
	struct judged *judged = user;
	const char *nearest = since ? NULL : nearest_known(name, known);

	if (since != 0 && since <= judged->newer.check->options->target.libvirt)
		return;
	if ((judged->newer.n && judged->newer.element != element) ||
	    (judged->unknown.n && judged->unknown.element != element))
		tell_judged(judged);
	/* A misspelling has its own remedy. */
	if (!since && judged->unknown.n && (nearest || judged->unknown.nearest)) {
		tell_dropped(&judged->unknown);
		forget_dropped(&judged->unknown);
	}
	add_dropped(since ? &judged->newer : &judged->unknown, element, name);
	judged->newer.since = MAX(judged->newer.since, since);
	judged->unknown.nearest = since ? judged->unknown.nearest : nearest;
}

static void judge_use(struct check *check, const struct feature_use *use)
{
	unsigned libvirt = check->options->target.libvirt,
		 since = feature_first(use->feature).libvirt;
	int element = libvirt < since ? use->find(check->document, check->guest) : -1;

	if (element >= 0)
		check_set_remedy(
			check_found(
				check, element,
				"%s is not known to libvirt %u.%u, which silently drops it.",
				use->what, MAJOR(libvirt), MINOR(libvirt)),
			"Use libvirt %u.%u or newer, or remove it.", MAJOR(since),
			MINOR(since));
}

/* libvirt reads <driver> only of PCI devices of the host. */
static void judge_iommufd(struct check *check, const struct guest_device *device)
{
	if (device->driver_iommufd.state == VALUE_ABSENT || device->driver_element < 0 ||
	    !streq(device->tag, "hostdev") || device->source.state == VALUE_VALID)
		return;
	check_set_remedy(
		check_found(
			check, device->driver_element,
			"libvirt silently drops <driver iommufd=> of a <hostdev> that is not a PCI device."),
		"Remove it.");
}

static void attribute_dropped(struct check *check)
{
	struct judged judged = {{.check = check}, {.check = check}};

	feature_attributes(check->document, check->guest, judge_attribute, &judged);
	tell_judged(&judged);
	for (size_t i = 0; i < n_feature_uses; i++)
		if (feature_uses[i].judge == USE_DROPPED)
			judge_use(check, &feature_uses[i]);
	for (size_t i = 0; i < check->guest->devices.n; i++)
		judge_iommufd(check, &check->guest->devices.v[i]);
}

const struct rule version_rules[] = {
	{RULE("feature-version", feature_version, ERROR, 0, LIBVIRT),
	 .what = "The libvirt and QEMU of the target (--target) support every feature used.",
	 .why = "Older versions refuse the domain.",
	 .to_fix = "Do not use the feature, or use a newer libvirt or QEMU (--target).",
	 .source = "libvirt NEWS.rst", .remedy = REMEDY_EDIT},
	{RULE("attribute-dropped", attribute_dropped, WARNING, 0, LIBVIRT),
	 .what = "Cells, ports, IOMMUs and tuning elements have only attributes that libvirt knows, and the domain has no element that is newer than libvirt.",
	 .why = "With --validate, virsh define refuses anything else; without it, libvirt silently drops it.",
	 .to_fix = "Check the spelling, or remove the attribute.",
	 .source = LV "conf/schemas/domaincommon.rng; NEWS.rst", .remedy = REMEDY_EDIT},
	{RULE("igb-qemu", igb_qemu, ERROR, 0, QEMU),
	 .what = "igb is used only with QEMU 8.0 or later.",
	 .why = "libvirt accepts any NIC model, but older versions of QEMU exit.",
	 .to_fix = "Use e1000e, or a newer QEMU.", .source = "QEMU 8.0 change log",
	 .qemu = {.until = VERSION_OF(8, 0)}, .outside = "QEMU has the model.",
	 .remedy = REMEDY_EDIT},
	{RULE("machine-version", machine_version, WARNING, 0, NOBODY),
	 .what = "The machine type has no known problem with ports.",
	 .why = "In types before pc-q35-4.0, ports have no ACS (Access Control Services); pc-q35-6.1 makes SeaBIOS run out of I/O space.",
	 .to_fix = "Use a newer machine type.",
	 .source = "QEMU hw/core/machine.c, compat tables", .remedy = REMEDY_EDIT},
	{},
};
