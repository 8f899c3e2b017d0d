/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/file.h"
#include "base/mem.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int in_new_directory(void **state)
{
	char *directory = xstrdup("/tmp/virt-layout-file-XXXXXX");

	*state = directory;
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int leave_directory(void **state)
{
	_cleanup_free_ char *command = xasprintf("rm -rf %s", (char *)*state);
	int rc = chdir("/") == 0 ? system(command) : -1;

	free(*state);
	return rc;
}

static void assert_content(const char *path, const char *expected)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	assert_int_equal(file_read(path, FILE_LIMIT, &text, &error), 0);
	assert_string_equal(text.s, expected);
}

static void replaces_through_links(void **state)
{
	_cleanup_error_ struct error error = {};
	struct stat st;

	(void)state;
	assert_int_equal(file_write("real", "one", 3, &error), 0);
	assert_int_equal(chmod("real", 0640), 0);
	assert_int_equal(symlink("real", "link"), 0);
	assert_int_equal(file_write("link", "second", 6, &error), 0);
	assert_content("real", "second");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat("real", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void failures_keep_what_was(void **state)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	assert_int_equal(file_write("missing/file", "x", 1, &error), -1);
	assert_int_equal(error.status, STATUS_SYSTEM);
	assert_int_equal(file_write("/dev/full", "x", 1, &error), -1);
	assert_int_equal(error.status, STATUS_SYSTEM);
	assert_int_equal(file_read("nothing", FILE_LIMIT, &text, &error), -1);
	assert_int_equal(error.status, STATUS_INPUT);
	assert_int_equal(file_read("/dev/zero", 1 << 20, &text, &error), -1);
	assert_string_equal(error.message, "/dev/zero: is larger than 1 MiB, the limit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(replaces_through_links, in_new_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(failures_keep_what_was, in_new_directory,
						leave_directory),
	};

	return RUN_TESTS(tests);
}
