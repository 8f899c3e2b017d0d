/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A folder that can be read only in part is not copied in part. */
#include "tests/unit/test.h"

#include "partition/fill-tree.h"

#include <dlfcn.h>
#include <errno.h>
#include <fts.h>

/* In place of the C library's: it cannot go on after the first entry. */
FTSENT *fts_read(FTS *tree)
{
	FTSENT *(*own)(FTS *tree);

	*(void **)&own = dlsym(RTLD_NEXT, "fts64_read");
	assert_non_null(own);
	assert_non_null(own(tree));
	errno = ENOMEM;
	return NULL;
}

static void reports_a_walk_that_stops(void **state)
{
	_cleanup_error_ struct error error = {};
	uint64_t files, bytes;

	(void)state;
	assert_int_equal(tree_check("/", "ext4", &error), -1);
	assert_int_equal(error.status, 3);
	assert_false(tree_size("/", &files, &bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_a_walk_that_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
