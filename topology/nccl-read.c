/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. See nccl-write.c for what the elements are. A <pci> with others in
 * it is the upstream port of a switch, whatever its address: files of cloud vendors have
 * addresses there that do not exist. The <cpu> is the node of everything in it. Bus
 * numbers say nothing about root complexes, and the files have none.
 */
#include "topology/nccl.h"

#include "topology/class-name.h"
#include "topology/pci-config.h"

struct reader {
	const struct document *document;
	struct machine *machine;
	int *function;             /* by element: the <pci> that it is or is in; -1 */
	int *node;                 /* by element: the id of its <cpu>; UNKNOWN_ID */
	bool *foreign;             /* by element: of another host than the first */
	bool unplaced;             /* a <cpu> has no number: numaid is -1 */
	struct set stray;          /* the CPUs of those */
	size_t n_foreign, n_loose; /* <cpu> of others; devices without a <pci> */
	int loose;                 /* the first of them */
};

static void complain(struct reader *reader, int element, const char *name)
{
	const char *value = document_attribute(reader->document, element, name);

	machine_complain(reader->machine, "%s:%d: %s='%s' of <%s> is not understood",
			 reader->document->name,
			 reader->document->elements.v[element].line, name,
			 value ? value : "",
			 document_element_name(reader->document, element));
}

/* "0x10de"; with @digits, missing digits at the end are zeros, as in class="0x02". */
static uint32_t hex(struct reader *reader, int element, const char *name, size_t digits,
		    bool prefix)
{
	const char *text = document_attribute(reader->document, element, name);
	uint32_t value = 0;
	size_t n;

	if (!text || !*text)
		return 0;
	text += has_prefix(text, "0x") ? 2 : 0;
	n = strspn(text, "0123456789abcdefABCDEF");
	if (n == 0 || n > digits || text[n]) {
		complain(reader, element, name);
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		value = value << 4 |
			(uint32_t)(text[i] <= '9' ? text[i] - '0'
						  : (text[i] | 32) - 'a' + 10);
	return prefix ? value << 4 * (digits - n) : value;
}

/* Words of 32 bits, the highest first: "0000ffff,00000000". */
static bool read_mask(const char *text, struct set *ret)
{
	size_t words = 1;

	for (const char *at = text; *at; at++)
		words += *at == ',';
	for (size_t word = words; word-- > 0;) {
		size_t n = strspn(text, "0123456789abcdefABCDEF");
		uint32_t bits = 0;

		if (n == 0 || n > 8 || (text[n] && text[n] != ',') ||
		    words > SET_LIMIT / 32)
			return false;
		sscanf(text, "%8x", &bits);
		for (unsigned bit = 0; bit < 32; bit++)
			if (bits >> bit & 1)
				set_add(ret, (unsigned)word * 32 + bit);
		text += n + (text[n] == ',');
	}
	return true;
}

static void add_cpus(struct reader *reader, const struct set *cpus, int node)
{
	set_foreach (cpu, cpus) {
		bool known = false;

		for (size_t i = 0; i < reader->machine->cpus.n && !known; i++)
			known = reader->machine->cpus.v[i].id == cpu;
		if (!known)
			machine_add_cpu(reader->machine, cpu)->node = node;
	}
}

static void read_cpu(struct reader *reader, int element)
{
	const char *id = document_attribute(reader->document, element, "numaid");
	const char *mask = document_attribute(reader->document, element, "affinity");
	const char *arch = document_attribute(reader->document, element, "arch");
	_cleanup_set_ struct set cpus = {};
	struct machine_node *node = NULL;
	int number;

	if (!id || !parse_int(id, &number) || number < -1 ||
	    number >= MACHINE_NODE_LIMIT) {
		complain(reader, element, "numaid");
		return;
	}
	if (mask && !read_mask(mask, &cpus))
		complain(reader, element, "affinity");
	if (arch && !reader->machine->architecture)
		reader->machine->architecture =
			xstrdup(streq(arch, "arm64") ? "aarch64" : arch);
	reader->node[element] = number < 0 ? UNKNOWN_ID : number;
	for (size_t i = 0; i < reader->machine->nodes.n; i++)
		if (reader->machine->nodes.v[i].id == number)
			node = &reader->machine->nodes.v[i];
	if (number < 0) {
		reader->unplaced = true;
		set_union(&reader->stray, &cpus);
		return;
	}
	if (!node) {
		node = machine_add_node(reader->machine, number);
		node->memory_bytes = UNKNOWN_U64;
		node->huge_known = KNOWN_UNKNOWN;
	}
	set_union(&node->cpus, &cpus);
	add_cpus(reader, &cpus, number);
}

/* NVML has eight digits of domain, "00000000:07:00.0". */
static bool read_address(const char *text, struct pci_address *ret)
{
	_cleanup_free_ char *lower = xstrdup(text);
	size_t digits = strspn(lower, "0123456789abcdefABCDEF");
	const char *at = lower;

	for (char *c = lower; *c; c++)
		*c = *c >= 'A' && *c <= 'F' ? (char)(*c | 32) : *c;
	while (digits > 4 && *at == '0') {
		at++;
		digits--;
	}
	return pci_address_parse(at, ret);
}

static void read_link(struct reader *reader, int element,
		      struct machine_function *function)
{
	const char *speed = document_attribute(reader->document, element, "link_speed");
	const char *width = document_attribute(reader->document, element, "link_width");

	if (speed && *speed)
		function->link.speed_mt_s = pci_link_speed(speed);
	if (width)
		function->link.width = pci_link_width(width);
	function->link_mb_s =
		pci_link_data(function->link.speed_mt_s, function->link.width);
}

static void read_pci(struct reader *reader, int element, int above, int node)
{
	const char *busid = document_attribute(reader->document, element, "busid");
	const char *class = document_attribute(reader->document, element, "class");
	struct machine_function *function;
	struct pci_address at;

	if (!busid || !read_address(busid, &at)) {
		complain(reader, element, "busid");
		return;
	}
	reader->function[element] = (int)reader->machine->functions.n;
	function = machine_add_function(reader->machine, at);
	function->upstream = above;
	function->class_code = class && *class ? hex(reader, element, "class", 6, true)
					       : PCI_CLASS_UNKNOWN;
	function->prog_if_known = KNOWN_YES;
	function->vendor = (uint16_t)hex(reader, element, "vendor", 4, false);
	function->device = (uint16_t)hex(reader, element, "device", 4, false);
	function->subvendor =
		(uint16_t)hex(reader, element, "subsystem_vendor", 4, false);
	function->subdevice =
		(uint16_t)hex(reader, element, "subsystem_device", 4, false);
	function->pcie_type = PCIE_ENDPOINT;
	if (node != UNKNOWN_ID)
		machine_affinity_set(&function->affinity, node, AFFINITY_FROM_SYSFS);
	read_link(reader, element, function);
}

/* After addresses that occur twice have been merged. */
static void mark_switches(struct machine *machine)
{
	for (size_t i = 0; i < machine->functions.n; i++) {
		int above = machine->functions.v[i].upstream;

		if (above < 0)
			continue;
		machine->functions.v[above].bridge = true;
		machine->functions.v[above].pcie_type = PCIE_UPSTREAM_PORT;
	}
}

/* A bond has no <pci>, nor has a NIC that the kernel does not connect with a function. */
static void note_loose(struct reader *reader, int element, const char *tag)
{
	if (!streq(tag, "gpu") && !streq(tag, "nic"))
		return;
	reader->loose = reader->n_loose ? reader->loose : element;
	reader->n_loose++;
}

/* What the <pci> of a <gpu>, <nic> or <net> is; others are left to NCCL. */
static void read_leaf(struct reader *reader, int element, int function)
{
	const char *tag = document_element_name(reader->document, element);
	const char *name = document_attribute(reader->document, element, "name");
	struct machine_function *it =
		function < 0 ? NULL : &reader->machine->functions.v[function];
	bool none;

	if (!it) {
		note_loose(reader, element, tag);
		return;
	}
	none = !it->class_code || it->class_code == PCI_CLASS_UNKNOWN;
	if (none && streq(tag, "gpu"))
		it->class_code = 0x030200;
	if (none && streq(tag, "nic"))
		it->class_code = 0x020000;
	if (streq(tag, "net") && name)
		*vec_add(&it->names) = xstrdup(name);
}

/* NCCL writes all hosts that share an NVLink network into one file. */
static bool is_foreign(struct reader *reader, int element)
{
	const char *first = NULL, *hash;

	if (!streq(document_element_name(reader->document, element), "cpu"))
		return false;
	hash = document_attribute(reader->document, element, "host_hash");
	for (int i = 1; i <= element && !first; i++)
		if (reader->document->elements.v[i].parent == 0)
			first = document_attribute(reader->document, i, "host_hash");
	return hash && first && !streq(hash, first);
}

/* NCCL writes -1 on a machine without NUMA, which is one place. */
static void place_stray(struct reader *reader)
{
	struct machine *machine = reader->machine;
	bool alone = reader->unplaced && machine->nodes.n == 0;
	struct machine_node *node = alone ? machine_add_node(machine, 0) : NULL;

	if (node) {
		node->memory_bytes = UNKNOWN_U64;
		node->huge_known = KNOWN_UNKNOWN;
		set_union(&node->cpus, &reader->stray);
		machine_complain(machine, "%s: names no node, so everything is on node 0",
				 reader->document->name);
	}
	add_cpus(reader, &reader->stray, alone ? 0 : UNKNOWN_ID);
	set_free(&reader->stray);
}

static void note_left_out(struct reader *reader)
{
	if (reader->n_foreign)
		machine_complain(
			reader->machine,
			"%s: describes several hosts (host_hash of <cpu>); the first one is used, and %zu <cpu> of others left out",
			reader->document->name, reader->n_foreign);
	if (reader->n_loose)
		machine_complain(
			reader->machine,
			"%s:%d: %zu device%s (first <%s>) without a <pci>, so left out",
			reader->document->name,
			reader->document->elements.v[reader->loose].line, reader->n_loose,
			reader->n_loose > 1 ? "s" : "",
			document_element_name(reader->document, reader->loose));
}

static void read_all(struct reader *reader)
{
	for (int i = 1; i < (int)reader->document->elements.n; i++) {
		int parent = reader->document->elements.v[i].parent;
		const char *tag = document_element_name(reader->document, i);

		reader->function[i] = reader->function[parent];
		reader->node[i] = reader->node[parent];
		reader->foreign[i] = reader->foreign[parent];
		if (parent == 0 && is_foreign(reader, i)) {
			reader->foreign[i] = true;
			reader->n_foreign++;
		}
		if (reader->foreign[i])
			continue;
		if (streq(tag, "cpu") && parent == 0)
			read_cpu(reader, i);
		else if (streq(tag, "pci"))
			read_pci(reader, i, reader->function[parent],
				 reader->node[parent]);
		else
			read_leaf(reader, i, reader->function[parent]);
	}
}

int nccl_read(const struct document *document, struct machine *ret, struct error *error)
{
	const char *version = document_attribute(document, 0, "version");
	size_t n = document->elements.n;
	_cleanup_free_ int *function = xcalloc(n + 1, sizeof(int));
	_cleanup_free_ int *node = xcalloc(n + 1, sizeof(int));
	_cleanup_free_ bool *foreign = xcalloc(n + 1, sizeof(bool));
	struct reader reader = {.document = document,
				.machine = ret,
				.function = function,
				.node = node,
				.foreign = foreign};

	if (!streq(document_element_name(document, 0), "system"))
		return error_input_at(error, document->name, 1,
				      "is not a topology file of NCCL: its root is <%s>",
				      document_element_name(document, 0));
	*ret = (struct machine){.source = MACHINE_NCCL, .pci_known = KNOWN_UNKNOWN};
	ret->iommu.table = ret->iommu.enabled = ret->iommu.remapping = KNOWN_UNKNOWN;
	ret->iommu.address_bits = UNKNOWN_ID;
	if (!version || (!streq(version, "1") && !streq(version, "2")))
		complain(&reader, 0, "version");
	function[0] = -1;
	node[0] = UNKNOWN_ID;
	read_all(&reader);
	place_stray(&reader);
	note_left_out(&reader);
	machine_settle(ret, false);
	mark_switches(ret);
	return 0;
}
