/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* attach.h - the element of one new device, as virsh attach-device takes it. */
#pragma once

#include "base/xml/document.h"

/*
 * Adds to *@ret the only device that the planned domain @xml has and @before does not.
 * Errors: there is none, or more than one; libvirt (9.0 to 12.9) cannot attach it to a
 * running domain; something else would have to change.
 */
int attach_element(const struct document *before, const char *name,
		   const struct text *xml, struct text *ret, struct error *error)
	_must_check_;
