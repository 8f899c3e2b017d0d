/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* settle-affinity.h - a part of machine_settle, for settle.c only. */
#pragma once

#include "topology/machine.h"

/* Functions and roots are sorted and refer to each other by now. */
void settle_affinity(struct machine *machine);
