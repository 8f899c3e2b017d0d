/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "planner/check/note.h"

#include "base/size.h"
#include "planner/guest/want.h"

/* An attribute of a note. */
struct fact {
	const char *name;  /* NULL ends a table */
	const char *shown; /* in messages */
	const char *unset; /* what no attribute means, in messages */
	bool memory;       /* KiB */
	bool decides;      /* if it differs, the rest does not matter */
};

static const struct fact cell_facts[] = {
	{"cpus", "vCPUs", "none"},
	{"memory", "memory", "0 B", .memory = true},
	{"distances", "distances", "10 and 20"},
	{},
};

/* libvirt's own names; the first is that of the element, the others of <driver>. */
static const struct fact iommu_facts[] = {
	{"model", "model", "none", .decides = true},
	{"intremap", "intremap", "not set"},
	{"caching_mode", "caching_mode", "not set"},
	{"eim", "eim", "not set"},
	{"iotlb", "iotlb", "not set"},
	{"dma_translation", "dma_translation", "not set"},
	{"passthrough", "passthrough", "not set"},
	{"xtsup", "xtsup", "not set"},
	{"accel", "accel", "not set"},
	{"ats", "ats", "not set"},
	{"ril", "ril", "not set"},
	{"cmdqv", "cmdqv", "not set"},
	{"aw_bits", "aw_bits", "not set"},
	{"pciBus", "pciBus", "not set"},
	{"ssidsize", "ssidsize", "not set"},
	{"oas", "oas", "not set"},
	{"granule", "granule", "not set", .memory = true},
	{},
};

static void note_distances(const struct guest *guest, size_t cell, struct want *note)
{
	_cleanup_text_ struct text text = {};
	bool usual = true;

	for (size_t to = 0; to < guest->cells.n; to++) {
		uint32_t value = guest_cell_distance(guest, cell, to);

		usual &= value == (cell == to ? 10u : 20u);
		text_printf(&text, "%s%u", to ? " " : "", value);
	}
	if (!usual)
		want_set(note, "distances", "%s", text.s);
}

struct want *note_cell(const struct guest *guest, size_t cell)
{
	const struct guest_cell *it = &guest->cells.v[cell];
	struct want *note = want_new("cell");

	want_number(note, "id", it->id, NULL);
	if (it->cpus.state == VALUE_VALID && !set_empty(&it->cpus.set))
		want_list(note, "cpus", &it->cpus);
	want_set(note, "memory", "%ju", (uintmax_t)it->memory_bytes.value / 1024);
	want_set(note, "unit", "KiB");
	note_distances(guest, cell, note);
	return note;
}

struct want *note_iommu(const struct guest_iommu *iommu)
{
	struct want *note = want_new("iommu");

	want_set(note, "model", "%s", iommu && iommu->model ? iommu->model : "none");
	if (!iommu)
		return note;
	want_switch(note, "intremap", iommu->intremap, NULL);
	want_switch(note, "caching_mode", iommu->caching_mode, NULL);
	want_switch(note, "eim", iommu->eim, NULL);
	want_switch(note, "iotlb", iommu->iotlb, NULL);
	want_switch(note, "dma_translation", iommu->dma_translation, NULL);
	want_switch(note, "passthrough", iommu->passthrough, NULL);
	want_switch(note, "xtsup", iommu->xtsup, NULL);
	want_switch(note, "accel", iommu->accel, NULL);
	want_switch(note, "ats", iommu->ats, NULL);
	want_switch(note, "ril", iommu->ril, NULL);
	want_switch(note, "cmdqv", iommu->cmdqv, NULL);
	want_number(note, "aw_bits", iommu->aw_bits, NULL);
	want_number(note, "pciBus", iommu->pci_bus, NULL);
	want_number(note, "ssidsize", iommu->ssidsize, NULL);
	want_number(note, "oas", iommu->oas, NULL);
	if (iommu->granule_bytes.state == VALUE_VALID)
		want_set(note, "granule", "%ju",
			 (uintmax_t)iommu->granule_bytes.value / 1024);
	return note;
}

void notes_add(const struct guest *guest, struct want *plan)
{
	for (size_t i = 0; i < guest->cells.n; i++)
		*vec_add(&plan->children) = note_cell(guest, i);
	for (size_t i = 0; i < guest->iommus.n; i++)
		*vec_add(&plan->children) = note_iommu(&guest->iommus.v[i]);
	if (guest->iommus.n == 0)
		*vec_add(&plan->children) = note_iommu(NULL);
}

static const char *value_in(const struct want *note, const char *name)
{
	for (size_t i = 0; i < note->attributes.n; i++)
		if (streq(note->attributes.v[i].name, name))
			return note->attributes.v[i].value;
	return NULL;
}

static void add_value(struct text *text, const struct fact *fact, const char *value)
{
	uint64_t kib;

	if (!value)
		text_adds(text, fact->unset);
	else if (fact->memory && parse_u64(value, &kib) && kib <= UINT64_MAX / 1024)
		text_add_size(text, kib * 1024);
	else
		text_add_shown(text, value);
}

/* What differs; attributes of the note that are gone are removed from @now. */
static char *differences(const struct document *document, int note, struct want *now,
			 const struct fact *facts)
{
	_cleanup_text_ struct text text = {};
	bool decided = false;

	for (const struct fact *fact = facts; fact->name; fact++) {
		const char *was = document_attribute(document, note, fact->name);
		const char *value = value_in(now, fact->name);

		if (was ? streq_null(value, was) : !value)
			continue;
		if (!value)
			want_unset(now, fact->name);
		if (decided)
			continue;
		text_printf(&text, "%s%s ", text.n ? ", " : "", fact->shown);
		add_value(&text, fact, value);
		text_adds(&text, " instead of ");
		add_value(&text, fact, was);
		decided = fact->decides;
	}
	return text.n > 0 ? text_take(&text) : NULL;
}

static void add_changed(const struct document *document, int note, int element,
			struct want *now, const struct fact *facts, note_drift_list *ret)
{
	char *changes = differences(document, note, now, facts);

	if (changes)
		*vec_add(ret) = (struct note_drift){.note = note,
						    .plan = -1,
						    .after = -1,
						    .element = element,
						    .now = now,
						    .changes = changes};
	else
		want_free(now);
}

static void add_missing(int plan, int after, int element, struct want *now,
			note_drift_list *ret)
{
	*vec_add(ret) = (struct note_drift){
		.note = -1, .plan = plan, .after = after, .element = element, .now = now};
}

static void add_gone(int note, note_drift_list *ret)
{
	*vec_add(ret) =
		(struct note_drift){.note = note, .plan = -1, .after = -1, .element = -1};
}

/* Of our namespace, which document_child() does not look up. */
static int next_note(const struct document *document, int plan, int last,
		     const char *name)
{
	int it = last < 0 ? document_child(document, plan, NULL)
			  : document_next(document, last, NULL);

	while (it >= 0 && !streq(document_element_name(document, it), name))
		it = document_next(document, it, NULL);
	return it;
}

/* Malformed values are reported as such. */
static bool readable(const struct guest_cell *cell)
{
	return cell->memory_bytes.state == VALUE_VALID &&
	       cell->cpus.state != VALUE_MALFORMED;
}

static void compare_cells(const struct document *document, int plan,
			  const struct guest *guest, note_drift_list *ret)
{
	int last = -1;
	_cleanup_set_ struct set noted = {};

	for (int note; (note = next_note(document, plan, last, "cell")) >= 0;
	     last = note) {
		const char *text = document_attribute(document, note, "id");
		uint32_t id;

		if (!text || !parse_u32(text, &id) || id >= SET_LIMIT)
			continue;
		set_add(&noted, id);
		if (id >= guest->cells.n)
			add_gone(note, ret);
		else if (readable(&guest->cells.v[id]))
			add_changed(document, note, guest->cells.v[id].element,
				    note_cell(guest, id), cell_facts, ret);
	}
	if (last < 0)
		return;
	for (size_t i = 0; i < guest->cells.n; i++)
		if (!set_has(&noted, (unsigned)i) && readable(&guest->cells.v[i]))
			add_missing(plan, last, guest->cells.v[i].element,
				    note_cell(guest, i), ret);
}

static void compare_iommus(const struct document *document, int plan,
			   const struct guest *guest, note_drift_list *ret)
{
	size_t n = MAX(guest->iommus.n, (size_t)1), i = 0;
	int last = -1;

	for (int note; (note = next_note(document, plan, last, "iommu")) >= 0;
	     last = note, i++) {
		const struct guest_iommu *iommu =
			i < guest->iommus.n ? &guest->iommus.v[i] : NULL;

		if (i < n)
			add_changed(document, note, iommu ? iommu->element : 0,
				    note_iommu(iommu), iommu_facts, ret);
		else
			add_gone(note, ret);
	}
	for (; last >= 0 && i < n; i++)
		add_missing(plan, last, guest->iommus.v[i].element,
			    note_iommu(&guest->iommus.v[i]), ret);
}

void notes_compare(const struct document *document, int plan, const struct guest *guest,
		   note_drift_list *ret)
{
	compare_cells(document, plan, guest, ret);
	compare_iommus(document, plan, guest, ret);
}

void note_drift_free(note_drift_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		want_free(list->v[i].now);
		free(list->v[i].changes);
	}
	vec_free(list);
}
