/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* explain.c - `explain`: the table of rules, for people. */
#include "commands/commands.h"

#include "planner/check/rules.h"

#include <stdio.h>

struct wish {
	bool rst;
};

static const struct option_row rows[] = {
	{"rst", 0, NULL, "print all rules as reStructuredText: docs/rules.rst",
	 SET_TRUE(struct wish, rst)},
	{},
};

static const char *const judges[] = {
	[JUDGE_NOBODY] = "nothing",
	[JUDGE_LIBVIRT] = "libvirt",
	[JUDGE_QEMU] = "QEMU, when the guest starts",
	[JUDGE_KERNEL] = "the host's kernel, when the guest starts",
};

static const char *needs_words(unsigned needs)
{
	if (needs & NEED_GROUPS)
		return "a host with its IOMMU groups";
	if (needs & NEED_HOST_PCI)
		return "a host with its PCI devices";
	if (needs & NEED_HOST)
		return "a host";
	return needs & NEED_MACHINE ? "machine type q35, pc or virt"
				    : "only the domain XML";
}

static void add_range(struct text *text, const char *name, const struct rule_range *range,
		      unsigned oldest, unsigned newest)
{
	unsigned since = MAX(range->since, oldest);

	if (text->n > 0)
		text_adds(text, ", with ");
	if (range->until == 0 && since >= newest)
		text_printf(text, "%s %u.%u", name, MAJOR(since), MINOR(since));
	else if (range->until == 0)
		text_printf(text, "%s %u.%u to %u.%u", name, MAJOR(since), MINOR(since),
			    MAJOR(newest), MINOR(newest));
	else
		text_printf(text, "%s %u.%u up to, but not including, %u.%u", name,
			    MAJOR(since), MINOR(since), MAJOR(range->until),
			    MINOR(range->until));
}

/* The versions that refuse; nothing for a rule that is not about a refusal. */
static void text_add_versions(struct text *text, const struct rule *rule)
{
	bool libvirt = rule->libvirt.since || rule->libvirt.until;
	bool qemu = rule->qemu.since || rule->qemu.until;

	if (rule->judge == JUDGE_LIBVIRT || libvirt)
		add_range(text, "libvirt", &rule->libvirt, TARGET_OLDEST.libvirt,
			  TARGET_NEWEST.libvirt);
	if (rule->judge == JUDGE_QEMU || qemu)
		add_range(text, "QEMU", &rule->qemu, TARGET_OLDEST.qemu,
			  TARGET_NEWEST.qemu);
}

static void list_all(void)
{
	rules_foreach(rule) printf("%-24s %-8s %s\n", rule->id,
				   severity_name(rule->severity), rule->what);
}

static void explain(const struct rule *rule)
{
	_cleanup_text_ struct text versions = {};

	text_add_versions(&versions, rule);
	printf("%s (%s)\n\n  %s\n  %s\n\n", rule->id, severity_name(rule->severity),
	       rule->what, rule->why);
	printf("  Fix:     %s%s\n", rule->to_fix, rule->fix ? " --fix does this." : "");
	printf("  Needs:   %s\n", needs_words(rule->needs));
	printf("  Also reported by: %s\n", judges[rule->judge]);
	if (versions.n > 0)
		printf("  Refused by: %s\n", versions.s);
	if (rule->outside)
		printf("  Other versions: %s\n", rule->outside);
	if (rule->untried)
		printf("  Not tested: %s\n", rule->untried);
	printf("  Source:  %s\n", rule->source);
}

static void write_rst(const struct rule *rule)
{
	_cleanup_text_ struct text versions = {};

	printf(".. _%s:\n\n%s\n", rule->id, rule->id);
	for (size_t i = 0; i < strlen(rule->id); i++)
		putchar('-');
	printf("\n\n%s. %s %s\n\n", severity_name(rule->severity), rule->what, rule->why);
	printf(":Fix: %s\n:Needs: %s\n:Also reported by: %s\n:Fixed by --fix: %s\n",
	       rule->to_fix, needs_words(rule->needs), judges[rule->judge],
	       rule->fix ? "yes" : "no");
	text_add_versions(&versions, rule);
	if (versions.n > 0)
		printf(":Refused by: %s\n", versions.s);
	if (rule->outside)
		printf(":Other versions: %s\n", rule->outside);
	if (rule->untried)
		printf(":Not tested: %s\n", rule->untried);
	printf(":Source: %s\n\n", rule->source);
}

static void write_all_rst(void)
{
	puts(".. SPDX-License-Identifier: LGPL-2.1-or-later\n\n"
	     "=====\nRules\n=====\n\n"
	     ".. Generated from the tables in planner/check: virt-layout explain --rst\n\n"
	     "The rules of ``virt-layout check``. The first sentence of each rule says what must be\n"
	     "true of the domain; what follows says why, or what happens otherwise. A *cell* is a NUMA\n"
	     "node of the guest.\n\n"
	     "*Needs* says what the check looks at besides the domain. *Also reported by* names what\n"
	     "else reports a violation; \"nothing\" means that it goes unnoticed without this\n"
	     "check. *Refused by* gives the versions of libvirt or QEMU that refuse a violation,\n"
	     "*Other versions* says what the others do, and *Not tested* says why the refusal is not\n"
	     "tested, or not with every version.\n");
	rules_foreach(rule) write_rst(rule);
}

static int no_such_rule(const char *word, struct error *error)
{
	const char *nearest = rule_nearest(word);

	if (nearest)
		return error_input(error, "there is no rule \"%s\"; did you mean %s?",
				   word, nearest);
	return error_input(error, "there is no rule \"%s\"; explain lists the rules",
			   word);
}

static int run(const struct options *options, struct error *error)
{
	struct wish wish = {};

	if (options_set(options, &wish, 0, 1, error) < 0)
		return -1;
	if (wish.rst && options->n_args > 0)
		return error_input(error, "explain: --rst prints all rules; remove %s",
				   options->args[0]);
	if (wish.rst) {
		write_all_rst();
	} else if (options->n_args == 0) {
		list_all();
	} else {
		const struct rule *rule = rule_named(options->args[0]);

		if (!rule)
			return no_such_rule(options->args[0], error);
		explain(rule);
	}
	return STATUS_OK;
}

const struct command explain_command = {
	.name = "explain",
	.args = "[RULE]",
	.summary =
		"Explain a rule of check: what it requires, why, and how to fix a violation",
	.about = "Without RULE all rules are listed.",
	.rows = rows,
	.run = run,
};
