/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/io-use.h"

#include "base/mem.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/window-use.h"

/* By controller index. */
struct reading {
	const struct guest_tree *tree;
	bool direct[INDEXES];  /* the bus of a function with an I/O BAR */
	bool covered[INDEXES]; /* it, or a bus below it, counts already */
	struct io_root roots[INDEXES];
	unsigned windows; /* of all roots */
};

static void cover(struct reading *reading, int index)
{
	for (int steps = 0; index >= 0 && steps < INDEXES; steps++) {
		reading->covered[index] = true;
		index = reading->tree->bus[index].parent;
	}
}

static void add_window(struct reading *reading, int index)
{
	int root = reading->tree->bus[index].root;

	if (reading->direct[index])
		return;
	reading->direct[index] = true;
	if (root == index) {
		reading->roots[index].direct = true;
		return;
	}
	reading->roots[root].windows++;
	reading->windows++;
	cover(reading, index);
}

bool io_use_reserves(const struct guest *guest, int index)
{
	_cleanup_free_ char *own = NULL;

	if (guest->commandline.additions.n == 0)
		return false;
	own = xasprintf("pci.%d", index);
	for (size_t i = 0; i < guest->commandline.additions.n; i++) {
		const struct addition *addition = &guest->commandline.additions.v[i];
		const struct addition_value *size =
			addition_value(addition, "io-reserve");

		if (addition->kind == ADDITION_OVERRIDE && size && size->number > 0 &&
		    streq_null(addition_text(addition, "alias"), own))
			return true;
	}
	return false;
}

static void add_functions(struct reading *reading)
{
	const guest_functions *functions = &reading->tree->functions;

	for (size_t i = 0; i < functions->n; i++) {
		const struct device_kind *kind = functions->v[i].kind;
		int bus = functions->v[i].address->at.bus;

		if (kind && kind->io_bar && reading->tree->bus[bus].root >= 0)
			add_window(reading, bus);
	}
}

/*
 * SeaBIOS gives bridges for conventional PCI a window whatever is below them. OVMF
 * reserves one for them and for hot-pluggable ports.
 */
static void add_bridges(struct reading *reading, bool efi, enum known reserves)
{
	for (int index = INDEXES - 1; index > 0; index--) {
		const struct guest_controller *c =
			guest_tree_controller(reading->tree, index);
		int root = reading->tree->bus[index].root;
		bool bridge = c && controller_role(controller_model_of(c)) == ROLE_BRIDGE;
		bool hot = c && guest_is_port(c) && !switch_is(c->hotplug, false);

		if (root < 0 || root == index || reading->covered[index])
			continue;
		if (hot && io_use_reserves(reading->tree->guest, index)) {
			if (efi) {
				reading->roots[root].reserved++;
				cover(reading, index);
			} else {
				add_window(reading, index);
			}
		} else if (bridge && !efi) {
			add_window(reading, index);
		} else if ((bridge || hot) && efi && reserves != KNOWN_NO) {
			reading->roots[root].reserved++;
			cover(reading, index);
		}
	}
}

static bool is_numbered_root(const struct guest_tree *tree, int index)
{
	return guest_tree_controller(tree, index) && tree->bus[index].root == index &&
	       tree->bus[index].number >= 0;
}

/* By bus number, then by index; there are few. */
static void sort_roots(const struct reading *reading, struct io_use *use)
{
	const struct guest_bus *bus = reading->tree->bus;
	int numbers[ARRAY_SIZE(use->roots)];

	for (int index = 0; index < INDEXES; index++) {
		size_t at = use->n_roots;

		if (!is_numbered_root(reading->tree, index))
			continue;
		for (; at > 0 && numbers[at - 1] > bus[index].number; at--) {
			numbers[at] = numbers[at - 1];
			use->roots[at] = use->roots[at - 1];
			use->indexes[at] = use->indexes[at - 1];
		}
		numbers[at] = bus[index].number;
		use->roots[at] = reading->roots[index];
		use->indexes[at] = index;
		use->n_roots++;
	}
}

void io_use_read(const struct guest_tree *tree, const struct machine *host,
		 const struct target *target, struct io_use *ret)
{
	bool efi = guest_is_efi(tree->guest);
	struct reading *reading = xnew(struct reading);

	*ret = (struct io_use){.limit = efi ? IO_LIMIT_EFI : IO_LIMIT_BIOS};
	ret->reserves =
		efi ? io_efi_reserves(window_firmware_version(tree->guest, host, target))
		    : KNOWN_NO;
	reading->tree = tree;
	reading->roots[0].direct = true; /* SATA and SMBus of the chipset */
	add_functions(reading);
	add_bridges(reading, efi, ret->reserves);
	sort_roots(reading, ret);
	ret->windows = reading->windows;
	free(reading);
}

enum io_verdict io_use_judge(const struct io_use *use)
{
	if (use->windows > use->limit)
		return IO_DEVICE_DROPPED;
	/* Without reservations, what is within the limit fits. */
	return use->reserves == KNOWN_NO ? IO_FITS
					 : io_under_efi(use->roots, use->n_roots);
}

/* Measured: tests/boot/hotplug. */
enum known io_use_takes(const struct io_use *use, const struct guest_tree *tree,
			int index)
{
	const struct guest_controller *c = guest_tree_controller(tree, index);
	const struct guest_bus *bus = &tree->bus[index];

	if (!c || !guest_is_port(c) || switch_is(c->hotplug, false) ||
	    bus->children > 0 || bus->root <= 0 || use->reserves == KNOWN_YES ||
	    io_use_reserves(tree->guest, index))
		return KNOWN_NO;
	for (size_t i = 0; i < use->n_roots; i++)
		if (use->indexes[i] == bus->root)
			return use->roots[i].windows == 0  ? KNOWN_NO
			       : use->reserves == KNOWN_NO ? KNOWN_YES
							   : KNOWN_UNKNOWN;
	return KNOWN_NO;
}
