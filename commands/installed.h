/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/guest/target.h"

/*
 * The installed versions: libvirt's from the name of its library (its so number is the
 * version), QEMU's from the emulator's output; the firmware's as in a record of this
 * machine. No daemon is contacted. What is not found is 0; error (status 3) if neither
 * libvirt nor QEMU is.
 */
int installed_target(const char *architecture, struct target *ret, struct error *error)
	_must_check_;
/* libvirt's version alone; 0: not found. */
unsigned installed_libvirt(void);
