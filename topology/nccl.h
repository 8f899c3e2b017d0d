/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nccl.h - topology files of NCCL and RCCL (NCCL_TOPO_FILE), which describe the tree of
 * CPUs, switches, GPUs and NICs. Pure; the machine is settled.
 */
#pragma once

#include "base/error.h"
#include "base/xml/document.h"
#include "topology/machine.h"

/*
 * Reads such a file, of cloud vendors and RCCL as well, into *@ret, which is settled and
 * which the caller frees even after an error. Error: the root is not <system>. What is
 * not understood is a complaint. NVLink and the like are ignored.
 */
int nccl_read(const struct document *document, struct machine *ret, struct error *error)
	_must_check_;

/* GPUs and NICs in a file, and those left out because their node is not known. */
struct nccl_counts {
	unsigned written, left_out;
};

/*
 * Adds the file for a machine's GPUs and NICs that are on a node. @links: the link above
 * each function. @cpu_facts: attributes of every <cpu>, beginning with a space, or "".
 */
struct nccl_counts text_add_nccl(struct text *text, const struct machine *machine,
				 const struct machine_link *links, const char *cpu_facts);
