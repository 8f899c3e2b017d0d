/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compose-guest.h - the two halves of compose that write libvirt's words. */
#pragma once

#include "planner/compose.h"

#define VIDEO_SLOT 1u  /* libvirt's own place for the primary video device */
#define IOMMU_SLOT 30u /* of virtio-iommu, which sits on pcie-root */

/* Whether a primary video device has to stand before the planned ones. */
bool compose_needs_video(const struct plan *plan);
/* Ports and endpoints of the general-purpose devices, on pcie-root. */
void compose_general(const struct request *request, struct plan *plan);
/* The guest from the solved layout. */
void compose_guest(const struct request *request, struct plan *plan);
