/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The address bits that the domain's large 64-bit BARs need (planner/guest/window.h).
 * Only what certainly helps is written: with KVM, the host's record must show that its
 * CPU has so many bits. On machine type virt, <pcihole64> enlarges the window, if the
 * bits of the CPU are known: QEMU removes a window that exceeds them, without a message
 * (hw/arm/virt.c, virt_set_high_memmap; measured with QEMU 11.1).
 */
#include "planner/plan/in-place/parts.h"

#include "planner/guest/window-use.h"

#include <stdlib.h>

#define SMALL_BYTES (UINT64_C(1) << 30) /* less always fits */

static unsigned host_bits(const struct in_place *plan)
{
	const char *fact =
		plan->host ? machine_fact(plan->host, "cpu.address-bits") : NULL;
	uint32_t bits;

	return fact && parse_u32(fact, &bits) ? bits : 0;
}

/* A mode that the user chose stays, but may get more bits. */
static void add_bits(struct in_place *plan, const struct window_use *use)
{
	struct guest *new = &plan->new;
	unsigned bits = window_needed_bits(&use->guest);

	if (bits <= use->guest.bits || use->host_bits ||
	    (!new->cpu_mode && !new->cpu_model) ||
	    (!streq_null(new->type, "qemu") && bits > host_bits(plan)))
		return;
	free(new->max_address_mode);
	new->max_address_mode = xstrdup("emulate");
	new->max_address_bits = number_of(bits);
}

/* pcie-root; if libvirt would add it, it is written out, before other new controllers. */
static struct guest_controller *root_of(struct guest *guest)
{
	struct guest_controller *there = guest_pci_controller(guest, 0), root;
	size_t first = 0;

	if (there)
		return there;
	while (first < guest->controllers.n && guest->controllers.v[first].element >= 0)
		first++;
	root = *compose_root(guest);
	memmove(&guest->controllers.v[first + 1], &guest->controllers.v[first],
		(guest->controllers.n - 1 - first) * sizeof(root));
	guest->controllers.v[first] = root;
	return &guest->controllers.v[first];
}

static void add_hole(struct in_place *plan, const struct window_use *use)
{
	uint64_t hole = use->guest.bits > 0 ? window_needed_hole(&use->guest) : 0;

	if (hole > 0 && target_has(&plan->request->target, FEATURE_HOLE64_VIRT))
		root_of(&plan->new)->pcihole64_bytes = number_of(hole);
}

void in_place_window(struct in_place *plan)
{
	struct window_use use;

	window_use_read(&plan->new, plan->host, &plan->request->target, &use);
	use.guest.ports = MAX(use.guest.ports, 1u); /* libvirt adds devices */
	if (use.unsupported || use.guest.sum_bytes < SMALL_BYTES ||
	    commandline_unknown(&plan->old.commandline, AREA_WINDOW) ||
	    window_fits(&use.guest) != WINDOW_NO)
		return;
	if (use.guest.firmware == WINDOW_EDK2_ARM)
		add_hole(plan, &use);
	else
		add_bits(plan, &use);
}
