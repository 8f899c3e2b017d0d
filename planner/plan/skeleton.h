/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The document that a fresh plan edits, with the elements in libvirt's own order. The
 * planner fills in the zeros; the devices in it have no PCI address.
 */
extern const char skeleton[];
