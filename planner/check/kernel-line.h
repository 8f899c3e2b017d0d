/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel-line.h - parameters on the command line of a host's kernel. */
#pragma once

#include "topology/machine.h"

/*
 * The value of the last parameter with that name, up to a space; NULL if there is none.
 */
const char *kernel_line_value(const struct machine *host, const char *name);

/* Whether the last parameter with that name has @word in its list: intremap=nosid,off. */
bool kernel_line_has(const struct machine *host, const char *name, const char *word);

/* Whether a value switches something on; an empty one does, NULL does not. */
bool kernel_line_is_on(const char *value);
