/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/guest/target.h"

/*
 * The versions installed here: libvirt's from the name of its library (its so number is
 * the version), QEMU's from what the emulator says. No daemon is asked. One that is not
 * found is 0; fault (status 3) if neither is.
 */
int installed_target(const char *architecture, struct target *ret, struct error *error)
	_must_check_;
