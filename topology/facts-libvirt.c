/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What libvirt needs of the host besides QEMU before it accepts some elements: KVM,
 * swtpm (libvirt src/util/virtpm.c), TLS for SPICE (src/qemu/qemu_conf.c, spice_tls of
 * qemu.conf), the devices of AMD SEV and Intel SGX (QEMU target/i386/sev.c,
 * hw/i386/sgx.c).
 */
#include "topology/facts-parts.h"

#include "base/text.h"

#define CONFIGURATION_BYTES (256u << 10)

/* All three are needed. */
static bool has_swtpm(const struct tree *top)
{
	static const char *const programs[] = {"swtpm", "swtpm_setup", "swtpm_ioctl"};
	static const char *const folders[] = {"usr/local/sbin", "usr/local/bin",
					      "usr/sbin",       "usr/bin",
					      "sbin",           "bin"};
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		bool here = false;

		for (size_t j = 0; j < ARRAY_SIZE(folders); j++) {
			_cleanup_free_ char *path =
				xasprintf("%s/%s", folders[j], programs[i]);

			here |= tree_has(top, path);
		}
		found += here;
	}
	return found == ARRAY_SIZE(programs);
}

/* "NAME = NUMBER" lines (libvirt src/util/virconf.c); the last one counts. */
static bool is_set(const char *text, const char *name)
{
	size_t n = strlen(name);
	bool set = false;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n \t\r");
		if (strncmp(line, name, n) == 0) {
			const char *value = line + n + strspn(line + n, " \t");

			if (*value == '=')
				set = value[1 + strspn(value + 1, " \t")] == '1';
		}
	}
	return set;
}

/* "yes", "no", or NULL and *@ret_why. */
static char *spice_tls(const struct facts *facts, const char **ret_why)
{
	_cleanup_text_ struct text text = {};

	*ret_why = "the source has no etc/libvirt";
	/* The dot is found only by those who may look into the folder. */
	if (facts->top.fd < 0 || !tree_has(&facts->top, "etc/libvirt/."))
		return NULL;
	if (!tree_has(&facts->top, "etc/libvirt/qemu.conf"))
		return facts->live ? xstrdup("no") : NULL;
	*ret_why = "only root may read etc/libvirt/qemu.conf";
	if (!tree_bytes(&facts->top, "etc/libvirt/qemu.conf", CONFIGURATION_BYTES, &text))
		return NULL;
	return xstrdup(text.n && is_set(text.s, "spice_tls") ? "yes" : "no");
}

/* Only a live machine tells by their absence that it does not have them. */
static void take_presence(struct facts *facts, const char *name, bool present)
{
	facts_take(facts, name,
		   present       ? xstrdup("yes")
		   : facts->live ? xstrdup("no")
				 : NULL,
		   "only the machine itself can tell");
}

/*
 * At boot kmod makes /dev/kvm for a module that is not loaded yet (modules.devname); the
 * kernel has KVM if it lists the device. Some containers hide that list.
 */
static bool has_kvm(const struct facts *facts)
{
	return facts->top.fd >= 0 && tree_has(&facts->top, "dev/kvm") &&
	       (tree_has(&facts->sys, "class/misc/kvm") ||
		!tree_has(&facts->sys, "class/misc"));
}

void facts_libvirt(struct facts *facts)
{
	bool open = facts->top.fd >= 0;
	const char *why;
	char *tls = spice_tls(facts, &why);

	take_presence(facts, "kvm.device", has_kvm(facts));
	take_presence(facts, "devices.sev", open && tree_has(&facts->top, "dev/sev"));
	take_presence(facts, "devices.sgx-vepc",
		      open && tree_has(&facts->top, "dev/sgx_vepc"));
	facts_take(facts, "libvirt.spice-tls", tls, why);
	take_presence(facts, "libvirt.swtpm", open && has_swtpm(&facts->top));
}
