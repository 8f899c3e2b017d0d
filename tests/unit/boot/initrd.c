/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/mem.h"
#include "planner/boot/initrd.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <unistd.h>

static void fill(struct initrd *initrd)
{
	initrd_file(initrd, "/z/deep/file", 0644, "bytes", 5);
	initrd_device(initrd, "/dev/console", 5, 1);
	initrd_file(initrd, "/a", 0755, "", 0);
	initrd_file(initrd, "/a", 0644, "not taken", 9);
	initrd_link(initrd, "/bin/sh", "busybox");
	initrd_directory(initrd, "/z");
}

/* Sorted, directories before their contents, nothing of this machine, the same twice. */
static void archive(void **state)
{
	static const char *const paths[] = {"a",      "bin",         "bin/sh",
					    "dev",    "dev/console", "z",
					    "z/deep", "z/deep/file"};

	(void)state;
	for (int c = INITRD_PLAIN; c <= INITRD_ZSTD; c++) {
		_cleanup_initrd_ struct initrd initrd = {}, again = {};
		_cleanup_text_ struct text bytes = {}, twice = {};
		_cleanup_error_ struct error error = {};
		struct archive *reader = archive_read_new();
		struct archive_entry *entry;
		size_t n = 0;

		fill(&initrd);
		fill(&again);
		assert_int_equal(initrd_write(&initrd, c, &bytes, &error), 0);
		sleep(c == INITRD_GZIP ? 1 : 0); /* a timestamp would differ */
		assert_int_equal(initrd_write(&again, c, &twice, &error), 0);
		assert_int_equal(bytes.n, twice.n);
		assert_memory_equal(bytes.s, twice.s, bytes.n);
		archive_read_support_format_cpio(reader);
		archive_read_support_filter_all(reader);
		assert_int_equal(archive_read_open_memory(reader, bytes.s, bytes.n), 0);
		while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
			assert_true(n < ARRAY_SIZE(paths));
			assert_string_equal(archive_entry_pathname(entry), paths[n++]);
			assert_int_equal(archive_entry_mtime(entry), 0);
			assert_int_equal(archive_entry_uid(entry), 0);
		}
		assert_int_equal(n, ARRAY_SIZE(paths));
		archive_read_free(reader);
	}
}

/* This program itself needs what the walk finds, so the walk must find its libraries. */
static void libraries(void **state)
{
	_cleanup_initrd_ struct initrd initrd = {};
	_cleanup_error_ struct error error = {};
	bool libc = false;

	(void)state;
	assert_int_equal(initrd_copy(&initrd, "/proc/self/exe", "/bin/test", &error), 0);
	for (size_t i = 0; i < initrd.entries.n; i++)
		if (strstr(initrd.entries.v[i].path, "/libc.so"))
			libc = true;
	assert_true(libc);
	assert_true(initrd_has(&initrd, "/bin/test"));
	assert_int_equal(initrd_copy(&initrd, "/nonexistent", NULL, &error), -1);
	assert_int_equal(initrd_copy(&initrd, "/dev/null", NULL, &error), -1);
}

/* Every truncation and many flipped bytes of a real program: an answer, never a crash. */
static void damaged_elf(void **state)
{
	_cleanup_text_ struct text bytes = {};
	FILE *file = fopen("/proc/self/exe", "re");
	char block[4096];
	size_t n, at = 1;

	(void)state;
	while (bytes.n < 65536 && (n = fread(block, 1, sizeof(block), file)) > 0)
		text_add(&bytes, block, n);
	fclose(file);
	for (n = 0; n < bytes.n; n += n < 1024 ? 1 : 509) {
		struct elf_needs needs = {};
		char *copy = xmemdup(bytes.s, n);

		elf_read_needs(copy, n, &needs);
		elf_needs_free(&needs);
		free(copy);
	}
	for (int i = 0; i < 20000; i++) {
		struct elf_needs needs = {};
		char kept;

		at = (at * 48271) % 2147483647;
		n = at % (i % 2 ? 1024 : bytes.n);
		kept = bytes.s[n];
		bytes.s[n] = (char)(at >> 16);
		elf_read_needs(bytes.s, bytes.n, &needs);
		elf_needs_free(&needs);
		bytes.s[n] = kept;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archive),
		cmocka_unit_test(libraries),
		cmocka_unit_test(damaged_elf),
	};

	return RUN_TESTS(tests);
}
