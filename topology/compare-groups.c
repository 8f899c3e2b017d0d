/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IOMMU groups as a partition of the functions that both machines have: it matters which
 * functions are together, not the kernel's numbers.
 */
#include "topology/compare-parts.h"

#include <stdio.h>

/* A function in both machines, with both group numbers. */
struct member {
	struct pci_address at;
	int expected, observed;
};

struct members {
	struct member *v;
	size_t n, room;
};

static int group_known(int group)
{
	return group != GROUP_UNKNOWN;
}

static void compare_having_one(struct comparison *c, const struct member *member,
			       const char *subject, int off)
{
	bool planned = member->expected >= 0;

	if (planned == (member->observed >= 0))
		return;
	compare_add(c, planned ? DIFFERENCE_GROUP_MISSING : DIFFERENCE_GROUP_UNPLANNED,
		    off, "%s", subject);
	compare_expected(c, "%s", planned ? "an IOMMU group" : "none");
	compare_observed(c, "%s", planned ? "none" : "an IOMMU group");
}

/* Those whose groups both sides know; a group on one side only is reported at once. */
static struct members gather(struct comparison *c)
{
	VEC(struct member) members = {};
	int off = compare_find(c, DIFFERENCE_IOMMU_OFF, NULL);

	if (off < 0)
		off = compare_find(c, DIFFERENCE_IOMMU_ON, NULL);
	for (size_t i = 0; i < c->expected->functions.n; i++) {
		const struct machine_function *expected = &c->expected->functions.v[i];
		const struct machine_function *observed =
			machine_function(c->observed, expected->at);
		_cleanup_free_ char *subject =
			xasprintf(PCI_FORMAT, PCI_ARGS(expected->at));
		struct member member = {.at = expected->at,
					.expected = expected->iommu_group};

		if (!observed)
			continue;
		member.observed = observed->iommu_group;
		if (compare_known(c, "IOMMU group", subject, group_known(member.expected),
				  group_known(member.observed), false))
			continue;
		compare_having_one(c, &member, subject, off);
		if (member.expected >= 0 && member.observed >= 0)
			*vec_add(&members) = member;
	}
	return (struct members){members.v, members.n, members.room};
}

static int by_observed(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	if (left->observed != right->observed)
		return left->observed < right->observed ? -1 : 1;
	return pci_address_compare(left->at, right->at);
}

static int by_expected(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	if (left->expected != right->expected)
		return left->expected < right->expected ? -1 : 1;
	return pci_address_compare(left->at, right->at);
}

/* One run of members that are together on one side: are they on the other? */
static void compare_run(struct comparison *c, const struct member *run, size_t n,
			bool observed)
{
	_cleanup_text_ struct text subject = {};
	bool apart = false;

	for (size_t i = 0; i < n; i++) {
		text_printf(&subject, "%s" PCI_FORMAT, i ? " " : "", PCI_ARGS(run[i].at));
		apart |= observed ? run[i].expected != run[0].expected
				  : run[i].observed != run[0].observed;
	}
	if (!apart)
		return;
	compare_add(c, observed ? DIFFERENCE_GROUP_MERGED : DIFFERENCE_GROUP_SPLIT, -1,
		    "%s", subject.s);
	compare_expected(c, "%s",
			 observed ? "in several IOMMU groups" : "in one IOMMU group");
	compare_observed(c, "%s", observed ? "in one" : "in several");
}

static void compare_runs(struct comparison *c, const struct members *members,
			 bool observed)
{
	size_t start = 0;

	for (size_t i = 1; i <= members->n; i++) {
		const struct member *first = &members->v[start], *next = &members->v[i];

		if (i < members->n && (observed ? first->observed == next->observed
						: first->expected == next->expected))
			continue;
		compare_run(c, first, i - start, observed);
		start = i;
	}
}

void compare_groups(struct comparison *c)
{
	struct members members;

	if (c->expected->pci_known == KNOWN_NO || c->observed->pci_known == KNOWN_NO)
		return;
	members = gather(c);
	if (members.n > 0) {
		vec_sort(&members, by_observed);
		compare_runs(c, &members, true);
		vec_sort(&members, by_expected);
		compare_runs(c, &members, false);
	}
	free(members.v);
}
