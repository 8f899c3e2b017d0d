/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* explain.c - `explain`: the table of rules, for people. */
#include "commands/commands.h"

#include "planner/check/rules.h"

#include <stdio.h>

struct wish {
	bool rst;
};

static const struct option_row rows[] = {
	{"rst", 0, NULL, "all rules as reStructuredText: docs/rules.rst",
	 SET_TRUE(struct wish, rst)},
	{},
};

static const char *const judges[] = {
	[JUDGE_NOBODY] = "nobody",
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
	return needs & NEED_MACHINE ? "machine type q35, pc or virt" : "the domain alone";
}

static void list_all(void)
{
	rules_foreach(rule) printf("%-24s %-8s %s\n", rule->id,
				   severity_name(rule->severity), rule->what);
}

static void explain(const struct rule *rule)
{
	printf("%s (%s)\n\n  %s\n  %s\n\n", rule->id, severity_name(rule->severity),
	       rule->what, rule->why);
	printf("  Mend:    %s%s\n", rule->mend, rule->fix ? " --fix does it." : "");
	printf("  Needs:   %s\n", needs_words(rule->needs));
	printf("  Said by: %s, before us\n", judges[rule->judge]);
	if (rule->libvirt_until)
		printf("  Until:   libvirt %u.%u, for which it no longer holds\n",
		       rule->libvirt_until / 1000000, rule->libvirt_until / 1000 % 1000);
	printf("  Source:  %s\n", rule->source);
}

static void write_rst(const struct rule *rule)
{
	printf(".. _%s:\n\n%s\n", rule->id, rule->id);
	for (size_t i = 0; i < strlen(rule->id); i++)
		putchar('-');
	printf("\n\n%s. %s %s\n\n", severity_name(rule->severity), rule->what, rule->why);
	printf(":Mend: %s\n:Needs: %s\n:Said by: %s\n:Fixed by --fix: %s\n", rule->mend,
	       needs_words(rule->needs), judges[rule->judge], rule->fix ? "yes" : "no");
	if (rule->libvirt_until)
		printf(":Until: libvirt %u.%u\n", rule->libvirt_until / 1000000,
		       rule->libvirt_until / 1000 % 1000);
	printf(":Source: %s\n\n", rule->source);
}

static void write_all_rst(void)
{
	puts("=====\nRules\n=====\n\n"
	     ".. Made from the tables in planner/check: virt-layout explain --rst\n\n"
	     "What ``virt-layout check`` looks at. \"Said by\" names who would tell you\n"
	     "without it; \"nobody\" is what breaks without a word.\n");
	rules_foreach(rule) write_rst(rule);
}

static int no_such_rule(const char *word, struct error *error)
{
	const char *nearest = rule_nearest(word);

	if (nearest)
		return error_input(error, "no rule is called \"%s\"; did you mean %s?",
				   word, nearest);
	return error_input(error, "no rule is called \"%s\"; explain lists them", word);
}

static int run(const struct options *options, struct error *error)
{
	struct wish wish = {};

	if (options_set(options, &wish, 0, 1, error) < 0)
		return -1;
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
	.summary = "Tell what a rule of check means, why, and how to mend it",
	.about = "Without RULE all are listed.",
	.rows = rows,
	.run = run,
};
