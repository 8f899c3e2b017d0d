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

/* An edit between reading and writing: in place, by another file, or removed. */
static void refuses_lost_updates(void **state)
{
	static const char *const edits[] = {
		"printf 'theirs, longer' > $a", "printf XXX > $a", /* same size */
		"printf XXX > b && mv b $a",    "chmod 600 $a",    "rm $a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		_cleanup_error_ struct error error = {};
		_cleanup_text_ struct text text = {};
		_cleanup_free_ char *a = xasprintf("a%zu", i);

		setenv("a", a, 1);
		assert_int_equal(file_write(a, "one", 3, &error), 0);
		assert_int_equal(symlink(a, "link"), 0);
		assert_int_equal(file_read(a, FILE_LIMIT, &text, &error), 0);
		/*
		 * Unchanged, and by two names: allowed, and then it is a different file.
		 */
		assert_int_equal(file_write("c", "new", 3, &error), 0);
		usleep(20000);
		assert_int_equal(system(edits[i]), 0);
		assert_int_equal(file_write(a, "ours", 4, &error), -1);
		assert_int_equal(error.status, STATUS_SYSTEM);
		assert_non_null(strstr(error.message, "after it was read"));
		if (access(a, F_OK) == 0) {
			assert_int_equal(file_write("link", "ours", 4, &error), -1);
			assert_int_not_equal(system("grep -q ours $a"), 0);
		}
		assert_int_equal(system("rm -f $a b c link"), 0);
	}
}

static void writes_what_it_read(void **state)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	assert_int_equal(file_write("a", "one", 3, &error), 0);
	assert_int_equal(file_read("a", FILE_LIMIT, &text, &error), 0);
	assert_int_equal(file_write("a", "two", 3, &error), 0);
	assert_int_equal(file_write("a", "three", 5, &error), 0);
	assert_content("a", "three");
}

static void never_waits_for_a_fifo(void **state)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	alarm(20);
	assert_int_equal(file_read("fifo", FILE_LIMIT, &text, &error), -1);
	alarm(0);
	assert_int_equal(error.status, STATUS_INPUT);
	assert_non_null(strstr(error.message, "is a FIFO"));
	assert_int_equal(file_read("/dev/null", FILE_LIMIT, &text, &error), 0);
	assert_int_equal(file_read("/dev/kmsg", FILE_LIMIT, &text, &error), -1);
	assert_int_equal(error.status, STATUS_INPUT);
}

static void reads_what_the_shell_hands_over(void **state)
{
	_cleanup_error_ struct error error = {};
	_cleanup_text_ struct text text = {};
	_cleanup_free_ char *path = NULL;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	path = xasprintf("/dev/fd/%d", ends[1]);
	assert_int_equal(file_write(path, "through", 7, &error), 0);
	close(ends[1]);
	free(path);
	path = xasprintf("/proc/self/fd/%d", ends[0]);
	assert_int_equal(file_read(path, FILE_LIMIT, &text, &error), 0);
	assert_string_equal(text.s, "through");
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(replaces_through_links, in_new_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(failures_keep_what_was, in_new_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(refuses_lost_updates, in_new_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(writes_what_it_read, in_new_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(never_waits_for_a_fifo, in_new_directory,
						leave_directory),
		cmocka_unit_test_setup_teardown(reads_what_the_shell_hands_over,
						in_new_directory, leave_directory),
	};

	return RUN_TESTS(tests);
}
