/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Source: QEMU 7.2 include/hw/i386/topology.h. */
#include "planner/guest/apic-id.h"

/* Bits for the numbers below @n. */
static unsigned bits_for(uint64_t n)
{
	unsigned bits = 0;

	while (bits < 32 && UINT64_C(1) << bits < n)
		bits++;
	return bits;
}

bool guest_apic_id(const struct guest *guest, unsigned vcpu, uint64_t *ret)
{
	const struct guest_number parts[] = {guest->threads, guest->cores,
					     guest->clusters, guest->dies};
	uint64_t rest = vcpu, product = 1;
	unsigned shift = 0;

	*ret = vcpu;
	if (guest->topology_element < 0)
		return true;
	if (guest->sockets.state != VALUE_VALID)
		return false;
	*ret = 0;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		uint64_t n = parts[i].state == VALUE_VALID ? parts[i].value : 1;

		if (parts[i].state == VALUE_MALFORMED || n == 0 || n > UINT16_MAX ||
		    product > UINT16_MAX)
			return false;
		*ret |= (rest % n) << shift;
		rest /= n;
		product *= n;
		shift += bits_for(n);
	}
	*ret |= rest << shift;
	return product * guest->sockets.value == guest_vcpus(guest);
}
