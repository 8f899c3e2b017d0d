/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory and huge pages that back the cells, as far as the domain alone shows. Sources:
 * libvirt 9.0 src/conf/numa_conf.c (memnode), src/qemu/qemu_validate.c (huge pages).
 */
#include "planner/check/rules.h"
#include "planner/guest/memory.h"

static void memnode_valid(struct check *check)
{
	const struct guest *guest = check->guest;
	struct set seen = {};

	for (size_t i = 0; i < guest->memnodes.n; i++) {
		const struct guest_memnode *memnode = &guest->memnodes.v[i];

		if (memnode->cell.state != VALUE_VALID)
			continue;
		if (guest->cells.n == 0)
			check_found(check, memnode->element,
				    "There is a memnode, but the domain has no cells.");
		else if (memnode->cell.value >= guest->cells.n)
			check_found(
				check, memnode->element,
				"There is a memnode for cell %llu, but the cells are 0 to %zu.",
				ULL(memnode->cell.value), guest->cells.n - 1);
		else if (set_has(&seen, (unsigned)memnode->cell.value))
			check_found(check, memnode->element,
				    "There are two memnodes for cell %llu.",
				    ULL(memnode->cell.value));
		else if (streq_null(guest->numatune_mode, "restrictive") &&
			 !streq_null(memnode->mode, "restrictive"))
			check_set_remedy(
				check_found(
					check, memnode->element,
					"The <memory> of <numatune> has mode='restrictive', but the memnode for cell %llu does not.",
					ULL(memnode->cell.value)),
				"Write mode='restrictive' in the memnode.");
		else
			set_add(&seen, (unsigned)memnode->cell.value);
	}
	set_free(&seen);
}

static void memnode_restrictive(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->memnodes.n; i++) {
		const struct guest_memnode *memnode = &guest->memnodes.v[i];

		if (streq_null(memnode->mode, "restrictive") &&
		    !streq_null(guest->numatune_mode, "restrictive"))
			check_found(
				check, memnode->element,
				"A memnode has mode='restrictive', but the <memory> of <numatune> has mode='%s'.",
				guest->numatune_mode ? guest->numatune_mode : "strict");
	}
}

static void memory_missing(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->cells.n == 0 && (guest->memory_bytes.state == VALUE_ABSENT ||
				    number_is(guest->memory_bytes, 0)))
		check_found(check, guest->memory_element,
			    "The domain has neither <memory> nor cells.");
}

static void memnode_placement(struct check *check)
{
	const struct guest *guest = check->guest;

	if (guest->memnodes.n > 0 && streq_null(guest->numatune_placement, "auto"))
		check_found(
			check, guest->memnodes.v[0].element,
			"A memnode cannot be used with placement='auto' of <numatune>.");
}

static void numatune_nodeset(struct check *check)
{
	const struct guest *guest = check->guest;

	/* If it is left out, the placement is that of <vcpu>. */
	const char *placement = guest->numatune_placement ? guest->numatune_placement
							  : guest->vcpu_placement;

	if (guest->numatune_memory_element >= 0 &&
	    guest->numatune_nodes.state == VALUE_ABSENT && !streq_null(placement, "auto"))
		check_found(
			check, guest->numatune_memory_element,
			"The memory placement in <numatune> is static, but no nodeset is given.");
}

static void hugepage_default(struct check *check)
{
	const struct guest *guest = check->guest;
	const struct guest_page *first = NULL;

	for (size_t i = 0; i < guest->pages.n; i++) {
		const struct guest_page *page = &guest->pages.v[i];

		/* Without cells, nodeset='0' means the same. */
		if (page->cells.state != VALUE_ABSENT && guest->cells.n > 0)
			continue;
		if (first)
			check_relate(
				check,
				check_found(
					check, page->element,
					"Huge pages of %llu KiB and of %llu KiB are both for all cells.",
					ULL(first->size_bytes.value / 1024),
					ULL(page->size_bytes.value / 1024)),
				first->element);
		else
			first = page;
	}
}

static void hugepage_source(struct check *check)
{
	const struct guest *guest = check->guest;

	if (!guest->hugepages)
		return;
	if (streq_null(guest->memory_source, "anonymous"))
		check_found(check,
			    check_part(check, guest->memory_backing_element, "source"),
			    "The memory is on huge pages, but its source is anonymous.");
	if (streq_null(guest->memory_allocation, "ondemand"))
		check_found(
			check,
			check_part(check, guest->memory_backing_element, "allocation"),
			"The memory is on huge pages, but it is to be allocated on demand.");
}

static void hugepage_node(struct check *check)
{
	const struct guest *guest = check->guest;
	struct set seen = {};
	unsigned cells = (unsigned)MAX(guest->cells.n, (size_t)1);

	for (size_t i = 0; i < guest->pages.n; i++) {
		const struct guest_page *page = &guest->pages.v[i];
		int beyond = set_next(&page->cells.set, cells);

		if (page->cells.state != VALUE_VALID)
			continue;
		if (beyond >= 0)
			check_found(
				check, page->element,
				"Huge pages are given for cell %d, but the cells are 0 to %u.",
				beyond, cells - 1);
		else if (set_intersects(&seen, &page->cells.set))
			check_found(check, page->element,
				    "A cell has huge pages of two sizes.");
		set_union(&seen, &page->cells.set);
	}
	set_free(&seen);
}

static bool page_of_cell(const struct guest *guest, size_t cell, uint64_t *ret)
{
	bool found = false;

	for (size_t i = 0; i < guest->pages.n; i++) {
		const struct guest_page *page = &guest->pages.v[i];
		bool named = set_has(&page->cells.set, (unsigned)cell);

		if (page->size_bytes.state != VALUE_VALID ||
		    page->size_bytes.value == 0 ||
		    (page->cells.state == VALUE_VALID && !named))
			continue;
		*ret = page->size_bytes.value;
		found = true;
		if (named)
			break;
	}
	return found;
}

/* The huge pages of a memory device; false: it has ordinary ones, or is a file. */
static bool page_of_device(const struct guest *guest, const struct guest_device *device,
			   uint64_t *ret)
{
	if (!streq_null(device->model, "dimm") &&
	    !streq_null(device->model, "virtio-mem"))
		return false;
	*ret = device->page_bytes.value;
	if (device->page_bytes.state == VALUE_VALID && *ret > 0)
		return true;
	return device->node.state == VALUE_VALID && device->node.value < guest->cells.n &&
	       page_of_cell(guest, (size_t)device->node.value, ret);
}

/* The plugged block of virtio-mem, and a whole dimm, consist of whole pages. */
static void judge_device(struct check *check, const struct guest_device *device)
{
	bool grows = streq_null(device->model, "virtio-mem");
	const struct guest_number *bytes =
		grows ? &device->block_bytes : &device->size_bytes;
	uint64_t page;

	if (bytes->state == VALUE_VALID && page_of_device(check->guest, device, &page) &&
	    bytes->value % page != 0)
		check_found(
			check, device->element,
			"The %s of a memory device is %llu KiB, which is not a multiple of its huge pages of %llu KiB.",
			grows ? "block" : "size", ULL(bytes->value / 1024),
			ULL(page / 1024));
}

static void hugepage_multiple(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->devices.n; i++)
		if (guest_is_memory(&guest->devices.v[i]))
			judge_device(check, &guest->devices.v[i]);

	for (size_t i = 0; i < guest->cells.n; i++) {
		const struct guest_cell *cell = &guest->cells.v[i];
		uint64_t page;

		if (cell->memory_bytes.state == VALUE_VALID &&
		    page_of_cell(guest, i, &page) && cell->memory_bytes.value % page != 0)
			check_found(
				check, cell->element,
				"Cell %zu has %llu KiB, which is not a multiple of its huge pages of %llu KiB.",
				i, ULL(cell->memory_bytes.value / 1024),
				ULL(page / 1024));
	}
}

enum { HUGEPAGE_DEFAULT = 6 };

const struct rule memory_rules[] = {
	{RULE("memnode-valid", memnode_valid, ERROR, 0, LIBVIRT),
	 .what = "Each memnode is for one cell of the domain.",
	 .why = "libvirt refuses other cells, and a second memnode for the same cell.",
	 .to_fix =
		 "Change cellid, or remove the memnode; if only <memory> is restrictive, write mode='restrictive' in the memnode.",
	 .source = LV "conf/numa_conf.c", .remedy = REMEDY_EDIT},
	{RULE("memnode-restrictive", memnode_restrictive, ERROR, 0, LIBVIRT),
	 .what = "A memnode is restrictive only if the memory of <numatune> is as well.",
	 .why = "libvirt refuses the mixture.",
	 .to_fix =
		 "Write mode='restrictive' in <memory> and in every memnode, or in none.",
	 .source = "libvirt 11.3 src/conf/numa_conf.c",
	 .libvirt = {.since = VERSION_OF(9, 4)}, .outside = "libvirt accepts it.",
	 .remedy = REMEDY_EDIT},
	{RULE("memory-missing", memory_missing, ERROR, 0, LIBVIRT),
	 .what = "The domain says how much memory it has.",
	 .why = "libvirt refuses a domain in which neither <memory> nor a cell does.",
	 .to_fix = "Write <memory>.", .source = LV "conf/domain_conf.c",
	 .remedy = REMEDY_EDIT},
	{RULE("memnode-placement", memnode_placement, ERROR, 0, LIBVIRT),
	 .what = "memnode is used only with static placement.",
	 .why = "libvirt refuses it with placement='auto'.",
	 .to_fix = "Write nodeset= instead of placement='auto'.",
	 .source = LV "conf/numa_conf.c", .remedy = REMEDY_EDIT},
	{RULE("numatune-nodeset", numatune_nodeset, ERROR, 0, LIBVIRT),
	 .what = "A static placement of memory names its host nodes.",
	 .why = "libvirt refuses it without a nodeset.",
	 .to_fix = "Write nodeset=, or remove placement.",
	 .source = LV "conf/numa_conf.c", .remedy = REMEDY_EDIT},
	{RULE("hugepage-node", hugepage_node, ERROR, 0, LIBVIRT),
	 .what = "The nodeset of each huge page size names only existing cells, and each cell has only one page size.",
	 .why = "libvirt refuses a cell that does not exist, and a second page size for a cell.",
	 .to_fix = "Change nodeset, which refers to guest cells.",
	 .source = LV "qemu/qemu_validate.c", .remedy = REMEDY_EDIT},
	[HUGEPAGE_DEFAULT] =
		{RULE("hugepage-default", hugepage_default, ERROR, 0, LIBVIRT),
		 .what = "At most one huge page size is given without a nodeset.",
		 .why = "libvirt refuses a second one (\"two master hugepages detected\").",
		 .to_fix = "Give all but one a nodeset=, or remove them.",
		 .source = LV "qemu/qemu_validate.c; tested with 12.9",
		 .remedy = REMEDY_EDIT},
	{RULE("hugepage-source", hugepage_source, ERROR, 0, LIBVIRT),
	 .what = "Memory on huge pages has no anonymous source and is not allocated on demand.",
	 .why = "libvirt refuses both.",
	 .to_fix = "Remove <source> or <allocation>, or write type='memfd'.",
	 .source = LV "conf/domain_validate.c; tested with 12.9", .remedy = REMEDY_EDIT},
	{RULE("hugepage-multiple", hugepage_multiple, ERROR, 0, QEMU),
	 .after = {&memory_rules[HUGEPAGE_DEFAULT]},
	 .what = "The memory of a cell, the size of a DIMM and the block of a virtio-mem device are multiples of their huge page size.",
	 .why = "QEMU cannot map a remainder.",
	 .to_fix = "Round the memory up to a multiple of the page size.",
	 .source = "QEMU 7.2 backends/hostmem-file.c",
	 .untried =
		 "It needs a host with huge pages; only QEMU 7.2 is tested, in a guest.",
	 .remedy = REMEDY_EDIT},
	{},
};
