/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * boot-inputs.c - copies the user's kernel into the directory of a confined run
 * (run-confine.h), which runs as another user and does not see /tmp and /run.
 */
#include "planner/boot/boot.h"

#include "base/file.h"
#include "base/mem.h"
#include "planner/boot/run.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	INPUT_LIMIT_BYTES = 1 << 30, /* enough for a kernel with debugging symbols */
	PRELUDE_LIMIT_BYTES = 4096,
};

bool boot_is_confined(const struct boot_request *request)
{
	return geteuid() == 0 && !request->as_root;
}

/*
 * Machine types pc and q35 start an ELF image since version 4.0 (QEMU, pvh_enabled in
 * hw/i386/pc*.c). Types of distributions have versions of their own.
 */
static bool machine_starts_elf(const struct document *domain)
{
	static const char *const families[] = {"pc-q35-", "pc-i440fx-"};
	int type = document_find(domain, 0, "os/type");
	const char *machine =
		type < 0 ? NULL : document_attribute(domain, type, "machine");

	if (!machine || streq(machine, "pc") || streq(machine, "q35"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const char *version = machine + strlen(families[i]);
		char *end;

		if (has_prefix(machine, families[i]))
			return strtoul(version, &end, 10) >= 4 && *end == '.';
	}
	return false;
}

/* UEFI starts only what is a program for it. */
static bool may_be_uefi(const struct document *domain)
{
	int os = document_child(domain, 0, "os");

	return streq_null(document_attribute(domain, os, "firmware"), "efi") ||
	       document_child(domain, os, "loader") >= 0;
}

/* A guest that runs in hardware unpacks its kernel as fast as we do. */
static bool starts_elf(const struct boot_request *request, const struct document *domain,
		       enum boot_accel accel)
{
	return request->stop_after == STOP_AFTER_KERNEL && !request->plain &&
	       accel == ACCEL_TCG && streq(domain_architecture(domain), "x86_64") &&
	       !may_be_uefi(domain) && machine_starts_elf(domain);
}

/* Without the prelude, the boot takes longer and shows the same. */
static void add_prelude(const char *path, struct text *elf)
{
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text code = {};

	if (path && file_read(path, PRELUDE_LIMIT_BYTES, &code, &ignored) == 0)
		(void)kernel_add_prelude(elf, code.s, code.n);
}

static bool unpack(const char *image, size_t n, const char *prelude, const char *copy)
{
	_cleanup_error_ struct error ignored = {};
	_cleanup_text_ struct text elf = {};

	if (!kernel_unpack_elf(image, n, &elf))
		return false;
	add_prelude(prelude, &elf);
	if (run_root_write(copy, elf.s, elf.n, &ignored) == 0)
		return true;
	unlink(copy); /* there may be room for the original */
	return false;
}

char *boot_take_kernel(const struct boot_session *session, const struct document *domain,
		       enum boot_accel accel, struct error *error)
{
	const char *kernel = session->request->kernel;
	bool confined = boot_is_confined(session->request);
	bool elf = starts_elf(session->request, domain, accel);
	_cleanup_free_ char *path = realpath(kernel, NULL);
	_cleanup_free_ char *copy = xasprintf("%s/kernel", session->work);
	_cleanup_text_ struct text bytes = {};
	struct stat st;

	if (!path || stat(path, &st) < 0) {
		error_system(error, errno, "%s", kernel);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || (!confined && !elf))
		return TAKE(path);
	if (file_read(path, INPUT_LIMIT_BYTES, &bytes, error) < 0)
		return NULL;
	if (!elf || !unpack(bytes.s, bytes.n, session->request->prelude, copy)) {
		if (!confined)
			return TAKE(path);
		if (run_root_write(copy, bytes.s, bytes.n, error) < 0)
			return NULL;
	}
	return xasprintf("%s/kernel", session->root);
}
