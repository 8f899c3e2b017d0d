/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The document itself: values that cannot be read, silencing that does not work. */
#include "planner/check/rules.h"

#include "planner/check/ignores.h"
#include "planner/guest/feature-use.h"

/* What the target's libvirt does not know, it drops without reading it. */
static bool is_dropped(const struct check *check, const struct guest_complaint *complaint)
{
	const struct document *document = check->document;
	const char *name = document_element_name(document, complaint->element);
	int parent = document->elements.v[complaint->element].parent;

	if (!complaint->attribute || parent < 0)
		return false;
	if (streq(name, "driver") &&
	    streq(document_element_name(document, parent), "iommu"))
		name = "iommu/driver";
	else if (!streq(name, "topology"))
		return false;
	return feature_attribute_since(name, complaint->attribute) >
	       check->options->target.libvirt;
}

static void value_malformed(struct check *check)
{
	const struct guest *guest = check->guest;

	for (size_t i = 0; i < guest->complaints.n; i++) {
		const struct guest_complaint *complaint = &guest->complaints.v[i];
		struct finding *finding;

		if (is_dropped(check, complaint))
			continue;
		finding = check_found(check, complaint->element, "%s \"%s\" is not %s.",
				      complaint->attribute ? complaint->attribute
							   : "The content",
				      complaint->text, complaint->expected);
		check_values(finding, complaint->text, complaint->expected);
		check_set_remedy(finding, "Write %s.", complaint->expected);
	}
}

static void ignore_malformed(struct check *check)
{
	ignores list = {};

	if (check->document->blanked_line > 0)
		check_skip(
			check, "metadata",
			"<metadata> (line %ld) is nested too deeply or has an element with too many attributes, so its content was not read",
			check->document->blanked_line);
	ignores_read(check->document, &list);
	for (size_t i = 0; i < list.n; i++) {
		const struct ignore *wish = &list.v[i];
		_cleanup_free_ char *name = xstrndup(wish->rule, wish->rule_n);
		int element = MAX(wish->row >= 0 ? wish->row : wish->element, 0);

		if (!rule_named(name))
			check_found(
				check, element,
				"The comment or <ignore> names '%s', but there is no such rule.",
				name);
		else if (!wish->reason[strspn(wish->reason, " \t\r\n")])
			check_found(
				check, element,
				"Rule %s is not silenced, because no reason is given.",
				name);
		else if (wish->element < 0)
			check_found(
				check, element,
				"Rule %s is not silenced: its path matches no element.",
				name);
	}
	vec_free(&list);
}

const struct rule document_rules[] = {
	{RULE("value-malformed", value_malformed, ERROR, 0, LIBVIRT),
	 .what = "Numbers, lists and on/off values are written so that libvirt can parse them.",
	 .why = "libvirt refuses the domain, or reads a value that was not intended.",
	 .to_fix = "Write the value as the message says.",
	 .source = LV "util/virstring.c", .remedy = REMEDY_EDIT},
	{RULE("ignore-malformed", ignore_malformed, WARNING, 0, NOBODY),
	 .what = "A comment or element that is meant to silence a rule names the rule and gives a reason.",
	 .why = "Otherwise it silences nothing.",
	 .to_fix =
		 "Write <!-- virt-layout: ignore RULE reason -->, with a RULE that `explain` lists.",
	 .source = "virt-layout-check(1)", .remedy = REMEDY_EDIT},
	{},
};
