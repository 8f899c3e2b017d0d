/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nccl.h - topology files of NCCL and RCCL (NCCL_TOPO_FILE), which describe the tree of
 * CPUs, switches, GPUs and NICs. Pure; the machine is settled.
 */
#pragma once

#include "topology/machine.h"

/*
 * Adds the file for a machine's GPUs and NICs that are on a node. @links: the link above
 * each function. @cpu_facts: attributes of every <cpu>, beginning with a space, or "".
 * Returns how many GPUs and NICs are left out, because their node is not known.
 */
unsigned text_add_nccl(struct text *text, const struct machine *machine,
		       const struct machine_link *links, const char *cpu_facts);
