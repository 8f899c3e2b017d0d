/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each row mends one rule. Edits of different findings could meet (two wish for a
 * <features>), so they are made one at a time and the text is read and judged again in
 * between; a finding that stays after its mend is not tried again.
 */
#include "planner/check/fix.h"

#include "planner/check/fix-parts.h"
#include "planner/guest-read.h"
#include "planner/predict.h"

#define FIXES_LIMIT 1000

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

static struct want *want_function_0(const struct finding *finding)
{
	struct want *want = want_new("device");

	(void)finding;
	want_set(want_child(want, "address"), "function", "0x0");
	return want;
}

static const struct fix_row {
	const char *rule;
	bool at_root;	/* the domain is edited, not where the finding stands */
	make_want make; /* NULL: the element goes, or */
	void (*mend)(struct fix *fix);
} fix_rows[] = {
	{ "acpi-missing", true, want_acpi, NULL },
	{ "iommu-intremap-ioapic", true, want_ioapic, NULL },
	{ "iommu-caching", false, want_caching, NULL },
	{ "iommu-virtio-bypass", false, want_iommu_on, NULL },
	{ "iommu-on-non-virtio", false, want_iommu_gone, NULL },
	{ "memory-sum", false, want_memory, NULL },
	{ "port-chassis-dup", false, want_no_chassis, NULL },
	{ "pci-fn0-missing", false, want_function_0, NULL },
	{ "iommu-address", false, NULL, NULL },
	{ "pxb-busnr-range", false, NULL, fix_bus_numbers },
	{ "pxb-busnr-dup", false, NULL, fix_bus_numbers },
	{ "bus-window", false, NULL, fix_bus_numbers },
	{ "bus-slack", false, NULL, fix_bus_numbers },
	{ "pci-index-gap", false, NULL, fix_indexes },
	{ "auto-lands-on-pxb", false, NULL, fix_off_expander },
	{ "hostdev-cell-affinity", false, NULL, fix_to_node },
	{ "hostdev-no-affinity", false, NULL, fix_to_node },
	{ "rc-collapsed", false, NULL, fix_to_own_root },
	{ "vcpu-mem-split", false, NULL, fix_vcpu_split },
	{ "vcpu-unpinned", false, NULL, fix_vcpu_unpinned },
	{ "pin-online", false, NULL, fix_pin_online },
	{ "pin-shared", false, NULL, fix_pin_shared },
	{ "smt-mismatch", false, NULL, fix_smt },
	{ "emulator-remote", false, NULL, fix_emulator },
	{ "emulator-shares", false, NULL, fix_emulator },
	{ "iothread-remote", false, NULL, fix_iothread },
};

static const struct fix_row *row_for(const char *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(fix_rows); i++)
		if (streq(fix_rows[i].rule, rule))
			return &fix_rows[i];
	return NULL;
}

static int element_of(const struct document *document, const struct place *place)
{
	for (size_t i = 0; i < document->elements.n; i++)
		if (document->elements.v[i].line == place->line &&
		    document->elements.v[i].column == place->column)
			return (int)i;
	return -1;
}

static void make_edits(const struct fix_row *row, struct fix *fix)
{
	struct want *want;

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

/* *ret stays empty where there is nothing to be done. */
static int mend(const struct document *document, const struct check_options *options,
		const struct finding *finding, struct text *ret, struct error *error)
{
	const struct fix_row *row = row_for(finding->rule);
	_cleanup_guest_ struct guest guest = {};
	_cleanup_assignment_ struct assignment assignment = {};
	struct check check = { .document = document, .guest = &guest,
			       .assignment = &assignment, .options = options,
			       .host = options->host };
	struct fix fix = { .check = &check, .finding = finding,
			   .edits = { .document = document } };
	int rc = 0;

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	assign(&guest, &assignment);
	check_build_tree(&check);
	fix.element = row->at_root ? 0 : element_of(document, &finding->place);
	make_edits(row, &fix);
	if (fix.edits.list.n > 0)
		rc = edits_apply(&fix.edits, ret, error);
	edits_free(&fix.edits);
	return rc;
}

static bool among(const struct report *report, const struct finding *finding)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *other = &report->findings.v[i];

		if (streq(other->rule, finding->rule) &&
		    streq_null(other->place.path, finding->place.path) &&
		    streq(other->message, finding->message))
			return true;
	}
	return false;
}

/* Before the result goes, with the document. */
static void keep(struct finding *finding, struct report *report)
{
	*vec_add(&report->findings) = *finding;
	*finding = (struct finding){ .rule = finding->rule };
	vec_last(&report->findings)->place.file = NULL;
	vec_last(&report->findings)->related.file = NULL;
}

/* A text that was read and judged; what is mended goes to fixes. */
struct round {
	struct text *text;
	struct document document;
	struct check_result result;
	const struct check_options *options;
	struct check_fixes *fixes;
};

/* Mends one finding. *ret_done: it could be. */
static int try_one(struct round *round, struct finding *finding, bool *ret_done,
		   struct error *error)
{
	_cleanup_text_ struct text mended = {};

	if (mend(&round->document, round->options, finding, &mended, error) < 0)
		return -1;
	*ret_done = mended.n > 0;
	keep(finding, *ret_done ? &round->fixes->done : &round->fixes->left);
	if (*ret_done) {
		text_free(round->text);
		*round->text = mended;
		mended = (struct text){};
	}
	return 0;
}

/* Mends the first finding of that severity that can be, and was not tried before. */
static int mend_first(struct round *round, enum severity severity, bool *ret_done,
		      struct error *error)
{
	struct report *report = &round->result.report;

	for (size_t i = 0; i < report->findings.n && !*ret_done; i++) {
		struct finding *finding = &report->findings.v[i];

		if (finding->severity != severity || !finding->fixable ||
		    !row_for(finding->rule) || among(&round->fixes->done, finding) ||
		    among(&round->fixes->left, finding))
			continue;
		if (try_one(round, finding, ret_done, error) < 0)
			return -1;
	}
	return 0;
}

/* One round, errors first: *ret_again says whether something was mended. */
static int mend_one(struct text *text, const char *name, const struct check_options *options,
		    struct check_fixes *fixes, bool *ret_again, struct error *error)
{
	struct round round = { .text = text, .options = options, .fixes = fixes };
	int rc = document_parse(name, text->s, text->n, &round.document, error);

	*ret_again = false;
	if (rc == 0)
		rc = check_document(&round.document, options, &round.result, error);
	for (int severity = SEVERITY_ERROR; rc == 0 && severity >= 0 && !*ret_again;
	     severity--)
		rc = mend_first(&round, (enum severity)severity, ret_again, error);
	check_result_free(&round.result);
	document_free(&round.document);
	return rc;
}

/* What was mended, but is found again. */
static int look_again(const struct text *text, const char *name,
		      const struct check_options *options, struct check_fixes *fixes,
		      struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_check_result_ struct check_result result = {};
	size_t kept = 0;

	if (document_parse(name, text->s, text->n, &document, error) < 0 ||
	    check_document(&document, options, &result, error) < 0)
		return -1;
	for (size_t i = 0; i < fixes->done.findings.n; i++)
		if (among(&result.report, &fixes->done.findings.v[i]))
			*vec_add(&fixes->left.findings) = fixes->done.findings.v[i];
		else
			fixes->done.findings.v[kept++] = fixes->done.findings.v[i];
	fixes->done.findings.n = kept;
	return 0;
}

/* Also of a domain that libvirt refuses: what it has in common with the other. */
static int predict_roughly(const struct document *document, struct machine *ret,
			   struct error *error)
{
	_cleanup_guest_ struct guest guest = {};

	guest_init(&guest);
	if (guest_read(document, &guest, error) < 0)
		return -1;
	predict_any(&guest, ret);
	return 0;
}

int check_fix_view(const struct document *before, const struct document *after,
		   struct differences *ret, struct error *error)
{
	_cleanup_machine_ struct machine old = {}, new = {};

	if (predict_roughly(before, &old, error) < 0 ||
	    predict_roughly(after, &new, error) < 0)
		return -1;
	compare_machines(&old, &new, &(struct compare_options){}, ret);
	return 0;
}

int check_fix(const struct document *document, const struct check_options *options,
	      struct text *ret_text, struct check_fixes *ret, struct error *error)
{
	bool again = true;

	*ret = (struct check_fixes){};
	*ret_text = (struct text){};
	text_add(ret_text, document->text.s, document->text.n);
	for (int round = 0; again && round < FIXES_LIMIT; round++)
		if (mend_one(ret_text, document->name, options, ret, &again, error) < 0)
			return -1;
	return look_again(ret_text, document->name, options, ret, error);
}

void check_fixes_free(struct check_fixes *fixes)
{
	report_free(&fixes->done);
	report_free(&fixes->left);
}
