/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/test.h"

#include "planner/stash/stash.h"

#include <glob.h>
#include <stdio.h>

static void parse(const char *string, struct document *ret)
{
	_cleanup_error_ struct error error = {};

	if (document_parse("f.xml", string, strlen(string), ret, &error) < 0)
		fail_msg("%s", error.message);
}

/* The domain after `stash XPATH`. The caller frees it. */
static char *parked(const char *string, const char *xpath, const char *name)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};
	size_t n;

	parse(string, &document);
	if (stash_elements(&document, xpath, name, &n, &error) < 0)
		fail_msg("%s: %s", xpath, error.message);
	return text_take(&document.text);
}

static char *brought(const char *string, const char *name)
{
	_cleanup_document_ struct document document = {};
	_cleanup_error_ struct error error = {};

	parse(string, &document);
	if (unstash(&document, &name, name ? 1 : 0, &error) < 0)
		fail_msg("%s", error.message);
	return text_take(&document.text);
}

static void there_and_back(void **state)
{
	static const struct {
		const char *xpath, *domain, *parked;
	} rows[] = {
		{"//a", "<domain><a/></domain>",
		 "<domain><metadata><virt-layout:stash "
		 "xmlns:virt-layout='urn:virt-layout:stash:1' "
		 "was=''><virt-layout:element "
		 "name='a' from='/domain' after='1' alike='0' at='0' lead='' "
		 "seal='4ee36801bfeedfd1'><a/></virt-layout:element></"
		 "virt-layout:stash></metadata></domain>"},
		{"//a[1]",
		 "<domain>\n\t<name>n</name>\n\t<d>\n\t\t<a x=\"&lt;'\" />  \n\t\t<a/>\n"
		 "\t</d>\n</domain>\n",
		 "<domain>\n\t<name>n</name>\n\t<metadata>\n\t\t<virt-layout:stash "
		 "xmlns:virt-layout=\"urn:virt-layout:stash:1\" "
		 "was=\"\">\n\t\t\t<virt-layout:element name=\"a\" from=\"/domain/d\" "
		 "after=\"0\" alike=\"0\" at=\"0\" lead=\"&#10;&#9;&#9;\" tail=\"  \" "
		 "seal=\"d7842940cf5c60bb\"><a x=\"&lt;'\" "
		 "/></virt-layout:element>\n\t\t</virt-layout:stash>\n\t</metadata>\n"
		 "\t<d>\n\t\t<a/>\n\t</d>\n</domain>\n"},
		{"//q:a",
		 "<domain><metadata x='1'/><q:d xmlns:q='u'><q:a/></q:d></domain>",
		 "<domain><metadata x='1'><virt-layout:stash "
		 "xmlns:virt-layout='urn:virt-layout:stash:1' was='&lt;metadata "
		 "x=&apos;1&apos;/&gt;'><virt-layout:element xmlns:q=\"u\" name='a' "
		 "from='/domain/q:d' after='0' alike='0' at='0' lead='' "
		 "seal='96a296d224f285c6'><q:a/></virt-layout:element></"
		 "virt-layout:stash></metadata><q:d xmlns:q='u'></q:d></domain>"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *there = parked(rows[i].domain, rows[i].xpath, NULL);
		_cleanup_free_ char *back = brought(there, NULL);

		assert_string_equal(there, rows[i].parked);
		assert_string_equal(back, rows[i].domain);
	}
}

/* Every element of every domain alone, and many at once. */
static void same_bytes(void **state)
{
	static const char *const xpaths[] = {"/domain/*[name() != 'metadata']",
					     "/domain/devices/*", "//address",
					     "//*[@*]/*",
					     "//controller[2] | //cpu | //driver"};
	glob_t files = {};
	size_t n_parked = 0;

	(void)state;
	assert_int_equal(glob(SOURCE_DIR "/tests/domains/real/*.xml", 0, NULL, &files),
			 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		_cleanup_document_ struct document read = {};
		_cleanup_error_ struct error error = {};
		size_t n_elements;

		if (document_read(files.gl_pathv[i], &read, &error) < 0)
			fail_msg("%s", error.message);
		n_elements = read.elements.n;
		for (size_t k = 0; k < n_elements + ARRAY_SIZE(xpaths); k++) {
			_cleanup_document_ struct document document = {};
			_cleanup_free_ char *xpath =
				k < n_elements ? xasprintf("(//*)[%zu]", k + 1)
					       : xstrdup(xpaths[k - n_elements]);
			size_t n = 0;

			parse(read.text.s, &document);
			if (stash_elements(&document, xpath, NULL, &n, &error) < 0) {
				error_clear(&error);
				assert_string_equal(document.text.s, read.text.s);
				continue;
			}
			n_parked += n;
			assert_string_not_equal(document.text.s, read.text.s);
			if (unstash(&document, NULL, 0, &error) < 0)
				fail_msg("%s: %s: %s", files.gl_pathv[i], xpath,
					 error.message);
			assert_string_equal(document.text.s, read.text.s);
		}
	}
	assert_true(files.gl_pathc >= 25);
	assert_true(n_parked > 1000);
	print_message("%zu elements, %zu domains\n", n_parked, files.gl_pathc);
	globfree(&files);
}

static void from_the_middle(void **state)
{
	const char *domain =
		"<domain>\n  <d>\n    <a x='1'/>\n    <a x='2'/> <!-- c -->\n"
		"    <b/>\n    <a x='3'/>\n  </d>\n</domain>\n";
	_cleanup_free_ char *all = parked(domain, "//a | //b", "it");
	_cleanup_free_ char *one = brought(all, "it-3");
	_cleanup_free_ char *two = brought(one, "it");
	_cleanup_free_ char *back = brought(two, NULL);

	(void)state;
	assert_non_null(strstr(one, "  <d>\n     <!-- c -->\n    <b/>\n  </d>\n"));
	assert_non_null(
		strstr(two,
		       "  <d>\n    <a x='1'/>\n     <!-- c -->\n    <b/>\n  </d>\n"));
	assert_string_equal(back, domain);
}

/* The place was edited meanwhile. */
static void changed_places(void **state)
{
	static const struct {
		const char *domain, *xpath, *old, *new, *expected;
	} rows[] = {
		/* after as many of its name as before */
		{"<domain>\n <d>\n  <a/>\n  <b/>\n  <a x='2'/>\n </d>\n</domain>",
		 "//a[2]", "  <b/>", "  <c/>\n  <c/>\n  <b/>",
		 " <d>\n  <a/>\n  <a x='2'/>\n  <c/>\n  <c/>\n  <b/>\n </d>"},
		/* before the others of its name */
		{"<domain>\n <d>\n  <a x='1'/>\n  <a/>\n </d>\n</domain>", "//a[1]",
		 "  <a/>", "  <!-- --><c/>\n  <a/>",
		 " <d>\n  <!-- --><c/><a x='1'/>\n  <a/>\n </d>"},
		/* alone */
		{"<domain>\n <d>\n  <a x='1'/>\n </d>\n</domain>", "//a", " <d>\n </d>",
		 " <d/>", " <d>\n  <a x='1'/>\n </d>"},
		{"<domain>\n <d>\n  <a x='1'/>\n </d>\n</domain>", "//a", " <d>\n </d>",
		 " <d>\n\n </d>", " <d>\n  <a x='1'/>\n </d>"},
		/* the declaration of its prefix is gone */
		{"<domain xmlns:q='u'>\n <q:c/>\n <d/>\n</domain>", "//q:c",
		 "<domain xmlns:q='u'>", "<domain>",
		 "<domain>\n <q:c xmlns:q=\"u\"/>\n <d/>\n</domain>"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *there = parked(rows[i].domain, rows[i].xpath, NULL);
		_cleanup_text_ struct text changed = {};
		_cleanup_free_ char *back = NULL;
		char *at = strstr(there, rows[i].old);
		char *stash = strstr(there, "<virt-layout:stash");

		assert_non_null(at);
		text_add(&changed, there, (size_t)(at - there));
		text_adds(&changed, rows[i].new);
		text_adds(&changed, at + strlen(rows[i].old));
		if (i == 4) { /* like libvirt: declared on what it kept */
			_cleanup_text_ struct text declared = {};
			size_t n = (size_t)(stash - there) - strlen(" xmlns:q='u'") +
				   strlen("<virt-layout:stash");

			text_add(&declared, changed.s, n);
			text_adds(&declared, " xmlns:q='u'");
			text_adds(&declared, changed.s + n);
			text_free(&changed);
			changed = declared;
			declared = (struct text){};
		}
		back = brought(changed.s, NULL);
		if (!strstr(back, rows[i].expected))
			fail_msg("row %zu:\n%s\n%s", i, changed.s, back);
		assert_null(strstr(back, "stash"));
	}
}

static void texts(void **state)
{
	static const struct {
		const char *bytes, *parked;
		size_t n;
	} rows[] = {
		{"<a>&b]]>", "name='t'><![CDATA[<a>&b]]]]><![CDATA[>]]><", 8},
		{"", "name='t'><![CDATA[]]><", 0},
		{"a\r\n", "encoding='base64'>YQ0K<", 3},
		{"\0\x01\xff", "encoding='base64'>AAH/<", 3},
		{"]]>]]>]]", "><![CDATA[]]]]><![CDATA[>]]]]><![CDATA[>]]]]><", 8},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_document_ struct document document = {};
		_cleanup_error_ struct error error = {};
		_cleanup_text_ struct text bytes = {}, back = {};

		text_add(&bytes, rows[i].bytes, rows[i].n);
		parse("<domain><d/></domain>", &document);
		assert_int_equal(stash_text(&document, "t", &bytes, &error), 0);
		assert_non_null(strstr(document.text.s, rows[i].parked));
		assert_int_equal(stash_text(&document, "t", &bytes, &error), -1);
		error_clear(&error);
		assert_int_equal(unstash_text(&document, "t", &back, &error), 0);
		assert_int_equal(back.n, rows[i].n);
		if (back.n)
			assert_memory_equal(back.s, rows[i].bytes, back.n);
		assert_string_equal(document.text.s, "<domain><d/></domain>");
	}
}

static void faults(void **state)
{
	static const struct {
		const char *domain, *xpath, *message;
	} rows[] = {
		{"<network/>", "//*", "f.xml: the root is <network>, not <domain>"},
		{"<domain><a/></domain>", "/domain",
		 "f.xml: <domain> itself cannot be parked"},
		{"<domain>\n<metadata/></domain>", "//metadata",
		 "f.xml:2: <metadata> itself cannot be parked, because it contains the stash"},
		{"<domain><a/></domain>", "//b", "f.xml: //b selects no element"},
		{"<domain>\n<a>\n<b><virt-layout:c/></b></a></domain>", "//a",
		 "f.xml:3: virt-layout:c has an undeclared prefix; declare it with xmlns, or park the element's text with --text"},
		{"<domain><a x:y='1'/></domain>", "//a",
		 "f.xml:1: x:y has an undeclared prefix; declare it with xmlns, or park the element's text with --text"},
		{"<domain><a/></domain>", "count(//a)",
		 "count(//a): yields a value, not elements"},
		{"<domain><a b='1'/></domain>", "//@b",
		 "//@b: selects attributes, text or comments; only whole elements can be "
		 "parked"},
		{"<domain><a/></domain>", "//a[", "//a[: is not an XPath expression: "},
		{"<domain><a/></domain>", "//q:a", "//q:a: is not an XPath expression: "},
		{"<domain>\n<metadata><s:stash xmlns:s='urn:virt-layout:stash:1'><b/></"
		 "s:stash></metadata></domain>",
		 "//b", "f.xml: the element that //b selects is already parked"},
		{"<domain><metadata><stash xmlns='urn:virt-layout:stash:1'/></metadata>"
		 "<b/></domain>",
		 "//b",
		 "f.xml:1: the stash has been modified: its tag has no prefix or no end; repair it by hand"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_document_ struct document document = {};
		_cleanup_error_ struct error error = {};
		size_t n;

		parse(rows[i].domain, &document);
		assert_int_equal(stash_elements(&document, rows[i].xpath, NULL, &n,
						&error),
				 -1);
		assert_int_equal(strncmp(error.message, rows[i].message,
					 strlen(rows[i].message)),
				 0);
		assert_string_equal(document.text.s, rows[i].domain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),  cmocka_unit_test(same_bytes),
		cmocka_unit_test(from_the_middle), cmocka_unit_test(changed_places),
		cmocka_unit_test(texts),           cmocka_unit_test(faults),
	};

	return RUN_TESTS(tests);
}
