/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-host-needs.c - what libvirt wants of the host before it accepts a domain: an
 * emulator for its architecture, KVM, swtpm, TLS for SPICE, devices for launch security.
 * Sources: libvirt 9.0 src/qemu/qemu_capabilities.c, virQEMUCapsInitGuest,
 * virQEMUCapsProbeQMPKVMState and virQEMUCapsProbeQMPTPM; src/qemu/qemu_validate.c. Every
 * verdict was measured with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/rules.h"

#include "planner/guest/each-device.h"
#include "planner/guest/host-emulator.h"
#include "planner/qemu/emulators.h"

/* An emulator that the domain names; record looks in the usual places only. */
static void judge_emulator(struct check *check)
{
	const char *path = check->guest->emulator;

	if (machine_emulator(check->host, path, NULL))
		return;
	if (emulators_look_at(path))
		check_found(check, check_part(check, 0, "devices/emulator"),
			    "The host has no emulator %s.", path);
	else
		check_skip(check, "emulators",
			   "the host's description does not say whether %s exists", path);
}

/* An emulator in another place than the usual ones may be found as well. */
static void emulator_exists(struct check *check)
{
	static const char *const known[] = {"x86_64", "aarch64", "s390x"};
	const struct guest *guest = check->guest;

	if (check->host->emulators.n == 0) {
		check_skip(check, "emulators",
			   "the host's description does not list its emulators");
		return;
	}
	if (guest->emulator)
		judge_emulator(check);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (streq_null(guest->architecture, known[i]) && !guest->emulator &&
		    !machine_emulator(check->host, NULL, known[i]))
			check_found(check, document_find(check->document, 0, "os/type"),
				    "The host has no QEMU for guests of architecture %s.",
				    known[i]);
}

/* False, and the rule is listed as skipped, if the record does not say. */
static bool is_known(struct check *check, const char *fact, const char *what)
{
	if (machine_fact(check->host, fact))
		return true;
	check_skip(check, fact, "the host's description does not say whether %s", what);
	return false;
}

static bool host_has(const struct check *check, const char *fact)
{
	return streq_null(machine_fact(check->host, fact), "yes");
}

/* Whose guests KVM of one architecture may run: those of the same row. */
static const char *kvm_family(const char *architecture)
{
	static const char *const rows[][4] = {
		{"x86_64", "i686"},
		{"aarch64", "armv7l", "armv6l"},
		{"ppc64", "ppc64le", "ppc"},
		{"riscv64", "riscv32"},
		{"s390x"},
		{"loongarch64"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (size_t j = 0; j < ARRAY_SIZE(rows[i]) && rows[i][j]; j++)
			if (streq_null(architecture, rows[i][j]))
				return rows[i][0];
	return NULL;
}

static void kvm_exists(struct check *check)
{
	const char *own = kvm_family(check->host->architecture);
	const char *wanted = kvm_family(check->guest->architecture);

	if (!streq_null(check->guest->type, "kvm"))
		return;
	if (own && wanted && !streq(own, wanted))
		check_found(
			check, 0,
			"The domain is of type kvm and for architecture %s, but KVM of the host (%s) cannot run such guests.",
			check->guest->architecture, check->host->architecture);
	else if (is_known(check, "kvm.device", "it has KVM") &&
		 !host_has(check, "kvm.device"))
		check_found(
			check, 0,
			"The domain is of type kvm, but the host has no /dev/kvm that works.");
}

/* The type of a TPM's back end. */
static const char *backend_of(const struct check *check,
			      const struct guest_device *device)
{
	int backend = device->element < 0 ? -1
					  : document_child(check->document,
							   device->element, "backend");

	return backend < 0 ? NULL : document_attribute(check->document, backend, "type");
}

static void tpm_emulator_exists(struct check *check)
{
	foreach_device (tpm, check->guest, "tpm") {
		const char *type = backend_of(check, tpm);

		if (!streq_null(type, "emulator") && !streq_null(type, "external"))
			continue;
		if (!is_known(check, "libvirt.swtpm", "swtpm is installed"))
			return;
		if (!host_has(check, "libvirt.swtpm"))
			check_found(
				check, tpm->element,
				"The TPM is emulated by swtpm, which is not installed on the host.");
	}
}

/* Whether a <graphics> listens on an address, as it does by default. */
static bool listens(const struct check *check, int element)
{
	int listen = document_child(check->document, element, "listen");
	const char *type =
		listen >= 0 ? document_attribute(check->document, listen, "type") : NULL;

	return !type || streq(type, "address") || streq(type, "network");
}

static void spice_tls(struct check *check)
{
	foreach_device (graphics, check->guest, "graphics") {
		const char *port;
		uint32_t number;

		if (!streq_null(graphics->type, "spice") ||
		    !listens(check, graphics->element))
			continue;
		port = document_attribute(check->document, graphics->element, "tlsPort");
		if (!port || !parse_u32(port, &number) || number == 0)
			continue;
		if (!is_known(check, "libvirt.spice-tls", "SPICE has TLS"))
			return;
		if (!host_has(check, "libvirt.spice-tls"))
			check_found(
				check, graphics->element,
				"SPICE has the TLS port %u, but TLS is off in the host's /etc/libvirt/qemu.conf.",
				number);
	}
}

static void lacks(struct check *check, int element, const char *fact, const char *what,
		  const char *device, const char *remedy)
{
	_cleanup_free_ char *exists = xasprintf("%s exists", device);

	if (is_known(check, fact, exists) && !host_has(check, fact))
		check_set_remedy(
			check_found(check, element,
				    "%s needs %s, which does not exist on the host.",
				    what, device),
			"%s", remedy);
}

/* A type of <launchSecurity>, and the parameter of KVM's module that turns it on. */
static const struct {
	const char *type, *name, *fact, *parameter;
} encrypted[] = {
	{"sev", "AMD SEV", "kvm.amd.sev", "sev of kvm_amd"},
	{"sev-snp", "AMD SEV-SNP", "kvm.amd.sev-snp", "sev_snp of kvm_amd"},
	{"tdx", "Intel TDX", "kvm.intel.tdx", "tdx of kvm_intel"},
};

/* The kernel turns a parameter off where the processor or the firmware lacks it. */
static void judge_parameter(struct check *check, int security, const char *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(encrypted); i++) {
		const char *value = machine_fact(check->host, encrypted[i].fact);

		if (!streq_null(type, encrypted[i].type))
			continue;
		if (!value)
			check_skip(
				check, encrypted[i].fact,
				"the host's description does not say whether it has %s",
				encrypted[i].name);
		else if (streq(value, "N") || streq(value, "0"))
			check_set_remedy(
				check_found(
					check, security,
					"%s is off on the host: the parameter %s is %s.",
					encrypted[i].name, encrypted[i].parameter, value),
				"Enable %s in the host's firmware and kernel, or remove <launchSecurity>.",
				encrypted[i].name);
	}
}

static void launch_security_exists(struct check *check)
{
	const struct guest *guest = check->guest;
	int security = document_find(check->document, 0, "launchSecurity");
	const char *type = security >= 0
				   ? document_attribute(check->document, security, "type")
				   : NULL;

	if (streq_null(type, "sev") || streq_null(type, "sev-snp"))
		lacks(check, security, "devices.sev", "AMD SEV", "/dev/sev",
		      "Enable SEV in the host's firmware and kernel, or remove <launchSecurity>.");
	/* Without the device the parameter is off as well. */
	if (streq_null(type, "tdx") || host_has(check, "devices.sev"))
		judge_parameter(check, security, type);
	for (size_t i = 0; i < guest->devices.n; i++)
		if (streq(guest->devices.v[i].tag, "memory") &&
		    streq_null(guest->devices.v[i].model, "sgx-epc"))
			lacks(check, guest->devices.v[i].element, "devices.sgx-vepc",
			      "Memory of model sgx-epc", "/dev/sgx_vepc",
			      "Enable SGX in the host's firmware and kernel, or remove the <memory>.");
}

#define UNTRIED "It depends on what is installed on the host, and how it is configured."

const struct rule host_needs_rules[] = {
	{RULE("emulator-exists", emulator_exists, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host has the domain's <emulator>, or a QEMU for its architecture.",
	 .why = "libvirt refuses a domain for which it finds no emulator, or whose <emulator> does not exist.",
	 .to_fix =
		 "Install QEMU for that architecture, such as the package qemu-system-arm for aarch64, or correct or remove <emulator>.",
	 .source = LV "qemu/qemu_capabilities.c; measured", .remedy = REMEDY_EDIT,
	 .untried = UNTRIED},
	{RULE("kvm-exists", kvm_exists, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host has KVM for the domain's architecture if the domain is of type kvm.",
	 .why = "libvirt refuses to define the domain: \"Emulator ... does not support virt type 'kvm'\". Without a driver for the host's CPU, /dev/kvm does not exist or does not work.",
	 .to_fix =
		 "Use type qemu (QEMU emulates the CPU, which is slow), or let the host have KVM: load kvm_intel or kvm_amd, enable virtualization in the firmware, or, if the host is a guest itself, nested virtualization where it runs.",
	 .source = LV "qemu/qemu_capabilities.c, qemu/qemu_validate.c; measured",
	 .remedy = REMEDY_EDIT, .untried = UNTRIED},
	{RULE("tpm-emulator-exists", tpm_emulator_exists, ERROR, NEED_HOST, LIBVIRT),
	 .what = "The host has swtpm if the domain has an emulated TPM.",
	 .why = "libvirt refuses a TPM with <backend type='emulator'> or 'external' unless it finds swtpm, swtpm_setup and swtpm_ioctl.",
	 .to_fix =
		 "Install swtpm and its tools (packages swtpm and swtpm-tools), or remove <tpm>.",
	 .source = LV "util/virtpm.c, qemu/qemu_capabilities.c; measured",
	 .remedy = REMEDY_EDIT, .untried = UNTRIED},
	{RULE("spice-tls", spice_tls, ERROR, NEED_HOST, LIBVIRT),
	 .what = "SPICE has a TLS port only if TLS is on in the host's qemu.conf.",
	 .why = "libvirt refuses the domain.",
	 .to_fix =
		 "Remove tlsPort=, or write spice_tls = 1 into /etc/libvirt/qemu.conf and install certificates.",
	 .source = LV "qemu/qemu_validate.c; measured", .remedy = REMEDY_EDIT,
	 .untried = UNTRIED},
	{RULE("launch-security-exists", launch_security_exists, ERROR, NEED_HOST,
	      LIBVIRT),
	 .what = "The host has /dev/sev and the parameter of KVM for AMD SEV or Intel TDX, and /dev/sgx_vepc for memory of model sgx-epc.",
	 .why = "QEMU reports that it cannot use them, and libvirt refuses the domain.",
	 .to_fix =
		 "Enable SEV, SEV-SNP, TDX or SGX in the host's firmware and kernel, or remove the element.",
	 .source = LV
	 "qemu/qemu_capabilities.c; QEMU target/i386/sev.c, hw/i386/sgx.c; measured",
	 .remedy = REMEDY_EDIT, .untried = UNTRIED},
	{},
};
