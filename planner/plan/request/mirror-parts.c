/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/plan/request/mirror-parts.h"

/* Stand-ins by PCI class; the first row that matches applies. */
static const struct stand_in {
	uint32_t mask, class_code;
	const char *plain, *with_vfs; /* device-kind.h's names */
} stand_ins[] = {
	{0xff0000, 0x020000, "e1000e", "igb"},     /* network */
	{0xffff00, 0x0c0600, "e1000e", "igb"},     /* InfiniBand */
	{0xff0000, 0x010000, "virtio-scsi", NULL}, /* storage */
	{0xffff00, 0x0c0400, "virtio-scsi", NULL}, /* Fibre Channel */
	{0xff0000, 0x030000, "virtio-gpu", NULL},  /* display: GPUs */
	{0xff0000, 0x120000, "virtio-gpu", NULL},  /* processing accelerators */
	{0xffff00, 0x0b4000, "virtio-gpu", NULL},  /* co-processors: QAT, DSA */
};

const struct device_kind *mirror_kind(const struct machine_function *function,
				      const struct target *target)
{
	const struct device_kind *kind;

	if (function->bridge || function->physical_function >= 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(stand_ins); i++) {
		const struct stand_in *row = &stand_ins[i];

		if ((function->class_code & row->mask) != row->class_code)
			continue;
		if (row->with_vfs && function->total_vfs > 0) {
			kind = device_kind_named(row->with_vfs);
			if (target_has(target, kind->needs))
				return kind;
		}
		return device_kind_named(row->plain);
	}
	return NULL;
}

int mirror_cell(const struct request *request, int node)
{
	for (size_t i = 0; node >= 0 && i < request->nodes.n; i++)
		if (request->nodes.v[i].host_node == node)
			return (int)i;
	return NO_CELL;
}

bool mirror_is_stand_in(const struct device_kind *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(stand_ins); i++)
		if (streq(stand_ins[i].plain, kind->name) ||
		    (stand_ins[i].with_vfs && streq(stand_ins[i].with_vfs, kind->name)))
			return true;
	return false;
}

static void add_name(struct text *text, const char *name)
{
	if (name && (!text->n || !strstr(text->s, name)))
		text_printf(text, "%s%s", text->n ? ", " : "", name);
}

char *mirror_stand_in_names(void)
{
	struct text text = {};

	for (size_t i = 0; i < ARRAY_SIZE(stand_ins); i++) {
		add_name(&text, stand_ins[i].plain);
		add_name(&text, stand_ins[i].with_vfs);
	}
	return text_take(&text);
}
