/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Theory of operation. Machine-wide facts are compared first, then nodes, root buses and
 * functions, so that a cause is in the list before its consequences; the code that adds a
 * difference names the cause if it knows one. At the end each `because` is followed to
 * the first cause, and the list is sorted: causes by kind, consequences after their
 * cause. A value that one side does not know is noted as such and not counted.
 */
#include "topology/compare.h"

#include "topology/compare-parts.h"

/* Without ACPI a kernel sees no tables at all, so one node and no IOMMU. */
static bool acpi_is_off(const struct comparison *c)
{
	const char *acpi = machine_fact(c->observed, "firmware.acpi");
	bool needs = c->expected->nodes.n > 1 || c->expected->iommu.table == KNOWN_YES;

	if (!needs || (c->observed->source != MACHINE_LIVE &&
		       c->observed->source != MACHINE_TABLES))
		return false;
	/* A device tree describes nodes as well. */
	if (streq_null(c->observed->architecture, "aarch64") && c->observed->nodes.n > 1)
		return false;
	if (acpi)
		return streq(acpi, "no");
	return c->observed->nodes.n <= 1 && c->observed->iommu.table == KNOWN_UNKNOWN;
}

static int compare_yes_no(struct comparison *c, const char *what, enum known expected,
			  enum known observed)
{
	return compare_known(c, what, "the machine", expected != KNOWN_UNKNOWN,
			     observed != KNOWN_UNKNOWN, expected == observed);
}

static void add_state(struct comparison *c, enum difference_kind kind, int because,
		      const char *on, const char *off)
{
	bool want_on = kind == DIFFERENCE_IOMMU_TABLE_MISSING ||
		       kind == DIFFERENCE_IOMMU_OFF || kind == DIFFERENCE_REMAPPING_OFF;

	compare_add(c, kind, because, "the machine");
	compare_expected(c, "%s", want_on ? on : off);
	compare_observed(c, "%s", want_on ? off : on);
}

/*
 * A kernel that dropped a root bus finds the scope of its DMAR table broken, and keeps
 * the IOMMU off (drivers/iommu/intel/dmar.c).
 */
static int overlap_stops_iommu(const struct comparison *c)
{
	const char *log = machine_fact(c->observed, "kernel.complaints");

	return log && strstr(log, "DMAR") ? compare_find(c, DIFFERENCE_BUS_OVERLAP, NULL)
					  : -1;
}

/*
 * The index of a difference that explains the kernel's behaviour, or -1. An unplanned
 * table counts if it is unknown whether the kernel uses it.
 */
static int compare_table(struct comparison *c)
{
	enum known expected = c->expected->iommu.table,
		   observed = c->observed->iommu.table;

	if (compare_yes_no(c, "IOMMU table", expected, observed))
		return -1;
	if (expected == KNOWN_NO && c->observed->iommu.enabled != KNOWN_UNKNOWN)
		return -1;
	add_state(c,
		  expected == KNOWN_YES ? DIFFERENCE_IOMMU_TABLE_MISSING
					: DIFFERENCE_IOMMU_ON,
		  -1, "an ACPI table of the IOMMU", "none");
	return (int)c->ret->list.n - 1;
}

/* ACPI, IOMMU. */
static void compare_whole(struct comparison *c)
{
	const struct machine_iommu *expected = &c->expected->iommu;
	const struct machine_iommu *observed = &c->observed->iommu;
	int acpi = -1, table = -1;

	if (acpi_is_off(c))
		acpi = compare_add(c, DIFFERENCE_ACPI_OFF, -1, "the machine");
	if (acpi >= 0) {
		compare_expected(c, "ACPI tables for nodes and the IOMMU");
		compare_observed(c, "none");
		table = acpi;
	} else {
		table = compare_table(c);
	}
	if (table < 0 && observed->table == KNOWN_YES)
		table = overlap_stops_iommu(c);
	if (!compare_yes_no(c, "IOMMU", expected->enabled, observed->enabled))
		add_state(c,
			  expected->enabled == KNOWN_YES ? DIFFERENCE_IOMMU_OFF
							 : DIFFERENCE_IOMMU_ON,
			  table, "an IOMMU in use", "none");
	if (!compare_yes_no(c, "interrupt remapping", expected->remapping,
			    observed->remapping))
		add_state(c,
			  expected->remapping == KNOWN_YES ? DIFFERENCE_REMAPPING_OFF
							   : DIFFERENCE_REMAPPING_ON,
			  table, "interrupts remapped", "not remapped");
}

static int first_cause(const struct differences *differences, int i)
{
	while (differences->list.v[i].because >= 0)
		i = differences->list.v[i].because;
	return i;
}

/* A difference with its old index and that of its cause. */
struct ranked {
	struct difference difference;
	enum difference_kind cause_kind;
	int cause, self;
};

static int by_cause(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	if (left->cause_kind != right->cause_kind)
		return left->cause_kind < right->cause_kind ? -1 : 1;
	if (left->cause != right->cause)
		return left->cause - right->cause;
	if ((left->self == left->cause) != (right->self == right->cause))
		return left->self == left->cause ? -1 : 1;
	return left->self - right->self;
}

static void put_in_order(struct differences *differences)
{
	size_t n = differences->list.n;
	struct ranked *ranked = xcalloc(n + 1, sizeof(*ranked));
	int *moved = xcalloc(n + 1, sizeof(*moved));

	for (size_t i = 0; i < n; i++) {
		int cause = first_cause(differences, (int)i);

		ranked[i] =
			(struct ranked){differences->list.v[i],
					differences->list.v[cause].kind, cause, (int)i};
	}
	qsort(ranked, n, sizeof(*ranked), by_cause);
	for (size_t i = 0; i < n; i++)
		moved[ranked[i].self] = (int)i;
	for (size_t i = 0; i < n; i++) {
		differences->list.v[i] = ranked[i].difference;
		differences->list.v[i].because =
			ranked[i].cause == ranked[i].self ? -1 : moved[ranked[i].cause];
	}
	free(ranked);
	free(moved);
}

void compare_machines(const struct machine *expected, const struct machine *observed,
		      const struct compare_options *options, struct differences *ret)
{
	struct comparison c = {.expected = expected,
			       .observed = observed,
			       .options = options,
			       .ret = ret};

	if (expected->source == MACHINE_NCCL || observed->source == MACHINE_NCCL) {
		compare_nccl(&c);
		put_in_order(ret);
		return;
	}
	compare_buses(&c);
	compare_whole(&c);
	compare_nodes(&c);
	compare_roots(&c);
	compare_functions(&c);
	compare_paths(&c);
	compare_groups(&c);
	put_in_order(ret);
}
