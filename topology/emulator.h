/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * emulator.h - what is installed on a host to run guests with: what each QEMU reports of
 * itself, and the firmware. Part of struct machine; filled in by planner/qemu.
 */
#pragma once

#include "base/text.h"
#include "base/vec.h"

enum known { KNOWN_UNKNOWN = -1, KNOWN_NO, KNOWN_YES };

/* One row of query-machines. */
struct machine_type {
	char *name;
	char *alias; /* "q35"; NULL: none */
	int vcpus;   /* cpu-max; UNKNOWN_ID */
	enum known deprecated;
};

/* A device model that a rule asks for. */
struct machine_model {
	char *name; /* "virtio-net-pci" */
	enum known present;
};

/* A property of a device model that a rule asks for. */
struct machine_property {
	char *model, *name; /* "intel-iommu", "aw-bits" */
	enum known present;
};

/* A CPU model that it can emulate or pass to a guest. */
struct machine_cpu_model {
	char *name; /* "Nehalem-v2", "EPYC", "max" */
	enum known deprecated;
};

struct machine_emulator {
	char *path;         /* "/usr/bin/qemu-system-x86_64" */
	char *architecture; /* of its guests, as libvirt writes it; NULL unknown */
	char *version;      /* "7.2.22"; NULL unknown */
	char *package;      /* what the distribution adds to the version; NULL none */
	char *unknown;      /* why its machine types are not known; NULL: they are */
	VEC(struct machine_type) types;
	VEC(struct machine_model) models;
	VEC(struct machine_property) properties;
	VEC(struct machine_cpu_model) cpus; /* by name; empty: not known */
};

struct machine_firmware_target {
	char *architecture; /* "x86_64" */
	char *machines;     /* patterns, separated by spaces: "pc-i440fx-* pc-q35-*" */
};

/* A firmware descriptor (QEMU docs/interop/firmware.json) that is in effect. */
struct machine_firmware {
	char *descriptor;   /* its path, "/usr/share/qemu/firmware/60-edk2-x86_64.json" */
	char *interfaces;   /* "uefi", "bios"; separated by spaces */
	char *features;     /* "secure-boot requires-smm"; "" none */
	char *device;       /* "flash", "memory", "kernel"; NULL unknown */
	char *executable;   /* the file; NULL unknown */
	enum known present; /* whether that file exists */
	/* Of flash. */
	char *mode;            /* "split", "stateless", "combined"; NULL unknown */
	char *format;          /* of the file: "raw", "qcow2"; NULL unknown */
	char *nvram_template;  /* of a split one; NULL unknown */
	char *template_format; /* NULL unknown */
	VEC(struct machine_firmware_target) targets;
};

void machine_emulator_free(struct machine_emulator *emulator);
void machine_firmware_free(struct machine_firmware *firmware);

/* The machine type with a name, or that an alias stands for; NULL: it has none. */
const struct machine_type *emulator_type(const struct machine_emulator *emulator,
					 const char *name);
/* Whether it has a device model, or a property of one. */
enum known emulator_model(const struct machine_emulator *emulator, const char *model);
enum known emulator_property(const struct machine_emulator *emulator, const char *model,
			     const char *name);
