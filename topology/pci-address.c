/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "topology/pci-address.h"

#include <string.h>

/* Exactly @digits hexadecimal digits, and what follows them; false: something else. */
static bool take_hex(const char **s, int digits, char after, unsigned *ret)
{
	*ret = 0;
	for (; digits > 0; digits--, (*s)++) {
		char lower = (char)(**s | 0x20);

		if (**s >= '0' && **s <= '9')
			*ret = *ret << 4 | (unsigned)(**s - '0');
		else if (lower >= 'a' && lower <= 'f')
			*ret = *ret << 4 | (unsigned)(lower - 'a' + 10);
		else
			return false;
	}
	return *(*s)++ == after;
}

/* There is only one spelling, that of PCI_FORMAT; letters may be capitals. */
bool pci_address_parse(const char *string, struct pci_address *ret)
{
	size_t digits = strspn(string, "0123456789abcdefABCDEF");
	unsigned domain, bus, slot, function;

	/* A domain of more than 16 bits has more than four digits, and no leading 0. */
	if (digits < 4 || digits > 8 || (digits > 4 && *string == '0') ||
	    !take_hex(&string, (int)digits, ':', &domain) ||
	    !take_hex(&string, 2, ':', &bus) || !take_hex(&string, 2, '.', &slot) ||
	    !take_hex(&string, 1, '\0', &function) || slot >= PCI_SLOTS ||
	    function >= PCI_FUNCTIONS)
		return false;
	*ret = (struct pci_address){.domain = domain,
				    .bus = (uint8_t)bus,
				    .slot = (uint8_t)slot,
				    .function = (uint8_t)function};
	return true;
}

void text_add_pci(struct text *text, struct pci_address address)
{
	text_printf(text, PCI_FORMAT, PCI_ARGS(address));
}

int pci_address_compare(struct pci_address a, struct pci_address b)
{
	uint64_t left = (uint64_t)a.domain << 16 | a.bus << 8 | a.slot << 3 | a.function;
	uint64_t right = (uint64_t)b.domain << 16 | b.bus << 8 | b.slot << 3 | b.function;

	return (left > right) - (left < right);
}
