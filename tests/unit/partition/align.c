/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compares the three rules with their definitions: tight and strict by search, libvirt by
 * its own steps as described in docs/alignment.rst.
 */
#include "tests/unit/test.h"

#include "partition/align.h"

typedef unsigned __int128 wide;

/*
 * The inclusive end as libvirt computes it: the required size minus the start's offset.
 */
static wide libvirt_last(wide start, wide capacity, wide interval)
{
	wide remainder = interval - capacity % interval, offset = start % interval;
	wide need = capacity + remainder + (offset > remainder ? interval : 0);

	return start + need - offset - 1;
}

/* The lowest last unit with (last + 1) on a boundary and last - start + 1 - more >= c. */
static uint64_t searched_last(uint64_t start, uint64_t capacity, uint64_t interval,
			      uint64_t more)
{
	uint64_t last = start;

	while ((last + 1) % interval != 0 || last - start + 1 < capacity + more)
		last++;
	return last;
}

static void check_all_rules(uint64_t s, uint64_t c, uint64_t l)
{
	uint64_t tight, libvirt, strict, again;

	assert_int_equal(right_align_end(s, c, l, ALIGN_TIGHT, &tight), ALIGN_OK);
	assert_int_equal(right_align_end(s, c, l, ALIGN_LIBVIRT, &libvirt), ALIGN_OK);
	assert_int_equal(right_align_end(s, c, l, ALIGN_STRICT, &strict), ALIGN_OK);
	if (tight - 1 != searched_last(s, c, l, 0) ||
	    strict - 1 != searched_last(s, c, l, 1) ||
	    libvirt - 1 != (uint64_t)libvirt_last(s, c, l))
		fail_msg("s=%ju c=%ju l=%ju", (uintmax_t)s, (uintmax_t)c, (uintmax_t)l);
	assert_true(tight <= libvirt && libvirt <= strict);
	assert_int_equal(right_align_end(s, tight - s, l, ALIGN_TIGHT, &again), ALIGN_OK);
	assert_int_equal(again, tight);
}

static void exhaustive(void **state)
{
	(void)state;
	for (uint64_t l = 1; l <= 64; l++)
		for (uint64_t c = 1; c <= 64; c++)
			for (uint64_t s = 0; s < 2 * l; s++)
				check_all_rules(s, c, l);
}

/* How often the rules differ over the inputs that docs/alignment.rst names. */
static void differences(void **state)
{
	unsigned libvirt_tight = 0, strict_tight = 0, strict_libvirt = 0, all = 0;

	(void)state;
	for (uint64_t l = 1; l <= 64; l++)
		for (uint64_t c = 1; c <= 200; c++)
			for (uint64_t s = 0; s <= 200; s++) {
				uint64_t t, v, x;

				right_align_end(s, c, l, ALIGN_TIGHT, &t);
				right_align_end(s, c, l, ALIGN_LIBVIRT, &v);
				right_align_end(s, c, l, ALIGN_STRICT, &x);
				libvirt_tight += v != t;
				strict_tight += x != t;
				strict_libvirt += x != v;
				all++;
			}
	assert_int_equal(all, 2572800);
	assert_int_equal(strict_libvirt, 124862);
	assert_int_equal(libvirt_tight, 65660);
	assert_int_equal(strict_tight, 190522);
}

static void golden(void **state)
{
	static const struct {
		uint64_t start, capacity, interval, libvirt, strict,
			tight; /* inclusive */
	} rows[] = {
		{0, 618, 512, 1023, 1023, 1023},
		{0, 1024, 512, 1535, 1535, 1023},
		{512, 512, 512, 1535, 1535, 1023},
		{100, 412, 512, 511, 1023, 511},
		{101, 412, 512, 1023, 1023, 1023},
		{99, 412, 512, 511, 511, 511},
		{1, 1024, 512, 1535, 1535, 1535},
		{32256, 104857600, 8225280, 106928639, 106928639, 106928639},
		{1024, 100000000, 261120, 100008959, 100008959, 100008959},
		{2611200, 26112000, 261120, 28984319, 28984319, 28723199},
		{17408, 536870912, 1048576, 537919487, 537919487, 537919487},
		{1048576, 536870912, 1048576, 538968063, 538968063, 537919487},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint64_t wanted[] = {rows[i].tight, rows[i].libvirt,
					   rows[i].strict};

		for (int rule = ALIGN_TIGHT; rule <= ALIGN_STRICT; rule++) {
			uint64_t end = 0;

			assert_int_equal(right_align_end(rows[i].start, rows[i].capacity,
							 rows[i].interval,
							 (enum align_rule)rule, &end),
					 ALIGN_OK);
			assert_int_equal(end - 1, wanted[rule]);
		}
	}
}

/* All answers near 2^64, compared with 128-bit arithmetic. */
static void edges(void **state)
{
	static const uint64_t values[] = {
		0,
		1,
		2,
		3,
		511,
		512,
		513,
		261120,
		8225280,
		UINT64_C(1) << 32,
		(UINT64_C(1) << 63) - 1,
		UINT64_C(1) << 63,
		(UINT64_C(1) << 63) + 1,
		UINT64_MAX - 8225280,
		UINT64_MAX - 512,
		UINT64_MAX - 511,
		UINT64_MAX - 2,
		UINT64_MAX - 1,
		UINT64_MAX,
	};
	const size_t n = ARRAY_SIZE(values);

	(void)state;
	for (size_t i = 0; i < n * n * n; i++) {
		uint64_t s = values[i % n], c = values[i / n % n], l = values[i / n / n];
		const uint64_t untouched = 0x1234567;
		uint64_t end = untouched;
		enum align_answer answer = right_align_end(s, c, l, ALIGN_LIBVIRT, &end);
		wide wanted;

		if (c == 0 || l == 0) {
			assert_int_equal(answer, ALIGN_ZERO);
			continue;
		}
		wanted = libvirt_last(s, c, l) + 1;
		assert_int_equal(answer, wanted > UINT64_MAX ? ALIGN_OVERFLOW : ALIGN_OK);
		assert_true(end == (answer == ALIGN_OK ? (uint64_t)wanted : untouched));
	}
}

static void companions(void **state)
{
	uint64_t start, end;

	(void)state;
	for (uint64_t l = 1; l <= 40; l++)
		for (uint64_t s = 0; s <= 100; s++) {
			assert_int_equal(left_align_start(s, l, &start), ALIGN_OK);
			assert_true(start >= s && start - s < l && start % l == 0);
			end = fit_end_down(s, l);
			assert_true(end <= s && s - end < l && end % l == 0);
			assert_int_equal(place_both(s, 7, l, &start, &end), ALIGN_OK);
			assert_true(start % l == 0 && end % l == 0 && end - start >= 7 &&
				    end - start < 7 + l);
		}
	assert_int_equal(left_align_start(UINT64_MAX, 2, &start), ALIGN_OVERFLOW);
	assert_int_equal(left_align_start(1, 0, &start), ALIGN_ZERO);
	assert_int_equal(place_both(UINT64_MAX - 9, 11, 1, &start, &end), ALIGN_OVERFLOW);
	assert_true(align_lcm(1048576, 65536, &end) && end == 1048576);
	assert_true(align_lcm(1048576, 3, &end) && end == 3145728);
	assert_false(align_lcm(UINT64_MAX, UINT64_MAX - 1, &end));
}

static void names(void **state)
{
	enum align_rule rule;

	(void)state;
	for (int i = ALIGN_TIGHT; i <= ALIGN_STRICT; i++) {
		assert_true(align_rule_parse(align_rule_name((enum align_rule)i), &rule));
		assert_int_equal(rule, i);
	}
	assert_false(align_rule_parse("loose", &rule));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exhaustive), cmocka_unit_test(differences),
		cmocka_unit_test(golden),     cmocka_unit_test(edges),
		cmocka_unit_test(companions), cmocka_unit_test(names),
	};

	return RUN_TESTS(tests);
}
