/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any domain, planned in place by one of several requests: no crash; planning the result
 * again changes nothing, it has every comment of the input, and every device with an
 * address keeps it.
 */
#include "tests/fuzz/plan-fuzz.h"

#include "planner/guest/read.h"

static const char *const wishes[][9] = {
	{"iommu", "intel"},
	{"node", "vcpus=2,memory=1GiB", "node", "vcpus=1,memory=1GiB", "nic",
	 "e1000e,per-node=1"},
	{"iommu", "virtio", "spare-ports", "2"},
	{"nic", "virtio-net,per-node=2", "iommu", "intel", "firmware", "efi"},
	{"iothreads", "per-node", "place", "vda=0"},
	{"node", "vcpus=4,memory=3GiB", "hugepages", "2MiB", "general-ports", "3"},
	{"iommu", "none", "device", "virtio-scsi,node=0", "debug-console", "yes"},
	{"iothreads", "per-node=2", "queues", "node", "device", "virtio-scsi,node=0"},
};

/* The end of the comment that begins there. */
static const char *after_comment(const char *comment)
{
	const char *end = strstr(comment, "-->");

	return end ? end + 3 : comment + strlen(comment);
}

static void check_comments(const struct text *before, const struct text *after)
{
	const char *from = after->s;

	for (const char *at = strstr(before->s, "<!--"); at;
	     at = strstr(after_comment(at), "<!--")) {
		_cleanup_free_ char *comment =
			xstrndup(at, (size_t)(after_comment(at) - at));

		from = strstr(from, comment);
		CHECK(from);
		from += strlen(comment);
	}
}

/* A removed IOMMU is removed with its content. */
static bool takes_iommu_away(const struct guest *before, const struct guest *after)
{
	for (size_t i = 0; i < before->iommus.n; i++)
		if (after->iommus.n == 0 ||
		    !streq_null(before->iommus.v[i].model, after->iommus.v[0].model))
			return true;
	return false;
}

static bool explicit_pci(const struct guest_address *address)
{
	return address->state == VALUE_VALID && !guest_address_automatic(address);
}

/* Controllers and devices keep their order, with new ones between them. */
static void check_addresses(const struct guest *before, const struct guest *after,
			    bool moves)
{
	for (size_t i = 0; i < before->controllers.n; i++) {
		const struct guest_controller *old = &before->controllers.v[i];
		const struct guest_controller *new =
			guest_is_pci(old) && old->index.state == VALUE_VALID
				? guest_pci_controller(after, (unsigned)old->index.value)
				: NULL;

		if (new && explicit_pci(&old->address))
			CHECK(pci_address_equal(old->address.at, new->address.at));
	}
	for (size_t i = 0, j = 0; !moves && i < before->devices.n; i++, j++) {
		const struct guest_device *old = &before->devices.v[i];

		if (!explicit_pci(&old->address))
			continue;
		while (j < after->devices.n &&
		       !(streq(after->devices.v[j].tag, old->tag) &&
			 explicit_pci(&after->devices.v[j].address) &&
			 pci_address_equal(after->devices.v[j].address.at,
					   old->address.at)))
			j++;
		CHECK(j < after->devices.n);
	}
}

/* Loses what a careless editor would lose. */
static void spoil(struct text *text)
{
	char *comment = strstr(text->s, "<!--"), *end;

	if (!comment)
		return;
	end = strstr(comment, "-->") + 3;
	memmove(comment, end, strlen(end) + 1);
	text->n -= (size_t)(end - comment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	_cleanup_document_ struct document document = {}, again = {};
	_cleanup_error_ struct error error = {};
	_cleanup_guest_ struct guest before = {}, after = {};
	_cleanup_text_ struct text text = {}, second = {};
	struct choice choice = choice_begin(data, n);
	size_t number = choose(&choice, ARRAY_SIZE(wishes));

	guest_init(&before);
	guest_init(&after);
	if (document_parse("fuzz", (const char *)data, n, &document, &error) < 0 ||
	    !fuzz_plan(&document, NULL, wishes[number], &text))
		return 0;
	if (IS_PLANTED)
		spoil(&text);
	CHECK(document_parse("planned", text.s, text.n, &again, &error) == 0);
	CHECK(guest_read(&document, &before, &error) == 0);
	CHECK(guest_read(&again, &after, &error) == 0);
	if (!takes_iommu_away(&before, &after))
		check_comments(&document.text, &text);
	check_addresses(&before, &after, streq(wishes[number][0], "iothreads"));
	CHECK(fuzz_plan(&again, NULL, wishes[number], &second));
	CHECK(second.n == text.n && memcmp(second.s, text.s, text.n) == 0);
	return 0;
}
