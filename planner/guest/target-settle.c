/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/target-settle.h"

#include "planner/guest/feature-use.h"
#include "planner/guest/host-emulator.h"

static void origin_set(struct target_origin *origin, enum target_why why,
		       const char *what, long line)
{
	free(origin->what);
	*origin = (struct target_origin){why, xstrdup(what), line};
}

/* Raises the versions to those that the domain proves. */
struct raise {
	struct target_settled *settled;
	const struct document *document;
};

static void raise_to(const struct raise *raise, struct target proof, const char *what,
		     int element)
{
	struct target_settled *settled = raise->settled;
	long line = raise->document && element >= 0
			    ? raise->document->elements.v[element].line
			    : 0;

	if (proof.libvirt > settled->target.libvirt) {
		settled->target.libvirt = proof.libvirt;
		origin_set(&settled->libvirt, TARGET_WHY_DOMAIN, what, line);
	}
	if (proof.qemu > settled->target.qemu) {
		settled->target.qemu = proof.qemu;
		origin_set(&settled->qemu, TARGET_WHY_DOMAIN, what, line);
	}
}

static void raise_to_machine(const struct raise *raise, const char *machine, int element)
{
	unsigned qemu = machine ? machine_type_qemu(machine) : 0;
	_cleanup_free_ char *what = NULL;

	if (qemu == 0)
		return;
	what = xasprintf("machine type %s", machine);
	raise_to(raise, (struct target){libvirt_beside(qemu), qemu}, what, element);
}

static void raise_to_attribute(void *user, int element, const char *name,
			       const struct known_attribute *known, unsigned since)
{
	const struct raise *raise = user;
	_cleanup_free_ char *what = NULL;

	(void)known;
	if (since == 0)
		return;
	what = xasprintf("%s= of <%s>", name,
			 document_element_name(raise->document, element));
	raise_to(raise, (struct target){since, 0}, what, element);
}

static void raise_to_features(const struct raise *raise, const struct guest *guest)
{
	for (size_t i = 0; i < n_feature_uses; i++) {
		const struct feature_use *use = &feature_uses[i];
		int element;

		if (target_has(&raise->settled->target, use->feature))
			continue;
		element = use->find(raise->document, guest);
		if (element >= 0)
			raise_to(raise, feature_first(use->feature), use->what, element);
	}
}

/* A version from the host's facts; 0 if unknown. */
static unsigned fact_version(const struct machine *host, const char *name)
{
	const char *value = host ? machine_fact(host, name) : NULL;
	unsigned version;

	return value && version_parse(value, &version) ? version : 0;
}

/*
 * Whether the domain's <emulator>, if any, is the program whose version is in the facts
 * (topology/facts-versions.c).
 */
static bool is_hosts_qemu(const struct document *document)
{
	static const char *const programs[] = {"/usr/bin/qemu-system-x86_64",
					       "/usr/bin/qemu-system-aarch64",
					       "/usr/libexec/qemu-kvm"};
	int element = document ? document_find(document, 0, "devices/emulator") : -1;
	_cleanup_free_ char *path =
		element >= 0 ? document_content(document, element) : NULL;

	for (size_t i = 0; path && i < ARRAY_SIZE(programs); i++)
		if (streq(path, programs[i]))
			return true;
	return !path;
}

/*
 * What the user gave or the host provides takes precedence over what the domain suggests.
 */
static void take_known(unsigned *version, struct target_origin *origin, unsigned given,
		       unsigned found, unsigned host)
{
	if (given > 0) {
		*version = given;
		origin_set(origin, TARGET_WHY_GIVEN, NULL, 0);
	} else if (found > 0) {
		*version = found;
		origin_set(origin, TARGET_WHY_INSTALLED, NULL, 0);
	} else if (host > 0) {
		*version = host;
		origin_set(origin, TARGET_WHY_HOST, NULL, 0);
	}
}

int target_wish_set(void *target, const struct option_row *row, const char *value,
		    struct error *error)
{
	_cleanup_free_ char *advice = NULL;
	struct target_wish *wish = target;

	wish->installed = false;
	advice = nearest_advice(value, "installed", "|");
	if (*advice && !streq(value, "installed"))
		return option_error(error, row->name, value,
				    "must be like libvirt=9.0,qemu=7.2, or installed%s",
				    advice);
	return target_parse_installed(value, &wish->installed, &wish->given, error);
}

/*
 * The QEMU that would run the domain: the one that its <emulator> or architecture means,
 * if the host's description has it, or the one that the facts name.
 */
static unsigned host_qemu(const struct machine *host, const struct document *document,
			  const struct guest *guest)
{
	const struct machine_emulator *emulator =
		guest ? host_emulator(host, guest) : NULL;
	unsigned version;

	if (emulator && emulator->version && version_parse(emulator->version, &version))
		return version;
	return is_hosts_qemu(document) ? fact_version(host, "qemu.version") : 0;
}

/* Where the packages whose versions are facts have the images
 * (topology/facts-firmware.c). */
static const struct edk2_package {
	const char *architecture, *fact, *folders[3];
} edk2_packages[] = {
	{"x86_64", "firmware.edk2-x86_64", {"/usr/share/OVMF/", "/usr/share/ovmf/"}},
	{"aarch64",
	 "firmware.edk2-aarch64",
	 {"/usr/share/AAVMF/", "/usr/share/qemu-efi-aarch64/"}},
};

static bool is_packaged(const struct edk2_package *package, const char *path)
{
	for (const char *const *folder = package->folders; *folder; folder++)
		if (has_prefix(path, *folder))
			return true;
	return false;
}

/* Whether libvirt may select an image for this architecture from another place. */
static bool may_select_other(const struct edk2_package *package,
			     const struct machine *host)
{
	for (size_t i = 0; i < host->firmware.n; i++) {
		const struct machine_firmware *firmware = &host->firmware.v[i];

		for (size_t j = 0; j < firmware->targets.n; j++)
			if (streq_null(firmware->targets.v[j].architecture,
				       package->architecture) &&
			    firmware->executable &&
			    !is_packaged(package, firmware->executable))
				return true;
	}
	return false;
}

static const struct edk2_package *edk2_package(const struct machine *host,
					       const struct guest *guest)
{
	const char *architecture = guest && guest->architecture ? guest->architecture
				   : host                       ? host->architecture
								: NULL;

	for (size_t i = 0; i < ARRAY_SIZE(edk2_packages); i++)
		if (streq_null(architecture, edk2_packages[i].architecture))
			return &edk2_packages[i];
	return NULL;
}

/* The host's edk2, if it is certain that the domain's firmware is that; else 0. */
static unsigned host_edk2(const struct machine *host, const struct guest *guest)
{
	const struct edk2_package *package = edk2_package(host, guest);
	const char *value = host && package ? machine_fact(host, package->fact) : NULL;
	unsigned version;

	if (!value || !edk2_parse(value, &version) ||
	    (guest && guest->loader ? !is_packaged(package, guest->loader)
				    : may_select_other(package, host)))
		return 0;
	return version;
}

/* Whether the domain's BIOS may be another than the one of the host's QEMU. */
static bool has_own_bios(const struct document *document, const struct guest *guest)
{
	return (guest && guest->loader && !guest_is_efi(guest)) ||
	       !is_hosts_qemu(document);
}

static void settle_firmware(const struct target_wish *wish, const struct machine *host,
			    const struct document *document, const struct guest *guest,
			    struct target_settled *ret)
{
	bool own = has_own_bios(document, guest);

	/* What is installed does not say anything about a file that the domain names. */
	take_known(&ret->target.seabios, &ret->seabios, wish->given.seabios,
		   own ? 0 : wish->found.seabios,
		   own ? 0 : fact_version(host, "firmware.seabios"));
	take_known(&ret->target.edk2, &ret->edk2, wish->given.edk2,
		   guest && guest->loader ? 0 : wish->found.edk2, host_edk2(host, guest));
}

void target_settle(const struct target_wish *wish, const struct machine *host,
		   const struct document *document, const struct guest *guest,
		   const char *machine, struct target_settled *ret)
{
	enum target_why why = wish->newest ? TARGET_WHY_NEWEST : TARGET_WHY_DEFAULT;
	struct raise raise = {ret, document};

	ret->target = wish->newest ? TARGET_NEWEST : TARGET_DEFAULT;
	ret->libvirt.why = ret->qemu.why = why;
	ret->seabios.why = ret->edk2.why = TARGET_WHY_UNKNOWN;
	if (machine || !guest)
		raise_to_machine(&raise, machine, -1);
	else
		raise_to_machine(&raise, guest->machine,
				 document_find(document, 0, "os/type"));
	if (guest) {
		raise_to_features(&raise, guest);
		feature_attributes(document, guest, raise_to_attribute, &raise);
	}
	take_known(&ret->target.libvirt, &ret->libvirt, wish->given.libvirt,
		   wish->found.libvirt, fact_version(host, "libvirt.version"));
	take_known(&ret->target.qemu, &ret->qemu, wish->given.qemu, wish->found.qemu,
		   host_qemu(host, document, guest));
	settle_firmware(wish, host, document, guest, ret);
}

void target_settled_free(struct target_settled *settled)
{
	free(settled->libvirt.what);
	free(settled->qemu.what);
	free(settled->seabios.what);
	free(settled->edk2.what);
	*settled = (struct target_settled){};
}

static const char *const whys[] = {
	[TARGET_WHY_DEFAULT] = "the default",
	[TARGET_WHY_NEWEST] = "the newest known to virt-layout",
	[TARGET_WHY_GIVEN] = "as given",
	[TARGET_WHY_INSTALLED] = "installed here",
	[TARGET_WHY_HOST] = "of the host",
};

static void add_origin(struct text *text, const struct target_origin *origin,
		       const char *file)
{
	if (origin->why != TARGET_WHY_DOMAIN) {
		text_printf(text, " (%s)", whys[origin->why]);
		return;
	}
	text_adds(text, " (raised by ");
	text_add_shown(text, origin->what);
	if (origin->line > 0 && file) {
		text_adds(text, ", ");
		text_add_shown(text, file);
		text_printf(text, ":%ld", origin->line);
	} else if (origin->line > 0) {
		text_printf(text, ", line %ld", origin->line);
	}
	text_addc(text, ')');
}

static bool alike(const struct target_origin *a, const struct target_origin *b)
{
	return a->why == b->why && streq_null(a->what, b->what);
}

bool target_settled_alike(const struct target_settled *a, const struct target_settled *b)
{
	return a->target.libvirt == b->target.libvirt &&
	       a->target.qemu == b->target.qemu &&
	       a->target.seabios == b->target.seabios &&
	       a->target.edk2 == b->target.edk2 && alike(&a->libvirt, &b->libvirt) &&
	       alike(&a->qemu, &b->qemu) && alike(&a->seabios, &b->seabios) &&
	       alike(&a->edk2, &b->edk2);
}

static void add_version(struct text *text, const char *name, unsigned version)
{
	text_printf(text, "%s %u.%u", name, MAJOR(version), MINOR(version));
}

static void add_firmware(struct text *text, const struct target_settled *settled)
{
	const struct {
		unsigned version;
		const struct target_origin *origin;
	} rows[] = {{settled->target.seabios, &settled->seabios},
		    {settled->target.edk2, &settled->edk2}};

	for (int efi = 0; efi < 2; efi++) {
		if (rows[efi].version == 0)
			continue;
		text_adds(text, ", ");
		text_add_firmware(text, efi, rows[efi].version);
		add_origin(text, rows[efi].origin, NULL);
	}
}

void text_add_target(struct text *text, const struct target_settled *settled,
		     const char *file)
{
	add_version(text, "libvirt", settled->target.libvirt);
	if (!alike(&settled->libvirt, &settled->qemu) ||
	    settled->libvirt.line != settled->qemu.line)
		add_origin(text, &settled->libvirt, file);
	add_version(text, " and QEMU", settled->target.qemu);
	add_origin(text, &settled->qemu, file);
	add_firmware(text, settled);
	if (target_is_unknown(&settled->target))
		text_printf(
			text,
			"; newer than libvirt %u.%u and QEMU %u.%u, the newest known to virt-layout: later changes are unknown",
			MAJOR(TARGET_NEWEST.libvirt), MINOR(TARGET_NEWEST.libvirt),
			MAJOR(TARGET_NEWEST.qemu), MINOR(TARGET_NEWEST.qemu));
	if (target_is_old(&settled->target))
		text_printf(
			text,
			"; older than libvirt %u.%u and QEMU %u.%u, the oldest supported: findings and plans may be wrong",
			MAJOR(TARGET_OLDEST.libvirt), MINOR(TARGET_OLDEST.libvirt),
			MAJOR(TARGET_OLDEST.qemu), MINOR(TARGET_OLDEST.qemu));
}

static const char *const why_words[] = {
	[TARGET_WHY_DEFAULT] = "default", [TARGET_WHY_NEWEST] = "newest",
	[TARGET_WHY_GIVEN] = "given",     [TARGET_WHY_INSTALLED] = "installed",
	[TARGET_WHY_HOST] = "host",       [TARGET_WHY_DOMAIN] = "domain",
	[TARGET_WHY_UNKNOWN] = NULL,
};

static void add_release(struct jsonw *json, const char *name, unsigned version)
{
	jsonw_format(json, name, "%u.%u.%u", MAJOR(version), MINOR(version),
		     version % 1000);
}

static void add_firmware_members(struct jsonw *json, const struct target_settled *settled)
{
	unsigned seabios = settled->target.seabios, edk2 = settled->target.edk2;

	if (seabios > 0)
		add_release(json, "seabios", seabios);
	else
		jsonw_null(json, "seabios");
	jsonw_string(json, "seabios_from", why_words[settled->seabios.why]);
	if (edk2 > 0)
		jsonw_format(json, "edk2", "%u.%02u", MAJOR(edk2), MINOR(edk2));
	else
		jsonw_null(json, "edk2");
	jsonw_string(json, "edk2_from", why_words[settled->edk2.why]);
}

static void add_members(struct jsonw *json, const char *name, unsigned version,
			const struct target_origin *origin)
{
	_cleanup_free_ char *from = xasprintf("%s_from", name);
	_cleanup_free_ char *what = xasprintf("%s_raised_by", name);
	_cleanup_free_ char *line = xasprintf("%s_line", name);

	add_release(json, name, version);
	jsonw_string(json, from, why_words[origin->why]);
	jsonw_string(json, what, origin->what);
	if (origin->line > 0)
		jsonw_int(json, line, origin->line);
	else
		jsonw_null(json, line);
}

void jsonw_target_members(struct jsonw *json, const struct target_settled *settled)
{
	add_members(json, "libvirt", settled->target.libvirt, &settled->libvirt);
	add_members(json, "qemu", settled->target.qemu, &settled->qemu);
	jsonw_bool(json, "newer_than_known", target_is_unknown(&settled->target));
	add_firmware_members(json, settled);
}
