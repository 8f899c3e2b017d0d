/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * want.h - one function per element: what it should look like. @old is the item as it was
 * read, or NULL for a new one; only what differs from it is wanted.
 */
#pragma once

#include "base/xml/edit.h"
#include "planner/guest/guest.h"

struct want *want_controller(const struct guest_controller *new,
			     const struct guest_controller *old);
struct want *want_device(const struct guest_device *new, const struct guest_device *old);
struct want *want_iommu(const struct guest_iommu *new, const struct guest_iommu *old);
struct want *want_cell(const struct guest_cell *new, const struct guest_cell *old);
struct want *want_interconnects(const struct guest *guest);
struct want *want_cpu(const struct guest *new, const struct guest *old);
/* @name is vcpupin, iothreadpin or emulatorpin, which has no id. */
struct want *want_pin(const char *name, const struct guest_pin *new,
		      const struct guest_pin *old);
struct want *want_memnode(const struct guest_memnode *new,
			  const struct guest_memnode *old);

/* Sets the attribute if the value is valid and differs from @old. */
void want_number(struct want *want, const char *name, struct guest_number new,
		 const struct guest_number *old);
void want_switch(struct want *want, const char *name, struct guest_switch new,
		 const struct guest_switch *old);
void want_string(struct want *want, const char *name, const char *new, const char *old);
void want_list(struct want *want, const char *name, const struct guest_set *set);
/* True if nothing needs to change in the element. */
bool want_is_empty(const struct want *want);
