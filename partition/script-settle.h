/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* script-settle.h - where sfdisk would put the partitions of a script. */
#pragma once

#include "partition/disk-request.h"

/*
 * If @request is an sfdisk script whose disk has a size, and nothing was added to it,
 * gives each partition the number, kind and position that libfdisk chooses for it, so
 * that the table is the one that sfdisk makes. If something was added to it, or the disk
 * has no size, its sizes are rounded up to whole sectors, and disk_layout_make places the
 * partitions. Errors: libfdisk does not accept it (2), no memory file (3).
 */
int script_settle(struct disk_request *request, struct error *error) _must_check_;

/*
 * The type that @word means in a script, as libfdisk reads it: a letter, an alias, a long
 * name ("Linux root (x86-64)") or a code. A GUID or a code, owned by the caller; NULL if
 * it is none of these, or a GUID itself.
 */
char *script_type(enum table_label label, const char *word) _must_check_;
