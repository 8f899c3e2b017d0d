/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each row of the rules' tables has all its fields, and they agree with each other.
 * tests/check-rules looks at where the rows are; tests/domains/run and fix at what the
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
		assert_sentence(rule, "mend", rule->mend);
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

/* How many rules have to be asked one after the other, at least. */
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
		/* Those of several domains are asked by check_together(). */
		if (!rule->judge_it && (!(rule->needs & NEED_HOST) || rule->after[0]))
			fail_msg("%s: has no function", rule->id);
	}
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
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_prerequisites),
		cmocka_unit_test(test_order),
	};

	return RUN_TESTS(tests);
}
