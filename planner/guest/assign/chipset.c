/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses on bus 0 that belong to the chipset, and those that some devices get there if
 * they are free (qemuDomainValidateDevicePCISlotsQ35 and -PIIX3).
 */
#include "planner/guest/assign/assign.h"
#include "planner/guest/assign/parts.h"

#define Q35_NEEDS TAKES_PCIE
#define PC_NEEDS  TAKES_PCI

static struct pci_address place(unsigned slot, unsigned function)
{
	return (struct pci_address){.slot = (uint8_t)slot, .function = (uint8_t)function};
}

static struct assign_item controller_item(size_t number)
{
	return (struct assign_item){(int)number, -1, -1};
}

/* A device that the machine always has at the same address. */
static void fix_controller(struct assign_pass *pass, const char *type, const char *model,
			   struct pci_address at, bool reserve)
{
	for (size_t i = 0; i < pass->guest->controllers.n; i++) {
		const struct guest_controller *c = &pass->guest->controllers.v[i];

		if (!streq_null(c->type, type) || !number_is(c->index, 0) ||
		    (model && !streq_null(c->model, model)))
			continue;
		if (c->address.state == VALUE_VALID && !c->address.assigned &&
		    !guest_address_automatic(&c->address) &&
		    !pci_address_equal(c->address.at, at))
			assign_refuse(pass, REFUSED_FIXED, controller_item(i))->at = at;
		else if (assign_wanted(pass->guest, controller_item(i)))
			assign_fix(pass, controller_item(i), reserve ? PC_NEEDS : 0, at);
	}
}

/* A controller without an address; libvirt takes those of one type by ascending index. */
struct wanting {
	uint64_t index;
	size_t number;
};

static int by_index(const void *left, const void *right)
{
	const struct wanting *a = left, *b = right;

	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* If the address is free, @model's first controller without an address gets it. */
static void prefer_controller(struct assign_pass *pass, const char *type,
			      const char *model, const unsigned *slots)
{
	VEC(struct wanting) list = {};

	for (size_t i = 0; i < pass->guest->controllers.n; i++) {
		const struct guest_controller *c = &pass->guest->controllers.v[i];

		if (streq_null(c->type, type) && streq_null(c->model, model) &&
		    !c->address.type)
			*vec_add(&list) = (struct wanting){c->index.value, i};
	}
	vec_sort(&list, by_index);
	for (size_t i = 0; i < list.n; i++)
		for (const unsigned *slot = slots; *slot; slot++)
			if (!buses_slot_used(&pass->buses, 0, *slot)) {
				assign_fix(pass, controller_item(list.v[i].number),
					   Q35_NEEDS, place(*slot, 0));
				break;
			}
	vec_free(&list);
}

static const struct assign_row *row_of(const struct assign_pass *pass, int device)
{
	for (size_t i = 0; i < pass->list.rows.n; i++)
		if (pass->list.rows.v[i].item.device == device)
			return &pass->list.rows.v[i];
	return NULL;
}

/* The first video card on PCI, if it has no address. */
static void prefer_video(struct assign_pass *pass, unsigned slot, unsigned needs)
{
	const struct assign_row *row = NULL;

	for (size_t i = 0; i < pass->guest->devices.n; i++)
		if (streq(pass->guest->devices.v[i].tag, "video")) {
			row = row_of(pass, (int)i);
			break;
		}
	if (!row || !assign_wanted(pass->guest, row->item))
		return;
	if (buses_slot_used(&pass->buses, 0, slot))
		assign_next(pass, row);
	else
		assign_fix(pass, row->item, needs, place(slot, 0));
}

static void prefer_sound(struct assign_pass *pass)
{
	if (buses_slot_used(&pass->buses, 0, 0x1b))
		return;
	for (size_t i = 0; i < pass->guest->devices.n; i++) {
		const struct guest_device *device = &pass->guest->devices.v[i];
		struct assign_item item = {-1, (int)i, -1};

		if (streq(device->tag, "sound") && streq_null(device->model, "ich9") &&
		    assign_wanted(pass->guest, item)) {
			assign_fix(pass, item, Q35_NEEDS, place(0x1b, 0));
			return;
		}
	}
}

/* The controller with this address represents them. */
static void keep(struct assign_pass *pass, unsigned slot, unsigned function)
{
	struct pci_address at = place(slot, function);

	if (pass->buses.bus[0].used[slot] >> function & 1)
		assign_refuse(pass, REFUSED_ADDRESS_TWICE, assign_who(pass, at))->at = at;
	buses_mark(&pass->buses, 0, at);
}

bool assign_chipset_has(const struct guest *guest, struct pci_address at)
{
	if (at.domain != 0 || at.bus != 0)
		return false;
	if (at.slot == 0)
		return at.function == 0;
	if (guest_is_q35(guest))
		return at.slot == 0x1f &&
		       (at.function == 0 || at.function == 2 || at.function == 3);
	return guest_is_i440fx(guest) && at.slot == 1 &&
	       (at.function < 2 || (at.function == 3 && guest->acpi_element >= 0));
}

static void q35(struct assign_pass *pass)
{
	fix_controller(pass, "sata", NULL, place(0x1f, 2), false);
	prefer_controller(pass, "usb", "ich9-uhci1", (const unsigned[]){0x1d, 0x1a, 0});
	prefer_controller(pass, "pci", controller_rows[CONTROLLER_DMI_BRIDGE].name,
			  (const unsigned[]){0x1e, 0});
	keep(pass, 0x1f, 0);
	keep(pass, 0x1f, 3);
	prefer_video(pass, 1, Q35_NEEDS);
	prefer_sound(pass);
}

static void i440fx(struct assign_pass *pass)
{
	fix_controller(pass, "ide", NULL, place(1, 1), true);
	fix_controller(pass, "usb", "piix3-uhci", place(1, 2), true);
	keep(pass, 1, 0);
	keep(pass, 1, 3);
	prefer_video(pass, 2, PC_NEEDS);
}

void assign_chipset(struct assign_pass *pass)
{
	if (guest_is_q35(pass->guest))
		q35(pass);
	else if (guest_is_i440fx(pass->guest))
		i440fx(pass);
}
