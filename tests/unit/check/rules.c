/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each row of the rules' tables has all its fields, and they agree with each other.
 * tests/check-rules checks where the rows are; tests/domains/run and fix check what the
 * rules find and what their fixes do.
 */
#include "tests/unit/test.h"

#include "planner/check/rules.h"

#include <string.h>

static void assert_sentence(const struct rule *rule, const char *field, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n < 5 || text[n - 1] != '.' || text[0] == ' ' || strchr(text, '\n'))
		fail_msg("%s: %s is not a sentence: %s", rule->id, field,
			 text ? text : "(missing)");
}

static void assert_id(const struct rule *rule)
{
	if (!*rule->id ||
	    strspn(rule->id, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(rule->id))
		fail_msg("%s: an id is of a-z, 0-9 and -", rule->id);
	if (rule_named(rule->id) != rule)
		fail_msg("%s: is there twice", rule->id);
}

static void test_texts(void **state)
{
	(void)state;
	rules_foreach(rule)
	{
		assert_id(rule);
		assert_sentence(rule, "what", rule->what);
		assert_sentence(rule, "why", rule->why);
		assert_sentence(rule, "to fix", rule->to_fix);
		if (!rule->source || strlen(rule->source) < 4)
			fail_msg("%s: has no source", rule->id);
	}
}

static void test_remedies(void **state)
{
	size_t by_hand = 0;

	(void)state;
	rules_foreach(rule)
	{
		if (rule->remedy < REMEDY_FIX || rule->remedy > REMEDY_MANUAL)
			fail_msg("%s: does not say how its remedy is tested", rule->id);
		if ((rule->remedy == REMEDY_FIX) != !!rule->fix)
			fail_msg("%s: its remedy is a fix, or it has one; not both",
				 rule->id);
		if ((rule->remedy == REMEDY_MANUAL) != !!rule->by_hand)
			fail_msg("%s: only what a person does needs a reason", rule->id);
		if (rule->by_hand)
			assert_sentence(rule, "by_hand", rule->by_hand);
		if (rule->fix_is_local && !rule->fix)
			fail_msg("%s: has no fix that could be local", rule->id);
		by_hand += rule->remedy == REMEDY_MANUAL;
	}
	/* A remedy that no test applies may be wrong. */
	assert_true(by_hand * 100 <= rules_count() * 15);
}

/* The minimum number of rules to check one after the other. */
static size_t depth(const struct rule *rule, size_t most)
{
	size_t deepest = 0;

	for (size_t i = 0; most > 0 && i < ARRAY_SIZE(rule->after); i++)
		if (rule->after[i])
			deepest = MAX(deepest, depth(rule->after[i], most - 1));
	return deepest + 1;
}

static void test_prerequisites(void **state)
{
	(void)state;
	rules_foreach(rule)
	{
		for (size_t i = 0; i < ARRAY_SIZE(rule->after); i++) {
			if (i > 0 && rule->after[i] && !rule->after[i - 1])
				fail_msg("%s: a gap among its prerequisites", rule->id);
			if (rule->after[i] &&
			    rule_named(rule->after[i]->id) != rule->after[i])
				fail_msg("%s: a prerequisite is not a rule", rule->id);
		}
		if (depth(rule, 10) > 5)
			fail_msg("%s: builds on itself", rule->id);
		/* Those of several domains are checked by check_together(). */
		if (!rule->judge_it && (!(rule->needs & NEED_HOST) || rule->after[0]))
			fail_msg("%s: has no function", rule->id);
	}
}

static bool is_bounded(const struct rule_range *range)
{
	return range->since > 0 || range->until > 0;
}

static void assert_range(const struct rule *rule, const struct rule_range *range,
			 unsigned oldest, unsigned newest)
{
	if ((range->since > 0 && range->since <= oldest) ||
	    (range->until > 0 && (range->until <= oldest || range->until > newest)))
		fail_msg("%s: a bound that no supported version meets", rule->id);
	if (range->since > 0 && range->until > 0 && range->since >= range->until)
		fail_msg("%s: holds for no version", rule->id);
}

static void test_versions(void **state)
{
	(void)state;
	rules_foreach(rule)
	{
		bool judged = rule->judge == JUDGE_LIBVIRT || rule->judge == JUDGE_QEMU;
		bool bounded = is_bounded(&rule->libvirt) || is_bounded(&rule->qemu);

		assert_range(rule, &rule->libvirt, TARGET_OLDEST.libvirt,
			     TARGET_NEWEST.libvirt);
		assert_range(rule, &rule->qemu, TARGET_OLDEST.qemu, TARGET_NEWEST.qemu);
		if (bounded != !!rule->outside)
			fail_msg(
				"%s: has either versions or a text on other versions, but not both",
				rule->id);
		if ((bounded || rule->untried) && !judged)
			fail_msg("%s: nobody refuses it", rule->id);
		if (rule->warns_outside && !bounded)
			fail_msg("%s: has no versions beyond which to warn", rule->id);
		if (judged && (rule->needs & (NEED_HOST | NEED_HOST_PCI)) &&
		    !rule->untried)
			fail_msg("%s: does not say why it is not tried here", rule->id);
		if (rule->outside)
			assert_sentence(rule, "outside", rule->outside);
		if (rule->untried)
			assert_sentence(rule, "untried", rule->untried);
	}
}

static void test_holds(void **state)
{
	const struct rule *zero = rule_named("cell-memory-zero"),
			  *width = rule_named("aw-bits-host");
	struct target target = {VERSION_OF(11, 7), VERSION_OF(9, 0)};

	(void)state;
	assert_true(rule_holds(zero, &target));
	assert_false(rule_holds(width, &target));
	target = (struct target){VERSION_OF(11, 8), VERSION_OF(9, 1)};
	assert_false(rule_holds(zero, &target));
	assert_true(rule_holds(width, &target));
}

static void test_order(void **state)
{
	size_t n = 0;

	(void)state;
	rules_foreach(rule) assert_int_equal(rule_index(rule), n++);
	assert_int_equal(n, rules_count());
	assert_true(n > 100 && n < RULES_LIMIT);
	assert_null(rule_named("no-such-rule"));
	assert_null(rule_named(""));
	assert_string_equal(rule_nearest("mac-dub"), "mac-dup");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),         cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_prerequisites), cmocka_unit_test(test_versions),
		cmocka_unit_test(test_holds),         cmocka_unit_test(test_order),
	};

	return RUN_TESTS(tests);
}
