/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* in-place-host.h - the host's part of planning in place. */
#pragma once

#include "planner/plan/in-place/parts.h"

/* The function of the host that a device of the domain is, -1. */
int in_place_host_function(const struct in_place *plan, size_t device);
/* Its node, UNKNOWN_ID. */
int in_place_host_node(const struct in_place *plan, int function);
/* The CPUs of host nodes; the caller's. */
struct set in_place_cpus_of_nodes(const struct machine *host, const struct set *nodes);

/* The host nodes of the devices that the domain is given; the caller's. */
struct set in_place_device_nodes(const struct in_place *plan);
/* The host nodes that CPUs are on; the caller's. */
struct set in_place_nodes_of_cpus(const struct machine *host, const struct set *cpus);
/* The CPUs that a vCPU is pinned to, NULL. */
const struct set *in_place_pin_of(const struct guest *guest, unsigned vcpu);
/* Chooses what backs each cell of the request. */
void in_place_back_cells(struct in_place *plan);

/* Makes the cells of a domain that has none; before the request is finished. */
int in_place_host_cells(struct in_place *plan, struct error *error) _must_check_;
/* What backs each cell, and where each device belongs. */
int in_place_host_wishes(struct in_place *plan, struct error *error) _must_check_;
/* Which of them are there already; when the controllers are in the layout. */
void in_place_host_judge(struct in_place *plan);
/* Puts those that are not into ports. */
void in_place_host_place(struct in_place *plan);
/* Binds memory and vCPUs. */
void in_place_host_pins(struct in_place *plan);
