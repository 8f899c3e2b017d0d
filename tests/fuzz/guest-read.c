/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any document as a domain: read, or rejected for its root with file and line. Every
 * element number exists in the document, valid addresses are in range, and each complaint
 * quotes the text at its position.
 */
#include "tests/fuzz/fuzz.h"

#include "planner/guest/read.h"

static void check_address(const struct guest *guest, const struct guest_address *address)
{
	CHECK(address->element < (int)guest->document->elements.n);
	if (address->state != VALUE_VALID)
		return;
	CHECK(address->type && streq(address->type, "pci"));
	CHECK(address->at.slot < PCI_SLOTS && address->at.function < PCI_FUNCTIONS);
	CHECK(address->slot.state != VALUE_VALID ||
	      address->at.slot == address->slot.value);
	CHECK(address->bus.state != VALUE_VALID || address->at.bus == address->bus.value);
}

static void check_set(const struct guest_set *set)
{
	CHECK(set->state == VALUE_VALID ? !set_empty(&set->set) : set_empty(&set->set));
}

static void check_complaints(const struct guest *guest)
{
	for (size_t i = 0; i < guest->complaints.n; i++) {
		const struct guest_complaint *it = &guest->complaints.v[i];
		const char *value;

		CHECK(it->element >= 0 && it->element < (int)guest->document->elements.n);
		CHECK(it->text && it->expected);
		if (!it->attribute)
			continue;
		value = document_attribute(guest->document, it->element, it->attribute);
		CHECK(streq(it->text, value ? value : ""));
	}
}

static size_t count_malformed(const struct guest *guest)
{
	size_t malformed = 0;

	for (size_t i = 0; i < guest->controllers.n; i++)
		malformed += guest->controllers.v[i].index.state == VALUE_MALFORMED;
	for (size_t i = 0; i < guest->devices.n; i++)
		malformed += guest->devices.v[i].address.state == VALUE_MALFORMED;
	for (size_t i = 0; i < guest->cells.n; i++)
		malformed += guest->cells.v[i].memory_bytes.state == VALUE_MALFORMED;
	return malformed + (guest->vcpus.state == VALUE_MALFORMED);
}

static void check_guest(const struct guest *guest)
{
	for (size_t i = 0; i < guest->controllers.n; i++)
		check_address(guest, &guest->controllers.v[i].address);
	for (size_t i = 0; i < guest->devices.n; i++) {
		check_address(guest, &guest->devices.v[i].address);
		check_address(guest, &guest->devices.v[i].source);
		CHECK(guest->devices.v[i].tag);
	}
	for (size_t i = 0; i < guest->iommus.n; i++)
		check_address(guest, &guest->iommus.v[i].address);
	for (size_t i = 0; i < guest->cells.n; i++) {
		check_set(&guest->cells.v[i].cpus);
		CHECK(guest->cells.v[i].id.state != VALUE_ABSENT);
	}
	check_set(&guest->vcpu_cpuset);
	check_complaints(guest);
	CHECK(guest->complaints.n >= count_malformed(guest));
}

/* The first of several complaints loses its position. */
static void spoil(struct guest *guest)
{
	if (guest->complaints.n > 1)
		guest->complaints.v[0].element = -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	_cleanup_guest_ struct guest guest = {};

	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0)
		return 0;
	if (guest_read(&document, &guest, &error) < 0) {
		CHECK(error.status == STATUS_INPUT && has_prefix(error.message, "fuzz:"));
		return 0;
	}
	if (IS_PLANTED)
		spoil(&guest);
	check_guest(&guest);
	return 0;
}
