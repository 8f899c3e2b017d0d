/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-boot-order.c - <boot dev=> of <os>, and <boot order=> of devices. Source: libvirt
 * 9.0 src/conf/domain_postparse.c, virDomainDefBootOrderPostParse. Every verdict was
 * measured with libvirt 9.0, 11.3 and 12.9.
 */
#include "planner/check/rules.h"

#include "base/first.h"

/* order= of a device's <boot>; 0: none. */
static uint32_t order_of(const struct check *check, const struct guest_device *device)
{
	int boot = device->boot_element;
	const char *text =
		boot < 0 ? NULL : document_attribute(check->document, boot, "order");
	uint32_t order;

	return text && parse_u32(text, &order) ? order : 0;
}

static void boot_order_mixed(struct check *check)
{
	int boot = document_find(check->document, 0, "os/boot");

	for (size_t i = 0; boot >= 0 && i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];

		if (order_of(check, device) == 0)
			continue;
		check_relate(
			check,
			check_found(
				check, device->element,
				"<%s> has a <boot order=>, but <os> has a <boot dev=>.",
				device->tag),
			boot);
		return;
	}
}

static void boot_order_dup(struct check *check)
{
	_cleanup_firsts_ struct firsts seen = {};

	for (size_t i = 0; i < check->guest->devices.n; i++) {
		const struct guest_device *device = &check->guest->devices.v[i];
		uint32_t order = order_of(check, device);
		int first;

		if (order == 0)
			continue;
		first = first_add(&seen, NULL, order, device->element);
		if (first != device->element)
			check_relate(check,
				     check_found(check, device->element,
						 "Another device has boot order %u, too.",
						 order),
				     first);
	}
}

#define SOURCE LV "conf/domain_postparse.c, virDomainDefBootOrderPostParse; measured"

const struct rule boot_order_rules[] = {
	{RULE("boot-order-mixed", boot_order_mixed, ERROR, 0, LIBVIRT),
	 .what = "The order of booting is given either by <boot dev=> of <os>, or by <boot order=> of devices.",
	 .why = "libvirt refuses a domain with both.",
	 .to_fix =
		 "Remove <boot dev=>, and give every device to boot from a <boot order=>.",
	 .source = SOURCE, .remedy = REMEDY_EDIT},
	{RULE("boot-order-dup", boot_order_dup, ERROR, 0, LIBVIRT),
	 .what = "Each <boot order=> is used by one device.",
	 .why = "libvirt refuses the domain.",
	 .to_fix = "Give one of them another number.", .source = SOURCE,
	 .remedy = REMEDY_EDIT},
	{},
};
