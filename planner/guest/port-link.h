/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* port-link.h - the link that a virtual PCI Express port of a guest offers. Pure. */
#pragma once

#include "planner/guest/guest.h"
#include "topology/machine.h"

/* The alias that libvirt gives a PCI controller as QEMU's id, or its own. To be freed. */
char *guest_port_alias(const struct guest_controller *controller) _must_check_;
/*
 * The most that a port offers: QEMU's pcie-root-port 16 GT/s and 32 lanes
 * (hw/core/machine.c, since 4.0) unless <qemu:override> or -global gives others; other
 * ports the minimum (hw/pci/pcie.c, pcie_cap_v1_fill).
 */
struct machine_link guest_port_link(const struct guest *guest,
				    const struct guest_controller *controller);
/* Whether a port has the property x-speed: only QEMU's own root ports have. */
bool guest_port_has_speed(const struct guest_controller *port);
