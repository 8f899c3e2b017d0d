/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a plan records in <metadata>, for people and later plans: what mirrored devices
 * and cells represent, and which warnings the request itself causes. Plans do not depend
 * on it, because other programs drop elements that they do not know.
 */
#include "planner/plan/in-place/tree.h"

#include "planner/check/ignores.h"
#include "planner/guest/edit.h"
#include "planner/guest/read.h"
#include "planner/plan/plan-metadata.h"

/* Our element in <metadata>, or -1. */
static int element_of_space(const struct in_place *plan, const char *space)
{
	const struct document *document = plan->document;
	int metadata = plan->old.metadata_element;
	int child = metadata < 0 ? -1 : document_child(document, metadata, NULL);

	for (; child >= 0; child = document_next(document, child, NULL)) {
		const xmlNs *ns = document->elements.v[child].node->ns;

		if (ns && ns->href && streq((const char *)ns->href, space))
			return child;
	}
	return -1;
}

/*
 * Takes ownership of @want: adds its children to the existing element, or adds the
 * element.
 */
static void add_note(const struct in_place *plan, struct edits *edits, struct want *want,
		     struct want *metadata)
{
	int there = element_of_space(plan, want->space);

	if (there < 0 && metadata) {
		*vec_add(&metadata->children) = want;
		return;
	}
	if (there < 0)
		edit_insert(edits, plan->old.metadata_element, -1, want);
	for (size_t i = 0; there >= 0 && i < want->children.n; i++)
		edit_insert(edits, there, -1, want->children.v[i]);
	want_free(want);
}

/* The cell that its root bus is on; -1: none. */
static int cell_of(const struct in_place *plan, int item)
{
	const struct layout_item *items = plan->layout.items.v;

	for (; item != LAYOUT_NONE; item = items[item].parent)
		if (items[item].cell != LAYOUT_NONE)
			return items[item].cell;
	return -1;
}

void in_place_list_devices(const struct in_place *plan, struct plan *ret)
{
	const struct layout_item *items = plan->layout.items.v;

	for (size_t i = 0; i < plan->devices.n; i++) {
		const struct in_place_device *device = &plan->devices.v[i];
		const struct layout_item *item = &items[device->endpoint];

		if (!device->kind || plan->request->devices.v[device->wanted].assigned)
			continue;
		*vec_add(&ret->devices) = (struct plan_device){
			.wanted = device->wanted,
			.kind = device->kind,
			.guest_at = {.bus = items[item->parent].secondary,
				     .slot = item->slot,
				     .function = item->function},
			.cell = cell_of(plan, device->endpoint),
		};
	}
}

/* A domain that has a plan keeps what that one records of cells and IOMMUs. */
static struct want *want_mirror(const struct in_place *plan)
{
	bool first = element_of_space(plan, PLAN_NAMESPACE) < 0;
	struct plan notes = {};
	struct want *want;

	in_place_list_devices(plan, &notes);
	want = plan_metadata(plan->request, &notes, first ? &plan->new : NULL);
	vec_free(&notes.devices);
	return want;
}

static bool adds_devices(const struct in_place *plan)
{
	for (size_t i = 0; i < plan->devices.n; i++)
		if (plan->devices.v[i].kind)
			return true;
	return false;
}

/* Why ports without ACS are what the user wants; NULL if the plan adds none. */
static const char *why_no_acs(const struct in_place *plan)
{
	const char *reason = NULL;

	for (size_t i = plan->n_given; i < plan->layout.items.n; i++) {
		if (plan->layout.items.v[i].kind == CONTROLLER_DOWNSTREAM_PORT)
			reason = "a switch of the host is mirrored";
		if (plan->layout.items.v[i].kind == CONTROLLER_ROOT_PORT &&
		    in_place_shared_port(plan, (int)i))
			return "iommu-group=shared was requested";
	}
	return reason;
}

static bool is_silenced(const struct in_place *plan, const struct rule *rule)
{
	int there = element_of_space(plan, CHECK_NAMESPACE);
	int child = there < 0 ? -1 : document_child(plan->document, there, NULL);

	for (; child >= 0; child = document_next(plan->document, child, NULL))
		if (streq_null(document_attribute(plan->document, child, "rule"),
			       rule->id) &&
		    !document_attribute(plan->document, child, "path"))
			return true;
	return false;
}

static void add_notes(const struct in_place *plan, struct edits *edits)
{
	const char *reason = why_no_acs(plan);
	bool silence = reason && !is_silenced(plan, rule_port_no_acs);
	bool mirror = plan->fresh || (plan->request->mirrored && adds_devices(plan));
	struct want *metadata = NULL;

	if (!silence && !mirror)
		return;
	if (plan->old.metadata_element < 0)
		metadata = want_new("metadata");
	if (mirror)
		add_note(plan, edits, want_mirror(plan), metadata);
	if (silence)
		add_note(plan, edits, ignores_want(rule_port_no_acs, reason), metadata);
	if (metadata)
		edit_insert(edits, 0, guest_edit_anchor(plan->document, "metadata"),
			    metadata);
	want_free(metadata);
}

static void edit_note(struct edits *edits, const struct drift *row)
{
	struct want *want;

	if (!row->name) {
		edit_remove(edits, row->note);
		return;
	}
	want = want_new("device");
	want_set(want, "at", PCI_FORMAT, PCI_ARGS(row->now));
	if (row->cell >= 0)
		want_set(want, "cell", "%d", row->cell);
	else
		want_set(want, "cell", "none");
	edit_merge(edits, row->note, want);
	want_free(want);
}

/* Of a cell or an IOMMU. */
static void edit_shape(struct edits *edits, const struct note_drift *row)
{
	if (!row->now)
		edit_remove(edits, row->note);
	else if (row->note >= 0)
		edit_merge(edits, row->note, row->now);
	else
		edit_insert(edits, row->plan, row->after, row->now);
}

static int edit_notes(const struct document *document, const drift_list *list,
		      const note_drift_list *shapes, struct text *xml,
		      struct error *error)
{
	struct edits edits = {.document = document};
	_cleanup_text_ struct text result = {};
	int rc;

	for (size_t i = 0; i < list->n; i++)
		edit_note(&edits, &list->v[i]);
	for (size_t i = 0; i < shapes->n; i++)
		edit_shape(&edits, &shapes->v[i]);
	rc = edits_apply(&edits, &result, error);
	edits_free(&edits);
	if (rc < 0)
		return -1;
	text_free(xml);
	*xml = result;
	result = (struct text){};
	return 0;
}

/* Makes the notes of earlier plans agree with the domain as it is now. */
static int renew_notes(const struct in_place *plan, struct text *xml, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	_cleanup_guest_tree_ struct guest_tree tree = {};
	drift_list list = {};
	note_drift_list shapes = {};
	int rc = 0;

	if (plan->fresh || element_of_space(plan, PLAN_NAMESPACE) < 0)
		return 0;
	guest_init(&guest);
	if (document_parse(plan->document->name, xml->s, xml->n, &document, error) < 0 ||
	    guest_read(&document, &guest, error) < 0)
		return -1;
	assign(&guest, plan->request->target.libvirt, &assignment);
	drift_find_notes(&document, &guest, &shapes);
	if (assignment.known) {
		guest_tree_read(&guest, &tree);
		drift_find(&document, &tree, &list);
	}
	if (list.n > 0 || shapes.n > 0)
		rc = edit_notes(&document, &list, &shapes, xml, error);
	note_drift_free(&shapes);
	drift_free(&list);
	return rc;
}

int in_place_text(const struct in_place *plan, struct text *ret_xml, struct error *error)
{
	struct edits edits = {.document = plan->document};
	int rc;

	add_notes(plan, &edits);
	guest_edit(&plan->old, &plan->new, &edits);
	in_place_commandline(plan, &edits);
	in_place_override(plan, &edits);
	rc = edits_apply(&edits, ret_xml, error);
	edits_free(&edits);
	return rc < 0 ? rc : renew_notes(plan, ret_xml, error);
}
