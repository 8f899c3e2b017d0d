/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * in-place.h - pure: planning in a domain that is there. Its text is changed where the
 * plan needs it and nowhere else: comments, unknown elements, other namespaces, order and
 * white space stay byte for byte, and so does every address of what stays.
 */
#pragma once

#include "planner/plan/request/request.h"
#include "topology/machine.h"

/*
 * Adds what @request (request_begin_in_place, request_take; finished here) asks for to
 * the domain in @document, where it is not there already:
 *
 * - nodes: cells of <cpu><numa>; the first ones are the domain's own.
 * - devices: as many of the kind as are requested below each node's expander buses,
 *   counting the existing ones; with the bus, the ports and their addresses.
 * - IOMMU: with what it needs (I/O APIC, caching_mode for host devices, eim, iommu='on'
 * on virtio devices); one of another model goes, with what is written in it, as does any
 *   for `none`.
 * - ports: spare ones per expander bus, general ones on pcie-root.
 * - host, with @host (NULL: none): its devices that the domain is given go below expander
 *   buses of their root complexes, memory and vCPUs are bound to their nodes, and the
 *   domain is judged against it.
 *
 * *ret_xml (an empty text before) gets the new text; the same bytes if nothing is to be
 * done, so planning twice is planning once. What is worth a word goes to request->notes.
 *
 * Faults (status 2), with line and element where there is one, and no text: not a domain;
 * a machine other than q35 or virt; findings of severity error in the domain as it is, or
 * as it would become, or without a host a new warning; no room on pcie-root, in a window
 * of bus numbers or in the segment; addresses that clash; a device whose host node backs
 * no cell, an IOMMU group that is not whole; what request_finish refuses.
 */
int plan_in_place(const struct document *document, struct request *request,
		  const struct machine *host, struct text *ret_xml, struct error *error)
	_must_check_;
