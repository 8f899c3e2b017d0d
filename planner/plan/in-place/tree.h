/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* in-place-tree.h - finding and making ports; used by the in-place files only. */
#pragma once

#include "planner/plan/in-place/parts.h"

/* An empty port for a device where it is wanted, made if there is none. */
int in_place_port(struct in_place *plan, const struct request_device *wanted);
/* A new pcie-to-pci-bridge where a device is wanted. */
int in_place_add_bridge(struct in_place *plan, const struct request_device *wanted);
/* The bus that a device belongs below: an item, LAYOUT_NONE if it is not there yet. */
int in_place_home(const struct in_place *plan, const struct request_device *wanted);
/* Whether a port isolates nothing (ioh3420), as iommu-group=shared asks. */
bool in_place_shared_port(const struct in_place *plan, int item);
/* Functions with an I/O BAR behind ports: there and planned. */
unsigned in_place_count_io(const struct in_place *plan);
/* The same as in_place_home, made where it is missing. */
int in_place_make_home(struct in_place *plan, const struct request_device *wanted);
/* Empty root ports right on a bus. */
unsigned in_place_free_ports(const struct in_place *plan, int bus);
