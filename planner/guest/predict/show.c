/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/guest/predict/show.h"

#include "base/size.h"
#include "planner/guest/device-kind.h"
#include "planner/guest/firmware-io.h"
#include "planner/guest/memory.h"
#include "planner/guest/predict/predict.h"
#include "planner/guest/tree.h"
#include "topology/compare.h"

#include <stdio.h>

static void add_nodes(struct text *text, const struct machine *machine)
{
	_cleanup_set_ struct set ids = {};

	for (size_t i = 0; i < machine->nodes.n; i++)
		set_add(&ids, (unsigned)machine->nodes.v[i].id);
	text_printf(text, "available: %zu nodes (", machine->nodes.n);
	text_add_set(text, &ids);
	text_adds(text, ")\n");
	for (size_t i = 0; i < machine->nodes.n; i++) {
		const struct machine_node *node = &machine->nodes.v[i];

		text_printf(text, "node %d cpus:", node->id);
		set_foreach (cpu, &node->cpus)
			text_printf(text, " %d", cpu);
		if (node->memory_bytes == UNKNOWN_U64)
			text_printf(text, "\nnode %d size: unknown\n", node->id);
		else
			text_printf(text, "\nnode %d size: %ju MB\n", node->id,
				    (uintmax_t)(node->memory_bytes >> 20));
	}
}

/* Of virtio-mem, what is requested; the guest may get less. */
static void add_memory_device(struct text *text, const struct guest_device *device)
{
	bool grows = streq_null(device->model, "virtio-mem");

	text_printf(text, "memory device: %s, ", device->model ? device->model : "?");
	if (grows)
		text_printf(text, "%ju of ",
			    (uintmax_t)(device->requested_bytes.value >> 20));
	text_printf(text, "%ju MB, ", (uintmax_t)(device->size_bytes.value >> 20));
	if (streq_null(device->model, "virtio-pmem"))
		text_adds(text, "a disk on no node\n");
	else
		text_printf(text, "on node %ju once the guest plugs it in\n",
			    (uintmax_t)device->node.value);
}

static void add_memory_devices(struct text *text, const struct guest *guest)
{
	uint64_t total, maximum = guest->max_memory_bytes.value, slots = 0;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct guest_device *device = &guest->devices.v[i];

		if (guest_is_memory(device) && device->size_bytes.state == VALUE_VALID)
			add_memory_device(text, device);
		slots += guest_needs_slot(device);
	}
	if (guest->max_memory_bytes.state == VALUE_VALID &&
	    guest_total_memory(guest, &total) && total <= maximum &&
	    slots <= guest->max_memory_slots.value)
		text_printf(text, "room for more memory: %ju MB in %ju slot%s\n",
			    (uintmax_t)((maximum - total) >> 20),
			    (uintmax_t)(guest->max_memory_slots.value - slots),
			    guest->max_memory_slots.value - slots == 1 ? "" : "s");
}

static void add_distances(struct text *text, const struct machine *machine)
{
	size_t n = machine->nodes.n;

	/* numactl 2.0.19; 2.0.16 has columns that are one narrower. */
	text_adds(text, "node distances:\nnode  ");
	for (size_t i = 0; i < n; i++)
		text_printf(text, "% 4d ", machine->nodes.v[i].id);
	text_addc(text, '\n');
	for (size_t i = 0; i < n; i++) {
		text_printf(text, "% 4d: ", machine->nodes.v[i].id);
		for (size_t j = 0; j < n; j++)
			text_printf(text, "%4u ",
				    machine->distances ? machine->distances[i * n + j]
						       : 0);
		text_addc(text, '\n');
	}
}

/* The line so far; the lines below repeat it as vertical rails. */
struct rails {
	struct text *text;
	char prefix[2048];
};

static void add_bus(struct rails *rails, const struct machine *machine, int upstream,
		    int root);

/* "00.0" or "00.0-[b5]--" and what is below it, which begins where the prefix ends. */
static void add_function(struct rails *rails, const struct machine *machine,
			 size_t number)
{
	const struct machine_function *function = &machine->functions.v[number];
	size_t length = strlen(rails->prefix);
	char label[32];
	int width;

	width = snprintf(label, sizeof(label), "%02x.%x", function->at.slot,
			 function->at.function);
	if (function->bridge && function->secondary == function->subordinate)
		width = snprintf(label, sizeof(label), "%02x.%x-[%02x]--",
				 function->at.slot, function->at.function,
				 function->secondary);
	else if (function->bridge)
		width = snprintf(label, sizeof(label), "%02x.%x-[%02x-%02x]--",
				 function->at.slot, function->at.function,
				 function->secondary, function->subordinate);
	text_adds(rails->text, label);
	if (!function->bridge) {
		text_addc(rails->text, '\n');
		return;
	}
	snprintf(rails->prefix + length, sizeof(rails->prefix) - length, "%*s", width,
		 "");
	add_bus(rails, machine, (int)number, function->root);
	rails->prefix[length] = '\0';
}

static bool on_bus(const struct machine_function *function, int upstream, int root)
{
	return function->upstream == upstream && function->root == root;
}

static void add_rail(struct rails *rails, const char *rail)
{
	size_t length = strlen(rails->prefix);

	snprintf(rails->prefix + length, sizeof(rails->prefix) - length, "%s", rail);
}

/* The functions below one bridge, or on one root bus (@upstream -1). */
static void add_bus(struct rails *rails, const struct machine *machine, int upstream,
		    int root)
{
	size_t length = strlen(rails->prefix), left = 0;
	bool first = true;

	for (size_t i = 0; i < machine->functions.n; i++)
		left += on_bus(&machine->functions.v[i], upstream, root);
	if (left == 0)
		text_addc(rails->text, '\n');
	for (size_t i = 0; i < machine->functions.n; i++) {
		if (!on_bus(&machine->functions.v[i], upstream, root))
			continue;
		if (first && left == 1) {
			text_adds(rails->text, "--");
			add_rail(rails, "  ");
		} else {
			if (!first)
				text_adds(rails->text, rails->prefix);
			text_adds(rails->text, left > 1 ? "+-" : "\\-");
			add_rail(rails, left > 1 ? "| " : "  ");
		}
		add_function(rails, machine, i);
		rails->prefix[length] = '\0';
		first = false;
		left--;
	}
}

static void add_lspci_tree(struct text *text, const struct machine *machine)
{
	struct rails rails = {.text = text};

	for (size_t n = 0; n < machine->roots.n; n++) {
		const struct machine_root *root = &machine->roots.v[n];
		bool first = n == 0, last = n + 1 == machine->roots.n;
		int width =
			snprintf(NULL, 0, "[%04x:%02x]-", root->domain, root->first_bus);

		text_adds(text, first && last ? "-"
				: first       ? "-+-"
				: last        ? " \\-"
					      : " +-");
		text_printf(text, "[%04x:%02x]-", root->domain, root->first_bus);
		snprintf(rails.prefix, sizeof(rails.prefix), "%s%*s",
			 first && last ? " "
			 : last        ? "   "
				       : " | ",
			 width, "");
		add_bus(&rails, machine, -1, (int)n);
	}
}

static unsigned window_end(const struct machine *machine, size_t root)
{
	return root + 1 < machine->roots.n && machine->roots.v[root + 1].domain ==
						      machine->roots.v[root].domain
		       ? machine->roots.v[root + 1].first_bus - 1u
		       : 255;
}

static void add_budget(struct text *text, const struct machine *machine)
{
	text_adds(text, "bus numbers:\n");
	for (size_t i = 0; i < machine->roots.n; i++) {
		const struct machine_root *root = &machine->roots.v[i];
		unsigned end = window_end(machine, i);

		text_printf(text, "  root %04x:%02x", root->domain, root->first_bus);
		if (root->affinity.what == AFFINITY_NODE)
			text_printf(text, " (node %d)", root->affinity.node);
		text_printf(text, ": uses %02x-%02x, may use up to %02x, %u spare\n",
			    root->first_bus, root->last_bus, end, end - root->last_bus);
	}
}

/* One line for each, in the order of their first functions. */
static void add_groups(struct text *text, const struct machine *machine)
{
	bool begun = false;

	for (size_t i = 0; i < machine->functions.n; i++) {
		int group = machine->functions.v[i].iommu_group;
		bool seen = group < 0;

		for (size_t j = 0; j < i && !seen; j++)
			seen = machine->functions.v[j].iommu_group == group;
		if (seen)
			continue;
		text_adds(text, begun ? " " : "IOMMU groups, their numbers left out:\n ");
		begun = true;
		for (size_t j = i; j < machine->functions.n; j++)
			if (machine->functions.v[j].iommu_group == group)
				text_printf(text, " " PCI_FORMAT,
					    PCI_ARGS(machine->functions.v[j].at));
		text_addc(text, '\n');
	}
	if (!begun)
		text_adds(text, "IOMMU groups: none\n");
}

static unsigned count_io(const struct guest *guest)
{
	unsigned count = 0;

	for (size_t i = 0; i < guest->devices.n; i++) {
		const struct device_kind *kind = device_kind_of(&guest->devices.v[i]);

		count += kind && kind->io_bar && device_on_pci(&guest->devices.v[i]);
	}
	return count;
}

static void add_io(struct text *text, const struct guest *guest,
		   const struct machine *machine)
{
	struct predict_io assigned = predict_host_io(guest, machine);
	bool efi = guest_is_efi(guest);

	unsigned n = count_io(guest) + assigned.with;

	text_printf(text, "I/O ports: %u device%s with an I/O BAR", n, n == 1 ? "" : "s");
	if (assigned.unknown)
		text_printf(text, ", and %u host device%s that may have one",
			    assigned.unknown, assigned.unknown == 1 ? "" : "s");
	text_printf(text, "; %s has room for %u\n", efi ? "OVMF" : "SeaBIOS",
		    efi ? IO_LIMIT_EFI : IO_LIMIT_BIOS);
}

/* What the guest shows is less; verify allows for the same. */
static void add_taken(struct text *text, const struct machine *machine)
{
	const char *before = "";
	bool first = true;

	text_adds(text, "of these sizes, firmware and kernel take at most: ");
	for (size_t i = 0; i < machine->nodes.n; i++) {
		const struct machine_node *node = &machine->nodes.v[i];

		if (node->memory_bytes == 0 || node->memory_bytes == UNKNOWN_U64)
			continue;
		text_printf(text, "%s%ju MB of node %d", before,
			    (uintmax_t)(memory_taken_at_most(node->memory_bytes, first) >>
					20),
			    node->id);
		before = ", ";
		first = false;
	}
	text_adds(text, *before ? "\n" : "unknown\n");
}

/* libvirt 11.3 qemu_domain.c, qemuDomainGetMemLockLimitBytes: RAM each, and 1 GiB. */
static void add_locked(struct text *text, const struct guest *guest)
{
	_cleanup_guest_tree_ struct guest_tree tree = {};
	uint64_t memory_bytes;
	unsigned times;

	guest_tree_read(guest, &tree);
	times = guest_tree_locked_times(&tree);
	if (!guest_total_memory(guest, &memory_bytes))
		memory_bytes = guest->memory_bytes.value;
	text_adds(text, "memory locked on the host for its devices: ");
	if (times == 0) {
		text_adds(text, "none\n");
		return;
	}
	text_add_size(text, times * memory_bytes + (UINT64_C(1) << 30));
	text_addc(text, '\n');
}

void text_add_kernel_words(struct text *text, const struct guest *guest)
{
	static const struct {
		const char *model, *words;
	} rows[] = {
		{"intel", "intel_iommu=on iommu=pt"},
		{"amd", "iommu=pt"},
		{"smmuv3", "iommu.passthrough=1"},
		{"virtio", "iommu.passthrough=1"},
	};
	/*
	 * If TCG's ticks are late, the kernel finds that the timer does not work and
	 * panics; it does not test the timer of KVM (arch/x86/kernel/kvm.c,
	 * paravirt_ops_setup).
	 */
	bool tests_timer = streq_null(guest->type, "qemu") &&
			   streq_null(guest->architecture, "x86_64");
	const char *between = "";

	for (size_t i = 0; guest->iommus.n && i < ARRAY_SIZE(rows); i++)
		if (streq_null(guest->iommus.v[0].model, rows[i].model)) {
			text_adds(text, rows[i].words);
			between = " ";
		}
	if (tests_timer)
		text_printf(text, "%sno_timer_check", between);
}

static void add_command_line(struct text *text, const struct guest *guest)
{
	_cleanup_text_ struct text words = {};

	text_add_kernel_words(&words, guest);
	if (words.n > 0)
		text_printf(text, "kernel command line for the nested host: %s\n",
			    words.s);
}

void text_add_prediction(struct text *text, const struct guest *guest,
			 const struct machine *machine)
{
	add_nodes(text, machine);
	add_distances(text, machine);
	add_taken(text, machine);
	add_memory_devices(text, guest);
	text_adds(text, "PCI tree:\n");
	add_lspci_tree(text, machine);
	add_groups(text, machine);
	text_add_smmus(text, guest);
	text_add_host_devices(text, guest, machine);
	text_add_initiators(text, machine);
	text_add_window(text, guest);
	add_budget(text, machine);
	if (guest_is_q35(guest))
		add_io(text, guest, machine);
	add_locked(text, guest);
	add_command_line(text, guest);
}
