/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * controller-model.h - one row for each of libvirt's models of PCI controller: what its
 * bus accepts, which slots it has, and which QEMU devices implement it. These facts
 * appear nowhere else.
 */
#pragma once

#include "planner/guest/guest.h"

enum controller_model {
	CONTROLLER_NONE, /* not a PCI controller, or an unknown model */
	CONTROLLER_PCI_ROOT,
	CONTROLLER_PCIE_ROOT,
	CONTROLLER_PCI_EXPANDER,
	CONTROLLER_PCIE_EXPANDER,
	CONTROLLER_ROOT_PORT,
	CONTROLLER_UPSTREAM_PORT,
	CONTROLLER_DOWNSTREAM_PORT,
	CONTROLLER_PCI_BRIDGE,
	CONTROLLER_DMI_BRIDGE,  /* dmi-to-pci-bridge */
	CONTROLLER_PCIE_BRIDGE, /* pcie-to-pci-bridge */
};

/* Roots own bus numbers; the others use one of the root above them. */
enum controller_role {
	ROLE_NONE,
	ROLE_ROOT,     /* the machine's own, index 0 */
	ROLE_EXPANDER, /* another root, which may have a NUMA node */
	ROLE_PORT,     /* holds one PCI Express device */
	ROLE_SWITCH,   /* upstream port: holds downstream ports */
	ROLE_BRIDGE,   /* to conventional PCI */
};

/* What a device needs above it and a bus accepts. */
enum {
	TAKES_PCI = 1 << 0,
	TAKES_PCIE = 1 << 1,
	TAKES_ROOT_PORT = 1 << 2,
	TAKES_UPSTREAM = 1 << 3,
	TAKES_DOWNSTREAM = 1 << 4,
	TAKES_DMI = 1 << 5,
	TAKES_PCIE_TO_PCI = 1 << 6,
	TAKES_EXPANDER = 1 << 7, /* pci-expander-bus */
	TAKES_PCIE_EXPANDER = 1 << 8,
	TAKES_BRIDGE = 1 << 9,
	TAKES_ANY = (1 << 10) - 1,
	AUTOMATIC = 1 << 10,  /* endpoints: libvirt may choose this bus for them */
	AGGREGATE = 1 << 11,  /* ports share a slot, one per function */
	INTEGRATED = 1 << 12, /* only on bus 0, where libvirt puts it by itself */
};

/* A QEMU device. */
struct controller_device {
	const char *name; /* <model name=> and -device */
	uint16_t vendor, device;
	bool acs; /* isolates what is below it */
};

struct controller_row {
	const char *name; /* libvirt's name of the model; NULL for CONTROLLER_NONE */
	size_t name_length;
	enum controller_role role;
	unsigned takes;                 /* below it: TAKES_* and AUTOMATIC */
	unsigned needs;                 /* above it: TAKES_* and AGGREGATE */
	unsigned first_slot, last_slot; /* on its bus; none if first > last */
	unsigned own_bridges; /* bridges that QEMU adds to it; each uses a bus number */
	uint32_t class_code;
	int pcie_type;                       /* enum pcie_type */
	struct controller_device devices[2]; /* default first; to a NULL name */
};

/* By enum controller_model. */
extern const struct controller_row controller_rows[];
extern const size_t n_controller_rows;

/* CONTROLLER_NONE if no model has that name; @name may be NULL. */
enum controller_model controller_model_named(const char *name);
enum controller_model controller_model_of(const struct guest_controller *controller);
/* The model that a QEMU device implements, or CONTROLLER_NONE. */
enum controller_model controller_model_of_device(const char *device);
/*
 * The QEMU device that implements it; NULL if the model or its <model name=> is unknown.
 */
const struct controller_device *
controller_device_of(const struct guest_controller *controller);

static inline enum controller_role controller_role(enum controller_model model)
{
	return controller_rows[model].role;
}

/* Whether it owns bus numbers: a root of the machine or an expander bus. */
static inline bool controller_is_root(enum controller_model model)
{
	return controller_role(model) == ROLE_ROOT ||
	       controller_role(model) == ROLE_EXPANDER;
}

/* Whether it uses a bus number of the root above it. */
static inline bool controller_is_bridge(enum controller_model model)
{
	return controller_role(model) >= ROLE_PORT;
}

/* The same for a controller of a guest, which may be NULL. */
static inline bool guest_is_port(const struct guest_controller *controller)
{
	return controller &&
	       controller_role(controller_model_of(controller)) == ROLE_PORT;
}

static inline bool guest_is_expander(const struct guest_controller *controller)
{
	return controller &&
	       controller_role(controller_model_of(controller)) == ROLE_EXPANDER;
}
