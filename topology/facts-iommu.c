/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Linux ABI/testing/sysfs-kernel-iommu_groups and sysfs-class-iommu-{intel,amd}-iommu.
 */
#include "topology/facts-parts.h"

#include <stdio.h>

static void add_file(struct facts *facts, const struct tree *tree, const char *file,
		     char *name)
{
	_cleanup_free_ char *fact = name, *value = tree_text(tree, file);

	facts_take(facts, fact, TAKE(value), "the kernel does not report it");
}

static void add_group(struct facts *facts, const struct tree *groups, const char *number)
{
	_cleanup_tree_ struct tree group = {.fd = -1};

	if (strspn(number, "0123456789") != strlen(number) ||
	    !tree_sub(groups, number, &group))
		return;
	add_file(facts, &group, "reserved_regions",
		 xasprintf("iommu-group.%s.reserved-regions", number));
	add_file(facts, &group, "type", xasprintf("iommu-group.%s.type", number));
}

static void add_unit(struct facts *facts, const char *name)
{
	static const struct {
		const char *directory, *file, *fact;
	} files[] = {
		{"intel-iommu", "intel-iommu/cap", "capability"},
		{"intel-iommu", "intel-iommu/ecap", "extended-capability"},
		{"amd-iommu", "amd-iommu/features", "features"},
	};
	_cleanup_free_ char *link = xasprintf("class/iommu/%s", name);
	_cleanup_free_ char *path = tree_link_path(&facts->sys, link);
	_cleanup_tree_ struct tree unit = {.fd = -1};

	if (!tree_sub(&facts->sys, path ? path : link, &unit))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (tree_has(&unit, files[i].directory))
			add_file(facts, &unit, files[i].file,
				 xasprintf("iommu-unit.%s.%s", name, files[i].fact));
}

/* A device file; only of this machine, since copies leave out dev. */
static void add_device_file(struct facts *facts, const char *name, const char *path)
{
	bool there = tree_has(&facts->top, path);

	facts_take(facts, name,
		   there || facts->live ? xstrdup(there ? "yes" : "no") : NULL,
		   "the source has no dev");
}

static void add_vfio(struct facts *facts)
{
	bool drivers = tree_has(&facts->sys, "bus/pci/drivers");

	add_device_file(facts, "vfio.device", "dev/vfio/vfio");
	add_device_file(facts, "vfio.iommufd", "dev/iommu");
	facts_take(facts, "vfio-pci.driver",
		   drivers ? xstrdup(tree_has(&facts->sys, "bus/pci/drivers/vfio-pci")
					     ? "yes"
					     : "no")
			   : NULL,
		   "the source has no sys/bus/pci/drivers");
}

void facts_iommu(struct facts *facts)
{
	_cleanup_tree_ struct tree groups = {.fd = -1};
	_cleanup_names_ struct tree_names numbers = {}, units = {};

	if (tree_sub(&facts->sys, "kernel/iommu_groups", &groups))
		tree_list(&groups, ".", &numbers);
	for (size_t i = 0; i < numbers.n; i++)
		add_group(facts, &groups, numbers.v[i]);
	add_vfio(facts);
	tree_list(&facts->sys, "class/iommu", &units);
	for (size_t i = 0; i < units.n; i++)
		add_unit(facts, units.v[i]);
}
