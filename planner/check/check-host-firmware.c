/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the host has firmware that libvirt can select, or that the domain names.
 * Sources: QEMU docs/interop/firmware.json; libvirt 9.0 and 11.3
 * src/qemu/qemu_firmware.c, qemuFirmwareMatchDomain. Which firmware is found was tried
 * with libvirt 9.0, which refuses at the start, and 11.3 and 12.9, which do not define
 * the domain.
 */
#include "planner/check/rules.h"

#include "base/list.h"
#include "planner/guest/host-emulator.h"
#include "topology/facts.h"

#include <fnmatch.h>
#include <stdlib.h>

/* The first libvirt that considers path, format and <loader type= readonly=>. */
#define MATCHES_LOADER VERSION_OF(9, 2)
#define POLICY_ES      4 /* of <launchSecurity><policy>: SEV-ES */

static bool fits_machine(const struct machine_firmware *firmware,
			 const char *architecture, const char *machine)
{
	for (size_t i = 0; i < firmware->targets.n; i++) {
		_cleanup_free_ char *patterns = xstrdup(firmware->targets.v[i].machines);
		char *rest = patterns, *pattern;

		if (!streq_null(firmware->targets.v[i].architecture, architecture))
			continue;
		while ((pattern = strsep(&rest, " ")))
			if (fnmatch(pattern, machine, 0) == 0)
				return true;
	}
	return false;
}

/* <feature enabled= name=> of <os><firmware>: the descriptor has each as requested. */
static bool has_features(const struct check *check,
			 const struct machine_firmware *firmware)
{
	int element = document_find(check->document, 0, "os/firmware");

	for (int i = element >= 0 ? document_child(check->document, element, "feature")
				  : -1;
	     i >= 0; i = document_next(check->document, i, "feature")) {
		const char *name = document_attribute(check->document, i, "name");
		const char *enabled = document_attribute(check->document, i, "enabled");

		if (name && enabled &&
		    list_has(firmware->features, ' ', name) != streq(enabled, "yes"))
			return false;
	}
	return true;
}

/* An attribute of the first element at a path. */
static const char *attribute_of(const struct check *check, const char *path,
				const char *name)
{
	int element = document_find(check->document, 0, path);

	return element >= 0 ? document_attribute(check->document, element, name) : NULL;
}

/* <pm>: sleep states that are enabled. */
static bool fits_power(const struct check *check, const struct machine_firmware *firmware)
{
	static const char *const rows[][2] = {
		{"pm/suspend-to-mem", "acpi-s3"},
		{"pm/suspend-to-disk", "acpi-s4"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq_null(attribute_of(check, rows[i][0], "enabled"), "yes") &&
		    !list_has(firmware->features, ' ', rows[i][1]))
			return false;
	return true;
}

static bool fits_security(const struct check *check,
			  const struct machine_firmware *firmware)
{
	const char *type = attribute_of(check, "launchSecurity", "type");
	int policy = document_find(check->document, 0, "launchSecurity/policy");
	_cleanup_free_ char *text =
		policy >= 0 ? document_content(check->document, policy) : NULL;

	if (streq_null(type, "sev-snp"))
		return list_has(firmware->features, ' ', "amd-sev-snp");
	if (!streq_null(type, "sev"))
		return true;
	return list_has(firmware->features, ' ', "amd-sev") &&
	       (!text || !(strtoul(text, NULL, 0) & POLICY_ES) ||
		list_has(firmware->features, ' ', "amd-sev-es"));
}

static bool fits_smm(const struct check *check, const struct machine_firmware *firmware)
{
	const struct guest *guest = check->guest;
	bool needed = list_has(firmware->features, ' ', "requires-smm");

	if (switch_is(guest->loader_secure, true))
		return needed;
	return !needed || check->options->target.libvirt < MATCHES_LOADER ||
	       !(switch_is(guest->smm, false) || switch_is(guest->loader_secure, false));
}

static bool is_other(const char *value, const char *wanted)
{
	return value && wanted && !streq(value, wanted);
}

/* Flash is split into code and variables, unless there are no variables. */
static bool fits_mode(const struct check *check, const struct machine_firmware *firmware)
{
	const char *stateless = attribute_of(check, "os/loader", "stateless");

	return !streq_null(firmware->device, "flash") ||
	       !is_other(firmware->mode,
			 streq_null(stateless, "yes") ? "stateless" : "split");
}

static bool fits_flash(const struct check *check, const struct machine_firmware *firmware)
{
	const struct guest *guest = check->guest;
	const char *format = attribute_of(check, "os/loader", "format");

	/* The format of the variables is wanted for the code as well. */
	if (!format)
		format = attribute_of(check, "os/nvram", "format");
	return !is_other(guest->loader_type, "pflash") &&
	       !is_other(firmware->format, format) &&
	       !is_other(firmware->nvram_template, guest->nvram_template);
}

static bool fits_loader(const struct check *check,
			const struct machine_firmware *firmware)
{
	const struct guest *guest = check->guest;
	const char *path = guest->loader && *guest->loader ? guest->loader : NULL;

	if (check->options->target.libvirt < MATCHES_LOADER)
		return true;
	if (is_other(firmware->executable, path) ||
	    streq_null(attribute_of(check, "os/loader", "readonly"), "no"))
		return false;
	if (streq_null(firmware->device, "flash"))
		return fits_flash(check, firmware);
	return !streq_null(firmware->device, "memory") ||
	       !is_other(guest->loader_type, "rom");
}

static bool fits(const struct check *check, const struct machine_firmware *firmware,
		 const char *architecture, const char *machine)
{
	const struct guest *guest = check->guest;
	const char *interface = streq(guest->firmware, "efi") ? "uefi" : guest->firmware;

	return list_has(firmware->interfaces, ' ', interface) &&
	       firmware->present != KNOWN_NO &&
	       fits_machine(firmware, architecture, machine) &&
	       has_features(check, firmware) && fits_power(check, firmware) &&
	       fits_security(check, firmware) && fits_smm(check, firmware) &&
	       fits_mode(check, firmware) && fits_loader(check, firmware);
}

/* What the patterns of descriptors are matched with; NULL: not known. */
struct names {
	const char *architecture, *machine;
};

static struct names names_of(const struct check *check)
{
	const struct guest *guest = check->guest;
	const struct machine *host = check->host;

	return (struct names){
		guest->architecture ? guest->architecture : host->architecture,
		guest->machine
			? host_machine_name(host_emulator(host, guest), guest->machine)
			: NULL,
	};
}

/* Patterns are of full names; an alias matches where the host names its type. */
static bool is_alias(const struct check *check, const char *machine)
{
	const struct machine_emulator *emulator =
		host_emulator(check->host, check->guest);

	return machine_type_is_alias(machine) && streq(machine, check->guest->machine) &&
	       !(emulator && emulator_type(emulator, machine));
}

/* Whether it is known which descriptors fit firmware=. */
static bool is_known(const struct check *check)
{
	struct names names = names_of(check);

	return machine_fact(check->host, "firmware.descriptors") && names.machine &&
	       names.architecture && !is_alias(check, names.machine);
}

/* The first descriptor that fits firmware=, if that is known; or NULL. */
static const struct machine_firmware *first_fit(const struct check *check)
{
	const struct machine *host = check->host;
	struct names names = names_of(check);

	for (size_t i = 0; i < host->firmware.n; i++)
		if (fits(check, &host->firmware.v[i], names.architecture, names.machine))
			return &host->firmware.v[i];
	return NULL;
}

/* Whether no descriptor fits firmware=; false if that is not known. */
static bool none_fits(const struct check *check)
{
	return check->guest->firmware && is_known(check) && !first_fit(check);
}

/* An older libvirt takes the first one, whatever <smm> says, and then refuses it. */
static void judge_first(struct check *check)
{
	const struct machine_firmware *first = first_fit(check);

	if (first && list_has(first->features, ' ', "requires-smm") &&
	    switch_is(check->guest->smm, false))
		check_set_remedy(
			check_found(
				check, document_find(check->document, 0, "os"),
				"libvirt before 9.2 selects the host's first firmware descriptor that fits firmware='%s', %s, which needs SMM, but <smm> is off.",
				check->guest->firmware,
				first->executable ? first->executable : "an image"),
			"Remove <smm state='off'/>, or write <firmware><feature enabled='no' name='secure-boot'/></firmware> in <os>.");
}

static void firmware_exists(struct check *check)
{
	const struct machine *host = check->host;
	struct names names = names_of(check);

	if (!check->guest->firmware)
		return;
	if (!machine_fact(host, "firmware.descriptors") || !names.machine ||
	    !names.architecture)
		check_skip(
			check, "firmware",
			"the host's description does not say which firmware is installed");
	else if (is_alias(check, names.machine))
		check_skip(check, "firmware",
			   "it is not known which machine type %s means on the host",
			   names.machine);
	else if (none_fits(check))
		check_found(
			check, document_find(check->document, 0, "os"),
			"None of the host's firmware descriptors (%zu) fits firmware='%s', machine type %s, architecture %s and the requested features.",
			host->firmware.n, check->guest->firmware, names.machine,
			names.architecture);
	else if (check->options->target.libvirt < MATCHES_LOADER)
		judge_first(check);
}

/* Whether the host's description lists the images of the folder that a path is in. */
static bool is_listed(const char *path)
{
	const char *slash = strrchr(path, '/');

	for (const char *const *folder = firmware_folders; *folder; folder++)
		if (has_prefix(path, *folder) && path + strlen(*folder) == slash + 1)
			return true;
	return false;
}

static enum known file_exists(const struct machine *host, const char *path)
{
	const char *files = machine_fact(host, "firmware.files");

	for (size_t i = 0; i < host->firmware.n; i++)
		if (streq_null(host->firmware.v[i].executable, path) &&
		    host->firmware.v[i].present != KNOWN_UNKNOWN)
			return host->firmware.v[i].present;
	if (!files)
		return KNOWN_UNKNOWN;
	if (list_has(files, ' ', path))
		return KNOWN_YES;
	return is_listed(path) ? KNOWN_NO : KNOWN_UNKNOWN;
}

/* An image for UEFI that the host has and libvirt would select; or NULL. */
static const char *other_image(const struct check *check)
{
	const struct machine *host = check->host;
	struct names names = names_of(check);
	bool secure = switch_is(check->guest->loader_secure, true);

	for (size_t i = 0; names.architecture && names.machine && i < host->firmware.n;
	     i++) {
		const struct machine_firmware *firmware = &host->firmware.v[i];

		if (list_has(firmware->interfaces, ' ', "uefi") && firmware->executable &&
		    firmware->present == KNOWN_YES &&
		    fits_machine(firmware, names.architecture, names.machine) &&
		    fits_mode(check, firmware) && !is_other(firmware->format, "raw") &&
		    list_has(firmware->features, ' ', "secure-boot") == secure)
			return firmware->executable;
	}
	return NULL;
}

static void judge_file(struct check *check, const char *element, const char *path)
{
	const char *other = guest_is_efi(check->guest) ? other_image(check) : NULL;
	enum known exists;
	struct finding *finding;

	if (!path || *path != '/')
		return;
	exists = file_exists(check->host, path);
	if (exists == KNOWN_UNKNOWN)
		check_skip(check, "firmware",
			   "it is not known whether the host has %s, which <%s> names",
			   path, element);
	if (exists != KNOWN_NO)
		return;
	finding = check_found(check, document_find(check->document, 0, "os"),
			      "The host does not have %s, which <%s> names.", path,
			      element);
	finding->observed = xstrdup(path);
	if (other && streq(element, "loader"))
		check_set_remedy(
			finding,
			"Write %s, or remove <loader> and write <os firmware='efi'>.",
			other);
}

static void loader_exists(struct check *check)
{
	/* With firmware=, libvirt also matches these files; firmware-exists reports it.
	 */
	if (none_fits(check) && check->options->target.libvirt >= MATCHES_LOADER)
		return;
	judge_file(check, "loader", check->guest->loader);
	judge_file(check, "nvram", check->guest->nvram_template);
}

#define UNTRIED "It depends on the firmware that is installed."

const struct rule host_firmware_rules[] = {
	{RULE("firmware-exists", firmware_exists, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host has firmware that <os firmware=> can select.",
	 .why = "libvirt selects firmware by the descriptor files of the host, and refuses the domain, or its start, if none fits. Versions before 9.2 take the first descriptor that fits without regard to <smm state='off'/>, and refuse the start if it needs SMM.",
	 .to_fix =
		 "Install the firmware's package, or remove firmware= or the features that no descriptor has.",
	 .source = LV "qemu/qemu_firmware.c; QEMU docs/interop/firmware.json",
	 .remedy = REMEDY_EDIT, .untried = UNTRIED},
	{RULE("loader-exists", loader_exists, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host has the files that <loader> and template= of <nvram> name.",
	 .why = "Distributions have firmware in different places and rename it: Debian 13 no longer has OVMF_CODE.fd. libvirt defines the domain, but cannot start it.",
	 .to_fix =
		 "Name a file that the host has, or remove <loader> and <nvram> and write <os firmware='efi'>.",
	 .source = LV "qemu/qemu_firmware.c; qemu/qemu_nvram.c; tested",
	 .remedy = REMEDY_EDIT, .untried = UNTRIED},
	{},
};
