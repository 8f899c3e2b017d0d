/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/host-emulator.h"

const struct machine_emulator *host_emulator(const struct machine *host,
					     const struct guest *guest)
{
	const char *architecture = guest->architecture;

	if (host && !architecture)
		architecture = host->architecture;
	return machine_emulator(host, guest->emulator, architecture);
}

const struct machine_emulator *host_emulator_told(const struct machine *host,
						  const struct guest *guest,
						  const struct target *target)
{
	const struct machine_emulator *emulator = host_emulator(host, guest);
	unsigned version;

	if (!emulator || emulator->unknown || emulator->types.n == 0 ||
	    !emulator->version || !version_parse(emulator->version, &version) ||
	    version / 1000 != target->qemu / 1000)
		return NULL;
	return emulator;
}

struct machine_verdict host_machine_judge(const struct machine_emulator *emulator,
					  const char *name, const char *architecture,
					  unsigned qemu)
{
	struct machine_verdict verdict = machine_type_judge(name, architecture, qemu);
	const struct machine_type *type = emulator ? emulator_type(emulator, name) : NULL;
	struct machine_verdict table;

	if (!emulator)
		return verdict;
	if (!type) {
		if (verdict.fate < MACHINE_REMOVED)
			return (struct machine_verdict){MACHINE_ABSENT};
		return verdict;
	}
	if (type->deprecated != KNOWN_YES)
		return (struct machine_verdict){MACHINE_EXISTS};
	/* When it was deprecated and will be removed, only QEMU's own rule says. */
	table = machine_type_judge(type->name, architecture, qemu);
	table.downstream = false;
	return table.fate == MACHINE_DEPRECATED
		       ? table
		       : (struct machine_verdict){MACHINE_DEPRECATED};
}

unsigned host_machine_vcpus(const struct machine_emulator *emulator, const char *name,
			    unsigned qemu)
{
	const struct machine_type *type = emulator ? emulator_type(emulator, name) : NULL;

	if (type)
		return type->vcpus > 0 ? (unsigned)type->vcpus : 0;
	return machine_type_vcpus(name, qemu);
}

const char *host_machine_name(const struct machine_emulator *emulator, const char *name)
{
	const struct machine_type *type = emulator ? emulator_type(emulator, name) : NULL;

	return type ? type->name : name;
}

char *host_machine_instead(const struct machine_emulator *emulator, const char *name,
			   const char *architecture, unsigned qemu)
{
	_cleanup_free_ char *instead = machine_type_instead(name, architecture, qemu);
	const struct machine_type *type;
	size_t n = instead ? strcspn(instead, ",") : 0;
	_cleanup_free_ char *alias = instead ? xstrndup(instead, n) : NULL;

	if (!emulator || !alias)
		return TAKE(instead);
	type = emulator_type(emulator, alias);
	if (!type)
		return NULL;
	return streq(type->name, alias)
		       ? xstrdup(alias)
		       : xasprintf("%s, or %s for a fixed version", alias, type->name);
}
