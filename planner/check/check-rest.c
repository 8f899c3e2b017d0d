/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows that are not yet in the files of their families. */
#include "planner/check/fix-parts.h"

const struct rule rest_rules[] = {
	{RULE("device-taken-twice", NULL, ERROR, NEED_HOST, LIBVIRT),
	 .what = "Of the domains of one host, each host device is in one.",
	 .why = "The second to start is refused.",
	 .mend = "Give one of them another device, or never run both.",
	 .source = LV "hypervisor/virhostdev.c", .remedy = REMEDY_EDIT},
	{RULE("group-taken-twice", NULL, ERROR, NEED_HOST, LIBVIRT),
	 .what = "Of the domains of one host, each IOMMU group is in one.",
	 .why = "A group cannot be shared: the second to start is refused.",
	 .mend = "Give all of the group to one of them.",
	 .source = LV "hypervisor/virhostdev.c", .remedy = REMEDY_EDIT},
	{RULE("ap-queue-taken-twice", NULL, ERROR, NEED_HOST, KERNEL),
	 .what = "Of the domains of one host, each AP queue is in one.",
	 .why = "The kernel gives it to one mediated device only.",
	 .mend = "Unassign it from one of them.", .source = "Linux vfio-ap",
	 .remedy = REMEDY_RECORD},
	{RULE("cpu-taken-twice", NULL, WARNING, NEED_HOST, NOBODY),
	 .what = "Of the domains of one host, CPUs that are pinned to alone are in one.",
	 .why = "Both vCPUs take turns on it.", .mend = "Pin one of them elsewhere.",
	 .source = "Linux sched_setaffinity(2)", .remedy = REMEDY_EDIT},
	{RULE("node-oversubscribed", NULL, WARNING, NEED_HOST, NOBODY),
	 .what = "The domains of one host fit into the nodes they are bound to.",
	 .why = "With mode strict the kernel kills one of them when the node is full.",
	 .mend = "Bind some elsewhere, or run fewer of them.",
	 .source = "Linux numa_memory_policy", .remedy = REMEDY_EDIT},
	{},
};
