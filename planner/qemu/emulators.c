/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/qemu/emulators.h"

#include <stdio.h>
#include <unistd.h>

/* Where distributions install them; the host's own architecture is asked first. */
static const struct {
	const char *path;
	const char *architecture; /* of its guests; NULL: the host's */
} places[] = {
	{"/usr/bin/qemu-system-x86_64", "x86_64"},
	{"/usr/bin/qemu-system-aarch64", "aarch64"},
	{"/usr/bin/qemu-system-s390x", "s390x"},
	{"/usr/libexec/qemu-kvm", NULL},
	{"/usr/bin/qemu-kvm", NULL},
	{"/usr/local/bin/qemu-system-x86_64", "x86_64"},
	{"/usr/local/bin/qemu-system-aarch64", "aarch64"},
};

/* The answers of the host's own architecture are what most domains need. */
static void gather(struct machine *machine, bool own, int *left_ms)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *architecture = places[i].architecture ? places[i].architecture
								  : machine->architecture;
		struct machine_emulator *emulator;

		if (streq_null(architecture, machine->architecture) != own ||
		    access(places[i].path, X_OK) < 0)
			continue;
		emulator = vec_add(&machine->emulators);
		*emulator = (struct machine_emulator){.path = xstrdup(places[i].path)};
		*left_ms -= emulator_ask(*left_ms, emulator);
		if (!emulator->architecture)
			emulator->architecture = xstrdup(architecture);
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct machine_emulator *)a)->path,
		      ((const struct machine_emulator *)b)->path);
}

bool emulators_look_at(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (streq(places[i].path, path))
			return true;
	return false;
}

void emulators_gather(struct machine *machine)
{
	int left_ms = EMULATORS_LIMIT_MS;
	const struct machine_emulator *own;

	gather(machine, true, &left_ms);
	gather(machine, false, &left_ms);
	vec_sort(&machine->emulators, by_path);
	own = machine_emulator(machine, NULL, machine->architecture);
	if (own && own->version)
		machine_set_fact(machine, "qemu.version", own->version);
}
