/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hash-order.h - in which order a GHashTable of GLib with strings as keys returns them.
 * QEMU keeps the objects of its command line in one (qom/object.c), and the order of some
 * ACPI structures is the order of that table.
 *
 * The same since GLib 2.60, which spreads hash values and enlarges a table in place
 * (glib/ghash.c); QEMU 9.0 and later need a newer one. Compared with GLib 2.74 and 2.84.
 */
#pragma once

#include "base/mem.h"

/* Fills @ret with the indexes of @keys, which differ and are added one by one. */
void hash_order(const char *const *keys, size_t n, size_t *ret);
