/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/drift.h"

#include "base/first.h"
#include "planner/guest/device-kind.h"

/* A device of the guest, as a note would name it. */
struct placed {
	struct assign_item item;
	const char *kind;
	struct pci_address at;
	int cell;
	bool taken; /* by a note */
};
typedef VEC(struct placed) placed_list;

struct note {
	int element;
	const char *kind;
	struct pci_address at;
	int cell;
	struct placed *device; /* NULL: none yet */
};
typedef VEC(struct note) note_list;

static void list_placed(const struct guest_tree *tree, placed_list *ret)
{
	const guest_functions *functions = &tree->functions;

	for (size_t i = 0; i < functions->n; i++) {
		const struct guest_address *address = functions->v[i].address;
		const struct device_kind *kind = functions->v[i].kind;
		int bus = guest_address_on_pci(address)
				  ? tree->bus[address->at.bus].number
				  : -1;

		if (kind && kind->name && bus >= 0)
			*vec_add(ret) =
				(struct placed){.item = functions->v[i].item,
						.kind = kind->name,
						.at = {.bus = (uint8_t)bus,
						       .slot = address->at.slot,
						       .function = address->at.function},
						.cell = guest_tree_cell(tree,
									address->at.bus)};
	}
}

static int number_at(const struct document *document, int element, const char *name)
{
	const char *text = document_attribute(document, element, name);
	uint32_t number;

	return text && parse_u32(text, &number) && number < INT16_MAX ? (int)number : -1;
}

static void add_note(const struct document *document, int element, note_list *notes)
{
	const char *at = document_attribute(document, element, "at");
	const char *kind = document_attribute(document, element, "kind");
	bool known = document_attribute(document, element, "cell") != NULL;
	struct note note = {.element = element, .kind = kind};

	if (!at || !kind || !pci_address_parse(at, &note.at))
		return;
	note.cell = known ? number_at(document, element, "cell") : CELL_UNKNOWN;
	*vec_add(notes) = note;
}

static void add_cell(const struct document *document, const struct guest *guest,
		     int element, drift_list *ret)
{
	int cell = number_at(document, element, "cell");

	if (cell < 0 || (size_t)cell < guest->cells.n)
		return;
	*vec_add(ret) = (struct drift){.note = element,
				       .element = -1,
				       .planned_cell = cell,
				       .cell = -1};
}

/* The next <plan> from @element on, a child of <metadata>; -1. */
static int plan_at(const struct document *document, int element)
{
	for (; element >= 0; element = document_next(document, element, NULL)) {
		const xmlNs *ns = document->elements.v[element].node->ns;

		if (ns && ns->href && streq((const char *)ns->href, PLAN_NAMESPACE))
			return element;
	}
	return -1;
}

static int first_plan(const struct document *document, const struct guest *guest)
{
	int metadata = guest->metadata_element;

	return metadata < 0 ? -1
			    : plan_at(document, document_child(document, metadata, NULL));
}

bool drift_has_plan(const struct document *document, const struct guest *guest)
{
	return first_plan(document, guest) >= 0;
}

static void read_notes(const struct document *document, const struct guest *guest,
		       note_list *notes, drift_list *ret)
{
	int plan = first_plan(document, guest);

	for (; plan >= 0; plan = plan_at(document, document_next(document, plan, NULL)))
		for (int child = document_child(document, plan, NULL); child >= 0;
		     child = document_next(document, child, NULL))
			if (streq(document_element_name(document, child), "device"))
				add_note(document, child, notes);
			else if (streq(document_element_name(document, child), "node"))
				add_cell(document, guest, child, ret);
}

/* How well a device that no note has fits one; 0: not at all. */
static unsigned fits(const struct note *note, const struct placed *device)
{
	if (device->taken || !streq(note->kind, device->kind))
		return 0;
	return 1 + 2 * (note->cell == device->cell) +
	       4 * pci_address_equal(note->at, device->at);
}

/* The first device from @from on that fits at least so well gets the note. */
static void take(struct note *note, placed_list *devices, size_t from, unsigned least)
{
	for (size_t i = from; i < devices->n; i++)
		if (fits(note, &devices->v[i]) >= least) {
			note->device = &devices->v[i];
			devices->v[i].taken = true;
			return;
		}
}

/* Only the same address makes a fit of 4 or more, and most notes have it. */
static void match_in_place(note_list *notes, placed_list *devices)
{
	_cleanup_firsts_ struct firsts by_address = {};

	for (size_t i = 0; i < devices->n; i++)
		first_add(&by_address, NULL, pci_address_key(devices->v[i].at), (int)i);
	for (size_t i = 0; i < notes->n; i++) {
		int first =
			first_find(&by_address, NULL, pci_address_key(notes->v[i].at));

		if (first >= 0)
			take(&notes->v[i], devices, (size_t)first, 5);
	}
}

/* From the surest to the least sure, so that no note takes the device of another. */
static void match(note_list *notes, placed_list *devices)
{
	static const unsigned least[] = {3, 1};

	match_in_place(notes, devices);
	for (size_t round = 0; round < ARRAY_SIZE(least); round++)
		for (size_t i = 0; i < notes->n; i++)
			if (!notes->v[i].device)
				take(&notes->v[i], devices, 0, least[round]);
}

static void compare(const struct guest *guest, const struct note *note, drift_list *ret)
{
	const struct placed *device = note->device;

	if (device && pci_address_equal(device->at, note->at) &&
	    (note->cell == CELL_UNKNOWN || note->cell == device->cell))
		return;
	*vec_add(ret) =
		(struct drift){.note = note->element,
			       .name = device ? assign_item_name(guest, device->item)
					      : NULL,
			       .element =
				       device ? assign_element(guest, device->item) : -1,
			       .planned = note->at,
			       .now = device ? device->at : note->at,
			       .planned_cell = note->cell,
			       .cell = device ? device->cell : -1};
}

void drift_find(const struct document *document, const struct guest_tree *tree,
		drift_list *ret)
{
	placed_list devices = {};
	note_list notes = {};

	read_notes(document, tree->guest, &notes, ret);
	if (notes.n > 0) {
		list_placed(tree, &devices);
		match(&notes, &devices);
	}
	for (size_t i = 0; i < notes.n; i++)
		compare(tree->guest, &notes.v[i], ret);
	vec_free(&devices);
	vec_free(&notes);
}

void drift_find_notes(const struct document *document, const struct guest *guest,
		      note_drift_list *ret)
{
	int plan = first_plan(document, guest);

	for (; plan >= 0; plan = plan_at(document, document_next(document, plan, NULL)))
		notes_compare(document, plan, guest, ret);
}

void drift_free(drift_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].name);
	vec_free(list);
}
