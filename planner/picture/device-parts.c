/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* device-parts.c - the words about a PCI function, or several that are alike. */
#include "planner/picture/parts-build.h"

#include "topology/class-name.h"
#include "topology/path.h"
#include "topology/show.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES_MOST = 6 };

const char *mark_of(const struct machine_function *function)
{
	static const struct {
		uint32_t class, mask;
		const char *mark;
	} marks[] = {
		{0x010000, 0xff0000, "storage"},     {0x020000, 0xff0000, "network"},
		{0x0c0600, 0xffff00, "network"},     {0x030000, 0xff0000, "accelerator"},
		{0x0b0000, 0xff0000, "accelerator"}, {0x120000, 0xff0000, "accelerator"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if ((function->class_code & marks[i].mask) == marks[i].class)
			return marks[i].mark;
	return NULL;
}

void text_add_short_address(struct text *text, const struct builder *builder,
			    struct pci_address at)
{
	if (builder->several_domains || at.domain != 0)
		text_printf(text, PCI_FORMAT, PCI_ARGS(at));
	else
		text_printf(text, "%02x:%02x.%x", at.bus, at.slot, at.function);
}

void set_link(struct builder *builder, size_t index, size_t function)
{
	struct part *part = &builder->parts->list.v[index];
	struct text text = {};
	uint32_t mb_s;
	struct machine_link link = machine_link_above(builder->machine, function, &mb_s);

	if (link.speed_mt_s && link.width) {
		text_printf(&text, "%g GT/s x%u", link.speed_mt_s / 1000.0, link.width);
		part->slow = link.max_speed_mt_s > link.speed_mt_s ||
			     link.max_width > link.width;
		if (part->slow && link.max_speed_mt_s && link.max_width)
			text_printf(&text, " of %g GT/s x%u",
				    link.max_speed_mt_s / 1000.0, link.max_width);
	} else {
		text_add_link(&text, mb_s);
	}
	if (text.n)
		part->side = text_take(&text);
}

/* The names that the kernel gives to the functions; false if there are none. */
static bool add_names(struct text *text, const struct machine *machine,
		      const size_t *functions, size_t n)
{
	size_t shown = 0, all = 0;

	for (size_t i = 0; i < n; i++) {
		const struct machine_function *function =
			&machine->functions.v[functions[i]];

		all += function->names.n;
		for (size_t j = 0; j < function->names.n && shown < NAMES_MOST; j++)
			text_printf(text, "%s%s", shown++ ? " " : "",
				    function->names.v[j]);
	}
	if (all > shown)
		text_printf(text, " +%zu", all - shown);
	return all > 0;
}

static char *address_text(const struct builder *builder, const size_t *functions,
			  size_t n)
{
	const struct machine *machine = builder->machine;
	struct text text = {};

	text_add_short_address(&text, builder, machine->functions.v[functions[0]].at);
	if (n > 1) {
		text_adds(&text, " to ");
		text_add_short_address(&text, builder,
				       machine->functions.v[functions[n - 1]].at);
	}
	return text_take(&text);
}

/* "57:00.0 ib0 mlx5_0", or with what it is if it has no name. */
static char *name_text(const struct builder *builder, const size_t *functions, size_t n,
		       bool *ret_named)
{
	const struct machine *machine = builder->machine;
	_cleanup_free_ char *address = address_text(builder, functions, n);
	_cleanup_text_ struct text names = {};
	struct text text = {};

	*ret_named = add_names(&names, machine, functions, n);
	text_printf(&text, "%s  ", address);
	if (n > 1)
		text_printf(&text, "%zu x ", n);
	text_adds(&text,
		  *ret_named ? names.s
			     : pci_class_name(
				       machine->functions.v[functions[0]].class_code));
	return text_take(&text);
}

static char *model_text(const struct builder *builder,
			const struct machine_function *function)
{
	struct text text = {};

	if (builder->options->name && builder->options->name(&text, function))
		return text_take(&text);
	text_free(&text);
	if (!function->vendor || function->vendor == 0xffff)
		return NULL;
	return xasprintf("%04x:%04x", function->vendor, function->device);
}

static char *group_text(const struct builder *builder, const size_t *functions, size_t n)
{
	_cleanup_set_ struct set groups = {};
	_cleanup_text_ struct text list = {};
	bool shared = builder->shared[functions[0]];

	for (size_t i = 0; i < n; i++) {
		int group = builder->machine->functions.v[functions[i]].iommu_group;

		if (group >= 0 && group < SET_LIMIT)
			set_add(&groups, (unsigned)group);
	}
	if (set_empty(&groups))
		return NULL;
	text_add_set(&list, &groups);
	return xasprintf("%s%s%s", shared ? "shared " : "",
			 set_count(&groups) > 1 ? "groups " : "group ", list.s);
}

/* The virtual functions of a physical one, by driver: "8 of 64 VFs: vfio-pci 6". */
static char *vfs_text(const struct builder *builder, size_t index)
{
	const struct machine *machine = builder->machine;
	const struct machine_function *function = &machine->functions.v[index];
	struct text text = {};
	int n = builder->vfs[index], bound = 0;
	const char *driver = NULL;

	if (n == 0 && function->total_vfs <= 0)
		return NULL;
	text_printf(&text, "%d", n);
	if (function->total_vfs > 0)
		text_printf(&text, " of %d", function->total_vfs);
	text_adds(&text, n == 1 && function->total_vfs <= 1 ? " VF" : " VFs");
	for (size_t i = index + 1; i < machine->functions.n; i++) {
		const struct machine_function *vf = &machine->functions.v[i];

		if (vf->physical_function != (int)index || !vf->driver || !*vf->driver)
			continue;
		if (!driver)
			driver = vf->driver;
		bound += streq(vf->driver, driver);
		if (bound == n)
			break;
	}
	if (driver)
		text_printf(&text, ", %d on %s", bound, driver);
	return text_take(&text);
}

/* A node that is not the one in whose frame the row will be. */
static char *affinity_text(const struct machine *machine,
			   const struct machine_function *function)
{
	const struct machine_affinity *place =
		function->root >= 0 ? &machine->roots.v[function->root].affinity : NULL;

	if (function->affinity.what != AFFINITY_NODE ||
	    (place && place->what == AFFINITY_NODE &&
	     place->node == function->affinity.node))
		return NULL;
	return xasprintf("on node %d", function->affinity.node);
}

size_t add_device_part(struct builder *builder, int parent, const size_t *functions,
		       size_t n, const char *via)
{
	const struct machine_function *first =
		&builder->machine->functions.v[functions[0]];
	struct pci_address at = first->at;
	size_t part = part_open(builder, parent, PART_DEVICE,
				part_id(builder, "function-%04x-%02x-%02x-%x", at.domain,
					at.bus, at.slot, at.function));
	struct part *made = &builder->parts->list.v[part];
	bool named;

	made->name = name_text(builder, functions, n, &named);
	set_link(builder, part, functions[0]);
	made->mark = mark_of(first) ? mark_of(first) : "other";
	made->function = (int)functions[0];
	made->n_functions = n;
	if (n == 1 && builder->shared[functions[0]])
		made->group = first->iommu_group;
	if (named)
		part_note(builder, part, xstrdup(pci_class_name(first->class_code)));
	part_note(builder, part, model_text(builder, first));
	if (first->driver)
		part_note(builder, part,
			  *first->driver ? xstrdup(first->driver) : xstrdup("no driver"));
	part_note(builder, part, affinity_text(builder->machine, first));
	part_note(builder, part, group_text(builder, functions, n));
	if (first->iommu && first->root >= 0 && !builder->units[first->root])
		part_note(builder, part, xasprintf("IOMMU %s", first->iommu));
	if (n == 1)
		part_note(builder, part, vfs_text(builder, functions[0]));
	if (via)
		part_note(builder, part, xstrdup(via));
	for (size_t i = 0; i < n; i++)
		builder->parts->of_function[functions[i]] = (int)part;
	part_close(builder, part);
	return part;
}
