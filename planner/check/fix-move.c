/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moves devices to another port: off the expander buses, or below the right one. Only if
 * there is exactly one such bus; a free port on it is used, else a port is created.
 */
#include "planner/check/fix-parts.h"

#include "planner/guest/device-kind.h"

static bool is_free_port(const struct check *check, int index)
{
	const struct guest_controller *c = guest_tree_controller(&check->tree, index);

	return c && c->element >= 0 && check->tree.bus[index].children == 0 &&
	       guest_is_port(c);
}

static int free_port(const struct check *check, int root)
{
	for (int index = 1; index < INDEXES; index++)
		if (check->tree.bus[index].root == root && is_free_port(check, index))
			return index;
	return -1;
}

/* One more than the highest in the document. */
static int next_index(const struct check *check)
{
	const guest_functions *functions = &check->tree.functions;
	int highest = 0;

	for (int index = 0; index < INDEXES; index++) {
		const struct guest_controller *c =
			guest_tree_controller(&check->tree, index);

		if (c && c->element >= 0)
			highest = index;
	}
	for (size_t i = 0; i < functions->n; i++)
		if (!functions->v[i].address->assigned)
			highest = MAX(highest, (int)functions->v[i].address->at.bus);
	return highest + 1 < INDEXES ? highest + 1 : -1;
}

static int free_slot(const struct check *check, int bus)
{
	bool used[PCI_SLOTS] = {};
	const guest_functions *functions = &check->tree.functions;

	for (size_t i = 0; i < functions->n; i++)
		if (functions->v[i].address->at.bus == bus)
			used[functions->v[i].address->at.slot] = true;
	/*
	 * pcie-root has no usable slot 0; slot 1 is for the first video device, 31 for
	 * the chipset.
	 */
	for (int slot = bus == 0 ? 2 : 0; slot < PCI_SLOTS - (bus == 0); slot++)
		if (!used[slot])
			return slot;
	return -1;
}

static int last_controller(const struct check *check)
{
	int last = -1;

	for (size_t i = 0; i < check->guest->controllers.n; i++)
		if (guest_is_pci(&check->guest->controllers.v[i]))
			last = MAX(last, check->guest->controllers.v[i].element);
	return last;
}

static void want_address(struct want *want, int bus, int slot)
{
	want = want_child(want, "address");
	want_set(want, "type", "pci");
	want_set(want, "domain", "0x0000");
	want_set(want, "bus", "0x%02x", (unsigned)bus);
	want_set(want, "slot", "0x%02x", (unsigned)slot);
	want_set(want, "function", "0x0");
}

/* An address that libvirt chose is not in the text, so all of it is written. */
void fix_function_0(struct fix *fix)
{
	const guest_functions *functions = &fix->check->tree.functions;

	for (size_t i = 0; i < functions->n; i++) {
		const struct guest_address *address = functions->v[i].address;
		struct want *want;

		if (assign_element(fix->check->guest, functions->v[i].item) !=
		    fix->element)
			continue;
		want = want_new("device");
		if (address->assigned)
			want_address(want, address->at.bus, address->at.slot);
		else
			want_set(want_child(want, "address"), "function", "0x0");
		edit_merge(&fix->edits, fix->element, want);
		want_free(want);
		break;
	}
}

/* The index of a new port on a root; -1 if there is no room. */
static int make_port(struct fix *fix, int root)
{
	int index = next_index(fix->check), slot = free_slot(fix->check, root);
	struct want *want;

	if (index < 0 || slot < 0)
		return -1;
	want = want_new("controller");
	want_set(want, "type", "pci");
	want_set(want, "index", "%d", index);
	want_set(want, "model", "%s", controller_rows[CONTROLLER_ROOT_PORT].name);
	want_address(want, root, slot);
	edit_insert(&fix->edits, fix->check->guest->devices_element,
		    last_controller(fix->check), want);
	want_free(want);
	return index;
}

static void move_below(struct fix *fix, int root)
{
	int port = free_port(fix->check, root);
	struct want *want;

	if (port < 0)
		port = make_port(fix, root);
	if (port < 0)
		return;
	want = want_new("device");
	want_address(want, port, 0);
	want_unset(want->children.v[0], "multifunction");
	edit_merge(&fix->edits, fix->element, want);
	want_free(want);
}

/* Whether a PCI Express port can take the device of the element. */
static bool fits_port(const struct guest *guest, int element)
{
	const struct device_kind *kind = NULL;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].element == element)
			kind = device_kind_of(&guest->devices.v[i]);
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest->controllers.v[i].element == element)
			kind = device_kind_of_controller(&guest->controllers.v[i]);
	return kind && (kind->connection == CONNECT_PCIE ||
			kind->connection == CONNECT_SWITCHABLE);
}

void fix_off_expander(struct fix *fix)
{
	const struct guest *guest = fix->check->guest;

	/* A hostdev has no kind; it fits into any port. */
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest->devices.v[i].element == fix->element &&
		    guest->devices.v[i].source.state == VALUE_VALID)
			return move_below(fix, 0);
	if (fits_port(guest, fix->element))
		move_below(fix, 0);
}

static bool row_of(const struct fix *fix, struct check_hostdev *ret)
{
	check_hostdevs list = {};
	bool found = false;

	check_list_hostdevs(fix->check, &list);
	for (size_t i = 0; i < list.n; i++)
		if (fix->check->guest->devices.v[list.v[i].device].element ==
		    fix->element) {
			*ret = list.v[i];
			found = true;
		}
	vec_free(&list);
	return found;
}

static bool backed_by(const struct check *check, int root, int node)
{
	int cell = guest_tree_cell(&check->tree, root);
	_cleanup_set_ struct set backing = {};

	return cell >= 0 && node >= 0 && check_backing(check, (size_t)cell, &backing) &&
	       set_has(&backing, (unsigned)node);
}

void fix_to_node(struct fix *fix)
{
	struct check_hostdev row = {};
	int right = -1, count = 0;

	if (!row_of(fix, &row))
		return;
	for (int index = 1; index < INDEXES; index++)
		if (fix->check->tree.bus[index].root == index &&
		    backed_by(fix->check, index, row.host_node)) {
			right = index;
			count++;
		}
	if (count == 1)
		move_below(fix, right);
}

/* Whether a host device of another root complex is below this root. */
static bool holds_strangers(const struct check *check, int root, int function)
{
	check_hostdevs list = {};
	bool found = false;

	check_list_hostdevs(check, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct guest_device *device =
			&check->guest->devices.v[list.v[i].device];

		found |= list.v[i].function >= 0 &&
			 device->address.state == VALUE_VALID &&
			 check->tree.bus[device->address.at.bus].root == root &&
			 check->host->functions.v[list.v[i].function].root !=
				 check->host->functions.v[function].root;
	}
	vec_free(&list);
	return found;
}

void fix_to_own_root(struct fix *fix)
{
	struct check_hostdev row = {};
	int right = -1, count = 0;

	if (!row_of(fix, &row) || row.function < 0)
		return;
	for (int index = 1; index < INDEXES; index++)
		if (fix->check->tree.bus[index].root == index &&
		    guest_tree_cell(&fix->check->tree, index) == row.cell &&
		    !holds_strangers(fix->check, index, row.function)) {
			right = index;
			count++;
		}
	if (count == 1)
		move_below(fix, right);
}
