/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* agree.h - what a source says twice about CPUs and nodes must agree. */
#pragma once

#include "topology/machine.h"

/*
 * Takes CPUs from a node if the lists of nodes and the entries of CPUs do not say the
 * same, and complains of that and of distances that are missing. For a machine that was
 * read completely.
 */
void machine_agree(struct machine *machine);
