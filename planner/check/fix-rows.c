/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One row for each rule that --fix can fix: what its edit is. */
#include "planner/check/fix-parts.h"

typedef struct want *(*make_want)(const struct finding *finding);

static struct want *want_acpi(const struct finding *finding)
{
	struct want *want = want_new("domain");

	(void)finding;
	want_child(want_child(want, "features"), "acpi");
	return want;
}

static struct want *want_ioapic(const struct finding *finding)
{
	struct want *want = want_new("domain");

	(void)finding;
	want_set(want_child(want_child(want, "features"), "ioapic"), "driver", "qemu");
	return want;
}

static struct want *want_caching(const struct finding *finding)
{
	struct want *want = want_new("iommu");

	(void)finding;
	want_set(want_child(want, "driver"), "caching_mode", "on");
	return want;
}

static struct want *want_iommu_on(const struct finding *finding)
{
	struct want *want = want_new("device");

	(void)finding;
	want_set(want_child(want, "driver"), "iommu", "on");
	return want;
}

static struct want *want_iommu_gone(const struct finding *finding)
{
	struct want *want = want_new("device");
	struct want *driver = want_child(want, "driver");

	(void)finding;
	want_unset(driver, "iommu");
	want_unset(driver, "ats");
	return want;
}

static struct want *want_memory(const struct finding *finding)
{
	struct want *want = want_new("memory");

	want_set(want, "unit", "KiB");
	want_content(want, "%s", finding->expected);
	return want;
}

static struct want *want_no_chassis(const struct finding *finding)
{
	struct want *want = want_new("controller");

	(void)finding;
	want_unset(want_child(want, "target"), "chassis");
	return want;
}

static const struct fix_row {
	const char *rule;
	bool at_root;   /* the edit is of the domain, not of the finding's place */
	bool local;     /* see fix_is_local() */
	make_want make; /* NULL: the element goes, or */
	void (*mend)(struct fix *fix);
} fix_rows[] = {
	{"acpi-missing", true, false, want_acpi, NULL},
	{"uefi-needs-acpi", true, false, want_acpi, NULL},
	{"iommu-intremap-ioapic", true, false, want_ioapic, NULL},
	{"iommu-caching", false, false, want_caching, NULL},
	{"iommu-virtio-bypass", false, true, want_iommu_on, NULL},
	{"iommu-on-non-virtio", false, true, want_iommu_gone, NULL},
	{"memory-sum", false, false, want_memory, NULL},
	{"port-chassis-dup", false, true, want_no_chassis, NULL},
	{"pci-fn0-missing", false, false, NULL, fix_function_0},
	{"iommu-address", false, false, NULL, NULL},
	{"pxb-busnr-range", false, false, NULL, fix_bus_numbers},
	{"pxb-busnr-dup", false, false, NULL, fix_bus_numbers},
	{"bus-window", false, false, NULL, fix_bus_numbers},
	{"bus-slack", false, false, NULL, fix_bus_numbers},
	{"pci-index-gap", false, false, NULL, fix_indexes},
	{"auto-lands-on-pxb", false, false, NULL, fix_off_expander},
	{"hostdev-cell-affinity", false, false, NULL, fix_to_node},
	{"hostdev-no-affinity", false, false, NULL, fix_to_node},
	{"rc-collapsed", false, false, NULL, fix_to_own_root},
	{"vcpu-mem-split", false, false, NULL, fix_vcpu_split},
	{"vcpu-unpinned", false, false, NULL, fix_vcpu_unpinned},
	{"pin-online", false, false, NULL, fix_pin_online},
	{"pin-shared", false, false, NULL, fix_pin_shared},
	{"smt-mismatch", false, false, NULL, fix_smt},
	{"emulator-remote", false, false, NULL, fix_emulator},
	{"emulator-shares", false, false, NULL, fix_emulator},
	{"iothread-remote", false, false, NULL, fix_iothread},
};

static const struct fix_row *row_for(const char *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(fix_rows); i++)
		if (streq(fix_rows[i].rule, rule))
			return &fix_rows[i];
	return NULL;
}

/* Elements are numbered in the order of their places. */
int fix_element_at(const struct document *document, const struct place *place)
{
	size_t low = 0, high = document->elements.n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct document_element *it = &document->elements.v[middle];

		if (it->line == place->line && it->column == place->column)
			return (int)middle;
		if (it->line < place->line ||
		    (it->line == place->line && it->column < place->column))
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

bool fix_is_known(const char *rule)
{
	return row_for(rule) != NULL;
}

bool fix_is_local(const char *rule)
{
	const struct fix_row *row = row_for(rule);

	return row && row->local;
}

void fix_make_edits(struct fix *fix)
{
	const struct fix_row *row = row_for(fix->finding->rule);
	struct want *want;

	fix->element =
		row->at_root ? 0
			     : fix_element_at(fix->check->document, &fix->finding->place);
	if (fix->element < 0)
		return;
	if (row->mend) {
		row->mend(fix);
	} else if (row->make) {
		want = row->make(fix->finding);
		edit_merge(&fix->edits, fix->element, want);
		want_free(want);
	} else {
		edit_remove(&fix->edits, fix->element);
	}
}
