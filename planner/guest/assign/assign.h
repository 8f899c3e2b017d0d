/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * assign.h - what libvirt would add to a domain by itself, and where it would put devices
 * without an address. Afterwards every PCI device has an address, and the guest can be
 * predicted (predict.h) and checked (planner/check/). Pure: no I/O.
 */
#pragma once

#include "planner/guest/assign/assignment.h"
#include "planner/guest/target.h"

/*
 * Completes a guest read from a document as @libvirt (as in struct target; 0: the oldest
 * that is supported) does when it defines a domain; guest->libvirt tells it afterwards:
 * implicit devices are added with element -1, addresses and busNr that libvirt chooses
 * are marked `assigned`, and controllers get their index, chassis and port. Supports q35,
 * i440fx and ARM virt. Buses, bridges and IOMMUs of <qemu:commandline> are added last,
 * marked `added`. Sources: src/qemu/qemu_domain_address.c, src/conf/domain_addr.c,
 * qemu_domain.c (qemuDomainDefAddDefaultDevices).
 */
void assign(struct guest *guest, unsigned libvirt, struct assignment *ret);
/* Whether the machine itself has a function there, which no element of a domain makes. */
bool assign_chipset_has(const struct guest *guest, struct pci_address at);
/* The model of a SCSI controller that the domain does not give, after assign(). */
const char *assign_scsi_model(const struct guest *guest);
