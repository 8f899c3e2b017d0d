/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* iothreads.h - which I/O threads serve a disk or controller. */
#pragma once

#include "planner/guest/guest.h"

/*
 * Adds to *@ret the I/O threads that serve the disk or controller at @element: @single
 * (its driver's iothread=), and those of <driver><iothreads>, if @mapping: libvirt reads
 * it. Malformed ids are left out.
 */
void guest_threads_of(const struct document *document, int element,
		      struct guest_number single, bool mapping, struct set *ret);
/* The id of the @number-th thread of a mapping that is to be written. */
unsigned guest_thread_id(const struct guest_threads *map, unsigned number);
