/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "base/diff.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdio.h>
#include <unistd.h>

static void whole(void **state)
{
	static const struct {
		const char *old, *new, *diff; /* after the two names */
	} rows[] = {
		{"", "", ""},
		{"a\n", "a\n", ""},
		{"", "a\n", "@@ -0,0 +1 @@\n+a\n"},
		{"a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		{"a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{"a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"a\nb", "c\nb",
		 "@@ -1,2 +1,2 @@\n-a\n+c\n b\n\\ No newline at end of file\n"},
		{"1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n",
		 "@@ -3,3 +3,4 @@\n 3\n 4\n 5\n+6\n"},
		/* six unchanged lines join two changes, seven separate them */
		{"a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
		 "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
		{"a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
		 "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
		 "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
		/* the added element, not one's end and the next one's beginning */
		{"<d>\n  <c>\n    x\n  </c>\n</d>\n",
		 "<d>\n  <c>\n    y\n  </c>\n  <c>\n    x\n  </c>\n</d>\n",
		 "@@ -1,4 +1,7 @@\n <d>\n+  <c>\n+    y\n+  </c>\n   <c>\n     x\n   "
		 "</c>\n"},
		{"<d>\r\n\t<c/>\r\n</d>\r\n", "<d>\r\n\t<c/>\r\n\t<e/>\r\n</d>\r\n",
		 "@@ -1,3 +1,4 @@\n <d>\r\n \t<c/>\r\n+\t<e/>\r\n </d>\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {};
		const char *names = "--- o\n+++ n\n", *rest;

		text_add_diff(&text, "o", rows[i].old, "n", rows[i].new);
		rest = text.s ? text.s : "";
		assert_int_equal(has_prefix(rest, names), *rows[i].diff != '\0');
		rest += *rest ? strlen(names) : 0;
		assert_string_equal(rest, rows[i].diff);
	}
}

static uint64_t state_of_chance = 88172645463325252u;

static size_t chance(size_t limit)
{
	state_of_chance ^= state_of_chance << 13;
	state_of_chance ^= state_of_chance >> 7;
	state_of_chance ^= state_of_chance << 17;
	return (size_t)(state_of_chance % limit);
}

/* Few different lines, so that many can be confused. */
static void add_lines(struct text *text, size_t n)
{
	for (; n > 0; n--)
		text_printf(text, "%*s%s%c\n", (int)chance(3), "",
			    chance(3) == 0 ? "</" : "", (char)('a' + chance(4)));
	if (text->n > 0 && chance(4) == 0)
		text->s[--text->n] = '\0';
	text_add(text, "", 0);
}

/* Applies a patch by its hunks alone: the new text from the old one. */
static void apply(const char *old, const char *diff, struct text *ret)
{
	long line = 0; /* of the old text, that comes next */

	while (*diff) {
		size_t n = strcspn(diff, "\n") + 1;
		long start, count = 1;

		if (has_prefix(diff, "@@ ")) {
			const char *comma;

			start = atol(diff + 4);
			comma = strchr(diff, ',');
			if (comma && comma < strstr(diff, " +"))
				count = atol(comma + 1);
			for (start -= count > 0; line < start; line++) {
				size_t length = strcspn(old, "\n") + 1;

				text_add(ret, old, length);
				old += length;
			}
		} else if (*diff == ' ' || *diff == '-') {
			size_t length = strcspn(old, "\n");

			length += old[length] == '\n';
			assert_memory_equal(diff + 1, old, strcspn(old, "\n"));
			if (*diff == ' ')
				text_add(ret, old, length);
			old += length;
			line++;
		} else if (*diff == '+') {
			bool bare = diff[n] == '\\';

			text_add(ret, diff + 1, n - 1 - bare);
		}
		diff += n;
	}
	text_adds(ret, old);
}

static size_t count_changes(const char *diff)
{
	size_t changes = 0;

	for (; *diff; diff += strcspn(diff, "\n") + 1)
		changes += *diff == '+' || *diff == '-';
	return changes;
}

/* The least number of lines to remove and insert, by the textbook table. */
static size_t fewest_changes(const char *a, const char *b)
{
	size_t best[64][64] = {};
	const char *x[64], *y[64];
	size_t n = 0, m = 0;

	for (; *a; a += strcspn(a, "\n") + (a[strcspn(a, "\n")] == '\n'))
		x[n++] = a;
	for (; *b; b += strcspn(b, "\n") + (b[strcspn(b, "\n")] == '\n'))
		y[m++] = b;
	for (size_t i = 0; i <= n; i++)
		for (size_t j = 0; j <= m; j++) {
			size_t length = i > 0 ? strcspn(x[i - 1], "\n") : 0;

			if (i == 0 || j == 0) {
				best[i][j] = i + j;
				continue;
			}
			best[i][j] = MIN(best[i - 1][j], best[i][j - 1]) + 1;
			if (strncmp(x[i - 1], y[j - 1], length + 1) == 0)
				best[i][j] = MIN(best[i][j], best[i - 1][j - 1]);
		}
	return best[n][m];
}

static void random_texts(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		_cleanup_text_ struct text old = {}, new = {}, diff = {}, again = {};
		const char *body;

		add_lines(&old, chance(25));
		add_lines(&new, chance(25));
		text_add_diff(&diff, "o", old.s, "n", new.s);
		body = diff.s ? diff.s + strlen("--- o\n+++ n\n") : "";
		apply(old.s, body, &again);
		assert_string_equal(again.s ? again.s : "", new.s);
		assert_int_equal(count_changes(body), fewest_changes(old.s, new.s));
	}
}

static void write_file(char *path, const char *bytes)
{
	_cleanup_error_ struct error error = {};
	_cleanup_fd_ int fd = mkstemp(path);

	assert_int_equal(file_write_fd(fd, path, bytes, strlen(bytes), &error), 0);
}

/* patch(1) accepts it, if it is installed. */
static void patched(void **state)
{
	(void)state;
	if (system("patch --version >/dev/null 2>&1") != 0)
		skip();
	for (int i = 0; i < 20; i++) {
		_cleanup_text_ struct text old = {}, new = {}, diff = {}, result = {};
		_cleanup_error_ struct error error = {};
		char old_path[] = "/tmp/virt-layout-diff.XXXXXX";
		char diff_path[] = "/tmp/virt-layout-diff.XXXXXX";
		_cleanup_free_ char *command = NULL;

		add_lines(&old, chance(60));
		text_adds(&new, old.s);
		add_lines(&new, chance(9));
		text_add_diff(&diff, "o", old.s, "n", new.s);
		write_file(old_path, old.s);
		write_file(diff_path, diff.s ? diff.s : "");
		command = xasprintf("patch -s %s < %s", old_path, diff_path);
		assert_true(diff.n == 0 || system(command) == 0);
		if (access(old_path, F_OK) == 0)
			assert_int_equal(file_read(old_path, FILE_LIMIT, &result, &error),
					 0);
		assert_string_equal(result.s ? result.s : "", new.s);
		unlink(old_path);
		unlink(diff_path);
	}
}

/* Nothing in common in 20,000 lines: beyond the cost limit, and still correct. */
static void too_different(void **state)
{
	_cleanup_text_ struct text old = {}, new = {}, diff = {}, again = {};

	(void)state;
	for (int i = 0; i < 10000; i++) {
		text_printf(&old, "old %d\n", i);
		text_printf(&new, "new %d\n", i);
		if (i % 1000 == 0) {
			text_adds(&old, "both\n");
			text_adds(&new, "both\n");
		}
	}
	text_add_diff(&diff, "o", old.s, "n", new.s);
	apply(old.s, diff.s + strlen("--- o\n+++ n\n"), &again);
	assert_string_equal(again.s, new.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(random_texts),
		cmocka_unit_test(patched),
		cmocka_unit_test(too_different),
	};

	return RUN_TESTS(tests);
}
