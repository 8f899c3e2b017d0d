/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-shmem.c - <shmem>, memory that guests share as a PCI device. Sources: libvirt 9.0
 * src/conf/domain_conf.c, virDomainShmemDefParseXML; src/qemu/qemu_domain.c,
 * qemuDomainShmemDefPostParse; src/qemu/qemu_command.c, qemuBuildShmemCommandLine. Every
 * verdict was measured with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/fix-parts.h"

#include "base/size.h"

#define LEAST_BYTES (UINT64_C(1) << 20)

#define foreach_shmem(device, guest)                                                     \
	for (const struct guest_device *device = (guest)->devices.v;                     \
	     device && device < (guest)->devices.v + (guest)->devices.n; device++)       \
		if (streq(device->tag, "shmem") && device->element >= 0)

static bool has_child(const struct check *check, const struct guest_device *shmem,
		      const char *name)
{
	return document_child(check->document, shmem->element, name) >= 0;
}

/* The default since the device exists. */
static const char *model_of(const struct guest_device *shmem)
{
	return shmem->model ? shmem->model : "ivshmem";
}

/* Without a unit it is a number of bytes. 0 if there is none, or no size. */
static uint64_t bytes_of(const struct check *check, const struct guest_device *shmem)
{
	int size = document_child(check->document, shmem->element, "size");
	_cleanup_free_ char *text =
		size >= 0 ? document_content(check->document, size) : NULL;
	const char *unit =
		size >= 0 ? document_attribute(check->document, size, "unit") : NULL;
	uint64_t value, bytes;

	return text && parse_u64(text, &value) &&
			       size_with_unit(value, unit && *unit ? unit : "bytes",
					      &bytes)
		       ? bytes
		       : 0;
}

static void shmem_size(struct check *check)
{
	foreach_shmem(shmem, check->guest)
	{
		uint64_t bytes = bytes_of(check, shmem);

		if (bytes == 0 || (bytes >= LEAST_BYTES && (bytes & (bytes - 1)) == 0))
			continue;
		check_found(
			check, check_part(check, shmem->element, "size"),
			bytes < LEAST_BYTES
				? "The shared memory has %llu bytes, but must have at least 1 MiB."
				: "The shared memory has %llu bytes, which is not a power of two.",
			ULL(bytes));
	}
}

static void shmem_model(struct check *check)
{
	foreach_shmem(shmem, check->guest)
	{
		if (streq(model_of(shmem), "ivshmem"))
			check_found(
				check, shmem->element,
				"The shared memory %s model ivshmem, which QEMU no longer has.",
				shmem->model ? "has" : "has no <model>, which means");
	}
}

/* What contradicts the model, which is not ivshmem; NULL. */
static const char *contradiction(const struct check *check,
				 const struct guest_device *shmem)
{
	bool server = has_child(check, shmem, "server");

	if (streq(model_of(shmem), "ivshmem-doorbell") && !server)
		return "Shared memory of model ivshmem-doorbell needs a <server>.";
	if (streq(model_of(shmem), "ivshmem-plain") && server)
		return "Shared memory of model ivshmem-plain cannot have a <server>.";
	if (streq(model_of(shmem), "ivshmem-doorbell") && bytes_of(check, shmem) > 0)
		return "Shared memory of model ivshmem-doorbell cannot have a <size>; the server decides it.";
	return NULL;
}

static void shmem_server(struct check *check)
{
	foreach_shmem(shmem, check->guest)
	{
		const char *what = contradiction(check, shmem);

		if (has_child(check, shmem, "msi") && !has_child(check, shmem, "server"))
			what = "Shared memory with <msi> needs a <server>.";
		if (what)
			check_found(check, shmem->element, "%s", what);
	}
}

const struct rule shmem_rules[] = {
	{RULE("shmem-size", shmem_size, ERROR, 0, LIBVIRT),
	 .what = "The size of shared memory is a power of two of at least 1 MiB.",
	 .why = "libvirt refuses any other size: 9.0 when it starts the domain, 11.3 when it defines it. A number without a unit is a number of bytes.",
	 .to_fix = "Round the <size> up to a power of two, with a unit such as MiB.",
	 .source = LV "qemu/qemu_command.c, qemuBuildShmemCommandLine; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("shmem-model", shmem_model, ERROR, 0, LIBVIRT),
	 .what = "Shared memory has the model ivshmem-plain or ivshmem-doorbell.",
	 .why = "The model ivshmem, which is the default, was removed from QEMU 4.0; libvirt refuses it.",
	 .to_fix =
		 "Write <model type='ivshmem-plain'/>, or ivshmem-doorbell if there is a <server>.",
	 .source = LV
	 "qemu/qemu_validate.c; QEMU docs/about/removed-features.rst; measured",
	 .remedy = REMEDY_EDIT},
	{RULE("shmem-server", shmem_server, ERROR, 0, LIBVIRT),
	 .what = "Shared memory has a <server> exactly if its model is ivshmem-doorbell, <msi> only with a server, and no <size> with one.",
	 .why = "libvirt refuses the domain.",
	 .to_fix =
		 "Use ivshmem-plain without <server> and <msi>, or ivshmem-doorbell with <server> and without <size>.",
	 .source = LV "qemu/qemu_domain.c, qemuDomainShmemDefPostParse; measured",
	 .remedy = REMEDY_EDIT},
	{},
};
