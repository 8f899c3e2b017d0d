/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* script-settle.h - where sfdisk would put the partitions of a script. */
#pragma once

#include "partition/disk-request.h"

/*
 * If @request is an sfdisk script whose disk has a size, and nothing was added to it,
 * gives each partition the number, kind and position that libfdisk chooses for it, so
 * that the table is the one that sfdisk makes. A script that libfdisk does not accept
 * stays as it is: disk_layout_make then says what is wrong with it. Error: no memory file
 * (3).
 */
int script_settle(struct disk_request *request, struct error *error) _must_check_;

/*
 * The type that @word means in a script, as libfdisk knows it by its long name ("Linux
 * root (x86-64)"): a GUID or a code, owned by the caller; NULL if it does not know it.
 */
char *script_type_name(enum table_label label, const char *word);
