/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/in-place/attach.h"

#include "planner/guest/device-kind.h"
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
	size_t n;
	const char *refused; /* libvirt cannot attach it */
};

static void take(struct found *found, int element, const char *refused)
{
	found->element = element;
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
		    !has_at(before, &device->address))
			take(&found, device->element,
			     streq(device->tag, "video") ? "a video device" : NULL);
	}
	for (size_t i = 0; i < after->controllers.n; i++) {
		const struct guest_controller *c = &after->controllers.v[i];

		if (guest_address_on_pci(&c->address) && !has_at(before, &c->address))
			take(&found, c->element,
			     streq_null(c->type, "scsi") ? NULL
							 : "a controller of this type");
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

int attach_element(const struct document *before, const char *name,
		   const struct text *xml, struct text *ret, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest old = {}, new = {};
	struct found found;
	struct span span;

	guest_init(&old);
	guest_init(&new);
	if (document_parse(name, xml->s, xml->n, &document, error) < 0 ||
	    guest_read(before, &old, error) < 0 || guest_read(&document, &new, error) < 0)
		return -1;
	found = find_new(&old, &new);
	if (judge(&found, &old, &new, name, error) < 0)
		return -1;
	span = document_whole(&document, found.element);
	text_add(ret, document.text.s + span.start, span.end - span.start);
	text_addc(ret, '\n');
	return 0;
}
