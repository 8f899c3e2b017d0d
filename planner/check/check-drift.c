/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check-drift.c - a domain against the plan that `virt-layout plan` wrote into its
 * <metadata>.
 */
#include "planner/check/drift.h"
#include "planner/check/rules.h"

/* So many are named; the others are counted. */
#define NAMED 4

static bool changes_cell(const struct drift *row)
{
	return row->name && row->planned_cell != CELL_UNKNOWN &&
	       row->planned_cell != row->cell;
}

static void add_cell(struct text *text, int cell)
{
	if (cell < 0)
		text_adds(text, "no cell");
	else
		text_printf(text, "cell %d", cell);
}

static void report_gone(struct check *check, const struct drift *row)
{
	const char *kind = document_attribute(check->document, row->note, "kind");
	_cleanup_text_ struct text shown = {};

	if (!kind) {
		check_found(check, row->note,
			    "The plan has a cell %d, but the domain does not.",
			    row->planned_cell);
		return;
	}
	text_add_shown(&shown, kind);
	check_found(check, row->note,
		    "The plan has a device of kind %s at " PCI_FORMAT
		    ", but the domain does not.",
		    shown.s, PCI_ARGS(row->planned));
}

static void report_cell(struct check *check, const struct drift *row)
{
	_cleanup_text_ struct text now = {}, planned = {};

	add_cell(&now, row->cell);
	add_cell(&planned, row->planned_cell);
	check_relate(check,
		     check_found(check, row->element,
				 "%s is on %s (" PCI_FORMAT
				 "), but the plan has it on %s (" PCI_FORMAT ").",
				 row->name, now.s, PCI_ARGS(row->now), planned.s,
				 PCI_ARGS(row->planned)),
		     row->note);
}

/* Only the address differs: one finding for all of them. */
static void report_moved(struct check *check, const drift_list *list)
{
	_cleanup_text_ struct text text = {};
	struct finding *finding;
	int element = -1;
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct drift *row = &list->v[i];

		if (!row->name || changes_cell(row))
			continue;
		if (n == 0)
			element = row->element;
		if (n < NAMED)
			text_printf(&text,
				    "%s%s is at " PCI_FORMAT " instead of " PCI_FORMAT,
				    n ? ", " : "", row->name, PCI_ARGS(row->now),
				    PCI_ARGS(row->planned));
		n++;
	}
	if (n == 0)
		return;
	if (n > NAMED)
		text_printf(&text, ", and %zu more", n - NAMED);
	finding =
		check_found(check, element,
			    "Devices have other addresses than in the plan: %s.", text.s);
	finding->severity = SEVERITY_INFO;
}

static const char *attribute_or(const struct check *check, int note, const char *name)
{
	const char *value =
		note >= 0 ? document_attribute(check->document, note, name) : NULL;

	return value ? value : "?";
}

static void report_note_gone(struct check *check, int note)
{
	bool cell = streq(document_element_name(check->document, note), "cell");
	_cleanup_text_ struct text shown = {};

	text_add_shown(&shown, attribute_or(check, note, cell ? "id" : "model"));
	check_found(check, note,
		    cell ? "The plan has a cell %s, but the domain does not."
			 : "The plan has one more IOMMU (%s) than the domain.",
		    shown.s);
}

/* A cell or an IOMMU. */
static void report_note(struct check *check, const struct note_drift *row)
{
	const char *id = row->now ? row->now->attributes.v[0].value : NULL;
	bool cell = row->now && streq(row->now->name, "cell");
	_cleanup_text_ struct text shown = {};

	if (!row->now) {
		report_note_gone(check, row->note);
		return;
	}
	text_add_shown(&shown, id);
	if (row->note < 0) {
		check_found(check, row->element,
			    cell ? "The domain has a cell %s, but the plan does not."
				 : "The domain has one more IOMMU (%s) than the plan.",
			    shown.s);
		return;
	}
	text_free(&shown);
	if (cell)
		text_printf(&shown, "Cell %s", id);
	else
		text_adds(&shown, "The IOMMU");
	check_relate(check,
		     check_found(check, row->element, "%s is not as planned: %s.",
				 shown.s, row->changes),
		     row->note);
}

static void report_notes(struct check *check)
{
	note_drift_list list = {};

	drift_find_notes(check->document, check->guest, &list);
	for (size_t i = 0; i < list.n; i++)
		report_note(check, &list.v[i]);
	note_drift_free(&list);
}

static void plan_drift(struct check *check)
{
	drift_list list = {};

	if (!drift_has_plan(check->document, check->guest))
		return;
	report_notes(check);
	if (!check->assignment->known) {
		check_skip(check, "machine",
			   "virt-layout does not know the PCI layout of machine type %s",
			   check->guest->machine ? check->guest->machine
						 : "(none given)");
		return;
	}
	drift_find(check->document, &check->tree, &list);
	for (size_t i = 0; i < list.n; i++)
		if (!list.v[i].name)
			report_gone(check, &list.v[i]);
		else if (changes_cell(&list.v[i]))
			report_cell(check, &list.v[i]);
	report_moved(check, &list);
	drift_free(&list);
}

const struct rule drift_rules[] = {
	{RULE("plan-drift", plan_drift, WARNING, 0, NOBODY), .areas = AREA_PCI,
	 .what = "A domain that contains the plan it was made from (<plan> in <metadata>) still agrees with it.",
	 .why = "Planned devices, NUMA cells or the IOMMU were changed since then, so the guest does not see what was planned. If only addresses of devices differ, and not the cells, this is an info. A plan of an older version does not record cells and IOMMUs, so they are not compared.",
	 .to_fix =
		 "Undo the change. If it is intended, run virt-layout plan --domain, which records the domain as it is now.",
	 .source = "virt-layout-plan(1)", .remedy = REMEDY_EDIT, .notes_change = true},
	{},
};
