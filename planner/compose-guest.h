/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* compose-guest.h - the two halves of compose that write libvirt's words. */
#pragma once

#include "planner/compose.h"

/* Ports and endpoints of the general-purpose devices, on pcie-root. */
void compose_general(const struct request *request, struct plan *plan);
/* The guest from the solved layout. */
void compose_guest(const struct request *request, struct plan *plan);
