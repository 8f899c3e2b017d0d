/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each row mends one rule where its finding stands. Edits of different findings could
 * meet (two wish for a <features>), so they are made one at a time and the text is read
 * and judged again in between; a finding that stays after its mend is not tried again.
 */
#include "planner/check/fix.h"

#include "base/edit.h"
#include "planner/check/rules.h"

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
	make_want make; /* NULL: the element goes */
} fix_rows[] = {
	{ "acpi-missing", true, want_acpi },
	{ "iommu-intremap-ioapic", true, want_ioapic },
	{ "iommu-caching", false, want_caching },
	{ "iommu-virtio-bypass", false, want_iommu_on },
	{ "iommu-on-non-virtio", false, want_iommu_gone },
	{ "memory-sum", false, want_memory },
	{ "port-chassis-dup", false, want_no_chassis },
	{ "pci-fn0-missing", false, want_function_0 },
	{ "iommu-address", false, NULL },
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

static int mend(const struct document *document, const struct finding *finding,
		struct text *ret, struct error *error)
{
	const struct fix_row *row = row_for(finding->rule);
	int element = row->at_root ? 0 : element_of(document, &finding->place);
	struct edits edits = { .document = document };
	struct want *want = row->make ? row->make(finding) : NULL;
	int rc;

	if (want)
		edit_merge(&edits, element, want);
	else
		edit_remove(&edits, element);
	rc = edits_apply(&edits, ret, error);
	edits_free(&edits);
	want_free(want);
	return rc;
}

static bool tried(const struct check_fixes *fixes, const struct finding *finding)
{
	for (size_t i = 0; i < fixes->done.findings.n; i++) {
		const struct finding *done = &fixes->done.findings.v[i];

		if (streq(done->rule, finding->rule) &&
		    streq_null(done->place.path, finding->place.path))
			return true;
	}
	return false;
}

static struct finding *next_to_mend(struct check_result *result,
				    const struct check_fixes *fixes)
{
	for (size_t i = 0; i < result->report.findings.n; i++) {
		struct finding *finding = &result->report.findings.v[i];

		if (finding->fixable && row_for(finding->rule) && !tried(fixes, finding))
			return finding;
	}
	return NULL;
}

/* One round: *ret_again says whether something was mended. */
static int mend_one(struct text *text, const char *name, const struct check_options *options,
		    struct check_fixes *fixes, bool *ret_again, struct error *error)
{
	_cleanup_document_ struct document document = {};
	_cleanup_check_result_ struct check_result result = {};
	_cleanup_text_ struct text mended = {};
	struct finding *finding;

	if (document_parse(name, text->s, text->n, &document, error) < 0 ||
	    check_document(&document, options, &result, error) < 0)
		return -1;
	finding = next_to_mend(&result, fixes);
	*ret_again = finding != NULL;
	if (!finding)
		return 0;
	if (mend(&document, finding, &mended, error) < 0)
		return -1;
	*vec_add(&fixes->done.findings) = *finding;
	*finding = (struct finding){ .rule = finding->rule };
	vec_last(&fixes->done.findings)->place.file = NULL;
	vec_last(&fixes->done.findings)->related.file = NULL;
	text_free(text);
	*text = mended;
	mended = (struct text){};
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
	return 0;
}

void check_fixes_free(struct check_fixes *fixes)
{
	report_free(&fixes->done);
}
