/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. NCCL's tree has a <cpu> for each NUMA node, and below it a <pci>
 * for each device and for the upstream port of each switch; root ports and downstream
 * ports are left out (graph/xml.cc, ncclTopoGetXmlFromSys, goes up two levels of sysfs at
 * a time). Bridges to conventional PCI count like switches, as in topology/path.h. So two
 * devices in one <pci> have PIX, with another <pci> between them PXB, and all others of a
 * <cpu> PHB. A port is written only if several functions are directly below it, which
 * would otherwise look like neighbours of all devices of the node.
 *
 * Where the link is not known, its speed is "" and its width 0, as in the files that NCCL
 * writes; it then assumes 16 lanes of 8 GT/s. What only the driver knows (sm, rank,
 * NVLink, names and speeds of nets) is left out: NCCL adds it when it runs.
 */
#include "topology/nccl.h"

#include "topology/matrix.h"

struct writer {
	struct text *text;
	const struct machine *machine;
	const struct machine_link *links;
	bool *written;         /* by function: devices */
	const char *cpu_facts; /* attributes of every <cpu> */
	int *above;    /* by function: the bridge whose <pci> it is in; -1: <cpu> */
	bool *bridges; /* by function: a bridge with a <pci> */
};

static bool is_leaf(const struct machine_function *function)
{
	unsigned class = matrix_class_of(function);

	return class == MATRIX_GPU || class == MATRIX_NIC;
}

/* Whether other devices are directly below a bridge. */
static unsigned count_leaves(const struct writer *writer, int bridge)
{
	unsigned count = 0;

	for (size_t i = 0; i < writer->machine->functions.n; i++)
		count += writer->machine->functions.v[i].upstream == bridge &&
			 writer->written[i];
	return count;
}

static bool has_element(const struct writer *writer, int bridge, bool bridge_below)
{
	const struct machine_function *it = &writer->machine->functions.v[bridge];

	if (machine_bridge_counts(writer->machine, bridge))
		return true;
	return it->upstream < 0 && !bridge_below && count_leaves(writer, bridge) > 1;
}

/* The next bridge above with an element, which gets one. */
static int find_above(struct writer *writer, int function)
{
	bool bridge_below = writer->machine->functions.v[function].bridge;

	for (int at = writer->machine->functions.v[function].upstream; at >= 0;
	     at = writer->machine->functions.v[at].upstream) {
		if (has_element(writer, at, bridge_below)) {
			writer->bridges[at] = true;
			return at;
		}
		bridge_below = true;
	}
	return -1;
}

static void place(struct writer *writer)
{
	size_t n = writer->machine->functions.n;

	for (size_t i = 0; i < n; i++) {
		int at = (int)i;

		if (!writer->written[i])
			continue;
		while (at >= 0) {
			writer->above[at] = find_above(writer, at);
			at = writer->above[at];
		}
	}
}

static void indent(struct writer *writer, int depth)
{
	for (int i = 0; i < depth; i++)
		text_adds(writer->text, "  ");
}

/* The beginning of a <pci>, without its end. */
static void begin_pci(struct writer *writer, int function, int depth)
{
	const struct machine_function *it = &writer->machine->functions.v[function];
	const struct machine_link *link = &writer->links[function];

	indent(writer, depth);
	text_printf(writer->text,
		    "<pci busid=\"" PCI_FORMAT
		    "\" class=\"0x%06x\" vendor=\"0x%04x\" device=\"0x%04x\"",
		    PCI_ARGS(it->at), it->class_code, it->vendor, it->device);
	if (it->subvendor || it->subdevice)
		text_printf(writer->text,
			    " subsystem_vendor=\"0x%04x\" subsystem_device=\"0x%04x\"",
			    it->subvendor, it->subdevice);
	if (link->speed_mt_s && link->width)
		text_printf(writer->text,
			    " link_speed=\"%u.%u GT/s PCIe\" link_width=\"%u\"",
			    link->speed_mt_s / 1000, link->speed_mt_s / 100 % 10,
			    link->width);
	else
		text_adds(writer->text, " link_speed=\"\" link_width=\"0\"");
	text_adds(writer->text, ">\n");
}

static bool is_on_node(const struct machine_function *function, int node)
{
	return function->affinity.what == AFFINITY_NODE &&
	       function->affinity.node == node;
}

/* What is in the <pci> of a bridge, or for -1 in the <cpu> of a node. */
static void write_below(struct writer *writer, int above, int node, int depth)
{
	for (size_t i = 0; i < writer->machine->functions.n; i++) {
		const struct machine_function *it = &writer->machine->functions.v[i];

		if (!(writer->written[i] || writer->bridges[i]) ||
		    writer->above[i] != above || !is_on_node(it, node))
			continue;
		begin_pci(writer, (int)i, depth);
		if (writer->bridges[i]) {
			write_below(writer, (int)i, node, depth + 1);
		} else {
			indent(writer, depth + 1);
			text_adds(writer->text, matrix_class_of(it) == MATRIX_GPU
							? "<gpu/>\n"
							: "<nic/>\n");
		}
		indent(writer, depth);
		text_adds(writer->text, "</pci>\n");
	}
}

/* As the kernel writes masks: words of 32 bits, the highest first. */
static void add_mask(struct text *text, const struct set *cpus)
{
	unsigned words = 1;

	set_foreach (cpu, cpus)
		words = MAX(words, (unsigned)cpu / 32 + 1);
	for (unsigned word = words; word-- > 0;) {
		uint32_t bits = 0;

		for (unsigned bit = 0; bit < 32; bit++)
			bits |= (uint32_t)set_has(cpus, word * 32 + bit) << bit;
		text_printf(text, "%08x%s", bits, word ? "," : "");
	}
}

static void write_cpu(struct writer *writer, const struct machine_node *node)
{
	const char *arch = writer->machine->architecture;

	text_printf(writer->text, "  <cpu numaid=\"%d\" affinity=\"", node->id);
	add_mask(writer->text, set_empty(&node->cpus) ? &node->near : &node->cpus);
	text_adds(writer->text, "\"");
	if (arch) {
		text_adds(writer->text, " arch=\"");
		text_add_xml(writer->text, streq(arch, "aarch64") ? "arm64" : arch);
		text_adds(writer->text, "\"");
	}
	text_adds(writer->text, writer->cpu_facts);
	text_adds(writer->text, ">\n");
	write_below(writer, -1, node->id, 2);
	text_adds(writer->text, "  </cpu>\n");
}

static bool has_device(const struct writer *writer, int node)
{
	for (size_t i = 0; i < writer->machine->functions.n; i++)
		if (writer->written[i] &&
		    is_on_node(&writer->machine->functions.v[i], node))
			return true;
	return false;
}

struct nccl_counts text_add_nccl(struct text *text, const struct machine *machine,
				 const struct machine_link *links, const char *cpu_facts)
{
	size_t n = machine->functions.n;
	struct writer writer = {.text = text,
				.machine = machine,
				.links = links,
				.cpu_facts = cpu_facts,
				.written = xcalloc(n + 1, sizeof(bool)),
				.above = xcalloc(n + 1, sizeof(int)),
				.bridges = xcalloc(n + 1, sizeof(bool))};
	struct nccl_counts counts = {};

	for (size_t i = 0; i < n; i++) {
		const struct machine_function *it = &machine->functions.v[i];
		bool placed = it->affinity.what == AFFINITY_NODE;

		writer.above[i] = -1;
		writer.written[i] = is_leaf(it) && placed;
		counts.written += writer.written[i];
		counts.left_out += is_leaf(it) && !placed;
	}
	place(&writer);
	text_adds(text, "<system version=\"1\">\n");
	for (size_t i = 0; i < machine->nodes.n; i++)
		if (has_device(&writer, machine->nodes.v[i].id))
			write_cpu(&writer, &machine->nodes.v[i]);
	text_adds(text, "</system>\n");
	free(writer.written);
	free(writer.above);
	free(writer.bridges);
	return counts;
}
