/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "planner/guest/guest.h"

/*
 * Reads a domain from a parsed document into *@ret, which borrows @document. It fails
 * only if the root element is not <domain>; everything else that is wrong is a malformed
 * value and a complaint. Numbers are read as in libvirt 9.0 src/conf/domain_conf.c,
 * numa_conf.c, device_conf.c.
 */
int guest_read(const struct document *document, struct guest *ret, struct error *error)
	_must_check_;
