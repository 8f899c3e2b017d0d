/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * in-place.h - planning in an existing domain. Its text changes only where the plan needs
 * it: comments, unknown elements, other namespaces, order and white space are kept byte
 * for byte, as are the addresses of all devices that are not moved. Pure: no I/O.
 */
#pragma once

#include "planner/plan/request/request.h"
#include "topology/machine.h"

/*
 * Adds what @request (request_begin_in_place, request_take; finished here) asks for and
 * the domain in @document lacks:
 *
 * Nodes: cells of <cpu><numa>; the first ones are the domain's own.
 *
 * Devices: as many of the kind as requested below each node's expander buses, counting
 * the existing ones; with the bus, the ports and their addresses.
 *
 * IOMMU: with what it needs (I/O APIC, caching_mode for host devices, eim, iommu='on' on
 * virtio devices); one of another model is removed with its content, as is any for
 * `none`.
 *
 * Ports: spare ones for each expander bus, general ones on pcie-root.
 *
 * Host, with @host (NULL: none): the domain's host devices go below expander buses of
 * their root complexes, memory and vCPUs are bound to their nodes, and the domain is
 * checked for this host.
 *
 * *ret_xml (empty before) gets the new text, or the same bytes if nothing needs to
 * change, so planning again changes nothing. Notes for the user go to request->notes.
 *
 * Errors (status 2), with line and element if there is one, and without a text: not a
 * domain; a machine other than q35 or virt; findings of severity error in the domain or
 * in the planned domain, or a new warning without a host; no room on pcie-root, in a
 * window of bus numbers or in the segment; addresses that clash; a device whose host node
 * backs no cell; an incomplete IOMMU group; what request_finish rejects.
 */
int plan_in_place(const struct document *document, struct request *request,
		  const struct machine *host, struct text *ret_xml, struct error *error)
	_must_check_;
