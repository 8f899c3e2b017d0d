/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/in-place/attach.h"

#include "planner/guest/assign/assign.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/io-use.h"
#include "planner/guest/read.h"

/* Whether a domain has something at the address. */
static bool has_at(const struct guest *guest, const struct guest_address *address)
{
	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest_address_on_pci(&guest->devices.v[i].address) &&
		    pci_address_equal(guest->devices.v[i].address.at, address->at))
			return true;
	for (size_t i = 0; i < guest->controllers.n; i++)
		if (guest_address_on_pci(&guest->controllers.v[i].address) &&
		    pci_address_equal(guest->controllers.v[i].address.at, address->at))
			return true;
	return false;
}

/* The elements of what is new. */
struct found {
	int element;
	int bus;                        /* the index of its port */
	const struct device_kind *kind; /* NULL: of the host */
	size_t n;
	const char *refused; /* libvirt cannot attach it */
};

static void take(struct found *found, int element, const struct guest_address *address,
		 const char *refused)
{
	found->element = element;
	found->bus = address->at.bus;
	found->refused = refused;
	found->n++;
}

/* Source of what is refused: libvirt 9.0 qemu_hotplug.c, qemuDomainAttachDeviceLive. */
static struct found find_new(const struct guest *before, const struct guest *after)
{
	struct found found = {.element = -1};

	for (size_t i = 0; i < after->devices.n; i++) {
		const struct guest_device *device = &after->devices.v[i];

		if (guest_address_on_pci(&device->address) &&
		    !has_at(before, &device->address)) {
			take(&found, device->element, &device->address,
			     streq(device->tag, "video") ? "a video device" : NULL);
			found.kind = device_kind_of(device);
		}
	}
	for (size_t i = 0; i < after->controllers.n; i++) {
		const struct guest_controller *c = &after->controllers.v[i];

		if (guest_address_on_pci(&c->address) && !has_at(before, &c->address)) {
			take(&found, c->element, &c->address,
			     streq_null(c->type, "scsi") ? NULL
							 : "a controller of this type");
			found.kind = device_kind_of_controller(c);
		}
	}
	return found;
}

static bool same_iommu(const struct guest *before, const struct guest *after)
{
	if (before->iommus.n != after->iommus.n)
		return false;
	return before->iommus.n == 0 ||
	       switch_is(before->iommus.v[0].caching_mode, true) ==
		       switch_is(after->iommus.v[0].caching_mode, true);
}

static int judge(const struct found *found, const struct guest *before,
		 const struct guest *after, const char *name, struct error *error)
{
	if (found->n != 1)
		return error_input(
			error,
			"%s: --emit device is for one new device, but the plan has %zu; request one --device or --hostdev with node=N",
			name, found->n);
	if (found->refused)
		return error_input(error,
				   "%s: libvirt cannot attach %s to a running domain",
				   name, found->refused);
	if (!same_iommu(before, after))
		return error_input(
			error,
			"%s: the device needs another setting of <iommu>, which cannot change while the domain runs",
			name);
	return 0;
}

/* See hotplug-io in check. @old is completed as libvirt would. */
static void warn_of_io(const struct attach_to *to, const struct found *found,
		       struct guest *old, struct text *warning)
{
	_cleanup_assignment_ struct assignment assignment = {};
	_cleanup_guest_tree_ struct guest_tree tree = {};
	bool certain = found->kind && found->kind->io_bar;
	enum known takes;
	struct io_use use;

	if ((found->kind && !found->kind->io_bar) || !guest_is_q35(old))
		return;
	assign(old, to->target->libvirt, &assignment);
	guest_tree_read(old, &tree);
	io_use_read(&tree, to->host, to->target, &use);
	takes = io_use_takes(&use, &tree, found->bus);
	if (takes == KNOWN_NO)
		return;
	text_printf(
		warning,
		"%sthe device %s the I/O ports of devices that run on the same root bus; `virt-layout explain hotplug-io` says why, and how to avoid it",
		certain ? "" : "if it has I/O ports, ",
		takes == KNOWN_YES ? "takes" : "may take");
}

int attach_element(const struct attach_to *to, const struct text *xml, struct text *ret,
		   struct text *warning, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest old = {}, new = {};
	struct found found;
	struct span span;

	guest_init(&old);
	guest_init(&new);
	if (document_parse(to->name, xml->s, xml->n, &document, error) < 0 ||
	    guest_read(to->domain, &old, error) < 0 ||
	    guest_read(&document, &new, error) < 0)
		return -1;
	found = find_new(&old, &new);
	if (judge(&found, &old, &new, to->name, error) < 0)
		return -1;
	warn_of_io(to, &found, &old, warning);
	span = document_whole(&document, found.element);
	text_add(ret, document.text.s + span.start, span.end - span.start);
	text_addc(ret, '\n');
	return 0;
}
