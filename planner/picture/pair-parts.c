/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/picture/pair-parts.h"

#include <stdio.h>
#include <stdlib.h>

const char *severity_class(enum severity severity)
{
	static const char *const classes[] = {[SEVERITY_INFO] = "m",
					      [SEVERITY_WARNING] = "doubt",
					      [SEVERITY_ERROR] = "bad"};

	return classes[severity];
}

char *guest_letter(size_t guest, bool letters)
{
	if (!letters)
		return xstrdup("");
	if (guest < 26)
		return xasprintf("%c", (char)('A' + guest));
	return xasprintf("%zu:", guest + 1);
}

static void note(struct parts *parts, int part, char *words)
{
	if (part >= 0)
		*vec_add(&parts->list.v[part].notes) = words;
	else
		free(words);
}

/* The part of a node, by index, -1. */
static int part_of_node(const struct parts *parts, int node)
{
	for (size_t i = 0; i < parts->list.n; i++)
		if (parts->list.v[i].node == node && node >= 0 &&
		    (parts->list.v[i].kind == PART_NODE ||
		     parts->list.v[i].kind == PART_MEMORY))
			return (int)i;
	return -1;
}

static void note_links(struct parts *parts, const struct pair *pair, bool host)
{
	for (size_t i = 0; i < pair->links.n; i++) {
		const struct pair_link *link = &pair->links.v[i];
		int part = link->guest >= 0 ? parts->of_function[link->guest] : -1;

		if (host && link->host < 0)
			note(parts, part,
			     xasprintf(PCI_FORMAT " does not exist on the host",
				       PCI_ARGS(link->host_at)));
		else
			note(parts, part,
			     xasprintf("%s host " PCI_FORMAT "%s%s",
				       link->assigned ? "is" : "stands for",
				       PCI_ARGS(link->host_at), host ? ", " : "",
				       host ? pair_quality_name(link->quality) : ""));
		if (part >= 0)
			parts->list.v[part].linked = true;
	}
}

static void note_cells(struct parts *parts, const struct pair *pair)
{
	for (size_t i = 0; i < pair->cells.n; i++) {
		const struct pair_cell *cell = &pair->cells.v[i];
		int part = part_of_node(parts, cell->node);
		_cleanup_text_ struct text nodes = {};

		if (part >= 0 && pair->guest.nodes.v[cell->node].id != cell->id)
			note(parts, part, xasprintf("cell %d", cell->id));
		text_add_set(&nodes, &cell->nodes);
		if (cell->bound)
			note(parts, part, xasprintf("memory on host node %s", nodes.s));
		else if (cell->stands_for >= 0)
			note(parts, part,
			     xasprintf("stands for host node %d, memory not bound",
				       cell->stands_for));
		else
			note(parts, part, xstrdup("memory not bound to a host node"));
		if (part >= 0 && !set_empty(&pair->guest.nodes.v[cell->node].cpus) &&
		    !cell->pinned)
			note(parts, part, xstrdup("vCPUs not pinned"));
	}
}

static void label_cpu(struct parts *parts, int id, char *label)
{
	const struct machine *machine = parts->machine;
	const struct machine_cpu *cpu = machine_cpu(machine, id);
	size_t index;

	if (!parts->cpu_labels)
		parts->cpu_labels =
			xcalloc(machine->cpus.n + 1, sizeof(*parts->cpu_labels));
	if (!cpu) {
		free(label);
		return;
	}
	index = (size_t)(cpu - machine->cpus.v);
	if (parts->cpu_labels[index]) {
		/* There is no room for all. */
		free(parts->cpu_labels[index]);
		free(label);
		label = xstrdup("+");
	}
	parts->cpu_labels[index] = label;
}

static void alert(struct parts *parts, int part, const struct finding *finding,
		  size_t number)
{
	if (part >= 0)
		*vec_add(&parts->list.v[part].alerts) =
			(struct part_alert){xasprintf("%zu %s: %s", number,
						      severity_name(finding->severity),
						      finding->rule),
					    severity_class(finding->severity),
					    severity_name(finding->severity), number};
}

static int part_of_root(const struct parts *parts, int root)
{
	for (size_t i = 0; root >= 0 && i < parts->list.n; i++)
		if (parts->list.v[i].root == root)
			return (int)i;
	return -1;
}

/* Ports are named in the row of the device below them. */
static int part_of_function(const struct parts *parts, int function)
{
	const struct machine *machine = parts->machine;
	int root = function >= 0 ? machine->functions.v[function].root : -1;

	while (function >= 0) {
		int below = -1;

		if (parts->of_function[function] >= 0)
			return parts->of_function[function];
		for (size_t i = 0; i < machine->functions.n && below < 0; i++)
			if (machine->functions.v[i].upstream == function)
				below = (int)i;
		/* Addresses ascend on the way down; a loop would not. */
		function = below > function ? below : -1;
	}
	return part_of_root(parts, root);
}

int part_of_finding(const struct parts *parts, const struct pair_finding *finding)
{
	if (finding->function >= 0)
		return part_of_function(parts, finding->function);
	if (finding->root >= 0)
		return part_of_root(parts, finding->root);
	return part_of_node(parts, finding->node);
}

void annotate_guest(struct parts *parts, const struct pair *pair,
		    const struct parts *host, size_t first)
{
	note_cells(parts, pair);
	note_links(parts, pair, host != NULL);
	for (size_t i = 0; i < pair->pins.n; i++) {
		_cleanup_text_ struct text cpus = {};

		text_add_set(&cpus, &pair->pins.v[i].cpus);
		label_cpu(parts, (int)pair->pins.v[i].vcpu, xstrdup(cpus.s));
	}
	for (size_t i = 0; i < pair->findings.n; i++) {
		const struct pair_finding *finding = &pair->findings.v[i];
		alert(parts, part_of_finding(parts, finding), &finding->finding,
		      first + i);
	}
}

static void note_use(struct parts *parts, const struct pair *pair, const char *letter)
{
	for (size_t i = 0; i < pair->links.n; i++) {
		const struct pair_link *link = &pair->links.v[i];
		int part = link->host >= 0 ? parts->of_function[link->host] : -1;
		struct text text = {};

		text_printf(&text, "guest %s%s", letter, *letter ? " " : "");
		if (link->guest >= 0) {
			struct pci_address at = pair->guest.functions.v[link->guest].at;

			text_printf(&text, "%02x:%02x.%x, ", at.bus, at.slot,
				    at.function);
		}
		text_adds(&text, pair_quality_name(link->quality));
		note(parts, part, text_take(&text));
		if (part >= 0)
			parts->list.v[part].linked = true;
	}
	for (size_t i = 0; i < pair->cells.n; i++)
		set_foreach (id, &pair->cells.v[i].nodes) {
			const struct machine_node *node =
				machine_node(parts->machine, id);

			if (node)
				note(parts,
				     part_of_node(parts,
						  (int)(node - parts->machine->nodes.v)),
				     xasprintf("memory of guest %s%scell %d", letter,
					       *letter ? " " : "", pair->cells.v[i].id));
		}
}

static void label_pins(struct parts *parts, const struct pair *pair, const char *letter)
{
	for (size_t i = 0; i < pair->pins.n; i++)
		set_foreach (id, &pair->pins.v[i].cpus)
			label_cpu(parts, id,
				  xasprintf("%s%u", *letter ? letter : "v",
					    pair->pins.v[i].vcpu));
}

/* Whether a node has a CPU that a vCPU is pinned to. */
static bool is_pinned_to(const struct parts *parts, int node)
{
	const struct machine *machine = parts->machine;

	for (size_t i = 0; parts->cpu_labels && node >= 0 && i < machine->cpus.n; i++)
		if (parts->cpu_labels[i] && machine->cpus.v[i].id < SET_LIMIT &&
		    set_has(&machine->nodes.v[node].cpus,
			    (unsigned)machine->cpus.v[i].id))
			return true;
	return false;
}

static bool backs_a_cell(const struct parts *parts, const struct pair *pairs, size_t n,
			 int node)
{
	int id = node >= 0 ? parts->machine->nodes.v[node].id : -1;

	for (size_t i = 0; i < n && id >= 0; i++)
		for (size_t j = 0; j < pairs[i].cells.n; j++)
			if (set_has(&pairs[i].cells.v[j].nodes, (unsigned)id) ||
			    pairs[i].cells.v[j].stands_for == id)
				return true;
	return false;
}

/* Only the head of a node that nothing in a guest stands for. */
static void close_unused(struct parts *parts, const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < parts->list.n; i++) {
		struct part *part = &parts->list.v[i];
		bool used = false;
		size_t functions = 0;

		if (part->kind != PART_NODE)
			continue;
		used = is_pinned_to(parts, part->node) ||
		       backs_a_cell(parts, pairs, n, part->node);
		for (size_t j = i + 1; j < part->end; j++) {
			used |= parts->list.v[j].linked ||
				(parts->list.v[j].kind == PART_MEMORY &&
				 backs_a_cell(parts, pairs, n, parts->list.v[j].node));
			if (parts->list.v[j].kind >= PART_DEVICE)
				functions += parts->list.v[j].n_functions;
		}
		if (used)
			continue;
		part->closed = true;
		note(parts, (int)i,
		     functions
			     ? xasprintf("not used by a guest, %zu function%s not shown",
					 functions, functions == 1 ? "" : "s")
			     : xstrdup("not used by a guest"));
	}
}

void annotate_host(struct parts *parts, const struct pair *pairs, size_t n, bool letters)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *letter = guest_letter(i, letters);

		note_use(parts, &pairs[i], letter);
		label_pins(parts, &pairs[i], letter);
	}
	close_unused(parts, pairs, n);
}
