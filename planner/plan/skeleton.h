/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The document that a fresh plan edits, with the elements in libvirt's own order. The
 * emptiness of it is the planner's to fill; the devices in it take no PCI address.
 */
extern const char skeleton[];
