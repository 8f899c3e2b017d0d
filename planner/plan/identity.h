/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * identity.h - UUIDs and MAC addresses derived from names, because libvirt would generate
 * new ones at each definition.
 */
#pragma once

#include "base/macros.h"

/* A UUID of version 8 (RFC 9562, 5.8) from a domain's name. The caller frees it. */
char *identity_uuid(const char *name) _must_check_;
/*
 * "52:54:00:xx:xx:xx", QEMU's own prefix, from a domain's name and a device's position.
 */
char *identity_mac(const char *name, const char *place) _must_check_;
