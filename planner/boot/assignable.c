/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/boot/assignable.h"

#include "base/mem.h"

void assignable_choose(const struct machine *planned, struct assignable_list *ret)
{
	for (size_t i = 0; i < planned->functions.n; i++) {
		const struct machine_function *f = &planned->functions.v[i];

		if (f->bridge || f->upstream < 0 || f->physical_function >= 0 ||
		    f->root < 0 || planned->roots.v[f->root].first_bus == 0)
			continue;
		*vec_add(&ret->list) = (struct assignable_function){
			.at = f->at,
			.total_vfs = f->total_vfs > 0 ? f->total_vfs : 0,
		};
	}
}

void assignable_add_silent(const struct assignable_list *list, bool nested,
			   const char *why, struct serial *ret)
{
	size_t n_answers = ret->assigns.n;

	for (size_t i = 0; i < list->list.n; i++) {
		struct pci_address at = list->list.v[i].at;
		size_t owed = nested && i == 0 ? 2 : 1, answers = 0;

		for (size_t j = 0; j < n_answers; j++)
			answers += pci_address_equal(ret->assigns.v[j].at, at);
		if (answers < owed)
			*vec_add(&ret->assigns) = (struct serial_assign){
				.at = at,
				.text = xasprintf("no answer: %s", why),
			};
	}
}

static bool group_is_shared(const struct machine *machine, size_t function)
{
	for (size_t i = 0; i < machine->functions.n; i++)
		if (i != function && machine->functions.v[i].iommu_group ==
					     machine->functions.v[function].iommu_group)
			return true;
	return false;
}

/* Writes what is wrong with a virtual function to @why. */
static void check_vf(const struct machine *machine, size_t vf, struct text *why)
{
	const struct machine_function *f = &machine->functions.v[vf];
	const struct machine_function *pf = &machine->functions.v[f->physical_function];
	const struct machine_function *port =
		pf->upstream < 0 ? NULL : &machine->functions.v[pf->upstream];

	if (f->affinity.node != pf->affinity.node)
		text_printf(why, "; " PCI_FORMAT " is on node %d, not %d",
			    PCI_ARGS(f->at), f->affinity.node, pf->affinity.node);
	if (f->iommu_group < 0)
		text_printf(why, "; " PCI_FORMAT " has no IOMMU group", PCI_ARGS(f->at));
	else if (group_is_shared(machine, vf))
		text_printf(why, "; " PCI_FORMAT " shares its IOMMU group",
			    PCI_ARGS(f->at));
	if (port && (f->at.bus < port->secondary || f->at.bus > port->subordinate))
		text_printf(why,
			    "; " PCI_FORMAT " is on a bus that its port does not lead to",
			    PCI_ARGS(f->at));
}

void assignable_check_vfs(const struct assignable_list *list,
			  const struct machine *observed, struct serial *ret)
{
	for (size_t i = 0; i < list->list.n; i++) {
		const struct assignable_function *a = &list->list.v[i];
		int pf = machine_function_index(observed, a->at), n = 0;
		_cleanup_text_ struct text why = {};

		if (a->total_vfs == 0 || pf < 0)
			continue;
		for (size_t j = 0; j < observed->functions.n; j++)
			if (observed->functions.v[j].physical_function == pf) {
				n++;
				check_vf(observed, j, &why);
			}
		if (n < a->total_vfs)
			text_printf(&why, "; %d were planned", a->total_vfs);
		*vec_add(&ret->assigns) = (struct serial_assign){
			.at = a->at,
			.ok = why.n == 0,
			.text = xasprintf(
				"%d virtual functions%s", n,
				why.n ? why.s
				      : ", each in its own group on its physical function's node"),
		};
	}
}
