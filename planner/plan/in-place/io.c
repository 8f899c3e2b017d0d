/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps the planned domain within the firmware's I/O space (planner/guest/io-use.h). It
 * is judged as libvirt would complete it, so from its text. If hot-pluggable ports need
 * too much, new ports that are in use become hotplug='off'.
 */
#include "planner/plan/in-place/tree.h"

#include "planner/guest/io-use.h"
#include "planner/guest/read.h"

static int read_use(const struct in_place *plan, const struct text *xml,
		    struct io_use *ret, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	_cleanup_guest_tree_ struct guest_tree tree = {};

	guest_init(&guest);
	if (document_parse(plan->document->name, xml->s, xml->n, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	assign(&guest, plan->request->target.libvirt, &assignment);
	guest_tree_read(&guest, &tree);
	io_use_read(&tree, plan->host, &plan->request->target, ret);
	return 0;
}

/* A requested kind that needs I/O ports, or NULL. */
static const char *kind_with_io(const struct in_place *plan)
{
	for (size_t i = 0; i < plan->devices.n; i++)
		if (plan->devices.v[i].kind && plan->devices.v[i].kind->io_bar)
			return plan->devices.v[i].kind->name;
	return NULL;
}

static bool adds_io(const struct in_place *plan)
{
	for (size_t i = plan->n_given; i < plan->layout.items.n; i++)
		if (plan->layout.items.v[i].kind == CONTROLLER_PCIE_BRIDGE)
			return true;
	return kind_with_io(plan);
}

static int refuse_windows(const struct in_place *plan, const struct io_use *use,
			  struct error *error)
{
	const char *kind = kind_with_io(plan);
	bool bios = plan->request->firmware == FIRMWARE_BIOS;

	return in_place_refuse(
		plan, error, plan->old.devices_element,
		"%sthe guest would have %u ports with devices that use I/O ports (%s), but %s has room for %u and would %s; request fewer, or use virtio-net, which has no I/O ports",
		plan->fresh ? "" : "<devices>: ", use->windows,
		kind ? kind : "conventional PCI", bios ? "SeaBIOS" : "OVMF", use->limit,
		bios ? "hang" : "give them no BARs");
}

/* Whether there were any. */
static bool switch_hotplug_off(struct in_place *plan)
{
	bool any = false;

	for (size_t i = 0; i < plan->new.controllers.n; i++) {
		struct guest_controller *c = &plan->new.controllers.v[i];
		int item = guest_is_pci(c) && c->index.state == VALUE_VALID &&
					   c->index.value < INDEXES
				   ? plan->item_of[c->index.value]
				   : LAYOUT_NONE;

		if (item < (int)plan->n_given || !guest_is_port(c) ||
		    !layout_has_child(&plan->layout, item))
			continue;
		c->hotplug = switch_of(false);
		any = true;
	}
	return any;
}

static int make_room(struct in_place *plan, struct io_use *use, struct text *xml,
		     struct error *error)
{
	if (!switch_hotplug_off(plan))
		return 0;
	text_free(xml);
	*xml = (struct text){};
	return in_place_text(plan, xml, error) < 0 || read_use(plan, xml, use, error) < 0
		       ? -1
		       : 0;
}

/* If it is certain, the check of the planned domain reports it. */
static void note_unknown(struct in_place *plan, const struct io_use *use)
{
	if (!plan->fresh && use->reserves == KNOWN_UNKNOWN)
		request_note(
			plan->request,
			"the guest boots only if OVMF reserves no I/O space for hot-pluggable ports (2025.02 does not, 2022.11 does): otherwise no device gets a BAR; set <target hotplug='off'/> on ports that do not need hotplug");
}

int in_place_text_with_io(struct in_place *plan, struct text *ret_xml, bool *ret_fits,
			  struct error *error)
{
	struct io_use use;

	*ret_fits = true;
	if (in_place_text(plan, ret_xml, error) < 0)
		return -1;
	if (plan->layout.items.n == plan->n_given || !guest_is_q35(&plan->new))
		return 0;
	if (read_use(plan, ret_xml, &use, error) < 0)
		return -1;
	if (io_use_judge(&use) == IO_DEVICE_DROPPED && adds_io(plan))
		return refuse_windows(plan, &use, error);
	if (io_use_judge(&use) == IO_ALL_DROPPED &&
	    make_room(plan, &use, ret_xml, error) < 0)
		return -1;
	*ret_fits = io_use_judge(&use) != IO_ALL_DROPPED;
	if (!*ret_fits)
		note_unknown(plan, &use);
	return 0;
}
