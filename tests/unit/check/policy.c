/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Nova's policies as a table: its four filters as in nova/pci/stats.py, with the relevant
 * branches. N is what the guest has cells on, S the host's devices of the kind on N, k
 * the devices of the kind that the guest has.
 */
#include "tests/unit/test.h"

#include "planner/check/policy.h"

#include <stdio.h>

enum where { ON_N, SAME_SOCKET, FAR, SILENT };

static const struct row {
	enum check_policy policy;
	enum where place;
	unsigned near, silent; /* |S|, and devices on no known node; k is 2 */
	bool sockets_unknown;
	enum policy_verdict verdict;
} rows[] = {
	/* required: n(d) in N, whatever else exists */
	{POLICY_REQUIRED, ON_N, 2, 0, false, POLICY_HOLDS},
	{POLICY_REQUIRED, ON_N, 1, 0, false, POLICY_HOLDS},
	{POLICY_REQUIRED, SAME_SOCKET, 1, 0, false, POLICY_BROKEN},
	{POLICY_REQUIRED, FAR, 0, 0, false, POLICY_BROKEN},
	{POLICY_REQUIRED, SILENT, 0, 1, false, POLICY_BROKEN},
	/* socket: with |S| >= k only S, else the sockets of N, if all are known */
	{POLICY_SOCKET, ON_N, 1, 0, false, POLICY_HOLDS},
	{POLICY_SOCKET, ON_N, 1, 0, true, POLICY_HOLDS},
	{POLICY_SOCKET, SAME_SOCKET, 1, 0, false, POLICY_HOLDS},
	{POLICY_SOCKET, SAME_SOCKET, 2, 0, false, POLICY_SECOND},
	{POLICY_SOCKET, SAME_SOCKET, 1, 0, true, POLICY_BROKEN},
	{POLICY_SOCKET, FAR, 0, 0, false, POLICY_BROKEN},
	{POLICY_SOCKET, FAR, 2, 0, false, POLICY_BROKEN},
	{POLICY_SOCKET, SILENT, 0, 2, false, POLICY_BROKEN},
	/* legacy: with |S| >= k only S, else N and those on no known node */
	{POLICY_LEGACY, ON_N, 0, 0, false, POLICY_HOLDS},
	{POLICY_LEGACY, SILENT, 1, 1, false, POLICY_HOLDS},
	{POLICY_LEGACY, SILENT, 2, 1, false, POLICY_SECOND},
	{POLICY_LEGACY, SAME_SOCKET, 0, 0, false, POLICY_BROKEN},
	{POLICY_LEGACY, FAR, 0, 0, false, POLICY_BROKEN},
	/* preferred: S, else N and those on no known node, else all */
	{POLICY_PREFERRED, ON_N, 2, 0, false, POLICY_HOLDS},
	{POLICY_PREFERRED, SILENT, 1, 1, false, POLICY_HOLDS},
	{POLICY_PREFERRED, SILENT, 2, 1, false, POLICY_SECOND},
	{POLICY_PREFERRED, FAR, 1, 1, false, POLICY_SECOND},
	{POLICY_PREFERRED, FAR, 1, 0, false, POLICY_HOLDS},
	{POLICY_PREFERRED, FAR, 0, 0, false, POLICY_HOLDS},
};

static struct policy_case case_of(const struct row *row)
{
	return (struct policy_case){
		.node = row->place == SILENT ? -1 : (int)row->place,
		.on_cells_node = row->place == ON_N,
		.shares_socket = row->place <= SAME_SOCKET,
		.sockets_known = !row->sockets_unknown,
		.wanted = 2,
		.near = row->near,
		.silent = row->silent,
	};
}

static void test_nova(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct policy_case one = case_of(&rows[i]);
		enum policy_verdict verdict = policy_judge(rows[i].policy, &one);

		if (verdict != rows[i].verdict)
			fail_msg("row %zu: %d, not %d", i, (int)verdict,
				 (int)rows[i].verdict);
	}
}

static void test_ours(void **state)
{
	struct policy_case one = {.node = 1,
				  .distance = 21,
				  .most = 20,
				  .cell_backed = true};

	(void)state;
	assert_int_equal(policy_judge(POLICY_CELL, &one), POLICY_HOLDS);
	assert_int_equal(policy_judge(POLICY_DISTANCE, &one), POLICY_BROKEN);
	one.most = 21;
	assert_int_equal(policy_judge(POLICY_DISTANCE, &one), POLICY_HOLDS);
	one.distance = 0; /* not known */
	one.cell_backed = false;
	assert_int_equal(policy_judge(POLICY_DISTANCE, &one), POLICY_BROKEN);
	assert_int_equal(policy_judge(POLICY_CELL, &one), POLICY_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nova),
		cmocka_unit_test(test_ours),
	};

	return RUN_TESTS(tests);
}
