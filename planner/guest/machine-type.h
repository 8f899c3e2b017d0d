/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * machine-type.h - the machine types of QEMU: which exist, which are deprecated or were
 * removed, and how many vCPUs each takes, by QEMU's version. The tables are QEMU's own; a
 * distribution's QEMU may have others, which only a record of the host tells.
 */
#pragma once

#include "planner/guest/machine-fate.h"
#include "planner/guest/target.h"
#include "topology/emulator.h"

/* @name is <type machine=>, an alias included; @architecture may be NULL. */
struct machine_verdict machine_type_judge(const char *name, const char *architecture,
					  unsigned qemu);
/*
 * How many vCPUs it takes, an alias for the newest type of @qemu; 0 unknown. Measured
 * with query-machines of QEMU 7.2, 10.0 and 11.1, which agree on every type; those of
 * distributions were published.
 */
unsigned machine_type_vcpus(const char *name, unsigned qemu);
/*
 * What can be written in place of a type that this QEMU does not have: "q35, or
 * pc-q35-7.2 for a fixed version". Owned by the caller; NULL if nothing is similar.
 */
char *machine_type_instead(const char *name, const char *architecture, unsigned qemu)
	_must_check_;
/* How the names of its family begin, "pc-q35-"; NULL if it is of none. */
const char *machine_type_family(const char *name);

/*
 * The first QEMU that has a machine type, those of RHEL and Ubuntu included; 0 for
 * aliases and for types of which we do not know it.
 */
unsigned machine_type_qemu(const char *machine);
/*
 * Whether that QEMU is older than a version. An alias is the newest type of the target,
 * whose QEMU is not older than what we support.
 */
enum known machine_type_is_older(const char *machine, unsigned version);
/* Whether it may be an alias: its name has no version and no family. */
bool machine_type_is_alias(const char *machine);
/* A type with a name of its own, of which we do not know the QEMU that it came with. */
bool machine_type_unknown(const char *machine);
