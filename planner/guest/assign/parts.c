/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* parts.c - reserving addresses for items. */
#include "planner/guest/assign/parts.h"

static bool sits_at(const struct guest_address *address, struct pci_address at)
{
	return guest_address_on_pci(address) && pci_address_equal(address->at, at);
}

bool assign_wanted(const struct guest *guest, struct assign_item item)
{
	return guest_address_automatic(assign_address(guest, item));
}

struct assign_refusal *assign_refuse(struct assign_pass *pass,
				     enum assign_refusal_kind kind,
				     struct assign_item item)
{
	struct assign_refusal *refusal = vec_add(&pass->result->refusals);

	refusal->kind = kind;
	refusal->item = item;
	return refusal;
}

struct assign_item assign_who(const struct assign_pass *pass, struct pci_address at)
{
	const struct guest *guest = pass->guest;

	for (size_t i = 0; i < pass->list.rows.n; i++)
		if (sits_at(assign_address(guest, pass->list.rows.v[i].item), at))
			return pass->list.rows.v[i].item;
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (sits_at(&guest->controllers.v[i].address, at))
			return (struct assign_item){(int)i, -1, -1};
	for (size_t i = 0; i < guest->devices.n; i++)
		if (sits_at(&guest->devices.v[i].address, at))
			return (struct assign_item){-1, (int)i, -1};
	return (struct assign_item){-1, -1, -1};
}

static void give(struct assign_pass *pass, struct assign_item item, struct pci_address at)
{
	struct guest_address *address = assign_address(pass->guest, item);

	free(address->type);
	address->type = xstrdup("pci");
	address->state = VALUE_VALID;
	address->at = at;
	address->assigned = true;
}

void assign_fix(struct assign_pass *pass, struct assign_item item, unsigned needs,
		struct pci_address at)
{
	struct assign_refusal refusal = {.item = item};

	/* Devices of the chipset need nothing and are not counted. */
	if (needs && !buses_take(&pass->buses, needs, &at, &refusal)) {
		*vec_add(&pass->result->refusals) = refusal;
		return;
	}
	give(pass, item, at);
}

/* The functions of an ICH9 USB 2 controller share a slot. */
static int companion_function(const struct guest_controller *controller)
{
	static const struct {
		const char *model;
		int function;
	} rows[] = {{"ich9-ehci1", 7},
		    {"ich9-uhci1", 0},
		    {"ich9-uhci2", 1},
		    {"ich9-uhci3", 2}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (streq_null(controller->type, "usb") &&
		    streq_null(controller->model, rows[i].model))
			return rows[i].function;
	return -1;
}

static bool beside_companion(struct assign_pass *pass, const struct assign_row *row,
			     int function)
{
	const struct guest *guest = pass->guest;
	const struct guest_controller *own = &guest->controllers.v[row->item.controller];

	for (size_t i = 0; i < guest->controllers.n; i++) {
		const struct guest_controller *other = &guest->controllers.v[i];
		struct pci_address at = other->address.at;

		if (companion_function(other) < 0 ||
		    other->index.value != own->index.value ||
		    assign_wanted(guest, (struct assign_item){(int)i, -1, -1}))
			continue;
		at.function = (uint8_t)function;
		assign_fix(pass, row->item, row->needs & ~AUTOMATIC, at);
		return true;
	}
	return false;
}

void assign_next(struct assign_pass *pass, const struct assign_row *row)
{
	enum assign_refusal_kind kind;
	struct pci_address at;
	int function = -1;

	if (row->item.controller >= 0)
		function = companion_function(
			&pass->guest->controllers.v[row->item.controller]);
	if (function >= 0 && beside_companion(pass, row, function))
		return;
	if (!buses_find(&pass->buses, row->needs, function, &at, &kind)) {
		assign_refuse(pass, kind, row->item);
		return;
	}
	buses_mark(&pass->buses, row->needs, at);
	if (!pass->buses.grow)
		give(pass, row->item, at);
}
