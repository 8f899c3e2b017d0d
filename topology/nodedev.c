/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. A dump names its device (pci_0000_81_00_0) and its parent. It does
 * not give the buses of a bridge, and only the parent says which function a network
 * interface belongs to. Until all dumps have been read, the parent is kept in a
 * function's upstream field as the index of a function that was created for it, since
 * functions may come before their parents: a parent that has not been read yet is created
 * empty and filled in when its own dump comes. Empty ones that nothing described are
 * removed at the end.
 */
#include "topology/nodedev.h"

#include "topology/pci-config.h"

#include <stdio.h>

/* "pci_0000_81_00_0"; names of virtio or SCSI devices do not match. */
static bool parse_name(const char *name, struct pci_address *ret)
{
	unsigned domain, bus, slot, function;
	char canonical[64];

	if (sscanf(name, "pci_%8x_%2x_%2x_%1x", &domain, &bus, &slot, &function) != 4 ||
	    slot >= PCI_SLOTS || function >= PCI_FUNCTIONS)
		return false;
	*ret = (struct pci_address){domain, (uint8_t)bus, (uint8_t)slot,
				    (uint8_t)function};
	snprintf(canonical, sizeof(canonical), "pci_%04x_%02x_%02x_%x", PCI_ARGS(*ret));
	return streq(canonical, name);
}

/* They are searched linearly; real hosts have hundreds, with VFs thousands. */
#define FUNCTION_LIMIT 16384

/* Index of the function, which is created if it is new. */
static int function_at(struct machine *machine, struct pci_address at)
{
	for (size_t i = machine->functions.n; i-- > 0;)
		if (pci_address_equal(machine->functions.v[i].at, at))
			return (int)i;
	machine_add_function(machine, at);
	return (int)machine->functions.n - 1;
}

static char *content_of(const struct document *document, int parent, const char *name)
{
	int element = document_child(document, parent, name);

	return element < 0 ? NULL : document_content(document, element);
}

/* A number in an element's text or, with @attribute, in its attribute. */
static bool number_in(const struct document *document, int parent, const char *name,
		      const char *attribute, uint32_t *ret)
{
	int element = document_child(document, parent, name);
	_cleanup_free_ char *text = NULL;

	if (element < 0)
		return false;
	text = attribute ? xstrdup(document_attribute(document, element, attribute))
			 : document_content(document, element);
	return text && parse_u32(text, ret);
}

static int capability(const struct document *document, int parent, const char *type)
{
	int element = document_child(document, parent, "capability");

	while (element >= 0) {
		const char *found = document_attribute(document, element, "type");

		if (found && streq(found, type))
			break;
		element = document_next(document, element, "capability");
	}
	return element;
}

static bool attribute_number(const struct document *document, int element,
			     const char *name, uint32_t limit, uint32_t *ret)
{
	const char *text = document_attribute(document, element, name);

	return text && parse_u32(text, ret) && *ret <= limit;
}

static bool address_in(const struct document *document, int parent,
		       struct pci_address *ret)
{
	int element = document_child(document, parent, "address");
	uint32_t domain, bus, slot, function;

	if (element < 0 ||
	    !attribute_number(document, element, "domain", UINT32_MAX, &domain) ||
	    !attribute_number(document, element, "bus", 255, &bus) ||
	    !attribute_number(document, element, "slot", PCI_SLOTS - 1, &slot) ||
	    !attribute_number(document, element, "function", PCI_FUNCTIONS - 1,
			      &function))
		return false;
	*ret = (struct pci_address){domain, (uint8_t)bus, (uint8_t)slot,
				    (uint8_t)function};
	return true;
}

static void read_virtual(const struct document *document, int pci,
			 struct machine *machine, int index)
{
	int physical = capability(document, pci, "phys_function");
	int virtual = capability(document, pci, "virt_functions");
	struct pci_address at;
	uint32_t total;

	if (physical >= 0 && address_in(document, physical, &at)) {
		/* The call may move the array. */
		int parent = function_at(machine, at);

		machine->functions.v[index].physical_function = parent;
	}
	if (virtual < 0)
		return;
	if (attribute_number(document, virtual, "maxCount", 65535, &total))
		machine->functions.v[index].total_vfs = (int)total;
	machine->functions.v[index].num_vfs = 0;
	for (int element = document_child(document, virtual, "address"); element >= 0;
	     element = document_next(document, element, "address"))
		machine->functions.v[index].num_vfs++;
}

static void read_places(const struct document *document, int pci,
			struct machine_function *function)
{
	uint32_t value;

	if (number_in(document, pci, "numa", "node", &value) && value < SET_LIMIT)
		machine_affinity_set(&function->affinity, (int)value,
				     AFFINITY_FROM_LIBVIRT);
	function->iommu_group = GROUP_NONE;
	if (number_in(document, pci, "iommuGroup", "number", &value) &&
	    value <= INT32_MAX)
		function->iommu_group = (int)value;
}

/* <link validity='sta' speed='8' width='4'/>: GT/s and lanes, now; cap: at most. */
static void read_link(const struct document *document, int pci,
		      struct machine_function *function)
{
	int express = document_child(document, pci, "pci-express");
	int link = express < 0 ? -1 : document_child(document, express, "link");

	for (; link >= 0; link = document_next(document, link, "link")) {
		const char *validity = document_attribute(document, link, "validity");
		const char *speed = document_attribute(document, link, "speed");
		const char *width = document_attribute(document, link, "width");

		if (!validity)
			continue;
		if (streq(validity, "sta")) {
			function->link.speed_mt_s = speed ? pci_link_speed(speed) : 0;
			function->link.width = width ? pci_link_width(width) : 0;
		} else if (streq(validity, "cap")) {
			function->link.max_speed_mt_s = speed ? pci_link_speed(speed) : 0;
			function->link.max_width = width ? pci_link_width(width) : 0;
		}
	}
	function->link_mb_s =
		pci_link_data(function->link.speed_mt_s, function->link.width);
}

static void read_ids(const struct document *document, int pci,
		     struct machine_function *function)
{
	uint32_t value;

	if (number_in(document, pci, "class", NULL, &value) && value <= 0xffffff) {
		function->class_code = value;
		function->prog_if_known = KNOWN_YES;
	}
	if (number_in(document, pci, "vendor", "id", &value) && value <= 0xffff)
		function->vendor = (uint16_t)value;
	if (number_in(document, pci, "product", "id", &value) && value <= 0xffff)
		function->device = (uint16_t)value;
	function->bridge = capability(document, pci, "pci-bridge") >= 0 ||
			   function->class_code >> 8 == 0x0604 ||
			   function->class_code >> 8 == 0x0609;
}

static void read_pci(const struct document *document, int device, int pci,
		     struct machine *machine)
{
	_cleanup_free_ char *name = content_of(document, device, "name");
	_cleanup_free_ char *parent = content_of(document, device, "parent");
	int driver = document_find(document, device, "driver/name"), index;
	struct machine_function *function;
	struct pci_address at, above;

	if (!name || !parse_name(name, &at)) {
		machine_complain(machine,
				 "%s:%d: the device has no name such as pci_0000_00_1f_0",
				 document->name, document->elements.v[device].line);
		return;
	}
	index = function_at(machine, at);
	if (machine->functions.v[index].driver) {
		machine_complain(machine,
				 "%s: %s is described twice; the first one is used",
				 document->name, name);
		return;
	}
	if (parent && parse_name(parent, &above)) {
		int found = function_at(machine, above);

		machine->functions.v[index].upstream = found;
	}
	read_virtual(document, pci, machine, index);
	function = &machine->functions.v[index];
	function->driver = driver < 0 ? xstrdup("") : document_content(document, driver);
	read_ids(document, pci, function);
	read_places(document, pci, function);
	read_link(document, pci, function);
}

/* A network interface or a disk whose parent is a PCI function. */
static void read_user(const struct document *document, int device,
		      struct machine *machine)
{
	_cleanup_free_ char *parent = content_of(document, device, "parent");
	int net = capability(document, device, "net");
	int storage = capability(document, device, "storage");
	struct pci_address above;
	char *name;
	int index;

	if (!parent || !parse_name(parent, &above) || (net < 0 && storage < 0))
		return;
	name = content_of(document, net >= 0 ? net : storage,
			  net >= 0 ? "interface" : "block");
	if (!name)
		return;
	index = function_at(machine, above);
	*vec_add(&machine->functions.v[index].names) =
		xstrdup(has_prefix(name, "/dev/") ? name + strlen("/dev/") : name);
	free(name);
}

static void read_device(const struct document *document, int device,
			struct machine *machine)
{
	int pci = capability(document, device, "pci");

	if (pci >= 0)
		read_pci(document, device, pci, machine);
	else
		read_user(document, device, machine);
}

/* The devices among these elements, and inside those around them; how many there are. */
static size_t read_devices(const struct document *document, int element, int depth,
			   struct machine *machine)
{
	size_t n = 0;

	for (; element >= 0 && machine->functions.n <= FUNCTION_LIMIT;
	     element = document_next(document, element, NULL))
		if (streq(document_element_name(document, element), "device")) {
			read_device(document, element, machine);
			n++;
		} else if (depth > 0) {
			n += read_devices(document,
					  document_child(document, element, NULL),
					  depth - 1, machine);
		}
	return n;
}

int nodedev_read(const struct document *document, struct machine *machine,
		 struct error *error)
{
	int root = document_child(document, -1, NULL);

	if (read_devices(document, root, 2, machine) == 0)
		machine_complain(machine,
				 "%s: <%s> contains no <device>, so it is not used",
				 document->name, document_element_name(document, root));
	if (machine->functions.n > FUNCTION_LIMIT)
		return error_input(error,
				   "%s: with it there are more than %d PCI functions",
				   document->name, FUNCTION_LIMIT);
	return 0;
}

/* XML declarations of all documents, so that one element can surround them. */
static void blank_declarations(struct text *text)
{
	char *at = text->s, *end;

	while ((at = strstr(at, "<?xml ")) && (end = strstr(at, "?>"))) {
		for (; at < end + 2; at++)
			if (*at != '\n')
				*at = ' ';
	}
}

/* Several dumps, or one with what a script printed around it. */
static bool needs_element(const struct text *text)
{
	const char *first = text->n ? strstr(text->s, "<device>") : NULL;
	const char *start =
		first ? text->s + strspn(text->s, " \t\r\n\xef\xbb\xbf") : NULL;
	const char *last = first ? text->s + text->n - 1 : NULL;

	while (first && last > first && strchr(" \t\r\n", *last))
		last--;
	return first && !strstr(text->s, "<devices") &&
	       memchr(text->s, 0, text->n) == NULL &&
	       (*start != '<' || *last != '>' || strstr(first + 1, "<device>") ||
		strstr(first, "<?xml "));
}

int nodedev_read_text(const char *name, struct text *text, struct machine *machine,
		      struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_text_ struct text whole = {};

	if (needs_element(text)) {
		blank_declarations(text);
		text_printf(&whole, "<devices>%s</devices>",
			    text->s + (has_prefix(text->s, "\xef\xbb\xbf") ? 3 : 0));
		text = &whole;
	}
	if (document_parse(name, text->s, text->n, &document, error) < 0)
		return -1;
	return nodedev_read(&document, machine, error);
}

/* New index of each function after removing those that nothing described; -1 for them. */
static int *drop_empty(struct machine *machine)
{
	int *map = xcalloc(machine->functions.n + 1, sizeof(*map));
	size_t kept = 0;

	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		map[i] = function->driver ? (int)kept : -1;
		if (function->driver)
			machine->functions.v[kept++] = *function;
		else
			machine_function_free(function);
	}
	machine->functions.n = kept;
	return map;
}

/*
 * A bridge leads to the bus of the functions below it; a VF may be on a higher one.
 */
static void buses_from_children(struct machine *machine)
{
	for (size_t i = machine->functions.n; i-- > 0;) {
		const struct machine_function *function = &machine->functions.v[i];
		struct machine_function *above;
		uint8_t last = MAX(function->at.bus, function->subordinate);

		if (function->upstream < 0)
			continue;
		above = &machine->functions.v[function->upstream];
		above->bridge = true;
		if (!above->secondary || function->at.bus < above->secondary)
			above->secondary = function->at.bus;
		above->subordinate = MAX(above->subordinate, last);
	}
}

/* Without its physical function a virtual one is taken for an ordinary one. */
static void note_orphans(struct machine *machine, const int *map, size_t n)
{
	const struct machine_function *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < machine->functions.n; i++) {
		const struct machine_function *function = &machine->functions.v[i];

		if (function->physical_function < 0 ||
		    (size_t)function->physical_function >= n ||
		    map[function->physical_function] >= 0)
			continue;
		first = first ? first : function;
		count++;
	}
	if (first)
		machine_complain(
			machine,
			"%zu virtual function%s (first " PCI_FORMAT
			"): no dump describes the physical function, so treated as ordinary",
			count, count > 1 ? "s" : "", PCI_ARGS(first->at));
}

void nodedev_finish(struct machine *machine)
{
	size_t n = machine->functions.n;
	int *map = drop_empty(machine);

	machine->pci_known = machine->functions.n ? KNOWN_YES : KNOWN_NO;
	note_orphans(machine, map, n);
	for (size_t i = 0; i < machine->functions.n; i++) {
		struct machine_function *function = &machine->functions.v[i];

		if (function->upstream >= 0)
			function->upstream = map[function->upstream];
		if (function->physical_function >= 0)
			function->physical_function = map[function->physical_function];
		if (function->upstream >= 0)
			machine->functions.v[function->upstream].bridge = true;
	}
	free(map);
	nodedev_derive_classes(machine);
	machine_settle(machine, false);
	buses_from_children(machine);
	machine_settle(machine, false);
}
