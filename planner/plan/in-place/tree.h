/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tree.h - finds and adds ports. Private to planner/plan/in-place/. */
#pragma once

#include "planner/plan/in-place/parts.h"

/* An empty port for a device in the right place; added if there is none. */
int in_place_port(struct in_place *plan, const struct request_device *wanted);
/* A new pcie-to-pci-bridge in the right place for a device. */
int in_place_add_bridge(struct in_place *plan, const struct request_device *wanted);
/*
 * The bus that a device belongs below: an item, or LAYOUT_NONE if it does not exist yet.
 */
int in_place_home(const struct in_place *plan, const struct request_device *wanted);
/* Adds what <qemu:commandline> and <qemu:override> need (override.c). */
/* Adds arguments of QEMU. */
void in_place_commandline(const struct in_place *plan, struct edits *edits);
void in_place_override(const struct in_place *plan, struct edits *edits);
/* The domain's own <qemu:override>, or -1. */
int in_place_find_override(const struct document *document);
/*
 * Adds the properties of --override to a wanted <qemu:override>, or to that of the domain
 * (paths.c).
 */
void in_place_override_paths(const struct in_place *plan, struct want *override,
			     struct edits *edits);
/* Whether a port does not isolate (ioh3420), as iommu-group=shared requires. */
bool in_place_shared_port(const struct in_place *plan, int item);
/* Like in_place_home, but adds the bus if it does not exist. */
int in_place_make_home(struct in_place *plan, const struct request_device *wanted);
/* Adds empty root ports directly on a bus. */
unsigned in_place_free_ports(const struct in_place *plan, int bus);
