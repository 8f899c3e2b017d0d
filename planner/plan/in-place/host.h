/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host.h - how the host affects planning in a domain. */
#pragma once

#include "planner/plan/in-place/parts.h"

/* The host function that a device of the domain is, or that its vDPA device is on; or -1.
 */
int in_place_host_function(const struct in_place *plan, size_t device);
/* The CPUs of host nodes. The caller frees it. */
struct set in_place_cpus_of_nodes(const struct machine *host, const struct set *nodes);

/* The cell below whose buses a device is in the domain; NO_CELL. */
int in_place_old_cell(const struct in_place *plan, size_t device);
/* The host nodes of the domain's host devices. The caller frees it. */
struct set in_place_device_nodes(const struct in_place *plan);
/* The host nodes that CPUs are on. The caller frees it. */
struct set in_place_nodes_of_cpus(const struct machine *host, const struct set *cpus);
/* The CPUs that a vCPU is pinned to, or NULL. */
const struct set *in_place_pin_of(const struct guest *guest, unsigned vcpu);
/* A cell with nothing to bind. */
bool in_place_is_empty(const struct request_node *node);
/* Chooses the host nodes that back each cell of the request. */
void in_place_back_cells(struct in_place *plan);

/* Makes the cells of a domain that has none. Call it before the request is finished. */
int in_place_host_cells(struct in_place *plan, struct error *error) _must_check_;
/* Finds what backs each cell, and where each device belongs. */
int in_place_host_wishes(struct in_place *plan, struct error *error) _must_check_;
/* Finds those already in the right place. Call it after the controllers were laid out. */
void in_place_host_judge(struct in_place *plan);
/* Puts the others into ports. */
void in_place_host_place(struct in_place *plan);
/* Binds memory and vCPUs. */
void in_place_host_pins(struct in_place *plan);
