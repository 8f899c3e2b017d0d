/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * reach.h - the NIC of --mgmt user, and how to reach the guest through it: a port of this
 * host's loopback leads to the guest's ssh. Where the target's libvirt has the backend
 * passt, by <portForward>. Otherwise by QEMU's own user network: <qemu:commandline> adds
 * one that forwards the port, and <qemu:override> connects the NIC to it, because libvirt
 * has no element for that.
 */
#pragma once

#include "base/xml/edit.h"
#include "planner/guest/guest.h"
#include "planner/plan/request/request.h"

/* Prepares the NIC of a fresh plan. */
void reach_set(const struct request *request, struct guest_device *nic);
/*
 * Adds the elements of QEMU that it needs, if any, to a fresh domain: its network to the
 * edits, and the NIC's connection to the children of @override.
 */
void reach_edit(const struct request *request, struct edits *edits,
		struct want *override);
/* Says in a note how to reach the guest. */
void reach_note(struct request *request);
/* Whether a domain has the NIC of --mgmt. */
bool reach_has(const struct request *request, const struct guest *guest);
